"""What is expected of a school with this intake, the metric learned from it, and how both were judged."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

EXPECTED = Table(
    "expected",
    "One row per school: what is expected of it from who its pupils are, learned without its own authority.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("expected", pl.Float64, "Expected outcome, in the unit of the measure"),
        Column("score", pl.Float64, "The smooth part of it: the first criterion of the learned metric"),
        Column("c2", pl.Float64, "Variance of the error of that expectation", limits=(0, 1e300)),
        Column("fold", pl.Int32, "Which fold its authority was left out with"),
        Column("known", pl.Int32, "Variables of the intake that are known of it", "variables"),
        Column("reach", pl.Float64, "How unusual its intake is (leverage)", limits=(0, 1e300)),
    ),
)

WEIGHTS = Table(
    "learned_weights",
    "One row per criterion of the learned metric, the score first: what it weighs, and how sure that is.",
    ("variable",),
    (
        Column("variable", pl.String, "Name of the criterion"),
        Column("label", pl.String, "What people call it"),
        Column("weight", pl.Float64, "Weight in the metric; the weights sum to 1", "share", (0, 1)),
        Column("lowest", pl.Float64, "Smallest weight over the folds", "share", (0, 1)),
        Column("highest", pl.Float64, "Largest weight over the folds", "share", (0, 1)),
        Column("slope", pl.Float64, "Outcome for one standard deviation more", "unit of measure"),
        Column(
            "scale", pl.Float64, "Standard deviation that differences are divided by", "unit of criterion"
        ),
        Column("known", pl.Float64, "Share of the schools of which it is known", "share", (0, 1)),
    ),
)

IMPORTANCE = Table(
    "learned_importance",
    "One row per variable of the intake: how much worse the expectation is when it is shuffled.",
    ("variable",),
    (
        Column("variable", pl.String, "Name of the variable"),
        Column("label", pl.String, "What people call it"),
        Column("role", pl.String, "context or structure"),
        Column("importance", pl.Float64, "Share of the variance no longer explained, out of sample", "R2"),
    ),
)

CURVE = Table(
    "learned_curve",
    "One row per mixture and size of family: what it predicts and how alike its schools are.",
    ("context", "k"),
    (
        Column("context", pl.Float64, "Weight of context beside the score; infinite: context alone"),
        Column("k", pl.Int32, "Schools in the family", "schools"),
        Column("schools", pl.Int32, "Schools it was measured on", "schools"),
        Column("r2", pl.Float64, "R2 of the outcome by the adjusted mean of the family, out of sample"),
        Column("r2_plain", pl.Float64, "The same by the plain mean"),
        Column("gap", pl.Float64, "Mean distance of a criterion from the family's mean", "SD"),
        Column("chosen", pl.Boolean, "Whether the preset is this one"),
    ),
)

STANDING = Table(
    "standing",
    "One row per school with an outcome: how it stands in its family, plainly and with intake allowed for.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("neighbours", pl.Int32, "Neighbours with an outcome", "schools"),
        Column("value", pl.Float64, "Its outcome"),
        Column("family", pl.Float64, "Expected from its family: the mean, adjusted where that was asked"),
        Column("delta", pl.Float64, "value less family"),
        Column("position", pl.Float64, "Share of the family below it, ties by half", "share", (0, 1)),
    ),
)

JUDGED = Table(
    "families_judged",
    "One row per preset, adjustment and group of schools: what its families are worth, out of sample.",
    ("preset", "adjusted", "rows"),
    (
        Column("preset", pl.String, "Name of the preset"),
        Column("adjusted", pl.Boolean, "Whether the expected outcome was allowed for (METHODS.md 3.5)"),
        Column("rows", pl.String, "all, chosen (the method was chosen on) or held-out authorities"),
        Column("measure", pl.String, "Name of the measure"),
        Column("year", pl.Int32, "Year", "year"),
        Column("n", pl.Int32, "Schools", "schools"),
        Column("r2", pl.Float64, "R2 of the outcome by the family without the school's own authority"),
        Column("r2_corrected", pl.Float64, "The same with the noise of cohorts taken out"),
        Column("gap_mean", pl.Float64, "Mean distance of a variable from the family's mean", "SD"),
        Column("gap_worst5", pl.Float64, "95th percentile over schools of that", "SD"),
        Column("reciprocity", pl.Float64, "Share of neighbours that name the school too", "share", (0, 1)),
        Column("most_used", pl.Int32, "Families that the most-used school is in", "families"),
        Column("correlation", pl.Float64, "Largest correlation of position with context", limits=(-1, 1)),
        Column("correlated_with", pl.String, "The variable of that correlation"),
        Column("structure", pl.Float64, "The same with gender, selection ...", limits=(-1, 1)),
        Column("control", pl.Float64, "Correlation of delta with that of prior attainment", limits=(-1, 1)),
    ),
)
