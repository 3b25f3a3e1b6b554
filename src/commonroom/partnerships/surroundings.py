"""Surroundings: who is in reach of whom, and who is the nearest beyond."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from commonroom.families.placement import Floats, Ints
from commonroom.partnerships import travel
from commonroom.partnerships.definition import Travel
from commonroom.partnerships.travel import Places

Flags: TypeAlias = npt.NDArray[np.bool_]
#: Which pairs of takers and givers (numbers of both) may be thought of.
Allowed: TypeAlias = Callable[[Ints, Ints], Flags]

#: Takers looked at together, and pairs at most.
AT_ONCE, PAIRS = 512, 1_000_000
#: Nearest givers that are looked at first.
FIRST = 16
#: Room for rounding where minutes are turned into km and back.
ROOM = 1e-9


def nearby(places: Places, takers: Ints, givers: Ints, *, rule: Travel) -> Iterator[tuple[Ints, Ints]]:
    """Yield all pairs that may be in reach, as numbers of takers and givers, by taker, then giver.

    Arguments: `takers`, `givers`: rows of `places`. Pairs within the radius of `rule.most_minutes`, pairs
    of one authority where a place is not known, and pairs that somebody measured; a taker's pairs come
    together. Some may be out of reach after all.
    """
    radius = travel.reach(rule.most_minutes, travel=rule) * (1 + ROOM)
    size = max(1, givers.size)
    others = np.union1d(_unplaced(places, takers, givers), _measured(places, takers, givers))
    with_place = np.flatnonzero(places.known[givers])
    tree = cKDTree(_points(places, givers[with_place]))
    for start in range(0, takers.size, AT_ONCE):
        mine = np.arange(start, min(start + AT_ONCE, takers.size))
        first, last = np.searchsorted(others, [start * size, (start + AT_ONCE) * size])
        mine = mine[places.known[takers[mine]]]
        here = cKDTree(_points(places, takers[mine]))
        near = here.sparse_distance_matrix(tree, radius, output_type="ndarray")
        found = np.sort(mine[near["i"]] * size + with_place[near["j"]])
        keys = np.union1d(found, others[first:last]) if last > first else found
        yield keys // size, keys % size


def beyond(
    places: Places, takers: Ints, givers: Ints, *, rule: Travel, allowed: Allowed
) -> tuple[Ints, Floats]:
    """Return for each taker the nearest giver farther than `rule.most_minutes`, and the minutes.

    The number is -1 and the minutes NaN where there is none, or where the taker's place is not known and
    nothing was measured. Equal minutes are settled by the order of `givers`.
    """
    best = np.full(takers.size, -1, dtype=np.int64)
    least = np.full(takers.size, np.inf)

    def take(taker: Ints, giver: Ints) -> None:
        way = travel.between(places, givers[giver], takers[taker], travel=rule)
        far = (way.minutes > rule.most_minutes) & (givers[giver] != takers[taker])
        far &= allowed(taker, giver)
        taker, giver, taken = taker[far], giver[far], way.minutes[far]
        order = np.lexsort([giver, taken, taker])
        one, first = np.unique(taker[order], return_index=True)
        giver, taken = giver[order][first], taken[order][first]
        nearer = (taken < least[one]) | ((taken == least[one]) & (giver < best[one]))
        best[one[nearer]], least[one[nearer]] = giver[nearer], taken[nearer]

    keys = _measured(places, takers, givers)
    take(keys // max(1, givers.size), keys % max(1, givers.size))
    with_place = np.flatnonzero(places.known[givers])
    left = np.flatnonzero(places.known[takers]) if with_place.size else with_place
    tree = cKDTree(_points(places, givers[with_place]))
    count = 0
    while left.size and count < with_place.size:
        count = min(max(FIRST, 2 * count), with_place.size)
        size, more = max(1, PAIRS // count), []
        for part in np.split(left, range(size, left.size, size)):
            km, near = tree.query(_points(places, takers[part]), k=range(1, count + 1))
            take(np.repeat(part, count), with_place[near].ravel())
            # Whoever has not been looked at is at least as far as the last one, or was measured.
            more.append(part[least[part] >= travel.minutes(km[:, -1], travel=rule)])
        left = np.concatenate(more)
    return best, np.where(best < 0, np.nan, least)


def _points(places: Places, rows: Ints) -> Floats:
    """Places in km."""
    return np.column_stack([places.easting[rows], places.northing[rows]]) / 1000.0


def _unplaced(places: Places, takers: Ints, givers: Ints) -> Ints:
    """Pairs of one authority of which one has no place, as taker x givers + giver."""
    order = np.argsort(places.authority[givers], kind="stable")
    theirs = places.authority[givers][order]
    low = np.searchsorted(theirs, places.authority[takers], side="left")
    high = np.searchsorted(theirs, places.authority[takers], side="right")
    asked = places.authority[takers] >= 0
    if places.known[givers].all():
        asked &= ~places.known[takers]
    counts = np.where(asked, high - low, 0)
    taker = np.repeat(np.arange(takers.size), counts)
    giver = order[np.arange(taker.size) - np.repeat(np.cumsum(counts) - counts - low, counts)]
    missing = ~places.known[takers[taker]] | ~places.known[givers[giver]]
    return taker[missing] * givers.size + giver[missing]


def _measured(places: Places, takers: Ints, givers: Ints) -> Ints:
    """Pairs whose journey from giver to taker was measured, as taker x givers + giver, sorted."""
    start, end = np.divmod(places.keys, max(1, places.schools.len()))
    number = np.full((2, places.schools.len()), -1, dtype=np.int64)
    number[0, takers], number[1, givers] = np.arange(takers.size), np.arange(givers.size)
    taker, giver = number[0, end], number[1, start]
    there = (taker >= 0) & (giver >= 0)
    return np.sort(taker[there] * givers.size + giver[there])
