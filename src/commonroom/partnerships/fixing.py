"""What stands already: running, accepted and paused partnerships, weighed as candidates are."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.partnerships import gains, travel
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.weighing import scene
from commonroom.tables import partnerships as tables

NEED = ("receiver", "phase", "theme")


def weigh(
    fixed: pl.DataFrame, standing: pl.DataFrame, ground: Ground, *, definition: Definition
) -> pl.DataFrame:
    """Return partnerships that stand with all that is known of candidates, and their state.

    Arguments: `fixed` (receiver, phase, theme, provider, state), `standing`, the `ground`, the
    `definition`. No limit of travel, rivals or strength holds here: what people agreed stands. A school
    of which the standing says nothing counts as any school (gains.fill).
    """
    rows = fixed.sort("phase", "theme", "receiver", "provider")
    filled = gains.fill(_with_all(standing, rows), gain=definition.gain)
    known = ("school", "phase", "theme", "effect", "sd", "probability")
    taken = filled.select(known).rename({"school": "receiver"}).drop("probability")
    given = filled.select("phase", "theme", "probability", provider="school")
    rows = rows.join(taken, on=NEED, how="left", maintain_order="left")
    rows = rows.join(given, on=["provider", "phase", "theme"], how="left", maintain_order="left")
    there = pl.concat(
        [ground.schools, *(rows.select(school=side) for side in ("receiver", "provider"))], how="diagonal"
    )
    places = travel.lay_out(there, travel=definition.travel, measured=ground.minutes)
    taker, giver = places.rows(rows["receiver"]), places.rows(rows["provider"])
    way = travel.between(places, giver, taker, travel=definition.travel)
    distance = np.full(rows.height, np.nan)
    for phase in rows["phase"].unique().sort():
        mine = (rows["phase"] == phase).to_numpy()
        distance[mine] = scene(places, ground, definition, phase=phase).distance(taker[mine], giver[mine])
    # Where nobody knows how far it is, the farthest that a new one might be.
    minutes = np.where(np.isnan(way.minutes), definition.travel.most_minutes, way.minutes)
    rows = rows.with_columns(
        km=pl.Series(way.km, nan_to_null=True),
        minutes=pl.Series(way.minutes, nan_to_null=True),
        travel=pl.Series(travel.SOURCES).gather(way.source),
        gap=pl.Series(gains.gap(rows["effect"].to_numpy(), rows["sd"].to_numpy())),
        distance=pl.Series(distance, nan_to_null=True),
        likeness=pl.Series(gains.likeness(distance, gain=definition.gain)),
        nearness=pl.Series(gains.nearness(minutes, gain=definition.gain)),
        known=pl.lit(True),
    )
    rows = rows.with_columns(gain=pl.Series(gains.expected(rows, gain=definition.gain)))
    checked = tables.EDGES.check(rows)
    return checked.with_columns(rows["state"])


def _with_all(standing: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Standing with a row for every school and theme of what stands."""
    schools = [rows.select("phase", "theme", school=side) for side in ("receiver", "provider")]
    missing = pl.concat(schools).unique().join(standing, on=["school", "phase", "theme"], how="anti")
    return pl.concat([standing, missing], how="diagonal").sort("phase", "theme", "school")
