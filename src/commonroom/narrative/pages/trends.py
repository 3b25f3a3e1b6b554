"""Each measure by year: figures beside the nation's, gaps in them with the reason, and groups of pupils."""

from __future__ import annotations

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.narrative.pages.ground import KEY, Ground, coded, gathered, once, ranged, whole
from commonroom.performance import GAPS_RULE

#: Years without examinations in England.
PANDEMIC = (2020, 2021)
SERIES = ("phase", "measure")
POINT = ("year", "value", "pupils", "nation", "missing", "release")
GAP = ("year", "disadvantaged", "other", "gap", "pupils_disadvantaged", "pupils_other", "withheld")
NATION_RULE = Rule(keys=(*SERIES, "year"), figures={"nation": "people"})


def tell(ground: Ground) -> pl.DataFrame:
    """Return school, phase and `trends` (forms.Trend): all in the system, the headline of other schools."""
    points = _points(ground).join(nation(ground), on=[*SERIES, "year"], how="left", maintain_order="left")
    trends = points.group_by(*KEY, "measure", maintain_order=True).agg(points=pl.struct(*POINT))
    trends = trends.join(_gaps(ground), on=[*KEY, "measure"], how="left", maintain_order="left")
    breaks = {name: list(one.breaks) for name, one in ground.facts.measures.items()}
    known = pl.DataFrame(
        {"measure": list(breaks), "breaks": list(breaks.values())},
        schema={"measure": pl.String, "breaks": pl.List(pl.Int64)},
    )
    trends = trends.join(known, on="measure", how="left", maintain_order="left")
    empty = pl.lit([], dtype=trends.schema["gaps"])
    trends = trends.with_columns(pl.col("gaps").fill_null(empty), place=ground.placed())
    return gathered(trends.sort(*KEY, "place"), ("measure", "breaks", "points", "gaps"), name="trends")


def nation(ground: Ground) -> pl.DataFrame:
    """Return the mean of each measure in each year over the nation's mainstream pupils."""
    value, cohort = pl.col("value"), pl.col("cohort")
    means = (
        ground.compared.filter(cohort > 0)
        .group_by(*SERIES, "year")
        .agg(nation=((value * cohort).sum() / cohort.sum()).round(2), people=cohort.sum())
    )
    return disclosure.release(means.sort(*SERIES, "year"), rule=NATION_RULE).frame.drop("people")


def withheld(ground: Ground) -> pl.DataFrame:
    """Return what was withheld of results and of gaps: school, phase, measure, year, what and reason."""
    parts = [
        (ground.outcomes.withheld.filter(pl.col("column") == "value"), "outcome"),
        (_released_gaps(ground).withheld, "gap"),
    ]
    return pl.concat(
        frame.select(*KEY, "measure", "year", what=pl.lit(what), reason=coded()).unique(maintain_order=True)
        for frame, what in parts
    )


@once
def shown(ground: Ground) -> pl.DataFrame:
    """Return the released results of all pupils; those of groups are shown side by side, as gaps."""
    whole_groups = [name for name, one in ground.facts.measures.items() if one.group == "all"]
    return ground.outcomes.frame.filter(pl.col("measure").is_in(whole_groups))


def _points(ground: Ground) -> pl.DataFrame:
    """One row per school, phase, measure and year from the first year that has figures to the last."""
    results = shown(ground)
    seen = results.select(*KEY, "measure").unique()
    every = seen.join(_years(ground), on=list(SERIES)).sort(*KEY, "measure", "year")
    gone = ground.outcomes.withheld.filter(pl.col("column") == "value")
    gone = gone.select(*KEY, "measure", "year", gone=pl.lit(True))
    key = [*KEY, "measure", "year"]
    rows = every.join(results.with_columns(there=pl.lit(True)), on=key, how="left", maintain_order="left")
    rows = rows.join(gone, on=key, how="left", maintain_order="left")
    return rows.select(
        *key,
        pl.col("value").fill_nan(None).round(2),
        pupils=whole("cohort"),
        missing=_missing(ground),
        release=ground.number("release"),
    )


def _years(ground: Ground) -> pl.DataFrame:
    """Every year of each measure from its first to its last, and whether any school has a figure of it."""
    figures = ground.tables["outcomes"].filter(pl.col("value").is_not_null())
    known = figures.select(*SERIES, "year").unique()
    ends = known.group_by(*SERIES).agg(first=pl.col("year").min(), last=pl.col("year").max())
    years = ends.with_columns(year=pl.int_ranges("first", pl.col("last") + 1, dtype=pl.Int32)).explode("year")
    return years.select(*SERIES, "year").join(
        known.with_columns(known=pl.lit(True)), on=[*SERIES, "year"], how="left"
    )


def _missing(ground: Ground) -> pl.Expr:
    """Why a year has no figure, as a code."""
    examined = [name for name, one in ground.facts.measures.items() if one.phase != "both"]
    at_home = ground.facts.system.nation == "England"
    pandemic = pl.col("year").is_in(PANDEMIC) & pl.col("measure").is_in(examined) & pl.lit(at_home)
    few = pl.col("missing").str.contains("suppressed|too few")
    return (
        pl.when(pl.col("value").is_not_null())
        .then(None)
        .when("gone")
        .then(pl.lit("withheld"))
        .when("there")
        .then(pl.when(few).then(pl.lit("suppressed")).otherwise(pl.lit("not_published")))
        .when("known")
        .then(pl.lit("none"))
        .when(pandemic)
        .then(pl.lit("pandemic"))
        .otherwise(pl.lit("not_in_data"))
    )


@once
def _released_gaps(ground: Ground) -> Released:
    found = ground.tables["performance_gaps"].join(ground.inside, on="school", how="semi")
    return disclosure.release(found.sort(*KEY, "measure", "year"), rule=GAPS_RULE)


def _gaps(ground: Ground) -> pl.DataFrame:
    """Return school, phase, measure and `gaps` (forms.GapPoint).

    Where one figure of a year was withheld, none of its groups is shown: the result of all pupils stands
    beside them on the page, and with it the second group would follow from the first.
    """
    released = _released_gaps(ground)
    gone = released.withheld.group_by(*KEY, "measure", "year").agg(withheld=coded().min())
    rows = released.frame.join(gone, on=[*KEY, "measure", "year"], how="left", maintain_order="left")
    figures = ("disadvantaged", "other", "gap", "low", "high", "pupils_disadvantaged", "pupils_other")
    open_ = pl.col("withheld").is_null()
    rows = rows.with_columns(pl.when(open_).then(pl.col(name)).alias(name) for name in figures)
    rows = rows.with_columns(
        pl.col("disadvantaged", "other").fill_nan(None).round(2),
        ranged("gap", "low", "high", name="gap"),
        whole("pupils_disadvantaged"),
        whole("pupils_other"),
    )
    return rows.group_by(*KEY, "measure", maintain_order=True).agg(gaps=pl.struct(*GAP))
