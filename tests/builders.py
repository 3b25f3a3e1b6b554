"""Small made-up sources for tests of the panel."""

from __future__ import annotations

import polars as pl

from commonroom.panel import Inputs
from commonroom.tables import sources


def figures(*rows: tuple[str, int, str, str, float | None, float | None]) -> pl.DataFrame:
    """Rows of school, year, phase, variable, value, cohort as a frame of figures."""
    return sources.FIGURES.check(
        pl.DataFrame(
            [(*row, "suppressed" if row[4] is None else None, "made up") for row in rows],
            schema=sources.FIGURES.schema,
            orient="row",
        )
    )


def links(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Rows of school, linked, link (predecessor or successor) as a frame of links."""
    return sources.LINKS.check(
        pl.DataFrame(
            [(*row, "one-to-one", None, "made up") for row in rows], schema=sources.LINKS.schema, orient="row"
        )
    )


def schools(*numbers: str, authority: str = "Bolton") -> pl.DataFrame:
    """One row per number, all mainstream schools of one authority."""
    columns = sources.SCHOOLS.schema
    return pl.DataFrame({"school": list(numbers)}).select(
        pl.lit(None, dtype=kind).alias(name) if name != "school" else pl.col("school")
        for name, kind in columns.items()
    ).with_columns(
        pl.format("School {}", "school").alias("name"),
        pl.lit(authority).alias("authority"),
        pl.lit("mainstream").alias("kind"),
        pl.lit("made up").alias("release"),
    )  # fmt: skip


def inputs(found: pl.DataFrame, linked: pl.DataFrame | None = None) -> Inputs:
    """Inputs of the panel with one school row for each number in the figures."""
    numbers = sorted(found["school"].unique())
    return Inputs(
        schools(*numbers),
        found,
        sources.LINKS.empty() if linked is None else linked,
        sources.PROBLEMS.empty(),
    )
