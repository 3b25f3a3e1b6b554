"""The performance map, the gap, and the floor."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

QUADRANTS = ("higher_rising", "lower_rising", "higher_falling", "lower_falling")

MAP = Table(
    "performance_map",
    "One row per school and measure: attainment by improvement, and how sure its quadrant is.",
    ("school", "phase", "measure"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("start", pl.Int32, "First year of the span of improvement", "year"),
        Column("end", pl.Int32, "Last year of it; attainment is of this year", "year"),
        Column("pupils", pl.Float64, "Pupils of the latest figure", "pupils"),
        Column("attainment", pl.Float64, "Posterior mean", "unit of the measure"),
        Column("attainment_sd", pl.Float64, "Its posterior standard deviation", "unit of the measure"),
        Column("attainment_low", pl.Float64, "Lower end of the 80 % range", "unit of the measure"),
        Column("attainment_high", pl.Float64, "Upper end of it", "unit of the measure"),
        Column(
            "improvement", pl.Float64, "Posterior mean of the change over the span", "unit of the measure"
        ),
        Column("improvement_sd", pl.Float64, "Its posterior standard deviation", "unit of the measure"),
        Column("improvement_low", pl.Float64, "Lower end of the 80 % range", "unit of the measure"),
        Column("improvement_high", pl.Float64, "Upper end of it", "unit of the measure"),
        Column("correlation", pl.Float64, "Posterior correlation of the two", "", (-1, 1)),
        Column("major", pl.Float64, "Half the long axis of the 80 % ellipse", "unit of the measure"),
        Column("minor", pl.Float64, "Half the short axis of it", "unit of the measure"),
        Column("angle", pl.Float64, "From the attainment axis to the long axis", "degrees", (-90, 90)),
        Column("reference", pl.String, "Whose means divide the quadrants"),
        Column("reference_attainment", pl.Float64, "Mean attainment of the reference", "unit of the measure"),
        Column("reference_improvement", pl.Float64, "Mean improvement of it", "unit of the measure"),
        *(
            Column(name, pl.Float64, f"Probability of the quadrant {name.replace('_', ', ')}", "", (0, 1))
            for name in QUADRANTS
        ),
        Column("quadrant", pl.String, "The most probable quadrant"),
        Column("probability", pl.Float64, "Probability of it", "", (0, 1)),
        Column("said", pl.Boolean, "Whether it is probable enough to colour"),
    ),
)

GAPS = Table(
    "performance_gaps",
    "One row per school, year and measure: disadvantaged pupils, the other pupils, and the gap.",
    ("school", "phase", "measure", "year"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure of all pupils"),
        Column("year", pl.Int32, "Year", "year"),
        Column("all", pl.Float64, "The measure of all pupils", "unit of the measure"),
        Column("disadvantaged", pl.Float64, "Of disadvantaged pupils", "unit of the measure"),
        Column("other", pl.Float64, "Of the other pupils, derived", "unit of the measure"),
        Column("gap", pl.Float64, "Disadvantaged less other", "unit of the measure"),
        Column("low", pl.Float64, "Lower end of the 95 % range of the gap", "unit of the measure"),
        Column("high", pl.Float64, "Upper end of it", "unit of the measure"),
        Column("pupils", pl.Float64, "Pupils", "pupils"),
        Column("pupils_disadvantaged", pl.Float64, "Disadvantaged pupils, at the fewest", "pupils"),
        Column("pupils_other", pl.Float64, "Other pupils, at the fewest", "pupils"),
        Column("pupils_fewer", pl.Float64, "Pupils of the smaller group, at the fewest", "pupils"),
        Column("source", pl.String, "Publications it is from"),
    ),
)

GAP = Table(
    "performance_gap",
    "One row per measure, year and place: the gap over all pupils of the place.",
    ("phase", "measure", "year", "place"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure of all pupils"),
        Column("year", pl.Int32, "Year", "year"),
        Column("place", pl.String, "system, rest or nation"),
        Column("disadvantaged", pl.Float64, "Average of disadvantaged pupils", "unit of the measure"),
        Column("other", pl.Float64, "Average of the other pupils", "unit of the measure"),
        Column("value", pl.Float64, "The gap: disadvantaged less other", "unit of the measure"),
        Column("low", pl.Float64, "Lower end of its 95 % range", "unit of the measure"),
        Column("high", pl.Float64, "Upper end of it", "unit of the measure"),
        Column("schools", pl.Int64, "Schools", "schools"),
        Column("pupils", pl.Float64, "Pupils of the smaller group", "pupils"),
        Column("source", pl.String, "Publications it is from"),
    ),
)

FLOOR = Table(
    "performance_floor",
    "One row per measure, year and place: schools below the floor, or that there was none.",
    ("phase", "measure", "year", "place"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year", "year"),
        Column("place", pl.String, "system, rest or nation"),
        Column("below", pl.Float64, "The floor; empty when there was none", "unit of the measure"),
        Column("then", pl.Boolean, "Whether there was a floor on this measure that year"),
        Column("number", pl.Int64, "Schools below it", "schools"),
        Column("value", pl.Float64, "Share of the schools below it", "%", (0, 100)),
        Column("low", pl.Float64, "Lower end of its 95 % range", "%", (0, 100)),
        Column("high", pl.Float64, "Upper end of it", "%", (0, 100)),
        Column("expected", pl.Float64, "Share expected below with cohort noise allowed for", "%", (0, 100)),
        Column("schools", pl.Int64, "Schools with a figure", "schools"),
        Column("source", pl.String, "Where the floor is from"),
        Column("sentence", pl.String, "The same in one plain sentence"),
    ),
)
