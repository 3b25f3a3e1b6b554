"""How near schools are to each other, in a distance that counts the schools between rather than metres."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from commonroom.impact.study import NEVER, Floats, Ints, Study

#: A school's own step is the distance to its school of this rank, by the root of the rank.
RANK = 20
#: The least step, in metres: two schools on one site are no scale of their own.
CLOSE = 200.0
#: Scales of shared shocks, in steps: neighbourhoods of some 10, 100 and 1,000 schools.
SCALES = (2.0, 6.0, 18.0)
#: Kinds of shared shock: each scale and the area, these as far as schools stand closely, the group.
PLACES = len(SCALES) + 1
KINDS = 2 * PLACES + 1
#: About how many pairs of near schools are looked at, and others of its area or group beside each school.
PAIRS, FELLOWS = 300_000, 10
#: Ranks of nearness that are looked at go up to LAST, among all schools, every THIN-th of them, and so on.
LAST, THIN = 32, 8
#: Bounds of the bins that pairs are counted in: of distance, in steps, and of how closely both stand.
BOUNDS, CLOSELY = np.geomspace(0.25, 64.0, 33), np.linspace(0.125, 0.875, 7)


@dataclass(frozen=True)
class Surroundings:
    """Where schools (n) stand, and pairs (m) of them from which shared shocks are learnt.

    `places` (n, 2): metres, NaN where unknown; `step` (n): about the radius, in metres, within which a school
    has three others, NaN where unknown; `close` (n): how closely schools stand there, from 0 (the loneliest,
    and unknown) to 1 (the closest); `area`, `group` (n): numbers of the authority and of what would be
    chosen as one (a trust), -1 for a group that is not known; `one`, `other` (m): rows of each pair; `bin`
    (m): which bin of distance, area and group it lies in; `alike` (c, bins): how much of each of KINDS of
    shared shock pairs of a bin have, on average.
    """

    places: Floats
    step: Floats
    close: Floats
    area: Ints
    group: Ints
    one: Ints
    other: Ints
    bin: Ints
    alike: Floats


def look(study: Study) -> Surroundings:
    """Return the surroundings of a study's schools; they are the same for every programme among them.

    A shock that schools share fades with the schools between them, not with metres: forty neighbours are a
    borough in a city and half a county elsewhere. So distance is measured in steps, the root of about how
    many schools are nearer. Pairs are schools at spread ranks of nearness to each school, so that every
    school counts alike however dense its surroundings, and some others of its area and group. Schools of a
    city share more than schools in the country: each kind of shock has a part that grows with how closely
    schools stand (a random coefficient, so that variances stay above 0 for any mix of schools).
    """
    places = np.column_stack([study.easting, study.northing])
    step = steps(places)
    close = _close(step)
    group = _groups(study)
    found = [_fellows(study.area), _fellows(group)]
    known = np.flatnonzero(~np.isnan(places).any(axis=1))
    if known.size > 1:
        found += _near(places, known)
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    made = Surroundings(
        places, step, close, study.area, group, one, other, np.empty(0, dtype=np.int64), np.empty(0)
    )
    return _binned(made)


def steps(places: Floats) -> Floats:
    """Return the step of every school (n), in metres, from places (n, 2) in metres, NaN where unknown."""
    found = np.full(places.shape[0], np.nan)
    known = np.flatnonzero(~np.isnan(places).any(axis=1))
    if known.size > 1:
        rank = min(RANK, known.size - 1)
        far = cKDTree(places[known]).query(places[known], [rank + 1])[0]
        found[known] = np.maximum(far[:, 0], CLOSE) / np.sqrt(rank)
    return found


def _binned(made: Surroundings) -> Surroundings:
    """The same with pairs in bins, since near pairs at like distances say the same of what is shared."""
    apart = np.searchsorted(BOUNDS, _apart(made, made.one, made.other))
    close = np.searchsorted(CLOSELY, made.close[made.one] * made.close[made.other])
    kinds = alike(made, made.one, made.other)
    area, group = kinds[len(SCALES)].astype(np.int64), kinds[-1].astype(np.int64)
    number = ((apart * (CLOSELY.size + 1) + close) * 2 + area) * 2 + group
    count = np.bincount(number)
    means = [np.bincount(number, weights=kind) / np.maximum(count, 1) for kind in kinds]
    return replace(made, bin=number, alike=np.array(means))


def _apart(around: Surroundings, one: Ints, other: Ints) -> Floats:
    """Steps between schools (broadcast), endless where a place is unknown."""
    east, north = (around.places[one, axis] - around.places[other, axis] for axis in (0, 1))
    far = np.sqrt((east**2 + north**2) / (around.step[one] * around.step[other]))
    return np.where(np.isnan(far), np.inf, far)


def alike(around: Surroundings, one: Ints, other: Ints, *, kinds: Ints | None = None) -> Floats:
    """Return how much of each kind of shared shock schools `one` and `other` have: 0 to 1 (kinds, broadcast).

    `kinds`: places of the kinds wanted, all unless given. A school whose place is unknown is near nobody.
    """
    wanted = range(KINDS) if kinds is None else kinds.tolist()
    near = any(kind % PLACES < len(SCALES) for kind in wanted if kind < 2 * PLACES)
    far = _apart(around, one, other) if near else np.empty(0)
    close = around.close[one] * around.close[other]
    found = []
    for kind in wanted:
        if kind == 2 * PLACES:
            same = (around.group[one] == around.group[other]) & (around.group[one] >= 0)
            found.append(same.astype(np.float64))
            continue
        place = kind % PLACES
        same = around.area[one] == around.area[other]
        part = np.exp(-far / SCALES[place]) if place < len(SCALES) else same.astype(np.float64)
        found.append(part * close if kind >= PLACES else part)
    return np.stack(found)


def _close(step: Floats) -> Floats:
    """Ranks of how closely schools stand, from 0 to 1."""
    found, known = np.zeros(step.size), np.flatnonzero(~np.isnan(step))
    order = known[np.argsort(-step[known], kind="stable")]
    found[order] = np.arange(order.size) / max(order.size - 1, 1)
    return found


def _groups(study: Study) -> Ints:
    """Groups of schools that never joined, -1 where groups are the areas, or one school each."""
    never = study.start == NEVER
    cluster, area = study.cluster[never], study.area[never]
    pairs = np.unique(np.column_stack([cluster, area]), axis=0)
    names, size = np.unique(cluster, return_counts=True)
    same = len(pairs) == names.size == np.unique(area).size
    told = not same and size.max(initial=0) > 1
    return np.where(never & told, study.cluster, -1)


def _fellows(number: Ints) -> tuple[Ints, Ints]:
    """Pairs of schools of one number, up to FELLOWS of each school."""
    order = np.argsort(number, kind="stable")
    order = order[number[order] >= 0]
    pairs = [(order[:-apart], order[apart:]) for apart in range(1, min(FELLOWS, order.size - 1) + 1)]
    pairs = [(one[same], other[same]) for one, other in pairs for same in [number[one] == number[other]]]
    empty = np.empty(0, dtype=np.int64)
    one, other = (
        np.concatenate([empty, *side]) for side in (zip(*pairs, strict=True) if pairs else ((), ()))
    )
    return one, other


def _near(places: Floats, known: Ints) -> list[tuple[Ints, Ints]]:
    """Pairs at spread ranks of nearness, among all schools, then among ever fewer of them."""
    levels = max(1, int(np.log(known.size / LAST) / np.log(THIN)) + 1)
    count = min(LAST, max(4, PAIRS // (known.size * levels)))
    found = []
    for level in range(levels):
        some = known[:: THIN**level]
        first = 1 if level == 0 else max(1, LAST // THIN)
        ranks = np.unique(np.geomspace(first, LAST, count).round().astype(np.int64))
        ranks = ranks[ranks < some.size]
        if ranks.size:
            # The first of its nearest is a school itself, or a school of the few: pairs with itself are cut.
            index = cKDTree(places[some]).query(places[known], (ranks + 1).tolist())[1]
            one, other = np.repeat(known, ranks.size), some[index.ravel()]
            found.append((one[one != other], other[one != other]))
    return found
