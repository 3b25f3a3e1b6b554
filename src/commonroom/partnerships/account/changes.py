"""What differs from the last plan, and why."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.account.case import NEED, ORDER, PAIR, Case, Past, needs, pairs
from commonroom.partnerships.account.refusals import look_up
from commonroom.tables import partnerships as tables


def tell(case: Case, *, past: Past) -> pl.DataFrame:
    """Return every need whose partner differs from the last plan's (tables.partnerships.CHANGES).

    Why, the first of these that holds: the last pair `declined`, or put it off till `later`; the school
    has `no need` any more; its last provider has `no strength` any more; the `need` is new (the last plan
    has no row of it, helped or not); or `again`: something else changed.
    """
    now, before = pairs(case).select(PAIR), past.proposals.select(PAIR)
    gone = before.join(now, on=PAIR, how="anti").rename({"provider": "before"})
    come = now.join(before, on=PAIR, how="anti").rename({"provider": "now"})
    both = gone.group_by(NEED).agg(pl.col("before").min()).join(
        come.group_by(NEED).agg(pl.col("now").min()), on=NEED, how="full", coalesce=True
    )  # fmt: skip
    known = {
        "needed": needs(case).select(NEED),
        "old": pl.concat([past.proposals.select(NEED), past.unmatched.select(NEED)]).unique(),
    }
    for name, frame in known.items():
        both = both.join(frame.with_columns(pl.lit(True).alias(name)), on=NEED, how="left")
    strong = case.standing.filter(pl.col("kind") == "strength").select(
        "phase", "theme", before="school", strong=pl.lit(True)
    )
    both = both.join(strong, on=["before", "phase", "theme"], how="left")
    both = both.join(look_up(both, past.barred, provider="before"), on=NEED, how="left")
    tests = {
        "no need": pl.col("needed").is_null(),
        "no strength": pl.col("before").is_not_null() & pl.col("strong").is_null(),
        "need": pl.col("old").is_null(),
    }
    found = pl.lit("again")
    for word, test in reversed(tests.items()):
        found = pl.when(test).then(pl.lit(word)).otherwise(found)
    return tables.CHANGES.check(both.with_columns(why=pl.coalesce("said", found)).sort(ORDER))
