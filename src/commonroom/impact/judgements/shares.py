"""Shares of judgements that are good or outstanding."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl


def count(rows: pl.DataFrame, *, joined: Collection[str]) -> pl.DataFrame:
    """Count judgements in the areas that took part and in the others.

    Arguments: labelled rows (`placing.label`) of the areas that are to count; codes of the areas that took
    part. Returns phase, period, side (joined or comparison), judged, good and share, in order of phase, first
    day and side.
    """
    side = pl.when(pl.col("area").is_in(list(joined))).then(pl.lit("joined")).otherwise(pl.lit("comparison"))
    counted = rows.group_by("phase", "period", side=side).agg(
        judged=pl.len().cast(pl.Int64), good=pl.col("good").sum().cast(pl.Int64), first=pl.col("date").min()
    )
    order = counted.with_columns(first=pl.col("first").min().over("phase", "period"))
    return (
        order.sort("phase", "first", "side", descending=[False, False, True])
        .with_columns(share=pl.col("good") / pl.col("judged"))
        .drop("first")
    )
