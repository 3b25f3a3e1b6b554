"""Made-up pupils for tests of the store, as rows that any engine can be given."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.tables.sums import Plan, Sums

Row = dict[str, Any]

PLAN = Plan("urn", "points", ("prior", "fsm"))
WEIGHED = Plan("urn", "points", ("prior", "fsm"), weight="weight", by=("year",))

SCHEMA = {
    "urn": pl.Int64, "year": pl.Int64, "prior": pl.Float64, "fsm": pl.Float64, "points": pl.Float64,
    "weight": pl.Float64,
}  # fmt: skip


def pupils(number: int = 300, *, schools: int = 7, seed: int = 1, gaps: float = 0.0) -> list[Row]:
    """Pupils with every column filled, or a share `gaps` of the values empty."""
    draw = random.Random(seed)

    def row() -> Row:
        prior = draw.gauss(100, 15)
        return {
            "urn": 100_000 + draw.randrange(schools), "year": 2023 + draw.randrange(2), "prior": prior,
            "fsm": float(draw.random() < 0.2), "points": 50 + 0.4 * (prior - 100) + draw.gauss(0, 8),
            "weight": 0.25 + draw.random() * 3,
        }  # fmt: skip

    rows = [row() for _ in range(number)]
    return [{name: None if draw.random() < gaps else value for name, value in row.items()} for row in rows]


def parquet(rows: list[Row], path: Path, **types: Any) -> Path:
    """Rows as a Parquet file."""
    pl.DataFrame(rows, schema=SCHEMA | types, strict=False).write_parquet(path)
    return path


def text(rows: list[Row], path: Path, *, delimiter: str = ",") -> Path:
    """Rows as a CSV file, empty where a value is missing; compressed if the name ends in .gz."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(ask: Callable[[], object]) -> str:
    """The sentence that people are told when asking fails."""
    try:
        ask()
    except SaidToPeople as error:
        return str(error)
    raise AssertionError("nothing was said")


def differ(one: Sums, other: Sums) -> float:
    """The largest difference of two sums, beside the root of the sums of squares that they belong to.

    Everything else of them has to be equal.
    """
    assert one.plan == other.plan
    assert one.left_out.equals(other.left_out)
    counts = ["school", *one.plan.by, "pupils", "left_out"]
    assert one.frame.select(counts).equals(other.frame.select(counts))
    first, second = one.floats, other.floats
    largest = 0.0
    for (i, j), column in zip(one.plan.products, one.plan.columns, strict=True):
        size = np.sqrt(first[f"sum_{i}_{i}"].to_numpy() * first[f"sum_{j}_{j}"].to_numpy())
        gap = np.abs(first[column].to_numpy() - second[column].to_numpy())
        largest = max(largest, float(np.max(gap / np.maximum(size, 1e-300))))
    for column in ("weight_squared", "log_weight"):
        gap = (first[column] - second[column]).abs() / first["sum_0_0"]
        largest = max(largest, float(gap.max()))  # type: ignore[arg-type]
    return largest
