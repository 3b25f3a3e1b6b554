"""Impact: who took part, what was planned, compared with whom, what it seems to have done, and how sure."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

_ROLE = Column("role", pl.String, "receiver (was helped) or provider (helped)")
_ESTIMATE = (
    Column("effect", pl.Float64, "The effect, turned so that more is better", "sd of schools"),
    Column("se", pl.Float64, "Its standard error", "sd of schools"),
    Column("low", pl.Float64, "Lower end of the interval", "sd of schools"),
    Column("high", pl.Float64, "Upper end of the interval", "sd of schools"),
)
#: What an effect is in the measure's own unit, and beside an ordinary year.
_IN_UNITS = (
    Column("p", pl.Float64, "Two-sided p value", "share", (0, 1)),
    Column("points", pl.Float64, "The effect in the unit of the measure, its own sign"),
    Column("points_low", pl.Float64, "Lower end of the interval in that unit"),
    Column("points_high", pl.Float64, "Upper end of the interval in that unit"),
    Column(
        "noise",
        pl.Float64,
        "The effect beside how much a school moves from year to year",
        "sd of changes",
    ),
)
_YEARS = (
    Column("first_year", pl.Int32, "First year of the outcome that counts", "year"),
    Column("last_year", pl.Int32, "Last year of the outcome that counts", "year"),
)

EVENTS = Table(
    "impact_events",
    "One row per school and part it played in work whose impact is asked about.",
    ("school", "role", "partnership"),
    (
        Column("school", pl.String, "Identity of the school"),
        _ROLE,
        Column("partnership", pl.String, "What was chosen as one: the partnership, alliance or programme"),
        Column(
            "start",
            pl.Int32,
            "Calendar year ending the first school year that the work could touch",
            nullable=False,
        ),
        Column("ended", pl.Int32, "Calendar year ending the last school year of the work; empty: goes on"),
        Column("theme", pl.String, "What the work was about (definitions/themes.yaml); empty: not said"),
        Column("practice", pl.String, "What was done; empty: not said"),
    ),
)

EFFECTS = Table(
    "impact_effects",
    "Effects: in all, by years since joining, by year joined and by calendar year.",
    ("role", "aggregation", "at"),
    (
        _ROLE,
        Column("aggregation", pl.String, "simple, dynamic (years since joining), cohort or calendar"),
        Column("at", pl.Int32, "Years since joining, year joined or year; 0 for simple"),
        *_ESTIMATE,
        Column(
            "band_low",
            pl.Float64,
            "Lower end of the band that holds for all rows of its aggregation",
            "sd of schools",
        ),
        Column("band_high", pl.Float64, "Upper end of that band", "sd of schools"),
        *_IN_UNITS,
        Column("schools", pl.Int64, "Schools that took part and count", "schools"),
        Column(
            "clusters", pl.Int64, "Partnerships (or whatever was chosen as one) they belong to", "clusters"
        ),
        Column("comparison", pl.Int64, "Comparison schools", "schools"),
        Column(
            "inference", pl.String, "Where the interval comes from: clusters, comparison, permutation or wild"
        ),
    ),
)

PATHS = Table(
    "impact_paths",
    "The outcome year by year: schools that took part, their comparison schools, and all schools.",
    ("role", "side", "year"),
    (
        _ROLE,
        Column("side", pl.String, "joined, comparison or nation"),
        Column("year", pl.Int32, "Calendar year in which the school year ends", "year"),
        Column("value", pl.Float64, "Mean outcome, weighted as compared", "sd of schools"),
        Column("low", pl.Float64, "Lower end of the range of that mean", "sd of schools"),
        Column("high", pl.Float64, "Upper end of the range of that mean", "sd of schools"),
        Column("points", pl.Float64, "Mean outcome in the unit of the measure"),
        Column("schools", pl.Int64, "Schools with a figure", "schools"),
    ),
)

COMPARISONS = Table(
    "impact_comparisons",
    "Who stands beside whom, how near, and with what weight.",
    ("role", "school", "comparison"),
    (
        _ROLE,
        Column("school", pl.String, "School that took part"),
        Column("comparison", pl.String, "Its comparison school"),
        Column("weight", pl.Float64, "Share of the comparison of this school", "share", (0, 1)),
        Column(
            "distance",
            pl.Float64,
            "Distance in path and context together, 1 being typical of any two schools",
        ),
        Column("path_distance", pl.Float64, "Distance in the path of the outcome alone"),
        Column("context_distance", pl.Float64, "Distance in context alone"),
        Column("family", pl.Boolean, "Whether both are of one family"),
        Column("minutes", pl.Float64, "Minutes by car from the nearest partner", "minutes"),
    ),
)

LEFT_OUT = Table(
    "impact_left_out",
    "Who was left out, and why: nobody is dropped in silence.",
    ("role", "side", "school", "why"),
    (
        _ROLE,
        Column("side", pl.String, "joined or comparison"),
        Column("school", pl.String, "Identity of the school"),
        Column(
            "why",
            pl.String,
            "Short name of the reason: partner, no_base, no_path, no_context, no_outcome, closed, kind, "
            "caliper, near, started_before, no_comparison",
        ),
        Column("year", pl.Int32, "The year it is about, where there is one", "year"),
    ),
)

BALANCE = Table(
    "impact_balance",
    "How alike both sides were before the start.",
    ("role", "variable"),
    (
        _ROLE,
        Column(
            "variable",
            pl.String,
            "Variable of context, or path_1 (the last year before the start), path_2 ...",
        ),
        Column("joined", pl.Float64, "Mean of the schools that took part"),
        Column("pool", pl.Float64, "Mean of all schools they could be compared with"),
        Column("comparison", pl.Float64, "Weighted mean of their comparison schools"),
        Column("before", pl.Float64, "Standardised difference from the pool", "sd"),
        Column("after", pl.Float64, "Standardised difference from the comparison schools", "sd"),
    ),
)

GUARDS = Table(
    "impact_guards",
    "What a sceptic asks: every check, its figure and what it says.",
    ("role", "guard", "at"),
    (
        _ROLE,
        Column(
            "guard",
            pl.String,
            "naive, regression_to_mean, pretrend, honest, placebo_date, leave_one_out, attrition, closures, "
            "interference, permutation, wild or balance",
        ),
        Column(
            "at",
            pl.String,
            "What the row is about: a year, a cluster left out, a bound, a radius; may be empty",
        ),
        *_ESTIMATE,
        Column(
            "value",
            pl.Float64,
            "A figure of the check that is no effect: share of schools lost, how large a later break undoes "
            "the effect, share of placebo programmes that seem to work, standardised difference",
        ),
        Column("p", pl.Float64, "p value, where the check has one", "share", (0, 1)),
        Column("schools", pl.Int64, "Schools it rests on", "schools"),
        Column("verdict", pl.String, "holds, fails, unclear, cannot or shown (a figure to read, no test)"),
        Column(
            "why",
            pl.String,
            "Short name of a reason why it fails, is unclear or cannot be done; may be empty",
        ),
    ),
)

HEADLINE = Table(
    "impact_headline",
    "One row per question: the effect in all, how strong the evidence is, and why.",
    ("role",),
    (
        _ROLE,
        Column("measure", pl.String, "Name of the measure"),
        Column("phase", pl.String, "primary or secondary"),
        *_ESTIMATE,
        *_IN_UNITS,
        Column("noise_low", pl.Float64, "Lower end of that", "sd of changes"),
        Column("noise_high", pl.Float64, "Upper end of that", "sd of changes"),
        Column("smallest", pl.Float64, "Smallest effect that matters, as planned", "sd of schools"),
        Column(
            "detectable",
            pl.Float64,
            "Smallest effect this design could see with the power asked",
            "sd of schools",
        ),
        Column("schools", pl.Int64, "Schools that took part and count", "schools"),
        Column("asked", pl.Int64, "Schools that took part", "schools"),
        Column("clusters", pl.Int64, "Partnerships (or whatever was chosen as one)", "clusters"),
        Column("comparison", pl.Int64, "Comparison schools", "schools"),
        Column("inference", pl.String, "Where the interval comes from"),
        Column("design", pl.String, "matched, reg, ipw, dr, synthetic or sdid"),
        *_YEARS,
        Column("planned", pl.Boolean, "Whether the plan was dated before the outcomes were published"),
        Column("strength", pl.Int32, "Step of evidence, 1 to 5", limits=(1, 5)),
        Column(
            "verdict",
            pl.String,
            "helped, harmed, no_difference (the interval holds no effect that matters) or unclear",
        ),
        Column("reasons", pl.String, "Short names of what held the step down, + between them"),
        Column("plan", pl.String, "Hash of the plan; empty where there was none"),
    ),
)

DEVIATIONS = Table(
    "impact_deviations",
    "Where what was done differs from what was planned.",
    ("field",),
    (
        Column("field", pl.String, "Field of the plan"),
        Column("planned", pl.String, "What the plan says"),
        Column("done", pl.String, "What was done"),
        Column("why", pl.String, "Why, if it was said"),
    ),
)

SYNTHETIC = Table(
    "impact_synthetic",
    "One school, alliance or city beside a weighted mix of others, year by year.",
    ("unit", "method", "year"),
    (
        Column("unit", pl.String, "School, alliance or area"),
        Column("method", pl.String, "synthetic (control) or sdid (synthetic difference-in-differences)"),
        Column("year", pl.Int32, "Calendar year in which the school year ends", "year"),
        Column("value", pl.Float64, "Outcome of the unit", "sd of schools"),
        Column("mix", pl.Float64, "Outcome of the mix of others", "sd of schools"),
        Column("gap", pl.Float64, "The unit less the mix", "sd of schools"),
        Column("low", pl.Float64, "Lower end of the central placebo gaps of that year", "sd of schools"),
        Column("high", pl.Float64, "Upper end of those gaps", "sd of schools"),
        Column("after", pl.Boolean, "Whether the year is from the start on"),
    ),
)

FINDINGS = Table(
    "findings",
    "Findings as data: one row per result, for the evidence base and for the matching.",
    ("plan", "who", "role", "theme", "practice", "measure"),
    (
        Column("plan", pl.String, "Hash of the plan; empty where there was none", nullable=False),
        _ROLE,
        Column("who", pl.String, "The name of the work"),
        Column("theme", pl.String, "What it was about; empty: several or not said"),
        Column("practice", pl.String, "What was done; empty: several or not said"),
        Column("measure", pl.String, "Name of the measure"),
        Column("phase", pl.String, "primary or secondary"),
        *_YEARS,
        *_ESTIMATE,
        Column(
            "predicted",
            pl.Float64,
            "Gain if schools had closed all their gap (partnerships.gains.learn)",
            "sd of schools",
        ),
        Column("schools", pl.Int64, "Schools that took part and count", "schools"),
        Column("clusters", pl.Int64, "Partnerships they belong to", "clusters"),
        Column("comparison", pl.Int64, "Comparison schools", "schools"),
        Column("design", pl.String, "matched, reg, ipw, dr, synthetic or sdid"),
        Column("strength", pl.Int32, "Step of evidence, 1 to 5", limits=(1, 5)),
        Column("verdict", pl.String, "helped, harmed, no_difference or unclear"),
        Column("deviations", pl.Int64, "Deviations from the plan"),
        Column("evidence", pl.String, "Version of the evidence folder"),
        Column("date", pl.Date, "Date of the evaluation"),
    ),
)

JUDGEMENTS = Table(
    "judgements",
    "One row per inspection: the school, the judgement and the date.",
    ("number", "date"),
    (
        Column("number", pl.String, "Number of the school (URN)"),
        Column("date", pl.Date, "Date of the inspection"),
        Column("judgement", pl.String, "outstanding, good, satisfactory, requires improvement or inadequate"),
        Column(
            "phase", pl.String, "primary or secondary (all-through: secondary); empty: neither, or not known"
        ),
        Column("release", pl.String, "The publication the row comes from"),
    ),
)
