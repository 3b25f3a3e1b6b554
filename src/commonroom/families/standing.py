"""How a school stands in its family: plainly, or with what is expected of each school allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.placement import Floats, Ints
from commonroom.tables.learned import STANDING


def compare(
    neighbours: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    expected: pl.DataFrame | None = None,
    areas: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compare each school's outcome with its family's.

    `neighbours` (tables.families.NEIGHBOURS); `outcomes`: `school`, `value` of one measure and year;
    `expected` (tables.learned.EXPECTED): with it r = value - expected takes the place of the value,
    so delta_j = (y_j - g(x_j)) - mean_k (y_k - g(x_k)); `areas`: `school`, `authority_code`: with it
    neighbours in the school's own authority do not count. Returns tables.learned.STANDING, empty
    where no neighbour has an outcome. Source: METHODS.md sections 3.5 and 6.
    """
    known = outcomes.select(pl.col("school").cast(pl.String), pl.col("value").cast(pl.Float64)).drop_nulls()
    if expected is not None:
        known = known.join(expected.select("school", "expected").drop_nulls(), on="school")
    known = known.sort("school")
    value = known["value"].to_numpy()
    basis = value - known["expected"].to_numpy() if expected is not None else value
    family = rows_of(neighbours if areas is None else apart(neighbours, areas), known["school"])
    stood = stand(family, value=value, basis=basis)
    frame = pl.DataFrame(
        {
            "school": known["school"],
            "neighbours": (family >= 0).sum(axis=1),
            "value": value,
            "family": stood.family,
            "delta": stood.delta,
            "position": stood.position,
        },
        nan_to_null=True,
    )
    return STANDING.check(frame)


@dataclass(frozen=True)
class Stood:
    """Where each school stands: its family's value, its difference from that, its position; NaN without."""

    family: Floats
    delta: Floats
    position: Floats


def stand(family: Ints, *, value: Floats, basis: Floats) -> Stood:
    """Compare `basis` (the value, or the value less what is expected) with the mean of the family's.

    `family` (schools x neighbours, rows, -1 where there are no more). Those without a basis do not count.
    """
    mean = mean_over(family, basis)
    return Stood(value - basis + mean, basis - mean, _positions(family, basis))


def apart(neighbours: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Keep neighbours outside the school's own authority (a school without one is its own)."""
    area = areas.select(pl.col("school").cast(pl.String), pl.col("authority_code").cast(pl.String))
    theirs = area.rename({"school": "neighbour", "authority_code": "theirs"})
    joined = neighbours.join(area, on="school", how="left", maintain_order="left")
    joined = joined.join(theirs, on="neighbour", how="left", maintain_order="left")
    return joined.filter(
        pl.col("authority_code").ne_missing(pl.col("theirs")) | pl.col("theirs").is_null()
    ).select(neighbours.columns)


def elsewhere(index: npt.NDArray[np.integer[Any]], area: Ints, *, size: int) -> Ints:
    """The first `size` neighbours outside the own area (rows x size, -1 where there are no more).

    `index` (schools x neighbours, rows, -1 where none), `area` (schools, -1 where not known: such a
    school is in nobody's).
    """
    theirs = area[index]
    keep = (index >= 0) & ((theirs != area[:, None]) | (theirs < 0))
    place = np.cumsum(keep, axis=1)
    row, column = np.nonzero(keep & (place <= size))
    found = np.full((len(index), size), -1, dtype=np.int64)
    found[row, place[row, column] - 1] = index[row, column]
    return found


def rows_of(neighbours: pl.DataFrame, schools: pl.Series) -> Ints:
    """Families as row numbers into `schools` (schools x largest family, -1 where there are no more).

    Neighbours that are not among `schools` are left out; the order is that of `rank`.
    """
    number = (
        pl.DataFrame({"school": schools}).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    )
    pairs = (
        neighbours.select("school", "neighbour", "rank")
        .join(number, on="school")
        .join(number.rename({"school": "neighbour", "row": "other"}), on="neighbour")
        .sort("row", "rank")
    )
    row, other = pairs["row"].to_numpy(), pairs["other"].to_numpy()
    counts = np.bincount(row, minlength=schools.len())
    family = np.full((schools.len(), int(counts.max(initial=0))), -1, dtype=np.int64)
    family[row, np.arange(row.size) - (np.cumsum(counts) - counts)[row]] = other
    return family


def mean_over(family: Ints, values: Floats) -> Floats:
    """Mean of `values` over the members of whom it is known, NaN where it is of none."""
    found = np.where(family >= 0, values[family], np.nan)
    known = ~np.isnan(found)
    counts = known.sum(axis=1)
    sums = np.where(known, found, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _positions(family: Ints, basis: Floats) -> Floats:
    """Share of the family that is below, ties by half."""
    theirs, own = np.where(family >= 0, basis[family], np.nan), basis[:, None]
    real = ~np.isnan(theirs) & ~np.isnan(own)
    below = (real & (theirs < own)).sum(axis=1) + 0.5 * (real & (theirs == own)).sum(axis=1)
    counts = real.sum(axis=1)
    return np.where(counts > 0, below / np.maximum(counts, 1), np.nan)
