"""Areas as the units of a study: shares by school year, and groups of neighbouring areas as placebos."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

from commonroom.impact import synthetic
from commonroom.impact.study import NEVER, Study


def study(rows: pl.DataFrame, *, joined: Collection[str], start: int) -> Study:
    """Return areas by school year: the share of the year's judgements that are good or outstanding.

    Arguments: rows (`placing.place`) of one phase; codes of the areas that took part; the first school year
    (its end) that counts. Figures are shares, not z; NaN where nothing was inspected. `pupils` is the median
    number of judgements in a year: what an area weighs.
    """
    counted = (
        rows.group_by("area", "year").agg(judged=pl.len(), share=pl.col("good").mean()).sort("area", "year")
    )
    years = np.arange(int(rows["year"].min()), int(rows["year"].max()) + 1)  # type: ignore[arg-type]
    codes = counted["area"].unique().sort()
    row = np.searchsorted(codes.to_numpy(), counted["area"].to_numpy())
    column = counted["year"].to_numpy() - years[0]
    figures = np.full((codes.len(), years.size), np.nan)
    figures[row, column] = counted["share"].to_numpy()
    judged = np.zeros_like(figures)
    judged[row, column] = counted["judged"].to_numpy()
    place = rows.group_by("area").agg(pl.col("easting", "northing").mean()).sort("area")
    numbers = np.arange(codes.len())
    return Study(
        schools=codes.to_numpy().astype(np.str_),
        years=years,
        figures=figures,
        start=np.where(codes.is_in(list(joined)).to_numpy(), start, NEVER),
        cluster=numbers,
        area=numbers,
        pupils=np.median(judged, axis=1),
        context=np.empty((codes.len(), 0)),
        variables=(),
        family=np.full(codes.len(), -1),
        easting=place["easting"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        northing=place["northing"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )


def groups(rows: pl.DataFrame, *, joined: Collection[str], size: int) -> list[tuple[str, ...]]:
    """Return groups of `size` neighbouring areas that did not take part, one round each, none twice.

    Arguments: rows of one phase; codes of the areas that took part. Groups share areas with each other. The
    place of an area is the mean of its inspected schools.
    """
    units = study(rows, joined=joined, start=int(rows["year"].max()))  # type: ignore[arg-type]
    found = synthetic.areas(units, among=~units.joined, joined=size)
    return sorted(tuple(sorted(units.schools[row].tolist())) for row in found.members)
