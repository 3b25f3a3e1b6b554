"""What the lowest schools of a system did next: the warning that comes before any claim of impact."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import PUPILS, Released, Rule
from commonroom.narrative.story import Facts
from commonroom.panel import COMPARED, Measure

#: Half the width of a 95 % range, in standard errors; years that are followed; the least schools of a fifth.
WIDTH, FOLLOWED, FEWEST = 1.96, 2, 8
SCHEMA = {
    "phase": pl.String, "measure": pl.String, "fifth": pl.String, "year": pl.Int32, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "change": pl.Float64, "change_low": pl.Float64,
    "change_high": pl.Float64, "schools": pl.Int64, "pupils": pl.Float64, "source": pl.String,
}  # fmt: skip
RULE = Rule(
    keys=("phase", "fifth", "year"),
    figures=dict.fromkeys(("value", "low", "high", "change", "change_low", "change_high"), "pupils"),
    official=True,
)


def returns(tables: Mapping[str, pl.DataFrame], *, facts: Facts) -> Released | None:
    """Return how the lowest and the highest fifth of the system's schools stood in the years that followed.

    Arguments: `tables` of the evidence (schools, outcomes), and the `facts`. One row per phase, fifth and
    year: phase, measure, fifth (lowest or highest by the results of the first year shown), year, value (mean
    distance from the mean of all mainstream schools of the nation in that year, in the unit of the measure
    as it spread in the last year, more being better), low and high (95 %, over schools), the change of it
    since the first year with its own range, schools and pupils. A school without results in all the years is
    not in it. Nothing where no phase has two years that follow each other and enough schools.
    """
    parts = [_phase(tables, facts.measures[name], phase) for phase, name in facts.headline.items()]
    found = pl.concat([pl.DataFrame(schema=SCHEMA), *(part for part in parts if part is not None)])
    if found.is_empty():
        return None
    sources = "; ".join(found.sort("year")["source"].str.split("; ").explode().unique(maintain_order=True))
    return disclosure.release(found.drop("source"), rule=RULE, source=sources)


def _phase(tables: Mapping[str, pl.DataFrame], measure: Measure, phase: str) -> pl.DataFrame | None:
    compared = tables["schools"].filter(pl.col("kind") == COMPARED).select("school", "in_system")
    figures = (
        tables["outcomes"]
        .filter(
            pl.col("measure") == measure.name, pl.col("phase") == phase, pl.col("group") == measure.group,
            pl.col("year") >= max(measure.breaks, default=0), pl.col("value").is_not_null(),
        )
        .join(compared, on="school")
    )  # fmt: skip
    years = _run(figures["year"].unique().sort().to_list())
    if len(years) < 2:
        return None
    turn = -1.0 if measure.direction == "lower" else 1.0
    z = (pl.col("value") - pl.col("value").mean().over("year")) / pl.col("value").std().over("year")
    spread = figures.filter(pl.col("year") == years[-1])["value"].std()
    ours = (
        figures.filter(pl.col("year").is_in(years))
        .with_columns(value=z * turn * spread)
        .filter("in_system")
        .filter(pl.len().over("school") == len(years))
        .sort("school", "year")
    )
    return _fifths(ours, years, measure, phase)


def _run(years: list[int]) -> list[int]:
    """Return the last years that follow each other, at most the base year and two more."""
    last: list[int] = []
    for year in reversed(years):
        if last and year != last[0] - 1:
            break
        last = [year, *last]
    return last[-FOLLOWED - 1 :]


def _fifths(ours: pl.DataFrame, years: list[int], measure: Measure, phase: str) -> pl.DataFrame | None:
    """Return the means of the lowest and the highest fifth of the first year, in each of the years."""
    base = ours.filter(pl.col("year") == years[0]).sort("value", "school")
    size = base.height // 5
    if size < FEWEST:
        return None
    ends = {"lowest": base.head(size), "highest": base.tail(size)}
    small = pl.col("cohort") < PUPILS
    few = pl.when(small.any()).then(pl.col("cohort").filter(small).sum()).otherwise(pl.col("cohort").sum())
    parts = [
        ours.join(schools.select("school", first="value"), on="school")
        .with_columns(change=pl.col("value") - pl.col("first"))
        .group_by("year")
        .agg(
            *_ranged("value", "low", "high"),
            *_ranged("change", "change_low", "change_high"),
            schools=pl.len(),
            pupils=few,
            source=pl.col("release").unique().sort().str.join("; "),
        )
        .with_columns(fifth=pl.lit(fifth), phase=pl.lit(phase), measure=pl.lit(measure.name))
        .sort("year")
        for fifth, schools in ends.items()
    ]
    return pl.concat(parts).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _ranged(name: str, low: str, high: str) -> list[pl.Expr]:
    """Return a mean over schools with both ends of its 95 % range."""
    mean, half = pl.col(name).mean(), WIDTH * pl.col(name).std() / pl.len().sqrt()
    return [mean.alias(name), (mean - half).alias(low), (mean + half).alias(high)]
