"""Made-up systems whose expected outcomes are known, and slow twins in plain Python."""

from __future__ import annotations

import math

import numpy as np
import polars as pl


def system(
    size: int = 300, *, seed: int = 0, areas: int = 30, noise: float = 2.0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Schools and outcomes; `truth` is 50 + 6 prior - 3 disadvantaged + 2 eal + 2 prior^2 + 4 girls.

    Context is made of standard scores; the other variables have no effect.
    """
    draw = np.random.default_rng(seed)
    prior, poverty, eal, pupils, support = draw.normal(size=(5, size))
    poverty = -0.5 * prior + 0.8 * poverty
    girls = np.arange(size) % 10 == 0
    truth = 50 + 6 * prior - 3 * poverty + 2 * eal + 2 * prior**2 + 4 * girls
    schools = pl.DataFrame(
        {
            "school": [f"s{at:05d}" for at in range(size)],
            "authority_code": [str(300 + at % areas) for at in range(size)],
            "phase": "secondary",
            "kind": "mainstream",
            "gender": np.where(girls, "girls", "mixed"),
            "admissions": "non-selective",
            "type": "Academy",
            "prior": 100 + 3 * prior,
            "disadvantaged": 30 + 10 * poverty,
            "eal": 15 + 5 * eal,
            "sen_support": 12 + support,
            "pupils": 1000 + 200 * pupils,
            "truth": truth,
        }
    )
    outcomes = schools.select(
        "school",
        year=pl.lit(2024, dtype=pl.Int32),
        measure=pl.lit("attainment8"),
        value=truth + noise * draw.normal(size=size),
        cohort=pl.Series(draw.integers(60, 240, size).astype(float)),
    )
    return schools, outcomes


def error(found: pl.DataFrame, schools: pl.DataFrame, column: str) -> float:
    """Root mean squared error of a column against the truth."""
    joined = found.join(schools.select("school", "truth"), on="school")
    return math.sqrt(((joined[column] - joined["truth"]) ** 2).mean())


def slow_standing(family: dict[str, list[str]], basis: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Delta and position of each school that has a basis and a neighbour with one."""
    result = {}
    for school, own in basis.items():
        theirs = [basis[other] for other in family.get(school, []) if other in basis]
        if theirs:
            below = sum(1.0 if other < own else 0.5 if other == own else 0.0 for other in theirs)
            result[school] = (own - sum(theirs) / len(theirs), below / len(theirs))
    return result
