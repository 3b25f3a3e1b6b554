"""Who the pupils are, beside each school-year of results, and the year that is known from."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from commonroom.tables.panel import CONTEXT_VARIABLES

#: Variables about the cohort that took the examinations; all others are about the whole school.
COHORT_VARIABLES = ("prior", "prior_low", "prior_high", "disadvantaged", "idaci", "stability", "polar4")
#: A figure farther than this from the year of the results is not carried.
YEARS_NEAR = 3
_KEY = ["school", "phase", "year"]


def beside(outcomes: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Context for every school, phase and year with results; nearest year within three, never filled in.

    Arguments: `outcomes` (school, phase, year) and `figures` in long form. A variable keeps its own
    year's figure where there is one; `context_year` and `cohort_year` name the farthest year used,
    `carried` each variable that is another year's.
    """
    asked = outcomes.select(_KEY).unique().sort(_KEY)
    known = _known(figures, asked.select("school", "phase").unique())
    variables = [name for name in CONTEXT_VARIABLES if name in known.columns]
    steps = look(asked, known, within=YEARS_NEAR)
    columns = [nearest(known[name], steps) for name in variables]
    found = asked.with_columns(
        *(column for pair in columns for column in pair),
        *(known["release"].gather(row).alias(f"release@{step}") for step, row in steps.items()),
    )
    cohort = [name for name in variables if name in COHORT_VARIABLES]
    whole = [name for name in variables if name not in COHORT_VARIABLES]
    return found.select(
        *_KEY,
        (pl.col("year") + _farthest(whole)).alias("context_year"),
        (pl.col("year") + _farthest(cohort)).alias("cohort_year"),
        *(pl.col(name) if name in variables else _nothing(name) for name in CONTEXT_VARIABLES),
        _carried(variables).alias("carried"),
        _releases(variables, list(steps)).alias("release"),
    )


def _known(figures: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    """Context figures, wide: one row per school, phase and year; school-wide ones in each phase."""
    said = figures.filter(pl.col("variable").is_in(list(CONTEXT_VARIABLES)) & pl.col("value").is_not_null())
    own = said.filter(pl.col("phase") != "all")
    whole = said.filter(pl.col("phase") == "all").drop("phase").join(phases, on="school").select(own.columns)
    long = pl.concat([own, whole])
    named = long.select(*_KEY, "release").unique().sort(*_KEY, "release").cast({"release": pl.String})
    releases = named.group_by(_KEY).agg(pl.col("release").str.join("; "))
    wide = long.pivot("variable", index=_KEY, values="value", aggregate_function="first")
    return wide.join(releases, on=_KEY)


def look(asked: pl.DataFrame, known: pl.DataFrame, *, within: int) -> dict[int, pl.Series]:
    """The row of `known` that each school-year asked about finds so many years off, by step, nearest first.

    Both frames: school, phase, year. Of two as near the earlier comes first. One variable is then
    looked up at a time (`nearest`), since all variables of all steps beside each other are large.
    """
    rows = known.select(_KEY).with_row_index("row")
    return {
        step: asked.join(
            rows.with_columns(pl.col("year") - step), on=_KEY, how="left", maintain_order="left"
        )["row"]
        for step in sorted(range(-within, within + 1), key=lambda step: (abs(step), step))
    }


def nearest(known: pl.Series, steps: Mapping[int, pl.Series]) -> tuple[pl.Series, pl.Series]:
    """A variable at the first step that has a figure of it, and that step in years (`name`@)."""
    wide = pl.DataFrame([known.gather(row).alias(str(step)) for step, row in steps.items()])
    found = wide.select(
        pl.coalesce(wide.columns).alias(known.name),
        pl.coalesce(
            pl.when(pl.col(str(step)).is_not_null()).then(pl.lit(step, dtype=pl.Int32)) for step in steps
        ).alias(f"{known.name}@"),
    )
    return found[known.name], found[f"{known.name}@"]


def _nothing(name: str) -> pl.Expr:
    """An empty column."""
    return pl.lit(None, dtype=pl.Float64).alias(name)


def _farthest(variables: list[str]) -> pl.Expr:
    """The step with the largest distance over some variables; empty when none has a figure."""
    if not variables:
        return pl.lit(None, dtype=pl.Int32)
    back = pl.min_horizontal(f"{name}@" for name in variables)
    on = pl.max_horizontal(f"{name}@" for name in variables)
    return pl.when(back.abs() >= on.abs()).then(back).otherwise(on)


def _carried(variables: list[str]) -> pl.Expr:
    """Variables that are another year's, each with that year; empty when all are of the year itself."""
    parts = [
        pl.when(pl.col(f"{name}@") != 0).then(pl.format(f"{name} {{}}", pl.col("year") + pl.col(f"{name}@")))
        for name in variables
    ]
    if not parts:
        return pl.lit("")
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)


def _releases(variables: list[str], steps: list[int]) -> pl.Expr:
    """Publications of the years that some variable was taken from."""
    if not variables:
        return pl.lit(None, dtype=pl.String)
    parts = [
        pl.when(pl.any_horizontal(pl.col(f"{name}@") == step for name in variables)).then(
            pl.col(f"release@{step}")
        )
        for step in steps
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
