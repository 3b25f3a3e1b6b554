"""Who the pupils are, beside each school-year of results, and the year that is known from."""

from __future__ import annotations

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
    year's figure where there is one; `context_year` and `cohort_year` name the farthest year used.
    """
    asked = outcomes.select(_KEY).unique().sort(_KEY)
    said = figures.filter(pl.col("variable").is_in(list(CONTEXT_VARIABLES)) & pl.col("value").is_not_null())
    own = said.filter(pl.col("phase") != "all")
    phases = asked.select("school", "phase").unique()
    whole = said.filter(pl.col("phase") == "all").drop("phase").join(phases, on="school").select(own.columns)
    known = pl.concat([own, whole]).rename({"year": "then"})
    near = (
        asked.join(known, on=["school", "phase"])
        .with_columns((pl.col("then") - pl.col("year")).abs().alias("apart"))
        .filter(pl.col("apart") <= YEARS_NEAR)
        .sort(*_KEY, "variable", "apart", "then")
        .unique([*_KEY, "variable"], keep="first", maintain_order=True)
    )
    wide = near.pivot("variable", index=_KEY, values="value", aggregate_function="first")
    absent = [name for name in CONTEXT_VARIABLES if name not in wide.columns]
    cohort = pl.col("variable").is_in(list(COHORT_VARIABLES))
    years = near.sort(*_KEY, "apart", "then").group_by(_KEY, maintain_order=True).agg(
        pl.col("then").filter(~cohort).last().alias("context_year"),
        pl.col("then").filter(cohort).last().alias("cohort_year"),
        pl.col("release").unique().sort().str.join("; ").alias("release"),
    )  # fmt: skip
    return (
        asked.join(wide, on=_KEY, how="left")
        .join(years, on=_KEY, how="left")
        .with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)
    )
