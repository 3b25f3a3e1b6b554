"""Who does better than schools alike, at what, and how sure that is."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

BETTER = Table(
    "better",
    "One row per school and measure: how it differs from schools alike, and what may be said of it.",
    ("school", "phase", "measure"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("theme", pl.String, "What schools could help each other with"),
        Column("cohort", pl.Float64, "Fewest pupils in a year that was used", "pupils"),
        Column("years", pl.Int32, "Years that were used", "years"),
        Column("neighbours", pl.Int32, "Neighbours with a figure", "schools"),
        Column("delta", pl.Float64, "Residual less the neighbours' mean; better is positive", "sd"),
        Column("noise", pl.Float64, "Variance of delta that is not a difference", "sd squared"),
        Column("effect", pl.Float64, "Posterior mean of the difference; better is positive", "sd"),
        Column("sd", pl.Float64, "Posterior standard deviation of the difference", "sd"),
        Column("low", pl.Float64, "Lower end of the 95 % range; better is positive", "sd"),
        Column("high", pl.Float64, "Upper end of the 95 % range; better is positive", "sd"),
        Column("probability", pl.Float64, "That the school differs in the way of `better`", "", (0, 1)),
        Column("better", pl.Boolean, "Whether the posterior mean is on the better side"),
        Column("sizeable", pl.Float64, "Probability that the difference is over 0.1 sd", "", (0, 1)),
        Column("agreement", pl.Float64, "Share of the universes with the same sign", "share", (0, 1)),
        Column("universes", pl.Int32, "Other reasonable ways to do the sum", "universes"),
        Column("sensitivity", pl.Float64, "Unmeasured context that would undo the claim", "sd"),
        Column("equivalents", pl.Float64, "The same in effects of the reference context variable"),
        Column("claim", pl.Boolean, "Whether it may be said"),
        Column("sentence", pl.String, "What may be said, in one plain sentence"),
    ),
)

SPREAD = Table(
    "better_spread",
    "One row per measure: how much schools differ from schools alike, and how the lists were kept.",
    ("phase", "measure"),
    (
        Column("phase", pl.String, "primary or secondary"),
        Column("measure", pl.String, "Name of the measure"),
        Column("first", pl.Int32, "First year used", "year"),
        Column("last", pl.Int32, "Last year used", "year"),
        Column("preset", pl.String, "What alike means in the main answer"),
        Column("k", pl.Int32, "Neighbours in the main answer", "schools"),
        Column("schools", pl.Int32, "Schools judged", "schools"),
        Column("variance", pl.Float64, "Variance of true differences between schools", "sd squared"),
        Column("noise", pl.Float64, "Mean variance of what is not a difference", "sd squared"),
        Column("better", pl.Int32, "Schools of which better is said", "schools"),
        Column("less", pl.Int32, "Schools of which less well is said", "schools"),
        Column("false_better", pl.Float64, "Share of the first list expected to be wrong", "share"),
        Column("false_less", pl.Float64, "Share of the second list expected to be wrong", "share"),
    ),
)
