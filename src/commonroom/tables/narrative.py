"""The story: what the report shows of each school of the system, each part as one table."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table, value_added

_SCHOOL = (
    Column("school", pl.String, "Identity of the school"),
    Column("phase", pl.String, "primary or secondary"),
)
_WHO = (*_SCHOOL, Column("name", pl.String, "Name"), Column("authority", pl.String, "Authority"))
_RANGE = (
    Column("value", pl.Float64, "The figure; empty when there is none or it was withheld"),
    Column("low", pl.Float64, "Lower end of its 95 % range"),
    Column("high", pl.Float64, "Upper end"),
    Column("schools", pl.Int64, "Schools it is about", "schools"),
    Column("pupils", pl.Float64, "Pupils it is about", "pupils"),
)

GLANCE = Table(
    "story_glance",
    "One row per headline measure, year and place: an average over pupils.",
    ("phase", "measure", "year", "place"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year", "year"),
        Column("place", pl.String, "system, nation, or difference (system less nation)"),
        *_RANGE,
        Column("source", pl.String, "Publications it is from"),
    ),
)

MAP = Table(
    "story_map",
    "One row per school and phase: its place on the performance map, in the unit of the measure.",
    ("school", "phase"),
    (
        *_WHO,
        Column("measure", pl.String, "Name of the measure"),
        Column("start", pl.Int32, "First year of the span of improvement", "year"),
        Column("end", pl.Int32, "Last year; attainment is of this year", "year"),
        Column("attainment", pl.Float64, "Above or below schools with pupils like these"),
        Column("attainment_sd", pl.Float64, "Its posterior standard deviation"),
        Column("attainment_low", pl.Float64, "Lower end of the 80 % range"),
        Column("attainment_high", pl.Float64, "Upper end"),
        Column("improvement", pl.Float64, "Change of that over the span"),
        Column("improvement_sd", pl.Float64, "Its posterior standard deviation"),
        Column("improvement_low", pl.Float64, "Lower end of the 80 % range"),
        Column("improvement_high", pl.Float64, "Upper end"),
        Column("correlation", pl.Float64, "Posterior correlation of the two", "", (-1, 1)),
        Column("quadrant", pl.String, "higher or lower, rising or falling, with _ between"),
        Column("probability", pl.Float64, "Of being in that quadrant", "share", (0, 1)),
        Column("pupils", pl.Float64, "Pupils of the latest figure", "pupils"),
        Column("reference_attainment", pl.Float64, "Mean attainment of the nation"),
        Column("reference_improvement", pl.Float64, "Mean improvement of the nation"),
        Column("source", pl.String, "Publications it is from"),
    ),
)

FAMILIES = Table(
    "story_families",
    "One row per school and phase: its place among the fifty most like it, and how sure that is.",
    ("school", "phase"),
    (
        *_WHO,
        Column("preset", pl.String, "The definition of alike that the report uses"),
        Column("position", pl.Float64, "Share of the fifty below it", "percentile", (0, 100)),
        Column("low", pl.Float64, "Lower end with cohort noise", "percentile", (0, 100)),
        Column("high", pl.Float64, "Upper end", "percentile", (0, 100)),
        Column("lowest", pl.Float64, "Lowest position under any definition", "percentile", (0, 100)),
        Column("highest", pl.Float64, "Highest", "percentile", (0, 100)),
        Column("claim", pl.String, "top quarter, bottom quarter, or empty"),
        Column("grade", pl.String, "near, fair, stretched or none"),
        Column("family", pl.String, "Name of the group it is convened with; empty when in none"),
        Column("honorary", pl.Boolean, "Whether it is an honorary member of that group"),
        Column("pupils", pl.Float64, "Pupils the position is about, or empty", "pupils"),
        Column("source", pl.String, "Publications it is from"),
    ),
)

NEAREST = Table(
    "story_nearest",
    "One row per school, phase and near school: the ten most like it, in order of likeness.",
    ("school", "phase", "rank"),
    (
        *_SCHOOL,
        Column("rank", pl.Int32, "Place among its neighbours, from 1"),
        Column("neighbour", pl.String, "Identity of the neighbour"),
        Column("name", pl.String, "Name of the neighbour"),
        Column("authority", pl.String, "Authority of the neighbour"),
    ),
)

BETTER = Table(
    "story_better",
    "One row per claim: a school does better (or less well) than its family at a theme.",
    ("school", "phase", "theme", "measure"),
    (
        *_WHO,
        Column("theme", pl.String, "What schools can help each other with"),
        Column("measure", pl.String, "Name of the measure"),
        Column("better", pl.Boolean, "Whether it is better; otherwise less well"),
        Column("value", pl.Float64, "How much, in the unit of the measure"),
        Column("low", pl.Float64, "Lower end of the range"),
        Column("high", pl.Float64, "Upper end"),
        Column("probability", pl.Float64, "That it is so", "share", (0, 1)),
        Column("pupils", pl.Float64, "Pupils it is about, or empty", "pupils"),
        Column("source", pl.String, "Publications it is from"),
    ),
)

GAP = Table(
    "story_gap",
    "One row per measure, year and place: disadvantaged pupils, other pupils, and the gap.",
    ("phase", "measure", "year", "place"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure of all pupils"),
        Column("year", pl.Int32, "Year", "year"),
        Column("place", pl.String, "system or nation"),
        Column("disadvantaged", pl.Float64, "Average of disadvantaged pupils"),
        Column("other", pl.Float64, "Average of the other pupils"),
        *_RANGE,
        Column("source", pl.String, "Publications it is from"),
    ),
)

FLOOR = Table(
    "story_floor",
    "One row per measure, year and place: schools below the floor that held then, or its nearest now.",
    ("phase", "measure", "year", "place"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year", "year"),
        Column("place", pl.String, "system or nation"),
        Column("below", pl.Float64, "The floor, in the unit of the measure; empty when there was none"),
        Column("then", pl.Boolean, "Whether the floor was a target of that year"),
        Column("number", pl.Int64, "Schools below it", "schools"),
        Column("value", pl.Float64, "Share of the schools below it", "%"),
        Column("low", pl.Float64, "Lower end of its 95 % range", "%"),
        Column("high", pl.Float64, "Upper end", "%"),
        Column("expected", pl.Float64, "Share expected below with cohort noise allowed for", "%"),
        Column("schools", pl.Int64, "Schools with a figure", "schools"),
        Column("source", pl.String, "Where the floor is from"),
    ),
)

PUPILS = Table(
    "story_pupils",
    "One row per school of the system: what it adds beyond its pupils' start, from pupils' own results.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("name", pl.String, "Name"),
        Column("authority", pl.String, "Authority"),
        *value_added.PUPILS.columns[1:],
    ),
)
