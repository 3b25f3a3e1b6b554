"""Value added: what each school adds, how sure we are, and how well a year left out is foreseen."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

#: A quantity's columns: suffix, meaning, unit.
_PARTS = (
    ("", "posterior mean", "standard deviations within year"),
    ("_sd", "posterior standard deviation", "standard deviations within year"),
    ("_low80", "lower end of the 80 % interval", "standard deviations within year"),
    ("_high80", "upper end of the 80 % interval", "standard deviations within year"),
    ("_low95", "lower end of the 95 % interval", "standard deviations within year"),
    ("_high95", "upper end of the 95 % interval", "standard deviations within year"),
    ("_unit", "posterior mean", "unit of the measure"),
    ("_unit_sd", "posterior standard deviation", "unit of the measure"),
)
#: The three quantities of a school and what each of them is.
QUANTITIES = {
    "attainment": "The school's own level beyond its context in `year`",
    "level": "The school's level with its context in `year`",
    "improvement": "Change of the school's own level from `from_year` to `year`",
}

SCHOOLS = Table(
    "value_added_schools",
    "One row per school and measure: own level, level with context, and change, each with intervals.",
    ("school", "phase", "measure"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("from_year", pl.Int32, "Year from which change is counted", "year"),
        Column("year", pl.Int32, "Year that level and change refer to", "year"),
        Column("last_seen", pl.Int32, "Latest year with a figure of the school", "year"),
        Column("history", pl.Int32, "Years with a figure of the school", "years", (1, 100)),
        Column("cohort", pl.Float64, "Pupils of the latest figure, or of the nearest known year", "pupils"),
        *(
            Column(quantity + suffix, pl.Float64, f"{meaning}: {part}", unit)
            for quantity, meaning in QUANTITIES.items()
            for suffix, part, unit in _PARTS
        ),
        Column(
            "attainment_improvement_correlation",
            pl.Float64,
            "How attainment and improvement err together (posterior)",
            "correlation",
            (-1, 1),
        ),
        Column("attainment_reliability", pl.Float64, "1 less posterior by prior variance", "share", (0, 1)),
        Column("improvement_reliability", pl.Float64, "1 less posterior by prior variance", "share", (0, 1)),
    ),
)

COMPONENTS = Table(
    "value_added_components",
    "One row per measure and variance component, with its interval and whether it can be told apart.",
    ("phase", "measure", "component"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("component", pl.String, "level, persistence, shock, noise, or part of the own trend"),
        Column("value", pl.Float64, "Estimate (REML)"),
        Column("low95", pl.Float64, "Lower end of the 95 % interval; empty when not estimated"),
        Column("high95", pl.Float64, "Upper end of the 95 % interval; empty when not estimated"),
        Column("meaning", pl.String, "What it is, with its unit"),
        Column("note", pl.String, "What must be known before it is read"),
    ),
)

COEFFICIENTS = Table(
    "value_added_coefficients",
    "One row per measure and context variable: how expectations move with it. Association only.",
    ("phase", "measure", "variable"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("variable", pl.String, "Name of the context variable, or of the year"),
        Column("effect", pl.Float64, "Change for one standard deviation", "standard deviations within year"),
        Column("se", pl.Float64, "Standard error", "standard deviations within year"),
        Column("low95", pl.Float64, "Lower end of the 95 % interval", "standard deviations within year"),
        Column("high95", pl.Float64, "Upper end of the 95 % interval", "standard deviations within year"),
    ),
)

SENTENCES = Table(
    "value_added_sentences",
    "One row per measure: what it tells and what it cannot know.",
    ("phase", "measure"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("sentence", pl.String, "In plain words"),
    ),
)

FORECASTS = Table(
    "value_added_forecasts",
    "One row per school: what is expected of a year before looking, as a t distribution.",
    ("school", "phase", "measure", "year"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year foreseen", "year"),
        Column("history", pl.Int32, "Years with a figure of the measure before it", "years"),
        Column("mean", pl.Float64, "Middle of the forecast", "standard deviations within year"),
        Column("scale", pl.Float64, "Scale of the forecast", "standard deviations within year"),
        Column("freedom", pl.Float64, "Degrees of freedom of the forecast"),
        Column("low80", pl.Float64, "Lower end of the 80 % interval", "standard deviations within year"),
        Column("high80", pl.Float64, "Upper end of the 80 % interval", "standard deviations within year"),
        Column("low95", pl.Float64, "Lower end of the 95 % interval", "standard deviations within year"),
        Column("high95", pl.Float64, "Upper end of the 95 % interval", "standard deviations within year"),
    ),
)

LEFT_OUT_YEARS = Table(
    "value_added_left_out_years",
    "One row per measure, year left out, part of the schools, and model: how well it foresaw the year.",
    ("phase", "measure", "year", "schools", "model"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year left out and foreseen", "year"),
        Column("latest", pl.Int32, "Latest year of results that was used", "year"),
        Column("schools", pl.String, "all, choosing, held-out or without history"),
        Column("model", pl.String, "last value, mean of three, shrunk to context, regression or ours"),
        Column("n", pl.Int32, "Schools scored", "schools"),
        Column("crps", pl.Float64, "Mean continuous ranked probability score; lower is better"),
        Column("cover50", pl.Float64, "Share of schools inside the 50 % interval", "share", (0, 1)),
        Column("cover80", pl.Float64, "Share of schools inside the 80 % interval", "share", (0, 1)),
        Column("cover95", pl.Float64, "Share of schools inside the 95 % interval", "share", (0, 1)),
        Column("less", pl.Float64, "crps of ours less this model's; negative when ours is better"),
        Column("less_low95", pl.Float64, "Lower end of its 95 % interval, authorities resampled"),
        Column("less_high95", pl.Float64, "Upper end of its 95 % interval, authorities resampled"),
    ),
)

NOISE = Table(
    "value_added_noise",
    "One row per school and year of a measure: the variance of the noise of its cohort.",
    ("school", "year"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("year", pl.Int32, "Year", "year"),
        Column("variance", pl.Float64, "Variance of cohort noise", "squared sd within year"),
        Column("spread", pl.Float64, "One sd within the year", "unit of the measure"),
    ),
)

PUPILS = Table(
    "value_added_pupils",
    "One row per school: what it adds beyond its pupils' start, from the pupils' own results.",
    ("school",),
    (
        Column("school", pl.String, "The school's number in the pupils' records"),
        Column("pupils", pl.Int64, "Pupils it is about; empty where they were too few", "pupils"),
        Column("effect", pl.Float64, "Above or below what the intake leads to expect", "unit of the outcome"),
        Column("low", pl.Float64, "Lower end of the 95 % interval", "unit of the outcome"),
        Column("high", pl.Float64, "Upper end of the 95 % interval", "unit of the outcome"),
        Column("reliability", pl.Float64, "1 less posterior by prior variance", "share", (0, 1)),
        Column("outcome", pl.String, "What the outcome is"),
        Column("intake", pl.String, "What is known of the pupils' start"),
        Column("source", pl.String, "The sums it was estimated from"),
    ),
)
