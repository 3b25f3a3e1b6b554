"""The partnerships of a plan: who helps whom with what, and why, as people read it."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.account.case import NEED, ORDER, PAIR, Case, pairs, spread
from commonroom.tables import partnerships as tables


def write(case: Case, *, last: pl.DataFrame, stays: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the partnerships of the plan (tables.partnerships.PROPOSALS), those that stood already too.

    Arguments: `last`, the proposals of the last plan (receiver, phase, theme and provider are enough);
    `stays` (these four, and stays), how often each pair stays when gains are redrawn. In a group of three
    gains are less by what the definition says, and each of the two takes half the days of a partnership.
    """
    rows = spread(pairs(case), case)
    before = last.select(PAIR).unique().with_columns(kept=pl.lit("kept"))
    rows = rows.join(before, on=PAIR, how="left", maintain_order="left")
    days = case.definition.days.partnership
    shared = pl.when(pl.col("third").is_not_null()).then(days / 2).otherwise(days)
    rows = _name(rows, case).with_columns(state=pl.coalesce("state", "kept", pl.lit("new")), days=shared)
    rows = rows.join(_swaps(rows), on=["receiver", "provider"], how="left", maintain_order="left")
    if stays is None:
        rows = rows.with_columns(stays=pl.lit(None, dtype=pl.Float64))
    else:
        rows = rows.join(stays, on=PAIR, how="left", maintain_order="left")
    return tables.PROPOSALS.check(rows.sort(*ORDER, "provider"))


def _name(rows: pl.DataFrame, case: Case) -> pl.DataFrame:
    """Add where need and strength are from, what they are measured by, and of how many pupils."""
    taken = case.standing.select(
        "phase", "theme", "why", "measure", "spread", "cohort", "source", "keys", receiver="school"
    )
    given = case.standing.select(
        "phase",
        "theme",
        provider="school",
        strength="why",
        provider_cohort="cohort",
        provider_source="source",
    )
    # A Keys to Success school in one phase is one in its other needs too.
    still = [frame.select(*NEED, whole="keys") for frame in (case.arranged.needs, case.arranged.fixed)]
    whole = pl.concat(still).unique(NEED, keep="first", maintain_order=True)
    rows = rows.join(taken, on=NEED, how="left", maintain_order="left")
    rows = rows.join(given, on=["provider", "phase", "theme"], how="left", maintain_order="left")
    rows = rows.join(whole, on=NEED, how="left", maintain_order="left")
    other = pl.col("provider_source") != pl.col("source")
    both = pl.when(other).then(pl.concat_str("source", "provider_source", separator="; "))
    return rows.with_columns(
        source=pl.coalesce(both, "source", "provider_source"),
        keys=pl.coalesce("whole", "keys", pl.lit(False)),
    )


def _swaps(rows: pl.DataFrame) -> pl.DataFrame:
    """Theme (the first by name) in which each receiver helps its provider in turn."""
    back = rows.select("theme", provider="receiver", receiver="provider")
    return back.group_by("receiver", "provider").agg(swap=pl.col("theme").min())


def count_swaps(plan: pl.DataFrame) -> int:
    """Return the number of pairs of schools that help each other (`plan`: receiver, provider, theme)."""
    both = plan.join(_swaps(plan), on=["receiver", "provider"], how="semi")
    return both.filter(pl.col("receiver") < pl.col("provider")).select("receiver", "provider").n_unique()
