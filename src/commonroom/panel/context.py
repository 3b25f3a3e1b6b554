"""Who the pupils are, beside each school-year of results, and the year that is known from."""

from __future__ import annotations

import polars as pl

from commonroom.tables.panel import CONTEXT_VARIABLES

#: Variables about the cohort that took the examinations; all others are about the whole school.
COHORT_VARIABLES = ("prior", "prior_low", "prior_high", "disadvantaged", "idaci", "stability", "polar4")
#: A figure farther than this from the year of the results is not carried.
YEARS_NEAR = 3
#: Years to look in, nearest first and the earlier of two as near first.
_STEPS = sorted(range(-YEARS_NEAR, YEARS_NEAR + 1), key=lambda step: (abs(step), step))
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
    wide = asked
    for step in _STEPS:
        then = known.select(
            "school", "phase", pl.col("year") - step,
            *(pl.col(name).alias(f"{name}@{step}") for name in [*variables, "release"]),
        )  # fmt: skip
        wide = wide.join(then, on=_KEY, how="left")
    found = wide.with_columns(
        *(pl.coalesce(f"{name}@{step}" for step in _STEPS).alias(name) for name in variables),
        *(_first_step(name).alias(f"{name}@") for name in variables),
    )
    cohort = [name for name in variables if name in COHORT_VARIABLES]
    whole = [name for name in variables if name not in COHORT_VARIABLES]
    return found.select(
        *_KEY,
        (pl.col("year") + _farthest(whole)).alias("context_year"),
        (pl.col("year") + _farthest(cohort)).alias("cohort_year"),
        *(pl.col(name) if name in variables else _nothing(name) for name in CONTEXT_VARIABLES),
        _carried(variables).alias("carried"),
        _releases(variables).alias("release"),
    )


def _known(figures: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    """Context figures, wide: one row per school, phase and year; school-wide ones in each phase."""
    said = figures.filter(pl.col("variable").is_in(list(CONTEXT_VARIABLES)) & pl.col("value").is_not_null())
    own = said.filter(pl.col("phase") != "all")
    whole = said.filter(pl.col("phase") == "all").drop("phase").join(phases, on="school").select(own.columns)
    long = pl.concat([own, whole])
    releases = long.group_by(_KEY).agg(pl.col("release").unique().sort().str.join("; "))
    wide = long.pivot("variable", index=_KEY, values="value", aggregate_function="first")
    return wide.join(releases, on=_KEY)


def _first_step(name: str) -> pl.Expr:
    """The step in years at which the first figure of a variable was found."""
    return pl.coalesce(
        pl.when(pl.col(f"{name}@{step}").is_not_null()).then(pl.lit(step, dtype=pl.Int32)) for step in _STEPS
    )


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


def _releases(variables: list[str]) -> pl.Expr:
    """Publications of the years that some variable was taken from."""
    if not variables:
        return pl.lit(None, dtype=pl.String)
    parts = [
        pl.when(pl.any_horizontal(pl.col(f"{name}@") == step for name in variables)).then(
            pl.col(f"release@{step}")
        )
        for step in _STEPS
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
