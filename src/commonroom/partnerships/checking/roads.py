"""How far a plan sends people, and who is whose rival: measured anew."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from commonroom.partnerships.checking.faults import SLACK, name
from commonroom.partnerships.definition import Definition, Travel
from commonroom.partnerships.ground import Ground

PLACE = ("easting", "northing")


def measure(free: pl.DataFrame, ground: Ground, definition: Definition) -> list[str]:
    """Say which proposals are too far, and whose minutes are not those of the road, the file, or the area."""
    rows = _apart(free, ground, definition.travel, start="provider", end="receiver")
    right = {
        "distance": pl.col("road").is_not_null() & ((pl.col("road") - pl.col("minutes")).abs() <= SLACK),
        "matrix": (pl.col("told") - pl.col("minutes")).abs() <= SLACK,
        "authority": pl.col("road").is_null()
        & (pl.col("provider_authority") == pl.col("receiver_authority")),
    }
    wrong = [(pl.col("travel") == kind) & ~fits.fill_null(False) for kind, fits in right.items()]
    wrong.append(~pl.col("travel").is_in(list(right)).fill_null(False))
    wrong.append((pl.col("km") - pl.col("line")).abs().fill_null(0.0) > SLACK)
    far = pl.col("minutes") > definition.travel.most_minutes + SLACK
    return [
        *name(
            rows.filter(far | pl.col("minutes").is_null()),
            f"It is beyond {definition.travel.most_minutes:g} minutes",
        ),
        *name(rows.filter(pl.any_horizontal(wrong)), "Its minutes are not those of its travel"),
    ]


def find_rivals(free: pl.DataFrame, ground: Ground, definition: Definition) -> list[str]:
    """Say which proposals are between schools that recruit from the same streets, where that is avoided."""
    rule, faults = definition.rivals, []
    for phase in free["phase"].unique().sort() if rule.avoid else ():
        schools = (
            ground.schools.filter(pl.col("phase") == phase).drop_nulls(PLACE).unique("school").sort("school")
        )
        if schools.is_empty():
            continue
        at = schools.select(PLACE).to_numpy()
        count = min(rule.nearest, schools.height - 1) + 1
        away = cKDTree(at).query(at, k=count)[0].reshape(schools.height, count)[:, -1]
        circles = pl.DataFrame({"school": schools["school"], "radius": away / 2 / 1000})
        rows = free.filter(pl.col("phase") == phase)
        for side in ("receiver", "provider"):
            rows = rows.join(
                circles.rename({"school": side, "radius": f"{side}_radius"}), on=side, how="left"
            )
        rows = _apart(rows, ground, definition.travel, start="provider", end="receiver")
        both = rule.overlap * (pl.col("receiver_radius") + pl.col("provider_radius"))
        faults += name(rows.filter(pl.col("line") < both - SLACK), "They are rivals")
    return faults


def measure_threes(rows: pl.DataFrame, ground: Ground, definition: Definition) -> list[str]:
    """Say which groups of three are none: not both there with one provider, or too far apart."""
    said = rows.filter(pl.col("third").is_not_null())
    other = said.select("phase", "theme", "provider", receiver="third", third="receiver")
    apart = _apart(said, ground, definition.travel, start="receiver", end="third")
    near = pl.coalesce("told", "road") <= definition.threes.most_minutes + SLACK
    return [
        *name(said.join(other, on=other.columns, how="anti"), "The third of this group is not in it"),
        *name(apart.filter(~near), "The two of this group of three are too far apart"),
    ]


def _apart(rows: pl.DataFrame, ground: Ground, travel: Travel, *, start: str, end: str) -> pl.DataFrame:
    """Put beside each row the line between two schools (km), minutes by road, and minutes told."""
    schools = ground.schools.sort("school", "phase").group_by("school", maintain_order=True)
    places = schools.agg(pl.col(PLACE).drop_nulls().first())
    for side in (start, end):
        here = places.rename({"easting": f"east_{side}", "northing": f"north_{side}"})
        rows = rows.join(here, left_on=side, right_on="school", how="left")
    east, north = (pl.col(f"{way}_{start}") - pl.col(f"{way}_{end}") for way in ("east", "north"))
    rows = rows.with_columns(line=(east**2 + north**2).sqrt() / 1000)
    road = rows["line"].to_numpy() * travel.road_factor
    rows = rows.with_columns(road=pl.Series(_minutes(road, travel), nan_to_null=True))
    if ground.minutes is None:
        return rows.with_columns(told=pl.lit(None, dtype=pl.Float64))
    there = ground.minutes.select(pl.col("from").alias(start), pl.col("to").alias(end), there="minutes")
    back = ground.minutes.select(pl.col("to").alias(start), pl.col("from").alias(end), back="minutes")
    rows = rows.join(there, on=[start, end], how="left").join(back, on=[start, end], how="left")
    return rows.with_columns(told=pl.coalesce("there", "back"))


def _minutes(road: np.ndarray, travel: Travel) -> np.ndarray:
    """Minutes of each road (km): each band's part of it at its speed."""
    minutes, done = np.full(road.shape, travel.start_minutes), np.zeros(road.shape)
    for band in travel.speeds:
        upto = road if band.upto_km is None else np.minimum(road, band.upto_km)
        minutes = minutes + (upto - done) / band.kmh * 60
        done = upto
    return np.asarray(minutes)
