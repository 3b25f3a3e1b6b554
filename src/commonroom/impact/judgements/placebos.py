"""Other groups of areas as if they had taken part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.impact.study import Floats

#: Share of groups, the real one counted, that may be further away before an area stands out.
SIZE = 0.05


@dataclass(frozen=True)
class Placebos:
    """How far an area stands from the others, beside groups that had no programme.

    `gap`: its share less that of the comparison areas (or the change in that); `gaps` (group, gap, judged):
    the same of each group, beside the comparison areas outside it, with its judgements in the period;
    `p`: the share of groups, it counted, at least as far from nothing on either side; `low`, `high`: the gaps
    that would not stand out among them (p above .05). Groups that share areas are not independent: p
    describes where the area stands, it is no test.
    """

    gap: float
    low: float
    high: float
    p: float
    gaps: pl.DataFrame


def rank(
    rows: pl.DataFrame,
    *,
    joined: Collection[str],
    groups: Sequence[Collection[str]],
    period: str,
    base: str | None = None,
) -> Placebos:
    """Rank the gap of the areas that took part among those of placebo groups.

    Arguments: labelled rows of one phase; codes of the areas that took part; placebo `groups`
    (`areas.groups`); the `period`; a `base` period whose gap is taken off (a difference in differences). A
    group without a judgement in a period is left out. Source: in-space placebos (Abadie, Diamond and
    Hainmueller 2010).
    """
    codes = rows["area"].unique().sort()
    members = np.array([codes.is_in(list(group)).to_numpy() for group in (joined, *groups)], dtype=float)
    others = (1 - members[:1]) * (1 - members)
    gap, judged = _gaps(rows, codes, (members, others), period)
    if base is not None:
        gap = gap - _gaps(rows, codes, (members, others), base)[0]
    known = ~np.isnan(gap[1:])
    names = ["+".join(sorted(group)) for group in groups]
    gaps = pl.DataFrame({"group": names, "gap": gap[1:], "judged": judged[1:].astype(np.int64)})
    far = np.sort(np.abs(gap[1:][known]))[::-1]
    p = (1 + int((far >= abs(gap[0])).sum())) / (1 + far.size)
    # With too few groups for any to stand out there is no end to the interval.
    least = int(SIZE * (1 + far.size))
    reach = float(far[least - 1]) if least else float("inf")
    mine = float(gap[0])
    return Placebos(mine, mine - reach, mine + reach, p, gaps.filter(pl.Series(known)))


def _gaps(
    rows: pl.DataFrame, codes: pl.Series, sides: tuple[Floats, Floats], period: str
) -> tuple[Floats, Floats]:
    """Share of each group less that of its others (k), and its judgements (k); NaN where there are none."""
    counted = rows.filter(pl.col("period") == period).group_by("area").agg(pl.len(), pl.col("good").sum())
    table = codes.to_frame("area").join(counted, on="area", how="left", maintain_order="left").fill_null(0)
    judged, good = (table[name].cast(pl.Float64).to_numpy() for name in ("len", "good"))
    mine, theirs = ((side @ good, side @ judged) for side in sides)
    with np.errstate(invalid="ignore"):
        return mine[0] / mine[1] - theirs[0] / theirs[1], mine[1]
