"""Which pairs said no, or not yet."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.account.case import NEED

#: What a pair that said no says of its phase and theme, where it means all.
WHERE = ("phase", "theme")


def look_up(rows: pl.DataFrame, barred: pl.DataFrame, *, provider: str) -> pl.DataFrame:
    """Return receiver, phase, theme and said (declined before later) of the rows whose pair is barred.

    Arguments: `rows` (receiver, phase, theme, and the column named `provider`), `barred` (agreed.barred;
    its phase and theme are empty where all are meant).
    """
    words = barred.select(
        "receiver", pl.col("provider").alias(provider), said="why", **{f"in_{name}": name for name in WHERE}
    )
    found = rows.select(*NEED, provider).join(words, on=["receiver", provider], how="inner")
    here = [pl.col(f"in_{name}").is_null() | (pl.col(f"in_{name}") == pl.col(name)) for name in WHERE]
    return found.filter(here).group_by(NEED).agg(pl.col("said").min())
