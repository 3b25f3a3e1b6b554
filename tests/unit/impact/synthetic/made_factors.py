"""Made schools whose figures follow a few common factors, so that the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.impact import synthetic
from commonroom.impact.study import Flags, Floats, Study

YEARS = (2016, 2017, 2018, 2019, 2023, 2024)


def schools(number: int, *, years: tuple[int, ...] = YEARS, noise: float = 0.3, seed: int = 1) -> Study:
    """Schools with a level, three loadings on factors that wander, and noise; context is two loadings."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(number, 3))
    factors = np.cumsum(rng.normal(scale=0.2, size=(3, len(years))), axis=1)
    figures = rng.normal(scale=0.8, size=(number, 1)) + loadings @ factors
    figures = figures + rng.normal(scale=noise, size=figures.shape)
    made = synthetic.plain(
        [f"school {place:04d}" for place in range(number)],
        years=years,
        figures=figures,
        sizes=rng.integers(30, 300, size=number).astype(float),
        places=rng.uniform(0, 50_000, size=(number, 2)),
    )
    return replace(
        made, context=loadings[:, :2].copy(), variables=("first", "second"), area=np.arange(number) // 5
    )


def first(study: Study, number: int = 1) -> Flags:
    """The first schools of a study."""
    return np.arange(study.start.size) < number


def planted(study: Study, *, unit: Flags, start: int, effect: float) -> Study:
    """The study with an effect on the unit's schools from the start on."""
    after = np.asarray(study.years) >= start
    figures: Floats = study.figures + effect * np.outer(unit, after)
    return replace(study, figures=figures)


def without(study: Study, *places: tuple[int, int]) -> Study:
    """The study without the figures at places (school, year by place)."""
    figures = study.figures.copy()
    for place in places:
        figures[place] = np.nan
    return replace(study, figures=figures)
