"""The proposals of a plan against all that it had to keep to, from the frames alone."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.partnerships.checking import loads, roads
from commonroom.partnerships.checking.faults import name, over, refuse
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground

NEED = ["receiver", "phase", "theme"]
PAIR = [*NEED, "provider"]


@dataclass(frozen=True)
class Given:
    """What a plan had to keep to beside its definition, in frames that may have no row.

    `statements` and `capacities` (tables of those names); `fixed`: partnerships that stand already
    (receiver, phase, theme, provider); `barred`: pairs not to be proposed (receiver, provider, phase and
    theme, these two empty where it is in all).
    """

    statements: pl.DataFrame
    capacities: pl.DataFrame
    fixed: pl.DataFrame
    barred: pl.DataFrame


def check_plan(
    proposals: pl.DataFrame, standing: pl.DataFrame, ground: Ground, *, definition: Definition, given: Given
) -> None:
    """Check the proposals of a plan: who, with whom, in what, how far, and every cap and day.

    Arguments: `proposals` and `standing` (tables.partnerships), the `ground`, the `definition`, and what
    was `given`. What stands already counts for every cap and day, and is not judged otherwise. Raises
    BrokenError, which names each rule, whose it is, and by how much it is broken.
    """
    rows = _join(proposals, standing, ground, given.fixed)
    free = rows.filter(~pl.col("stands"))
    days = loads.provide(standing, ground, definition=definition, given=(given.statements, given.capacities))
    refuse(
        [
            *_once(rows),
            *name(free.filter(~pl.col("needed")), "Nobody needs this"),
            *name(free.filter(~pl.col("strong")), "The provider is not strong in this"),
            *_refused(free, given.barred),
            *name(given.fixed.join(rows, on=PAIR, how="anti"), "What stands already is not in the plan"),
            *_swaps(rows),
            *loads.count(rows, definition),
            *loads.add_days(rows, days, definition),
            *loads.add_pools(rows, given.capacities, definition),
            *(
                fault
                for cap in definition.caps
                for fault in loads.count_cap(rows, _needs(standing, ground), cap)
            ),
            *roads.measure(free, ground, definition),
            *roads.find_rivals(free, ground, definition),
            *roads.measure_threes(rows, ground, definition),
        ]
    )


def _join(
    proposals: pl.DataFrame, standing: pl.DataFrame, ground: Ground, fixed: pl.DataFrame
) -> pl.DataFrame:
    """Put beside each proposal whose it is (authority and trust of both sides), and why it may be there."""
    places = ground.schools.sort("school", "phase").unique("school", keep="first")
    places = places.select("school", "authority", trust=pl.coalesce("trust", "school"))
    rows = proposals
    for side in ("receiver", "provider"):
        beside = places.rename({"authority": f"{side}_authority", "trust": f"{side}_trust"})
        rows = rows.join(beside, left_on=side, right_on="school", how="left")
    needs = standing.filter(pl.col("kind") == "need")
    keys = needs.filter(pl.col("keys"))["school"].unique().to_list()
    strengths = standing.filter(pl.col("kind") == "strength")
    marks = {
        "needed": needs.select("phase", "theme", receiver="school"),
        "strong": strengths.select("phase", "theme", provider="school"),
        "stands": fixed.select(PAIR).unique(),
    }
    for mark, frame in marks.items():
        rows = rows.join(frame.with_columns(pl.lit(True).alias(mark)), on=frame.columns, how="left")
    # What a need rests on is taken from the standing, not from what the plan says of it.
    rests = needs.select("phase", "theme", receiver="school", rests="measure")
    rows = rows.join(rests, on=NEED, how="left")
    return rows.with_columns(pl.col(*marks).fill_null(False)).with_columns(
        first=pl.col("needed") & pl.col("receiver").is_in(keys)
    )


def _needs(standing: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Every need, and the authority of who has it."""
    needs = standing.filter(pl.col("kind") == "need").select("phase", "theme", receiver="school")
    places = ground.schools.select("phase", receiver="school", receiver_authority="authority")
    return needs.join(places, on=["receiver", "phase"], how="left")


def _once(rows: pl.DataFrame) -> list[str]:
    """Each need is met once, and nobody helps itself."""
    often = rows.group_by(NEED).len().filter(pl.col("len") > 1).sort(NEED)
    return [
        *(over("meeting once", ", ".join(need), n, 1) for *need, n in often.iter_rows()),
        *name(rows.filter(pl.col("receiver") == pl.col("provider")), "It would help itself"),
    ]


def _refused(free: pl.DataFrame, barred: pl.DataFrame) -> list[str]:
    """No pair is proposed that said no."""
    both = free.join(barred, on=["receiver", "provider"], how="inner", suffix="_barred")
    meant = [
        pl.col(f"{part}_barred").is_null() | (pl.col(f"{part}_barred") == pl.col(part)) for part in NEED[1:]
    ]
    return name(both.filter(meant).unique(PAIR), "This was refused, or put off")


def _swaps(rows: pl.DataFrame) -> list[str]:
    """Who is said to help in turn does so."""
    said = rows.filter(pl.col("swap").is_not_null())
    turn = rows.select(receiver="provider", provider="receiver", swap="theme").unique()
    return name(said.join(turn, on=turn.columns, how="anti"), "It does not help in turn")
