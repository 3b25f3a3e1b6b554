"""The schools that may be compared in one phase and year, with their context beside them."""

from __future__ import annotations

import polars as pl

from commonroom.panel.build import Panel
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Kinds of school that are compared with each other; the others teach other pupils by design.
COMPARED = "mainstream"


def comparable(panel: Panel, *, phase: str, year: int) -> pl.DataFrame:
    """Mainstream schools with a result in `phase` and `year`: one row each, context beside it.

    Columns: school, name, authority and its code, region, kind, type, in_system, admissions,
    gender, phase, year, easting, northing, and the context variables, empty where unknown. Sorted by school.
    """
    there = (
        panel.outcomes.filter(
            (pl.col("phase") == phase) & (pl.col("year") == year) & pl.col("value").is_not_null()
        )
        .select("school")
        .unique()
    )
    context = panel.context.filter((pl.col("phase") == phase) & (pl.col("year") == year))
    facts = ["school", "name", "authority_code", "authority", "region", "kind", "type", "in_system"]
    return (
        panel.schools.filter(pl.col("kind") == COMPARED)
        .join(there, on="school", how="semi")
        .select(
            *facts,
            "admissions",
            "gender",
            "easting",
            "northing",
            pl.lit(phase).alias("phase"),
            pl.lit(year).alias("year"),
        )
        .join(context.select("school", *CONTEXT_VARIABLES), on="school", how="left")
        .sort("school")
    )


def years(panel: Panel, *, measure: str, phase: str) -> list[int]:
    """Years in which `measure` has figures of mainstream schools in `phase`, earliest first."""
    asked = (pl.col("measure") == measure) & (pl.col("phase") == phase) & pl.col("value").is_not_null()
    compared = panel.schools.filter(pl.col("kind") == COMPARED)
    found = panel.outcomes.filter(asked).join(compared, on="school", how="semi")
    return sorted(found["year"].unique())
