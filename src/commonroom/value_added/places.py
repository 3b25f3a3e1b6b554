"""Where schools and years stand in arrays."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def grid(frame: pl.DataFrame, column: str, schools: tuple[str, ...], years: NDArray[np.int64]) -> Floats:
    """One column as an array of schools by years (sorted), nan where there is no figure.

    Rows of other schools or years are passed over; of rows that repeat a place the last one counts.
    """
    known = frame.filter(pl.col(column).is_not_null())
    school = _order(known["school"], schools)
    year = known["year"].to_numpy()
    time = np.searchsorted(years, year).clip(max=len(years) - 1)
    there = (school >= 0) & (years[time] == year)
    values = np.full((len(schools), len(years)), np.nan)
    values[school[there], time[there]] = known[column].cast(pl.Float64).to_numpy()[there]
    return values


def one(frame: pl.DataFrame, column: str, schools: tuple[str, ...]) -> Floats:
    """One column of a frame with one row a school as an array, nan where there is none."""
    known = frame.filter(pl.col(column).is_not_null())
    school = _order(known["school"], schools)
    values = np.full(len(schools), np.nan)
    values[school[school >= 0]] = known[column].cast(pl.Float64).to_numpy()[school >= 0]
    return values


def _order(names: pl.Series, schools: tuple[str, ...]) -> NDArray[np.int64]:
    """Place of each name among the schools, -1 where it is none of them."""
    return names.replace_strict(
        list(schools), list(range(len(schools))), default=-1, return_dtype=pl.Int64
    ).to_numpy()
