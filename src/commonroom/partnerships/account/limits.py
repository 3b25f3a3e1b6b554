"""How full the caps of a plan are, and what one more would be worth."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.partnerships.account.case import Case, used
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.capacities import STATED
from commonroom.partnerships.definition import Cap
from commonroom.partnerships.limits import GIVER, MEASURE, MEASURE_OF_KEYS, RECEIVER, TOGETHER
from commonroom.partnerships.solving.problem import Flags, Level
from commonroom.tables import partnerships as tables

#: Caps that somebody stated: always shown.
POOLS = ("leader", "trust", "authority")
#: What is counted together under the caps that are not the definition's.
COUNTED = {
    MEASURE: ["receiver", "phase", "measure"],
    MEASURE_OF_KEYS: ["receiver", "phase", "measure"],
    "receiver": ["receiver"],
    "theme": ["provider", "phase", "theme"],
    "provider": ["provider"],
    "trust": ["trust"],
    "authority": ["provider_authority"],
}


def show(case: Case) -> pl.DataFrame:
    """Return the caps that keep somebody away, and each stated one (tables.partnerships.LIMITS).

    What stands already counts, in the cap and in what is used of it.
    """
    stood = _stood(case)
    stated = case.arranged.providers.filter(days_from=STATED).select(of="provider", said=pl.lit(True))
    frames = [tables.LIMITS.empty()]
    for level in case.arranged.problem.levels:
        held = _names(level, stood, case).rename("of").to_frame().group_by("of").agg(held=pl.len())
        rows = pl.DataFrame(
            {
                "of": pl.Series(level.names, dtype=pl.String),
                "left": level.caps,
                "taken": used(case, level),
                "price": np.maximum(case.solution.prices[level.name], 0.0) * UNIT,
                "wanted": _wanted(case, level),
            }
        )
        rows = rows.join(held, on="of", how="left", maintain_order="left")
        rows = rows.join(stated, on="of", how="left", maintain_order="left")
        mine = pl.lit(level.name in POOLS)
        if level.name == "provider":
            mine = pl.col("said").fill_null(False)
        rows = rows.filter(mine | ((pl.col("taken") >= pl.col("left")) & pl.col("wanted")))
        already = pl.col("held").fill_null(0)
        rows = rows.select(
            "of",
            "price",
            limit=pl.lit(level.name),
            cap=pl.col("left") + already,
            used=pl.col("taken") + already,
        )
        frames.append(tables.LIMITS.check(rows))
    return tables.LIMITS.check(pl.concat(frames))


def _wanted(case: Case, level: Level) -> Flags:
    """Whether each group has a candidate of a need that nobody of the group was chosen for."""
    problem, chosen = case.arranged.problem, case.solution.chosen
    met = np.full(problem.alone.size, -1, dtype=np.int64)
    met[problem.need[chosen]] = level.group[chosen]
    more = (level.group >= 0) & (level.group != met[problem.need])
    found = np.zeros(level.caps.size, dtype=bool)
    found[level.group[more]] = True
    return found


def _stood(case: Case) -> pl.DataFrame:
    """What stands already, with who is behind both sides."""
    trust = pl.coalesce("trust", "school")
    places = case.ground.schools.sort("school", "phase").unique("school", keep="first", maintain_order=True)
    givers = places.select(provider="school", provider_authority="authority", trust=trust)
    takers = places.select(receiver="school", receiver_authority="authority", receiver_trust=trust)
    measures = case.standing.select("phase", "theme", "measure", receiver="school")
    rows = case.arranged.fixed.select("receiver", "phase", "theme", "provider", "keys")
    rows = rows.join(measures, on=["receiver", "phase", "theme"], how="left", maintain_order="left")
    rows = rows.join(givers, on="provider", how="left", maintain_order="left")
    return rows.join(takers, on="receiver", how="left", maintain_order="left")


def _names(level: Level, stood: pl.DataFrame, case: Case) -> pl.Series:
    """Under whose cap of this kind each partnership that stands comes; empty where under none."""
    if level.name == "leader":
        own = pl.col("receiver_authority").is_in(list(level.names))
        pool = pl.when(own).then("receiver_authority").otherwise(pl.lit(""))
        return stood.select(of=pl.when("keys").then(pool)).to_series()
    if level.name in COUNTED:
        whose = pl.concat_str(COUNTED[level.name], separator=TOGETHER)
        return stood.select(of=whose).to_series()
    cap = next(cap for cap in case.definition.caps if cap.name == level.name)
    return stood.select(of=_counted(cap)).to_series()


def _counted(cap: Cap) -> pl.Expr:
    """Whose a partnership is under a cap of the definition."""
    keys = [
        *([GIVER[cap.giver]] if cap.giver else []),
        *([RECEIVER[cap.receiver]] if cap.receiver else []),
        *(["phase", "theme"] if cap.theme else []),
    ]
    whose = pl.concat_str(keys, separator=TOGETHER)
    if not cap.away or not cap.giver:
        return whose
    other = {"school": "receiver", "trust": "receiver_trust", "authority": "receiver_authority"}
    return pl.when(pl.col(GIVER[cap.giver]) != pl.col(other[cap.giver])).then(whose)
