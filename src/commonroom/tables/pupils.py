"""What each school adds, from pupils: its effect and how sure, the fixed effects, variances and the fit."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

_OUTCOME = "unit of the outcome"

EFFECTS = Table(
    "pupil_effects",
    "One row per school and term: how far its pupils are from what is expected of them, and how sure.",
    ("school", "term"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("term", pl.String, "intercept, an intake whose slope differs by school, or average pupil"),
        Column("pupils", pl.Int64, "Pupils in the sums", "pupils"),
        Column("effect", pl.Float64, "Predicted effect (BLUP), with the centring undone", _OUTCOME),
        Column("conditional_sd", pl.Float64, "Error if fixed effects and variances were known", _OUTCOME),
        Column("prediction_sd", pl.Float64, "Error with fixed effects estimated (Henderson)", _OUTCOME),
        Column("sd", pl.Float64, "Error with variances estimated too: the one to publish", _OUTCOME),
        Column("low95", pl.Float64, "Lower end of the 95 % interval", _OUTCOME),
        Column("high95", pl.Float64, "Upper end of the 95 % interval", _OUTCOME),
        Column(
            "reliability", pl.Float64, "1 less sd squared by the variance between schools", "share", (0, 1)
        ),
        Column("diagnostic_sd", pl.Float64, "Spread of the predicted effect itself, for checking", _OUTCOME),
        Column("rank_low95", pl.Float64, "Place from the top, lower end of the 95 % interval", "place"),
        Column("rank_high95", pl.Float64, "Place from the top, upper end of the 95 % interval", "place"),
    ),
)

COEFFICIENTS = Table(
    "pupil_coefficients",
    "One row per fixed effect, on the scale of the data.",
    ("variable",),
    (
        Column("variable", pl.String, "intercept, an intake, a school mean or a school covariate"),
        Column("effect", pl.Float64, "Change of the outcome with one unit more", _OUTCOME),
        Column("se", pl.Float64, "Standard error if the model is right", _OUTCOME),
        Column("robust_se", pl.Float64, "Standard error by schools or their clusters (sandwich)", _OUTCOME),
        Column("df", pl.Float64, "Degrees of freedom of the interval (Satterthwaite)"),
        Column("low95", pl.Float64, "Lower end of the 95 % interval", _OUTCOME),
        Column("high95", pl.Float64, "Upper end of the 95 % interval", _OUTCOME),
    ),
)

COMPONENTS = Table(
    "pupil_components",
    "One row per variance, covariance or share, with its interval.",
    ("component",),
    (
        Column("component", pl.String, "What varies"),
        Column("value", pl.Float64, "Estimate"),
        Column("low95", pl.Float64, "Lower end of the 95 % interval; empty when there is none"),
        Column("high95", pl.Float64, "Upper end of the 95 % interval; empty when there is none"),
        Column("note", pl.String, "What must be known before it is read"),
    ),
)

RESCALED = Table(
    "pupil_effects_rescaled",
    "Effects when survey weights are scaled the other way, which changes how far effects are shrunk.",
    ("school", "term"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("term", pl.String, "As in pupil_effects"),
        Column("effect", pl.Float64, "Predicted effect (BLUP) under the other scaling", _OUTCOME),
        Column("conditional_sd", pl.Float64, "Error if everything else were known", _OUTCOME),
    ),
)

FIT = Table(
    "pupil_fit",
    "One row: what was fitted to how many pupils, and the likelihood.",
    (),
    (
        Column("method", pl.String, "reml or ml"),
        Column("state", pl.String, "inner, none (no variation between schools) or singular"),
        Column("pupils", pl.Int64, "Pupils in the sums", "pupils"),
        Column("schools", pl.Int64, "Schools in the sums", "schools"),
        Column("columns", pl.Int64, "Fixed effects", "columns"),
        Column("terms", pl.Int64, "Effects of each school", "terms"),
        Column("log_likelihood", pl.Float64, "Logarithm of the (restricted) likelihood"),
        Column("criterion", pl.Float64, "-2 log likelihood, as lme4's REMLcrit or deviance"),
        Column("steps", pl.Int64, "Steps of the search", "steps"),
        Column("dropped", pl.String, "Columns dropped because the others explain them"),
    ),
)

SENTENCES = Table(
    "pupil_sentences",
    "What the estimate tells, and what it cannot know, in plain words.",
    (),
    (Column("sentence", pl.String, "One plain sentence"),),
)
