"""Families: who is alike enough to learn together, how alike, and how sure that is."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

NEIGHBOURS = Table(
    "neighbours",
    "One row per school and neighbour, in order.",
    ("school", "neighbour"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("rank", pl.Int32, "Place among its neighbours, from 1", limits=(1, 1e9)),
        Column("neighbour", pl.String, "Identity of the neighbour"),
        Column("distance", pl.Float64, "Weighted distance on what both know", limits=(0, 1e300)),
        Column("inside", pl.Boolean, "Whether it is within the caliper"),
        Column("mutual", pl.Boolean, "Whether the neighbour names the school too"),
    ),
)

QUALITY = Table(
    "match_quality",
    "One row per school: how good a match its neighbours are.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("preset", pl.String, "Name of the preset"),
        Column("k", pl.Int32, "Neighbours asked for", "schools"),
        Column("neighbours", pl.Int32, "Neighbours found", "schools"),
        Column("pool", pl.Int32, "Other schools that match it exactly (phase, kind ...)", "schools"),
        Column("known", pl.Int32, "Criteria known of the school", "criteria"),
        Column("criteria", pl.Int32, "Criteria in use", "criteria"),
        Column(
            "known_weight", pl.Float64, "Share of the weight of the criteria known of it", "share", (0, 1)
        ),
        Column("nearest", pl.Float64, "Distance to the nearest"),
        Column("farthest", pl.Float64, "Distance to the farthest of them"),
        Column("caliper", pl.Float64, "Distance beyond which a school is not alike"),
        Column("inside", pl.Int32, "Neighbours within the caliper", "schools"),
        Column("grade", pl.String, "near, fair, stretched or none (no fair family)"),
        Column("reciprocity", pl.Float64, "Share of its neighbours that name it too", "share", (0, 1)),
        Column("used", pl.Int32, "Schools that name it as a neighbour (hubness)", "schools"),
        Column("far", pl.String, "Criteria on which it differs from its neighbours, largest first"),
        Column("sentence", pl.String, "The match in one plain sentence"),
    ),
)

GAPS = Table(
    "match_gaps",
    "One row per school and criterion: how the school differs from the mean of its neighbours.",
    ("school", "variable"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("variable", pl.String, "Name of the criterion"),
        Column("value", pl.Float64, "Of the school, in the criterion's unit; empty when unknown"),
        Column("neighbours_mean", pl.Float64, "Mean of the neighbours of whom it is known"),
        Column("gap", pl.Float64, "value less neighbours_mean", "standard deviations"),
        Column("weight", pl.Float64, "Share of the weight of the preset", "share", (0, 1)),
    ),
)

CHURN = Table(
    "churn",
    "One row per school: how its neighbours changed since the time before.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("kept", pl.Int32, "Neighbours of both times", "schools"),
        Column("came", pl.Int32, "Neighbours now only", "schools"),
        Column("left", pl.Int32, "Neighbours before only", "schools"),
        Column("overlap", pl.Float64, "kept / (kept + came + left) (Jaccard)", "share", (0, 1)),
    ),
)

POSITIONS = Table(
    "positions",
    "One row per school and preset: where its figure stands among its neighbours'.",
    ("school", "preset"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("preset", pl.String, "Name of the preset"),
        Column("compared", pl.Int32, "Neighbours with a figure", "schools"),
        Column("position", pl.Float64, "Share of them below it, ties by half", "percentile", (0, 100)),
        Column(
            "low", pl.Float64, "5th percentile of the position under cohort noise", "percentile", (0, 100)
        ),
        Column("high", pl.Float64, "95th percentile of it", "percentile", (0, 100)),
    ),
)

SENSITIVITY = Table(
    "sensitivity",
    "One row per school: how far its position depends on the definition of alike.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("presets", pl.Int32, "Presets under which it has a position", "presets"),
        Column("lowest", pl.Float64, "Lowest position", "percentile", (0, 100)),
        Column("median", pl.Float64, "Median position", "percentile", (0, 100)),
        Column("highest", pl.Float64, "Highest position", "percentile", (0, 100)),
        Column("moves", pl.Float64, "highest less lowest", "percentiles", (0, 100)),
        Column("claim", pl.String, "top quarter, bottom quarter, or empty: what survives presets and noise"),
        Column("sentence", pl.String, "The same in one plain sentence"),
    ),
)

GROUPS = Table(
    "families",
    "One row per school: the family it is convened with.",
    ("school",),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("family", pl.String, "Name of the family; empty when the school fits none"),
        Column("honorary", pl.Boolean, "Farther than the caliper from every family's centre"),
        Column("distance", pl.Float64, "Distance to the centre of its family"),
        Column("last", pl.String, "Family of the time before"),
        Column("moved", pl.Boolean, "Whether it left that family"),
        Column("why", pl.String, "Why it moved or is honorary, in one sentence; empty otherwise"),
    ),
)

GROUP_REPORT = Table(
    "family_report",
    "One row per family: its size and how alike its schools are.",
    ("family",),
    (
        Column("family", pl.String, "Name of the family"),
        Column("schools", pl.Int32, "Members, honorary ones apart", "schools"),
        Column("honorary", pl.Int32, "Honorary members", "schools"),
        Column("within", pl.Float64, "Mean distance between two members"),
        Column(
            "optimum",
            pl.Float64,
            "Mean distance of members to as many nearest schools (no family can be below)",
        ),
        Column("stayed", pl.Int32, "Members of the time before as well", "schools"),
        Column("came", pl.Int32, "Members that were elsewhere, or nowhere, before", "schools"),
    ),
)
