"""Travel between schools: minutes from a straight line, or as somebody measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.placement import Floats, Ints
from commonroom.partnerships.definition import Travel

Codes: TypeAlias = npt.NDArray[np.int8]

#: Where minutes are from, by number.
SOURCES = ("distance", "matrix", "authority")
DISTANCE, MATRIX, AUTHORITY = range(3)


@dataclass(frozen=True)
class Places:
    """Schools in order of identity, where they are, and what was measured between them.

    `easting`, `northing` (schools): metres, NaN where not known; `authority` (schools): a number, -1
    where not known. `keys` (sorted) is from x schools + to of each measured journey and `measured` its
    minutes. `usual` (authorities): minutes where a place is not known.
    """

    schools: pl.Series
    easting: Floats
    northing: Floats
    authority: Ints
    keys: Ints
    measured: Floats
    usual: Floats

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether the place of each school is known."""
        return ~np.isnan(self.easting)

    def rows(self, schools: pl.Series) -> Ints:
        """Return the row of each school by identity, -1 where it is not there."""
        return rows_of(schools, self.schools)

    def gaps(self, a: Ints, b: Ints) -> Floats:
        """Return the km in a straight line between pairs (rows), NaN where a place is not known."""
        east, north = self.easting[a] - self.easting[b], self.northing[a] - self.northing[b]
        return np.asarray(np.sqrt(east * east + north * north) / 1000.0)


@dataclass(frozen=True)
class Journeys:
    """Travel of pairs of schools: straight km (NaN where not known), minutes one way, and SOURCES."""

    km: Floats
    minutes: Floats
    source: Codes


def minutes(km: Floats, *, travel: Travel) -> Floats:
    """Return the minutes that straight lines of so many km take: the first band's speed, then the next's."""
    road = travel.road_factor * np.asarray(km, dtype=np.float64)
    taken, begins = np.full(road.shape, travel.start_minutes), 0.0
    for band in travel.speeds:
        ends = np.inf if band.upto_km is None else band.upto_km
        taken += np.clip(road - begins, 0.0, ends - begins) * (60.0 / band.kmh)
        begins = ends
    return taken


def reach(most: float, *, travel: Travel) -> float:
    """Return the km in a straight line that can be travelled in so many minutes; 0 where none can."""
    left, road, begins = most - travel.start_minutes, 0.0, 0.0
    for band in travel.speeds:
        ends = np.inf if band.upto_km is None else band.upto_km
        part = min(max(left, 0.0) * band.kmh / 60.0, ends - begins)
        road, left, begins = road + part, left - part * 60.0 / band.kmh, ends
    return float(road / travel.road_factor)


def lay_out(schools: pl.DataFrame, *, travel: Travel, measured: pl.DataFrame | None = None) -> Places:
    """Return where schools are, ready to be asked for many pairs.

    Arguments: `schools` with school, authority, easting and northing (metres), a row per phase or one
    alone; `measured` (tables.partnerships.MINUTES) stands before any distance, both ways unless the other
    row is there too; schools that are not in `schools` are passed over. Where the place of a school is
    not known, minutes are the median of the pairs within its authority, or within any where that has
    none, and at most `travel.most_minutes`: without any pair, that.
    """
    one = (
        schools.select(pl.col("school", "authority").cast(pl.String), pl.col("easting", "northing"))
        .sort("school")
        .group_by("school", maintain_order=True)
        .agg(pl.all().drop_nulls().first())
    )
    east, north = (
        one[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("easting", "northing")
    )
    unknown = np.isnan(east) | np.isnan(north)
    known = one["authority"].replace("", None)
    authority = (known.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
    keys, taken = _stated(measured, one["school"])
    places = Places(
        schools=one["school"],
        easting=np.where(unknown, np.nan, east),
        northing=np.where(unknown, np.nan, north),
        authority=authority,
        keys=keys,
        measured=taken,
        usual=np.full(int(authority.max(initial=-1)) + 1, np.nan),
    )
    asked = np.unique(authority[unknown & (authority >= 0)])
    return places if not asked.size else _with_usual(places, asked, travel)


def between(places: Places, start: Ints, end: Ints, *, travel: Travel) -> Journeys:
    """Return the travel from `start` to `end` (pairs, rows of `places`).

    Minutes are NaN where a place is not known and the two are not of one authority, nor measured.
    """
    km = places.gaps(start, end)
    taken = minutes(km, travel=travel)
    source = np.full(km.size, DISTANCE, dtype=np.int8)
    unknown = np.flatnonzero(np.isnan(km))
    if unknown.size:
        own = places.authority[start[unknown]]
        same = (own == places.authority[end[unknown]]) & (own >= 0)
        taken[unknown[same]] = places.usual[own[same]]
        source[unknown] = AUTHORITY
    if places.keys.size:
        asked = start * places.schools.len() + end
        at = np.minimum(np.searchsorted(places.keys, asked), places.keys.size - 1)
        stated = places.keys[at] == asked
        taken[stated] = places.measured[at[stated]]
        source[stated] = MATRIX
    return Journeys(km, taken, source)


def rows_of(schools: pl.Series, among: pl.Series) -> Ints:
    """Return the row of each school among sorted ones, -1 where it is not there."""
    if not among.len():
        return np.full(schools.len(), -1, dtype=np.int64)
    wanted = pl.DataFrame({"school": schools.cast(pl.String)})
    there = pl.DataFrame({"school": among}).with_row_index("row")
    found = wanted.join(there, on="school", how="left", maintain_order="left")["row"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy().copy()


def _stated(measured: pl.DataFrame | None, schools: pl.Series) -> tuple[Ints, Floats]:
    """Measured journeys by number, those back where they are not measured themselves."""
    if measured is None or measured.is_empty():
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    start, end = rows_of(measured["from"], schools), rows_of(measured["to"], schools)
    there = (start >= 0) & (end >= 0)
    start, end, taken = start[there], end[there], measured["minutes"].to_numpy()[there]
    size = schools.len()
    keys = np.concatenate([start * size + end, end * size + start])
    # The rows themselves come first, and the first of each key is kept.
    keys, first = np.unique(keys, return_index=True)
    return keys, np.concatenate([taken, taken])[first]


def _with_usual(places: Places, asked: Ints, travel: Travel) -> Places:
    """The same places with the usual minutes within the asked authorities."""
    within = {int(one): _within(places, int(one), travel) for one in asked}
    empty = [one for one, taken in within.items() if not taken.size]
    overall = travel.most_minutes
    if empty:
        every = [_within(places, one, travel) for one in range(places.usual.size)]
        pairs = np.concatenate(every)
        overall = float(np.median(pairs)) if pairs.size else overall
    usual = places.usual.copy()
    for one, taken in within.items():
        usual[one] = min(float(np.median(taken)) if taken.size else overall, travel.most_minutes)
    return Places(**{**vars(places), "usual": usual})


def _within(places: Places, authority: int, travel: Travel) -> Floats:
    """Minutes of all journeys between two schools of one authority whose places are known."""
    rows = np.flatnonzero((places.authority == authority) & places.known)
    start, end = np.repeat(rows, rows.size), np.tile(rows, rows.size)
    apart = start != end
    return between(places, start[apart], end[apart], travel=travel).minutes
