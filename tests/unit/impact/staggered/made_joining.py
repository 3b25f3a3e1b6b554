"""Made-up schools that join in different years."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import NEVER, Adjusted, Floats, Study

YEARS = (2017, 2018, 2019, 2023, 2024)


def plain(figures: list[list[float]] | Floats, start: list[int], years: tuple[int, ...] = YEARS) -> Study:
    """A study of figures and starts alone."""
    schools = len(start)
    unknown = np.full(schools, np.nan)
    return Study(
        schools=np.array([f"s{number}" for number in range(schools)]),
        years=np.array(years),
        figures=np.array(figures, dtype=float),
        start=np.array(start),
        cluster=np.arange(schools),
        area=np.zeros(schools, dtype=np.int64),
        pupils=unknown,
        context=np.empty((schools, 0)),
        variables=(),
        family=np.full(schools, -1),
        easting=unknown,
        northing=unknown,
    )


def joining(*, seed: int = 7, schools: int = 240, lost: float = 0.0) -> tuple[Study, Floats]:
    """A study of schools that join as likely as two covariates say, an effect of .3, some figures lost."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(schools, 2))
    wish = 0.6 * x[:, 0] + rng.logistic(size=schools)
    start = np.where(wish > 0, rng.choice(YEARS[2:], size=schools), NEVER)
    figures = rng.normal(size=(schools, 1)) + 0.2 * x[:, :1] * np.arange(5) + rng.normal(size=(schools, 5))
    figures += 0.3 * ((start[:, None] != NEVER) & (np.array(YEARS) >= start[:, None]))
    figures[rng.random(figures.shape) < lost] = np.nan
    return plain(figures, start.tolist()), x


def adjusting(study: Study, x: Floats, *, seed: int = 8) -> dict[int, Adjusted]:
    """Half of each cohort and half of the schools that never joined, those with uneven weights."""
    found = {}
    for cohort in study.cohorts.tolist():
        rng = np.random.default_rng(seed + cohort)
        half = rng.random(study.start.size) < 0.5
        weights = np.where(study.start == NEVER, rng.uniform(0.1, 2, size=half.size), 1.0) * half
        weights[(study.start != NEVER) & (study.start != cohort)] = 0
        found[cohort] = Adjusted(
            np.where(weights[:, None] > 0, x + 0.001 * cohort, np.nan), weights, ("a", "b")
        )
    return found
