"""How good a match is: near or far, known or not, mutual or one-sided, steady or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.placement import Floats, Ints, Placement
from commonroom.tables import families as tables

#: A criterion is far when the school is this many standard deviations from its neighbours' mean.
FAR = 0.5
#: All neighbours within this part of the caliper: the match is near.
NEAR = 0.5
#: Rows whose neighbours' values are gathered at once.
ROWS_AT_ONCE = 4096

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """Neighbours as rows of a placement (schools x k, -1 where none), and what follows from them.

    `asked` are the rows to answer for; `means` (asked x criteria) the mean of their neighbours.
    """

    asked: Ints
    index: Ints
    distance: Floats
    means: Floats
    inside: Flags
    mutual: Flags
    used: Ints
    caliper: float


def weigh(placed: Placement, index: Ints, distance: Floats, *, asked: Ints) -> Found:
    """Set the caliper over all distances, and see who names whom back and how often each is used."""
    rule = placed.preset.caliper
    there = index >= 0
    known = distance[there]
    caliper = rule.distance or (float(np.percentile(known, rule.percentile)) if known.size else np.nan)
    return Found(
        asked=asked,
        index=index,
        distance=distance,
        means=_means(placed, index[asked]),
        inside=np.asarray(there & (distance <= caliper)),
        mutual=_mutual(index, there),
        used=np.bincount(index[there], minlength=len(index)),
        caliper=caliper,
    )


def _mutual(index: Ints, there: Flags) -> Flags:
    """Whether each neighbour names the school too: the pair is then there twice, once each way."""
    flat = np.flatnonzero(there)
    first, second = flat // index.shape[1], index.ravel()[flat]
    pairs = np.minimum(first, second) * len(index) + np.maximum(first, second)
    # A million pairs are 8 MB a column: what is not needed any more goes before the next is made.
    del first, second
    order = np.argsort(pairs, kind="stable")
    twice = np.flatnonzero(np.diff(pairs[order]) == 0)
    mutual = np.zeros(index.size, dtype=np.bool_)
    mutual[flat[order[twice]]] = mutual[flat[order[twice + 1]]] = True
    return mutual.reshape(index.shape)


def quality(placed: Placement, found: Found) -> pl.DataFrame:
    """One row per asked school in the form of tables.families.QUALITY (METHODS.md section 3, point 4)."""
    asked = found.asked
    there = found.index[asked] >= 0
    count = there.sum(axis=1)
    inside = found.inside[asked].sum(axis=1)
    known = ~np.isnan(placed.values[asked])
    farthest = np.where(there, found.distance[asked], -np.inf).max(axis=1)
    shares = placed.weights / placed.weights.sum()
    frame = pl.DataFrame(
        {
            "school": placed.schools.gather(asked),
            "preset": placed.preset.name,
            "k": found.index.shape[1],
            "neighbours": count,
            "pool": (np.bincount(placed.block) - 1)[placed.block[asked]],
            "known": known.sum(axis=1),
            "criteria": known.shape[1],
            "known_weight": np.minimum(known @ shares, 1.0),
            "nearest": np.where(there, found.distance[asked], np.inf).min(axis=1),
            "farthest": farthest,
            "caliper": found.caliper,
            "inside": inside,
            "reciprocity": found.mutual[asked].sum(axis=1) / np.where(count > 0, count, np.nan),
            "used": found.used[asked],
            "far": _far(placed, _gaps(placed, found)),
        }
    ).with_columns(pl.col("nearest", "farthest", "caliper", "reciprocity").fill_nan(None))
    nothing = pl.col("neighbours") == 0
    frame = frame.with_columns(
        pl.when(nothing).then(None).otherwise(pl.col("nearest", "farthest")).name.keep(),
        _grade(placed).alias("grade"),
    )
    return frame.with_columns(_sentence().alias("sentence"))


def _grade(placed: Placement) -> pl.Expr:
    """Near, fair, stretched, or none when too few neighbours are inside the caliper."""
    fewest = pl.min_horizontal(pl.lit(placed.preset.caliper.fewest), pl.col("k"))
    return (
        pl.when(pl.col("inside") < fewest)
        .then(pl.lit("none"))
        .when(pl.col("inside") < pl.col("neighbours"))
        .then(pl.lit("stretched"))
        .when(pl.col("farthest") > NEAR * pl.col("caliper"))
        .then(pl.lit("fair"))
        .otherwise(pl.lit("near"))
    )


def _sentence() -> pl.Expr:
    """The match in plain words."""
    count, k = pl.col("neighbours"), pl.col("k")
    opening = (
        pl.when((count == 0) & (pl.col("pool") == 0))
        .then(pl.lit("No other school matches it exactly (phase, kind), so it has no neighbours."))
        .when(count == 0)
        .then(pl.format("Too little is known of it to compare it ({} of {} criteria).", "known", "criteria"))
        .when(pl.col("grade") == "none")
        .then(pl.format("No fair family: only {} of {} schools are within reach.", "inside", "neighbours"))
        .when(pl.col("grade") == "stretched")
        .then(pl.format("A stretched match: {} of {} schools are within reach.", "inside", "neighbours"))
        .when(pl.col("grade") == "fair")
        .then(pl.format("A fair match: all {} schools are within reach.", "neighbours"))
        .otherwise(pl.format("A near match: all {} schools are well within reach.", "neighbours"))
    )
    fewer = pl.when((count > 0) & (count < k)).then(pl.format(" There are no {} to compare it with.", "k"))
    partly = pl.when((count > 0) & (pl.col("known") < pl.col("criteria"))).then(
        pl.format(" It is placed on {} of {} criteria.", "known", "criteria")
    )
    far = pl.when(pl.col("far") != "").then(pl.format(" It differs most in: {}.", "far"))
    return pl.concat_str([opening, fewer, partly, far], ignore_nulls=True)


def _gaps(placed: Placement, found: Found) -> Floats:
    """Gap of each asked school to its neighbours' mean in standard deviations (asked x criteria)."""
    return (placed.values[found.asked] - found.means) / np.where(placed.spreads > 0, placed.spreads, 1.0)


def _means(placed: Placement, index: Ints) -> Floats:
    """Mean of each criterion over the neighbours of whom it is known (asked x criteria)."""
    means = np.full((len(index), placed.values.shape[1]), np.nan)
    known = ~np.isnan(placed.values)
    filled = np.where(known, placed.values, 0.0)
    for start in range(0, len(index), ROWS_AT_ONCE):
        rows = index[start : start + ROWS_AT_ONCE]
        there = rows >= 0
        for column in range(means.shape[1]):
            counted = (known[:, column][rows] & there).sum(axis=1)
            sums = (filled[:, column][rows] * there).sum(axis=1)
            means[start : start + ROWS_AT_ONCE, column] = sums / np.where(counted > 0, counted, np.nan)
    return means


def _far(placed: Placement, gaps: Floats) -> list[str]:
    """For each school the criteria that are far, largest gap first, with higher or lower."""
    labels = [variable.words for variable in placed.variables]
    phrases = [f"{label} (lower)" for label in labels] + [f"{label} (higher)" for label in labels]
    sizes = np.where(np.isnan(gaps), 0.0, np.abs(gaps))
    order = np.argsort(-sizes, axis=1, kind="stable")
    spoken = order + len(labels) * (np.take_along_axis(gaps, order, axis=1) > 0)
    counts = (sizes >= FAR).sum(axis=1).tolist()
    return [
        "; ".join([phrases[number] for number in numbers[:count]])
        for numbers, count in zip(spoken.tolist(), counts, strict=True)
    ]


def gaps(placed: Placement, found: Found) -> pl.DataFrame:
    """One row per asked school and criterion in the form of tables.families.GAPS."""
    size, criteria = found.means.shape
    names = pl.Series([variable.name for variable in placed.variables])
    frame = pl.DataFrame(
        {
            "school": placed.schools.gather(np.repeat(found.asked, criteria)),
            "variable": names.gather(np.tile(np.arange(criteria), size)),
            "value": placed.values[found.asked].ravel(),
            "neighbours_mean": found.means.ravel(),
            "gap": _gaps(placed, found).ravel(),
            "weight": np.tile(placed.weights / placed.weights.sum(), size),
        }
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).select(*tables.GAPS.schema)


def churn(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Say how the neighbours of each school changed between two times.

    `now`, `before`: tables.families.NEIGHBOURS (only `school` and `neighbour` are read). Returns
    tables.families.CHURN, one row per school that has neighbours at both times.
    """
    keys = ["school", "neighbour"]
    kept = now.select(keys).join(before.select(keys), on=keys).group_by("school").len("kept")
    sizes = now.group_by("school").len("now").join(before.group_by("school").len("before"), on="school")
    counts = sizes.join(kept, on="school", how="left").with_columns(
        pl.col("kept").fill_null(0).cast(pl.Int64)
    )
    frame = counts.with_columns(
        came=pl.col("now") - pl.col("kept"),
        left=pl.col("before") - pl.col("kept"),
    ).with_columns(overlap=pl.col("kept") / (pl.col("kept") + pl.col("came") + pl.col("left")))
    return tables.CHURN.check(frame.sort("school"))
