"""The parts of the story that the panel alone can tell."""

from __future__ import annotations

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.narrative.story import Facts, Story
from commonroom.panel import Panel

#: Half the width of a 95 % range, in standard errors.
WIDTH = 1.96
PROBLEMS_SHOWN = 200


def begin(panel: Panel, *, facts: Facts) -> Story:
    """Return a story with all that the panel can tell: averages, coverage, and the data's quality.

    Arguments: the `panel` and the `facts` of the build. Averages are of mainstream schools, weighted
    by pupils; their ranges come from the spread between schools (linearised ratio estimator).
    """
    here = panel.schools.filter("in_system")
    ours = panel.outcomes.join(here, on="school", how="semi").join(
        panel.schools.select("school", "kind"), on="school"
    )
    return Story(
        facts=facts,
        schools=_schools(here, ours, facts),
        glance=_glance(panel, facts),
        coverage=_coverage(ours),
        releases=_releases(panel.outcomes),
        left_out=_plain(panel.left_out.group_by("why").agg(pl.col("figures").sum()).sort("why")),
        joins=_plain(panel.joins.group_by("rule").agg(numbers=pl.len().cast(pl.Int64)).sort("rule")),
        joined=_plain(_joined(panel.joins, here)),
        problems=_plain(
            panel.problems.head(PROBLEMS_SHOWN).with_columns(
                total=pl.lit(panel.problems.height, dtype=pl.Int64)
            )
        ),
        missing=_missing(ours),
    )


def _joined(joins: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    """Return each number that was joined into a school of the system, or was not though it was linked."""
    named = joins.join(here.select("school", "name"), on="school")
    return named.select("name", "school", "number", "rule", "date").sort("name", "school", "number")


def _plain(frame: pl.DataFrame) -> Released:
    """Release counts of figures and numbers of schools: no pupil is behind them."""
    return disclosure.release(frame, rule=Rule(keys=()))


def _schools(here: pl.DataFrame, ours: pl.DataFrame, facts: Facts) -> Released:
    """One row per school and phase with a figure of the headline measure: name, authority, kind."""
    headline = pl.col("measure").is_in(list(facts.headline.values()))
    seen = ours.filter(headline & pl.col("value").is_not_null()).select("school", "phase").unique()
    named = here.join(seen, on="school").select("school", "phase", "name", "authority", "kind")
    source = ", ".join(here["release"].drop_nulls().unique().sort())
    return disclosure.release(
        named.sort("name", "school", "phase"), rule=Rule(keys=("school", "phase")), source=source
    )


def _glance(panel: Panel, facts: Facts) -> Released:
    """Averages of each headline measure by year: the system, the nation, and their difference."""
    wanted = panel.outcomes.filter(
        pl.col("measure").is_in(list(facts.headline.values())),
        pl.col("value").is_not_null(),
        pl.col("cohort") > 0,
    ).join(panel.schools.filter(pl.col("kind") == "mainstream").select("school", "in_system"), on="school")
    keys = ["phase", "measure", "year"]
    sums = wanted.group_by(keys).agg(
        *_average(pl.col("in_system"), "system"),
        *_average(~pl.col("in_system"), "rest"),
        *_average(pl.lit(True), "nation"),
        source=pl.col("release").unique().sort().str.join("; "),
    )
    outside = 1 - pl.col("system_pupils") / pl.col("nation_pupils")
    # The nation holds the system, so only what lies outside the system can differ from it.
    error = outside * (pl.col("system_se").pow(2) + pl.col("rest_se").fill_nan(0).fill_null(0).pow(2)).sqrt()
    sums = sums.with_columns(
        difference_value=pl.col("system_value") - pl.col("nation_value"),
        difference_se=error,
        difference_schools="system_schools",
        difference_pupils="system_pupils",
    )
    parts = ("value", "se", "schools", "pupils")
    long = pl.concat(
        sums.select(
            *keys, "source", place=pl.lit(place), **{part: pl.col(f"{place}_{part}") for part in parts}
        )
        for place in ("system", "nation", "difference")
    )
    frame = long.with_columns(
        low=pl.col("value") - WIDTH * pl.col("se"), high=pl.col("value") + WIDTH * pl.col("se")
    ).drop("se")
    rule = Rule(keys=(*keys, "place"), figures={"value": "pupils", "low": "pupils", "high": "pupils"})
    return disclosure.release(
        frame.sort("phase", "measure", "year", "place"), rule=rule, source=_latest(frame)
    )


def _average(inside: pl.Expr, place: str) -> list[pl.Expr]:
    """Return the pupil-weighted average of the schools `inside`, its standard error, and the counts."""
    value, cohort = pl.col("value").filter(inside), pl.col("cohort").filter(inside)
    mean = (value * cohort).sum() / cohort.sum()
    count = inside.sum() if place != "nation" else pl.len()
    spread = ((value - mean) * cohort).pow(2).sum().sqrt() / cohort.sum()
    small = (count / (count - 1)).sqrt()
    return [
        mean.alias(f"{place}_value"),
        (spread * small).fill_nan(None).alias(f"{place}_se"),
        count.cast(pl.Int64).alias(f"{place}_schools"),
        cohort.sum().round().alias(f"{place}_pupils"),
    ]


def _latest(frame: pl.DataFrame) -> str:
    """Name the publications of the last year of each measure."""
    last = frame.filter(pl.col("year") == pl.col("year").max().over("measure"))
    return "; ".join(last["source"].unique().sort())


def _coverage(ours: pl.DataFrame) -> Released:
    """Schools of the system with a figure, by phase, measure and year."""
    counted = ours.filter(pl.col("value").is_not_null()).group_by("phase", "measure", "year")
    frame = counted.agg(schools=pl.col("school").n_unique().cast(pl.Int64))
    return _plain(frame.sort("phase", "measure", "year"))


def _releases(outcomes: pl.DataFrame) -> Released:
    """Publications, and how many figures of how many schools each gave."""
    frame = outcomes.group_by("release").agg(
        figures=pl.len().cast(pl.Int64),
        schools=pl.col("school").n_unique().cast(pl.Int64),
        first=pl.col("year").min(),
        last=pl.col("year").max(),
    )
    return _plain(frame.sort("last", "release"))


def _missing(ours: pl.DataFrame) -> Released:
    """Why school-years of the system have no figure, by phase and kind of school."""
    frame = (
        ours.filter(pl.col("value").is_null())
        .group_by("phase", "kind", pl.col("missing").alias("why"))
        .agg(figures=pl.len().cast(pl.Int64))
    )
    return _plain(frame.sort("phase", "kind", "why"))
