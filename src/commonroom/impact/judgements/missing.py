"""Schools that a history does not hold, since they took a new number, and what they could have been."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

#: What became of a school that was there at the time: it kept its number, or took a new one as a converter
#: academy, as a sponsored academy, or otherwise. A school with no forerunner was not there (new).
FATES = ("kept", "converter", "sponsored", "other")


@dataclass(frozen=True)
class Fates:
    """What became of schools (school, area, fate), and shares of each fate by area (area, schools, fates)."""

    schools: pl.DataFrame
    areas: pl.DataFrame


def fates(
    schools: pl.DataFrame, links: pl.DataFrame, judgements: pl.DataFrame, *, by: datetime.date
) -> Fates:
    """Say of each school of today whether it kept its number since an earlier day.

    Arguments: schools of one phase (tables.sources.SCHOOLS) as they were when the history was gathered; links
    between numbers (tables.sources.LINKS); judgements (tables.impact.JUDGEMENTS); the day. A school that was
    judged under its number before that day kept it; another one with a predecessor took a new one, and its
    type says how; one without was not there. Schools that merged or closed for good are not known.
    """
    early = judgements.filter(pl.col("date") < by)["number"].unique()
    forerun = links.filter(pl.col("link") == "predecessor")["school"].unique()
    kind = pl.col("type").fill_null("")
    fate = (
        pl.when(pl.col("school").is_in(early.implode()))
        .then(pl.lit("kept"))
        .when(~pl.col("school").is_in(forerun.implode()))
        .then(pl.lit("new"))
        .when(kind.str.contains("convert"))
        .then(pl.lit("converter"))
        .when(kind.str.contains("sponsor"))
        .then(pl.lit("sponsored"))
        .otherwise(pl.lit("other"))
    )
    each = schools.select("school", pl.col("authority_code").alias("area"), fate.alias("fate")).sort("school")
    there = each.filter(pl.col("fate") != "new", pl.col("area").is_not_null())
    areas = there.group_by("area").agg(
        pl.len().alias("schools"), *(pl.col("fate").eq(name).mean().alias(name) for name in FATES)
    )
    return Fates(each, areas.sort("area"))


def fill(
    rows: pl.DataFrame, known: Fates, *, joined: Collection[str], assumed: Mapping[str, float]
) -> tuple[float, float]:
    """Return the share good of both sides, had the missing schools been in the history.

    Arguments: rows of one phase and period of the areas that are to count; what became of their schools;
    codes of the areas that took part; the share that is `assumed` good among schools of each fate that are
    missing. Missing schools are taken to have been inspected as often as those that kept their number.
    Returns the share of the areas that took part, and that of the others.
    """
    mine = pl.col("area").is_in(list(joined))
    inside = known.schools.filter(pl.col("area").is_in(rows["area"].unique().implode()))
    shares = []
    for side in (mine, ~mine):
        number = dict(inside.filter(side).group_by("fate").len().iter_rows())
        kept = number.get("kept", 0)
        lost = {fate: number.get(fate, 0) for fate in FATES if fate != "kept"}
        share = float(rows.filter(side).select(pl.col("good").mean()).item())
        total = share * kept + sum(assumed[fate] * schools for fate, schools in lost.items())
        shares.append(total / (kept + sum(lost.values())))
    return shares[0], shares[1]
