"""Weighing: what each pair of schools in reach would bring, and the best of each need, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonroom.families.pairs import between as apart
from commonroom.families.placement import Floats, Ints, Placement
from commonroom.partnerships import gains, rivals, travel
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.travel import Places

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """The schools of one phase: where all are, their catchments, and their rows among schools alike.

    `radius` (places, km) is NaN where it is not known, `row` (places) -1 where the school is not placed.
    """

    places: Places
    definition: Definition
    radius: Floats
    placed: Placement | None
    row: Ints
    caliper: float

    def distance(self, a: Ints, b: Ints) -> Floats:
        """Return the family distance of pairs (rows of places) in calipers, NaN where not known."""
        found = np.full(a.size, np.nan)
        if self.placed is None:
            return found
        left, right = self.row[a], self.row[b]
        there = np.flatnonzero((left >= 0) & (right >= 0))
        found[there] = apart(self.placed, left[there], right[there]) / self.caliper
        return found

    def rivals(self, a: Ints, b: Ints, km: Floats) -> Flags:
        """Return whether pairs of schools are rivals that the definition avoids."""
        rule = self.definition.rivals
        near = rivals.overlap(km, self.radius[a], self.radius[b], rule=rule)
        return near & rule.avoid


def scene(places: Places, ground: Ground, definition: Definition, *, phase: str) -> Scene:
    """Return what one phase needs to be weighed."""
    rows = places.rows(ground.schools.filter(phase=phase)["school"])
    radius = np.full(places.schools.len(), np.nan)
    radius[rows] = rivals.radii(places.easting[rows], places.northing[rows], rule=definition.rivals)
    placed = ground.placed.get(phase)
    row = np.full(places.schools.len(), -1, dtype=np.int64)
    if placed is not None:
        row = travel.rows_of(places.schools, placed.schools)
    return Scene(places, definition, radius, placed, row, ground.calipers.get(phase, np.nan))


@dataclass(frozen=True)
class Pairs:
    """Pairs of takers and givers in reach, by number, by taker, then giver, and what is known of each.

    `score` is probability x nearness x likeness: of one taker, gains go as their scores.
    """

    taker: Ints
    giver: Ints
    km: Floats
    minutes: Floats
    source: travel.Codes
    distance: Floats
    score: Floats
    barred: Flags
    rival: Flags

    def take(self, rows: Flags | Ints) -> Pairs:
        """Return some of the pairs."""
        return Pairs(*(part[rows] for part in vars(self).values()))

    def best(self, most: int) -> Pairs:
        """Return the pairs of the highest score, at most so many of each taker, in the same order."""
        return self.take(best(self.taker, self.score, most=most))


def join(parts: Iterable[Pairs]) -> Pairs:
    """Return parts of pairs as one."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Pairs(*(np.concatenate(column) for column in columns))


@dataclass(frozen=True)
class Sides:
    """Both sides of a theme as rows of places: who needs, who is strong, how sure that is, who is barred.

    `barred` are sorted keys, taker's row x places + giver's row.
    """

    takers: Ints
    givers: Ints
    real: Floats
    barred: Ints


def pairs(scene: Scene, sides: Sides, taker: Ints, giver: Ints) -> Pairs:
    """Return those of the pairs that are in reach, with all that is known of them."""
    rule, places = scene.definition, scene.places
    a, b = sides.takers[taker], sides.givers[giver]
    way = travel.between(places, b, a, travel=rule.travel)
    inside = np.flatnonzero((way.minutes <= rule.travel.most_minutes) & (a != b))
    a, b, minutes, km = a[inside], b[inside], way.minutes[inside], way.km[inside]
    barred = is_barred(scene, sides, a, b)
    distance = scene.distance(a, b)
    left = sides.real[giver[inside]] * gains.nearness(minutes, gain=rule.gain)
    return Pairs(
        taker=taker[inside],
        giver=giver[inside],
        km=km,
        minutes=minutes,
        source=way.source[inside],
        distance=distance,
        score=left * gains.likeness(distance, gain=rule.gain),
        barred=barred,
        rival=scene.rivals(a, b, km) & ~barred,
    )


def is_barred(scene: Scene, sides: Sides, a: Ints, b: Ints) -> Flags:
    """Return whether each pair (rows of places) is not to be proposed."""
    if not sides.barred.size:
        return np.zeros(a.size, dtype=np.bool_)
    return np.isin(a * scene.places.schools.len() + b, sides.barred)


def best(group: Ints, score: Floats, *, most: int) -> Ints:
    """Return the rows of the highest scores, at most so many in each group, in the same order.

    `group` (rows) is sorted. Equal scores are settled by the order of rows.
    """
    counts = np.bincount(group)
    large = counts > most
    if not large.any():
        return np.arange(group.size)
    number = np.cumsum(large) - 1
    row = np.flatnonzero(large[group])
    column = row - (np.cumsum(counts) - counts)[group[row]]
    table = np.full((int(large.sum()), int(counts.max())), -np.inf)
    table[number[group[row]], column] = score[row]
    limit = np.partition(table, -most, axis=1)[:, -most]
    above, level = table > limit[:, None], table == limit[:, None]
    level &= np.cumsum(level, axis=1) <= most - above.sum(axis=1, keepdims=True)
    keep = ~large[group]
    keep[row] = (above | level)[number[group[row]], column]
    return np.flatnonzero(keep)
