"""Small frames of schools, and the slow twin of find: plain Python, no arrays."""

from __future__ import annotations

import math
from datetime import date

import polars as pl

from commonroom.families import Caliper, Preset, Variable


def preset(*variables: Variable, **changes: object) -> Preset:
    """A preset for any phase on the given variables (default: one called `eal`)."""
    made = Preset(
        name="made-up",
        label="Made up",
        phase="any",
        k=3,
        variables=variables or (Variable(name="eal", weight=1.0),),
        caliper=Caliper(fewest=2),
        source="made by the tests",
        date=date(2026, 1, 1),
    )
    return Preset.model_validate({**made.model_dump(exclude_none=True), **changes})


def frame(**columns: list[object]) -> pl.DataFrame:
    """Schools s00, s01 ... with the given columns."""
    size = len(next(iter(columns.values())))
    return pl.DataFrame({"school": [f"s{number:02d}" for number in range(size)], **columns})


def slow_find(
    rows: list[list[float | None]], *, weights: list[float], scales: list[float], k: int, share: float
) -> list[list[tuple[int, float]]]:
    """The k nearest of each row by the words of METHODS.md section 1, one pair at a time."""
    answers = []
    for a, mine in enumerate(rows):
        others = []
        for b, theirs in enumerate(rows):
            both = [v for v in range(len(weights)) if mine[v] is not None and theirs[v] is not None]
            weight = sum(weights[v] for v in both)
            if b == a or not both or weight < share * sum(weights) - 1e-9:
                continue
            squares = sum(weights[v] * ((mine[v] - theirs[v]) / scales[v]) ** 2 for v in both)
            others.append((math.sqrt(sum(weights) * squares / weight), b))
        answers.append([(b, distance) for distance, b in sorted(others)[:k]])
    return answers
