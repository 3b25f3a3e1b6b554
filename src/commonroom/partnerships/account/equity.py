"""Who gets help: by need, by disadvantage, and whether a school is a Keys to Success school."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.account.case import NEED, Case, needs, pairs
from commonroom.tables import partnerships as tables

#: Groups of a quarter are named from the least to the most.
QUARTERS = 4
NOT_KNOWN = "not known"


def compare(case: Case) -> pl.DataFrame:
    """Return who gets help, by phase and group of needs (tables.partnerships.EQUITY).

    Quarters of need are of the expected gap, within the phase, as equal in size as can be (of equal gaps
    the first by theme and school is the lesser); quarters of disadvantage are bands of its percentile:
    below 25, 50, 75, and from there.
    """
    plan = pairs(case).group_by(NEED).agg(pl.col("gain").sum(), pl.col("minutes").mean(), helped=pl.lit(1))
    rows = needs(case).join(plan, on=NEED, how="left", maintain_order="left")
    place = pl.col("gap").rank("ordinal").over("phase").cast(pl.Int64) - 1
    quarter = place * QUARTERS // pl.len().over("phase") + 1
    band = (pl.col("disadvantage") * QUARTERS / 100).floor().clip(0, QUARTERS - 1).cast(pl.Int64) + 1
    groups = {
        "need": quarter.cast(pl.String),
        "disadvantage": band.cast(pl.String).fill_null(NOT_KNOWN),
        "keys": pl.when("keys").then(pl.lit("yes")).otherwise(pl.lit("no")),
        "all": pl.lit("all"),
    }
    found = [
        rows.with_columns(by=pl.lit(by), group=group)
        .group_by("phase", "by", "group")
        .agg(
            needs=pl.len(),
            helped=pl.col("helped").sum(),
            gain=pl.col("gain").mean(),
            minutes=pl.col("minutes").mean(),
        )
        for by, group in groups.items()
    ]
    whole = pl.concat(found).sort("phase", pl.col("by").cast(pl.Enum(list(groups))), "group")
    return tables.EQUITY.check(whole)
