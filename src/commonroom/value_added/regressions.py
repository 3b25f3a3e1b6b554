"""The regression on the last two years and context: what ours is measured against, and leans on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.value_added.school_years import Floats
from commonroom.value_added.series import DISADVANTAGED, MEASURE, NEAR, PRIOR, Series


@dataclass(frozen=True)
class Regressed:
    """Means (J) of the year foreseen and the spread of the errors in the year it was learnt on, in z."""

    means: Floats
    spread: float


def foresee(known: Series) -> Regressed | None:
    """The year foreseen: learnt on the latest past year from the two before it.

    The same context as ours is beside the years; None when there are fewer than three past years.
    """
    if len(known.past) < 3:
        return None
    past = known.values[:, [known.column(MEASURE, year) for year in known.past]]
    learn = np.column_stack([_filled(past[:, -3:-1]), beside(known, known.past[-1])])
    there = np.isfinite(past[:, -1]) & np.isfinite(past[:, -3:-1]).any(axis=1)
    effects = least_squares(learn[there], past[there, -1])
    errors = past[there, -1] - learn[there] @ effects
    return Regressed(use(known) @ effects, float(np.sqrt(np.mean(errors**2))))


def use(known: Series) -> Floats:
    """The two latest results and the context of the year foreseen (J, k)."""
    past = known.values[:, [known.column(MEASURE, year) for year in known.past[-2:]]]
    return np.column_stack([_filled(past), beside(known, int(known.years[-1]))])


def beside(known: Series, year: int) -> Floats:
    """Intercept and context of a year as ours uses it: cohort's own up to that year, and lasting."""
    columns = [np.ones(len(known.schools))]
    for name in (PRIOR, DISADVANTAGED):
        years = [int(at) for at, found in zip(known.years, known.names, strict=True) if found == name]
        upto = [at for at in years if at <= year]
        if years:
            values = known.values[:, known.column(name, upto[-1] if upto else years[0])]
            columns += [np.nan_to_num(values), ~np.isfinite(values)]
    lasting = (known.years == 0) & (np.array(known.names) != NEAR)
    columns += [np.nan_to_num(known.values[:, place]) for place in np.flatnonzero(lasting)]
    return np.column_stack(columns)


def least_squares(design: Floats, figures: Floats) -> Floats:
    """Ordinary least squares; of columns that repeat each other the smallest solution."""
    return np.asarray(np.linalg.lstsq(design, figures, rcond=None)[0])


def _filled(two: Floats) -> Floats:
    """Two past years, one standing in for the other where it is missing, 0 where both are."""
    other = two[:, ::-1]
    return np.where(np.isfinite(two), two, np.where(np.isfinite(other), other, 0.0))
