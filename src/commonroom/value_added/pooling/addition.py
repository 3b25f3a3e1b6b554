"""Sums added together, school by school."""

from __future__ import annotations

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.tables.sums import LEFT_OUT, Plan


class NotPoolable(SaidToPeople):
    """Files of sums that answer different questions, or hold the same pupils twice."""


def add(frames: list[pl.DataFrame], plan: Plan) -> pl.DataFrame:
    """Add rows of the same school and `by` together, in the order of school and `by`."""
    keys = ["school", *plan.by]
    rows = pl.concat(frames)
    numbers = [name for name in rows.columns if name not in keys]
    # A Decimal that is too large would wrap around without a word.
    largest = rows.select(pl.col(numbers).cast(pl.Float64).abs().sum()).row(0)
    if any(value >= 1e38 for value in largest):
        raise NotPoolable(
            "the exact sums do not fit in 38 digits together.", remedy="Sum without --exact, then pool."
        )
    return rows.group_by(keys, maintain_order=True).agg(pl.col(numbers).sum()).sort(keys)


def add_left_out(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Add the counts of pupils left out for the same reason; the order of reasons is kept."""
    keys = ["column", "reason"]
    rows = pl.concat(LEFT_OUT.check(table) for table in tables)
    return LEFT_OUT.check(rows.group_by(keys, maintain_order=True).agg(pl.col("pupils").sum()))
