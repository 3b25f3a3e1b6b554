"""Where schools and years stand in arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Places:
    """Where the rows of a frame stand among schools by years: found once, used for every column.

    `rows` of the frame that have a place, with their `school` and `time`; `shape` (J, T).
    """

    rows: NDArray[np.intp]
    school: NDArray[np.int64]
    time: NDArray[np.intp]
    shape: tuple[int, int]

    def grid(self, column: pl.Series) -> Floats:
        """One column as an array of schools by years, nan where there is no figure.

        Of rows that repeat a place the last one that has a figure counts.
        """
        values = column.cast(pl.Float64).to_numpy()[self.rows]
        known = ~column.is_null().to_numpy()[self.rows]
        found = np.full(self.shape, np.nan)
        found[self.school[known], self.time[known]] = values[known]
        return found

    def there(self) -> NDArray[np.bool_]:
        """Which places have a row at all."""
        found = np.zeros(self.shape, dtype=np.bool_)
        found[self.school, self.time] = True
        return found


def find(frame: pl.DataFrame, schools: tuple[str, ...], years: NDArray[np.int64]) -> Places:
    """Places of the rows of a frame with school and year among schools and years (sorted).

    Rows of other schools or years have none.
    """
    school = _order(frame["school"], schools)
    year = frame["year"].to_numpy()
    time = np.searchsorted(years, year).clip(max=len(years) - 1)
    rows = np.flatnonzero((school >= 0) & (years[time] == year))
    return Places(rows, school[rows], time[rows], (len(schools), len(years)))


def one(frame: pl.DataFrame, column: str, schools: tuple[str, ...]) -> Floats:
    """One column of a frame with one row a school as an array, nan where there is none."""
    known = frame.filter(pl.col(column).is_not_null())
    school = _order(known["school"], schools)
    values = np.full(len(schools), np.nan)
    values[school[school >= 0]] = known[column].cast(pl.Float64).to_numpy()[school >= 0]
    return values


def _order(names: pl.Series, schools: tuple[str, ...]) -> NDArray[np.int64]:
    """Place of each name among the schools, -1 where it is none of them."""
    listed = pl.DataFrame({"school": pl.Series(schools, dtype=pl.String)}).with_row_index("place")
    found = names.alias("school").to_frame().join(listed, on="school", how="left", maintain_order="left")
    return found["place"].cast(pl.Int64).fill_null(-1).to_numpy()
