"""How a school stands in its family: plainly, or with what is expected of each school allowed for."""

from __future__ import annotations

import numpy as np
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
    mean = mean_over(family, basis)
    frame = pl.DataFrame(
        {
            "school": known["school"],
            "neighbours": (family >= 0).sum(axis=1),
            "value": value,
            "family": pl.Series(value - basis + mean).fill_nan(None),
            "delta": pl.Series(basis - mean).fill_nan(None),
            "position": pl.Series(_positions(family, basis)).fill_nan(None),
        }
    )
    return STANDING.check(frame)


def apart(neighbours: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Keep neighbours outside the school's own authority (a school without one is its own)."""
    area = areas.select(pl.col("school").cast(pl.String), pl.col("authority_code").cast(pl.String))
    theirs = area.rename({"school": "neighbour", "authority_code": "theirs"})
    joined = neighbours.join(area, on="school", how="left", maintain_order="left")
    joined = joined.join(theirs, on="neighbour", how="left", maintain_order="left")
    return joined.filter(
        pl.col("authority_code").ne_missing(pl.col("theirs")) | pl.col("theirs").is_null()
    ).select(neighbours.columns)


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
    real = family >= 0
    theirs, own = basis[family], basis[:, None]
    below = (real & (theirs < own)).sum(axis=1) + 0.5 * (real & (theirs == own)).sum(axis=1)
    counts = real.sum(axis=1)
    return np.where(counts > 0, below / np.maximum(counts, 1), np.nan)
