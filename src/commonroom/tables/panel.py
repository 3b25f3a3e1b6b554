"""The panel: one row per school, year and measure, with context beside it."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table, sources

SCHOOLS = Table(
    "panel_schools",
    "One row per school, after predecessors and successors were joined.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school: its latest number"),
        # What a source says of a number, for the school as a whole.
        *sources.SCHOOLS.columns[1:-1],
        Column("numbers", pl.Int32, "How many published numbers were joined into it", "numbers"),
        Column("in_system", pl.Boolean, "Whether it belongs to the system that was asked for"),
        Column("release", pl.String, "The publication the row comes from"),
    ),
)

OUTCOMES = Table(
    "outcomes",
    "One row per school, year and measure: the figure or why there is none.",
    ("school", "year", "measure"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("year", pl.Int32, "Calendar year in which the school year ends", "year"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure (definitions/measures)"),
        Column("group", pl.String, "all, disadvantaged or other"),
        Column("value", pl.Float64, "The figure; empty when there is none"),
        Column("cohort", pl.Float64, "Pupils it is about, where known", "pupils"),
        Column(
            "cohort_from", pl.String, "published, carried (from a year near by) or estimated (from pupils)"
        ),
        Column("missing", pl.String, "Why there is no figure"),
        Column("numbers", pl.String, "The published numbers it was recorded under, + between them"),
        Column("release", pl.String, "The publication the figure comes from"),
    ),
)

#: The context variables by name. Columns of the context table, in this order.
CONTEXT_VARIABLES: dict[str, tuple[str, str]] = {
    "prior": ("Prior attainment of the cohort (KS2 scaled score, or KS1)", "points"),
    "prior_low": ("Pupils with low prior attainment", "%"),
    "prior_high": ("Pupils with high prior attainment", "%"),
    "disadvantaged": ("Disadvantaged pupils in the cohort", "%"),
    "fsm6": ("Pupils eligible for free school meals in the last six years", "%"),
    "fsm": ("Pupils eligible for free school meals", "%"),
    "eal": ("Pupils whose first language is not English", "%"),
    "sen_support": ("Pupils with SEN support", "%"),
    "ehcp": ("Pupils with an education, health and care plan", "%"),
    "idaci": ("Income deprivation affecting children index, mean of pupils", "share"),
    "stability": ("Pupils who did not join or leave mid-way", "%"),
    "polar4": ("Young people's participation in higher education, mean quintile", "quintile"),
    "pupils": ("Pupils in the school", "pupils"),
}

CONTEXT = Table(
    "context",
    "One row per school, year and phase: who the pupils are, and the year that is known from.",
    ("school", "year", "phase"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("year", pl.Int32, "Year of the outcomes it stands beside", "year"),
        Column("phase", pl.String, "primary or secondary"),
        Column("context_year", pl.Int32, "Year of the school-wide census figures, the farthest if several"),
        Column("cohort_year", pl.Int32, "Year of the cohort's own figures (prior attainment, disadvantage)"),
        *(Column(name, pl.Float64, meaning, unit) for name, (meaning, unit) in CONTEXT_VARIABLES.items()),
        Column("carried", pl.String, "Variables that are another year's, with that year"),
        Column("release", pl.String, "The publications the row comes from"),
    ),
)

JOINS = Table(
    "joins",
    "One row per published number that was joined into another school, and by which rule.",
    ("number",),
    (
        Column("number", pl.String, "The published number"),
        Column("school", pl.String, "Identity it was joined into"),
        Column("rule", pl.String, "one-to-one, merged, split, or apart for a link that was not followed"),
        Column("steps", pl.Int32, "Generations before the newest number; 0 where it was kept apart"),
        Column("date", pl.Date, "Date of the link, where published"),
        Column("explanation", pl.String, "What was done with its figures, in one sentence"),
    ),
)

LEFT_OUT = Table(
    "left_out",
    "How many figures were left out, and why.",
    ("phase", "measure", "year", "why"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year", "year"),
        Column("why", pl.String, "Why"),
        Column("figures", pl.Int64, "How many", "figures"),
    ),
)
