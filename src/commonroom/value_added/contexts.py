"""Context as fixed effects: year, the school's mean, and the cohort's deviation where it is known."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from commonroom.tables.panel import CONTEXT_VARIABLES
from commonroom.value_added import places
from commonroom.value_added.places import Places

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: What the school does not control and that says who its pupils are; size is not intake.
INTAKE = tuple(name for name in CONTEXT_VARIABLES if name != "pupils")
#: Variables of the examined cohort itself, whose deviation from the school's mean is used.
OF_COHORT = ("prior", "disadvantaged")
#: A variable known for a smaller share of school-years than this is not used.
KNOWN_ENOUGH = 0.5
#: Schools without a variable get an indicator when they are a larger share than this.
OFTEN_UNKNOWN = 0.01
#: A column whose part not explained by the columns before it is smaller than this is dropped.
ALIASED = 1e-7


def standardised(column: pl.Series, at: Places) -> Floats:
    """One variable as a (J, T) array in standard deviations within year, nan where unknown."""
    grid = at.grid(column)
    counts = np.isfinite(grid).sum(axis=0)
    for time in range(at.shape[1]):
        values = grid[:, time]
        spread = np.nanstd(values) if counts[time] > 1 else 0.0
        grid[:, time] = (values - np.nanmean(values)) / spread if spread > 0 else np.nan
    return grid


def own(context: pl.DataFrame, name: str, at: Places) -> Flags:
    """Which figures (J, T) of a variable are that very year's, not carried from a year near by.

    A year in which a minority of the schools present have their own has none: the others cannot be
    told from them within the year.
    """
    elsewhere = pl.col("carried").fill_null("").str.contains(rf"(?:^|; ){name} \d")
    known = np.isfinite(at.grid(context.select(pl.when(~elsewhere).then(pl.col(name)))[name]))
    often = known.sum(axis=0) >= KNOWN_ENOUGH * at.there().sum(axis=0)
    return np.asarray(known & often)


def design(
    context: pl.DataFrame, schools: tuple[str, ...], years: NDArray[np.int64], seen: Flags
) -> tuple[Floats, tuple[str, ...]]:
    """The design (J, T, p) of year, school mean and cohort deviation, and the names of its columns.

    A school without a variable stands at the mean with an indicator; columns that others already
    explain are left out. The deviation is 0 where the cohort's own context is not known.
    """
    shape, at = (len(schools), len(years)), places.find(context, schools, years)
    parts = [np.broadcast_to(np.eye(len(years))[time], shape) for time in range(len(years))]
    names = [f"year {year}" for year in years]
    for name in INTAKE:
        values = standardised(context[name], at)
        if np.isfinite(values)[seen].mean() < KNOWN_ENOUGH:
            continue
        known = np.isfinite(values)
        with np.errstate(invalid="ignore"):
            mean = np.where(known, values, 0).sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True)
        parts.append(np.broadcast_to(np.nan_to_num(mean), shape))
        names.append(name)
        if np.isnan(mean).mean() > OFTEN_UNKNOWN:
            parts.append(np.broadcast_to(np.isnan(mean), shape))
            names.append(f"{name} unknown")
        if name in OF_COHORT:
            mine = known & own(context, name, at)
            parts.append(np.where(mine, np.nan_to_num(values - mean), 0))
            names.append(f"{name} of the cohort")
    stacked = np.stack(parts, axis=2) * seen[:, :, None]
    kept = _independent(stacked.reshape(-1, stacked.shape[2]))
    return np.ascontiguousarray(stacked[:, :, kept]), tuple(names[index] for index in kept)


def _independent(columns: Floats) -> list[int]:
    """Indices of columns that the columns before them do not explain (Cholesky of the Gram matrix)."""
    gram = columns.T @ columns
    kept: list[int] = []
    for index in range(gram.shape[0]):
        left = gram[index, index]
        if left > 0 and kept:
            before = gram[np.ix_(kept, kept)]
            left -= gram[index, kept] @ np.linalg.solve(before, gram[kept, index])
        if left > ALIASED * max(gram[index, index], 1):
            kept.append(index)
    return kept
