"""Made-up pupils and their sums, added up one pupil at a time."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import polars as pl

from commonroom.tables.sums import DECIMALS, LEFT_OUT, Plan, Sums

UNIT = 10**DECIMALS


def plan(**changes: object) -> Plan:
    """Prior attainment and free meals before, a score after."""
    question = Plan(school="urn", outcome="score", intake=("prior", "meals"), centres=(100.0, 0.0, 50.0))
    return Plan(**(vars(question) | changes))  # type: ignore[arg-type]


def pupils(*, schools: int = 30, each: int = 20, seed: int = 1) -> pl.DataFrame:
    """Pupils of schools of about the same size, with two years and weights between a half and two."""
    random = np.random.default_rng(seed)
    size = schools * each
    return pl.DataFrame(
        {
            "urn": [f"{100000 + number}" for number in random.integers(0, schools, size)],
            "year": [str(year) for year in random.choice([2023, 2024], size)],
            "prior": random.normal(100, 10, size).round(3),
            "meals": random.choice([0.0, 1.0], size),
            "score": random.normal(50, 12, size).round(3),
            "w": random.uniform(0.5, 2, size).round(3),
        }
    )


def add_up(frame: pl.DataFrame, question: Plan, *, kind: str = "text", left_out: int = 0) -> Sums:
    """Return the sums of complete pupils: slow, with Python's own exact sum of floating-point numbers."""
    keys = ["school", *question.by]
    rows = []
    for key, cell in frame.group_by([question.school, *question.by]):
        values = [_pupil(pupil, question) for pupil in cell.to_dicts()]
        weights = [weight for weight, _ in values]
        squared, logs = _total(w * w for w in weights), math.fsum(map(math.log, weights))
        sums = [_total(w * row[i] * row[j] for w, row in values) for i, j in question.products]
        rows.append([*key, len(values), 0, squared, logs, *sums])
    number = pl.Float64() if question.decimals is None else pl.Decimal(38, 0)
    schema = dict.fromkeys(keys, pl.String()) | {"pupils": pl.Int64(), "left_out": pl.Int64()}
    schema |= {"weight_squared": number, "log_weight": pl.Float64()} | dict.fromkeys(question.columns, number)
    missing = pl.DataFrame([["score", "missing", left_out]], schema=LEFT_OUT.schema, orient="row")
    return Sums(
        frame=pl.DataFrame(rows, schema=schema, orient="row").sort(keys),
        plan=question,
        left_out=missing.filter(pl.col("pupils") > 0),
        kind=kind,
    )


def _pupil(pupil: dict[str, float], question: Plan) -> tuple[float, list[float]]:
    """Return a pupil's weight and centred numbers, in whole units where sums are exact."""
    weight = pupil[question.weight] if question.weight else 1
    pairs = [(pupil[name], centre) for name, centre in zip(question.variables, question.centres, strict=True)]
    if question.decimals is None:
        return weight, [1.0, *(value - centre for value, centre in pairs)]
    scaled = [round(value * UNIT) - round(centre * UNIT) for value, centre in pairs]
    return round(weight * UNIT) if question.weight else 1, [1, *scaled]


def _total(values: object) -> float | Decimal:
    found = list(values)  # type: ignore[call-overload]
    return Decimal(sum(found)) if all(isinstance(value, int) for value in found) else math.fsum(found)
