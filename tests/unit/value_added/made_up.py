"""Made-up systems whose truth is known, panels as arrays, and the slow twin of the likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.panel import Measure, measures
from commonroom.tables import panel as tables
from commonroom.value_added.likelihood import TREND_UNIT, Components
from commonroom.value_added.school_years import SchoolYears

YEARS = (2016, 2017, 2018, 2019, 2023, 2024)
#: Pupils' outcomes differ by so much; schools' levels by `ten`; expected from prior attainment: eight.
PUPIL, TEN, EIGHT = 25.0, 10.0, 8.0


@dataclass(frozen=True)
class System:
    """Frames of a made-up system and the truth: own level (schools, years), in points."""

    outcomes: pl.DataFrame
    context: pl.DataFrame
    schools: pl.DataFrame
    own: np.ndarray
    years: tuple[int, ...]


def measure(name: str = "attainment8") -> Measure:
    return measures.load([name])[name]


def system(
    *,
    schools: int = 300,
    years: tuple[int, ...] = YEARS,
    persistence: float = 0.9,
    name: str = "attainment8",
    seed: int = 1,
) -> System:
    """Schools with a drifting own level, prior attainment, and chance that goes with the cohort."""
    rng = np.random.default_rng(seed)
    when = np.array(years)
    drift = persistence ** np.abs(when[:, None] - when[None, :])
    own = 0.45 * TEN * rng.standard_normal((schools, len(years))) @ np.linalg.cholesky(drift).T
    lasting = rng.standard_normal(schools)
    prior = lasting[:, None] + 0.2 * rng.standard_normal((schools, len(years)))
    cohort = rng.integers(60, 240, schools)[:, None] + rng.integers(-9, 10, (schools, len(years)))
    value = 50 + EIGHT * prior + own + PUPIL / np.sqrt(cohort) * rng.standard_normal(own.shape)
    places = [(j, t) for j in range(schools) for t in range(len(years))]
    outcomes = pl.DataFrame(
        {
            "school": [f"s{j:04d}" for j, _ in places],
            "year": [years[t] for _, t in places],
            "value": [float(np.clip(value[j, t], 0, 90)) for j, t in places],
            "cohort": [float(cohort[j, t]) for j, t in places],
        }
    ).with_columns(phase=pl.lit("secondary"), measure=pl.lit(name), group=pl.lit("all"))
    context = pl.DataFrame(
        {
            "school": outcomes["school"],
            "year": outcomes["year"],
            "context_year": outcomes["year"],
            "cohort_year": outcomes["year"],
            "prior": [100 + 3 * float(prior[j, t]) for j, t in places],
            "eal": [10 + float(j % 7) + t / 10 for j, t in places],
        }
    ).with_columns(phase=pl.lit("secondary"))
    return System(
        filled(outcomes, tables.OUTCOMES.schema),
        filled(context, tables.CONTEXT.schema),
        _places(schools, rng),
        own,
        years,
    )


def _places(schools: int, rng: np.random.Generator) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "school": [f"s{j:04d}" for j in range(schools)],
            "authority_code": [str(301 + j % 20) for j in range(schools)],
            "gender": ["girls" if j % 9 == 0 else "mixed" for j in range(schools)],
            "easting": 400_000 + 50_000 * rng.random(schools),
            "northing": 400_000 + 50_000 * rng.random(schools),
        }
    )
    return filled(frame, tables.SCHOOLS.schema)


def filled(frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The frame with all columns of a table, empty where it has none."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    )


def panel(figures: np.ndarray, noise: np.ndarray, design: np.ndarray, years: list[int]) -> SchoolYears:
    """School-years as arrays; nan in `figures` is a gap."""
    seen = ~np.isnan(figures)
    return SchoolYears(
        tuple(f"s{j:04d}" for j in range(len(figures))),
        np.array(years),
        np.where(seen, figures, 0.0),
        seen,
        np.where(seen, noise, 1.0),
        np.where(seen[:, :, None], design, 0.0),
        tuple(f"x{k}" for k in range(design.shape[2])),
        np.zeros(len(years)),
        np.ones(len(years)),
        np.where(seen, 100.0 / noise, 100.0),
        100.0,
    )


def slow_criterion(data: SchoolYears, components: Components, *, reml: bool) -> float:
    """-2 log likelihood by the words of METHODS.md section 4: one dense matrix, one pair at a time."""
    rows = [(j, t) for j in range(len(data.schools)) for t in range(len(data.years)) if data.seen[j, t]]
    middle = (int(data.years[0]) + int(data.years[-1])) / 2
    l11, l21, l22 = components.trend
    dense = np.zeros((len(rows), len(rows)))
    for a, (j, t) in enumerate(rows):
        for b, (k, s) in enumerate(rows):
            if j != k:
                continue
            apart = abs(int(data.years[t]) - int(data.years[s]))
            one, two = ((int(data.years[i]) - middle) / TREND_UNIT for i in (t, s))
            value = components.level * components.persistence**apart
            value += (l11 + l21 * one) * (l11 + l21 * two) + l22 * one * l22 * two
            if t == s:
                value += components.shock + components.noise * data.noise[j, t]
            dense[a, b] = value
    figures = np.array([data.figures[j, t] for j, t in rows])
    design = np.array([data.design[j, t] for j, t in rows]).reshape(len(rows), -1)
    inverse = np.linalg.inv(dense)
    effects = np.zeros(0)
    total = float(np.linalg.slogdet(dense)[1])
    count = len(rows)
    if design.shape[1]:
        effects = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ figures)
    if reml and design.shape[1]:
        total += float(np.linalg.slogdet(design.T @ inverse @ design)[1])
        count -= design.shape[1]
    left = figures - design @ effects
    return total + float(left @ inverse @ left) + count * math.log(2 * math.pi)
