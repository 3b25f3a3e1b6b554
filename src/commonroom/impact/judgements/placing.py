"""Each judgement with its school's area, and with the school's judgement before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

#: Judgements that count as good.
GOOD = ("good", "outstanding")
#: Days of a year.
YEAR = 365.25


@dataclass(frozen=True)
class Period:
    """Some time within which judgements are compared, by its first and last day."""

    name: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Placed:
    """Judgements that can be compared, and what was left out.

    `rows`, by number and date: number, date, year (calendar year ending the school year), phase, area (code
    of the authority), region, easting, northing (metres), judgement, good, previous (the school's judgement
    before under the same number; empty for its first), previously_good, since (years since then).
    `left_out` (why, judgements): no_school, no_phase, kind.
    """

    rows: pl.DataFrame
    left_out: pl.DataFrame


def place(judgements: pl.DataFrame, schools: pl.DataFrame, *, kind: str = "mainstream") -> Placed:
    """Put judgements beside their schools' areas.

    Arguments: judgements (tables.impact.JUDGEMENTS); schools (tables.sources.SCHOOLS); the `kind` of school
    that counts. A school that took a new number begins anew: its history is that of the old number.
    """
    order = pl.col("judgement").shift(1).over("number"), pl.col("date").shift(1).over("number")
    told = judgements.sort("number", "date").with_columns(previous=order[0], before=order[1])
    known = schools.select(
        "kind", "region", "easting", "northing", number="school", area="authority_code", found=pl.lit(True)
    )
    reason = (
        pl.when(pl.col("found").is_null() | pl.col("area").is_null())
        .then(pl.lit("no_school"))
        .when(~pl.col("kind").eq_missing(kind))
        .then(pl.lit("kind"))
        .when(pl.col("phase").is_null())
        .then(pl.lit("no_phase"))
    )
    rows = told.join(known, on="number", how="left").with_columns(why=reason)
    left_out = rows.drop_nulls("why").group_by("why").agg(judgements=pl.len()).sort("why")
    kept = rows.filter(pl.col("why").is_null()).select(
        "number",
        "date",
        (pl.col("date").dt.year() + (pl.col("date").dt.month() >= 9)).cast(pl.Int32).alias("year"),
        "phase",
        "area",
        "region",
        "easting",
        "northing",
        "judgement",
        pl.col("judgement").is_in(GOOD).alias("good"),
        "previous",
        pl.col("previous").is_in(GOOD).alias("previously_good"),
        ((pl.col("date") - pl.col("before")).dt.total_days() / YEAR).alias("since"),
    )
    return Placed(kept.sort("number", "date"), left_out)


def label(rows: pl.DataFrame, *, periods: Sequence[Period]) -> pl.DataFrame:
    """Return the rows that are in one of the periods, with its name as `period`; periods do not overlap."""
    named = pl.coalesce(
        pl.when(pl.col("date").is_between(one.first, one.last)).then(pl.lit(one.name)) for one in periods
    )
    return rows.with_columns(period=named).drop_nulls("period")
