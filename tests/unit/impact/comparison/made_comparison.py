"""Made-up schools to compare: a level, noise from year to year, and context that goes with the level."""

from __future__ import annotations

import numpy as np

from commonroom.impact import definition
from commonroom.impact.definition import Comparison
from commonroom.impact.study import NEVER, Flags, Floats, Ints, Study

RULES = definition.load().comparison


def rules(**changes: object) -> Comparison:
    """The program's own rules, with changes."""
    return RULES.model_copy(update=changes)


def study(
    figures: Floats,
    start: Ints | list[int],
    *,
    years: tuple[int, ...] = (2016, 2017, 2018, 2019),
    context: Floats | None = None,
    family: Ints | list[int] | None = None,
) -> Study:
    """A study of schools with these figures; context is one variable, alike of all, unless given."""
    count = len(figures)
    known = np.zeros((count, 1)) if context is None else context
    return Study(
        schools=np.array([f"s{place:04d}" for place in range(count)]),
        years=np.array(years),
        figures=np.asarray(figures, dtype=np.float64),
        start=np.asarray(start, dtype=np.int64),
        cluster=np.arange(count),
        area=np.arange(count) % 7,
        pupils=np.full(count, 100.0),
        context=known,
        variables=RULES.context[: known.shape[1]],
        family=np.full(count, -1) if family is None else np.asarray(family, dtype=np.int64),
        easting=np.arange(count) * 1000.0,
        northing=np.zeros(count),
    )


def nation(size: int, joiners: int, *, seed: int = 0, starts: tuple[int, ...] = (2018,)) -> Study:
    """Schools of which some of the lowest fifth of 2017 join, four of context going with the level."""
    draw = np.random.default_rng(seed)
    level = draw.normal(size=size)
    figures = 0.85 * level[:, None] + 0.5 * draw.normal(size=(size, 4))
    start = np.full(size, NEVER)
    low = np.flatnonzero(figures[:, 1] <= np.quantile(figures[:, 1], 0.2))
    start[draw.choice(low, joiners, replace=False)] = draw.choice(starts, joiners)
    context = 0.5 * level[:, None] + draw.normal(size=(size, 4))
    return study(figures, start, context=context, family=draw.integers(0, max(size // 50, 1), size))


def everybody(one: Study) -> Flags:
    """A pool of all schools."""
    return np.ones(one.start.size, dtype=bool)
