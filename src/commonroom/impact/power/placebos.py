"""Placebo programmes: schools that never took part, chosen as those that did seem to have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from commonroom.impact.power import earlier
from commonroom.impact.study import NEVER, Flags, Floats, Ints, Study

#: Schools that took part and are nearer to each other than this, in metres, are moved together.
TOGETHER = 30_000.0
#: The spacing of schools about a place: the distance to so many of them.
NEAR = 20
#: How alike in path a placebo school is, in sd of schools: half-width of the kernel.
ALIKE = 0.25
#: A placebo school is chosen among at most so many; places tried before one far out at sea is taken.
CHOICE, TRIES = 50, 8
#: Where schools without a place are put: on a line far out, those of an area side by side, in metres.
FAR, AREA, BESIDE = 1e8, 5e4, 5e2


@dataclass(frozen=True)
class Template:
    """What placebo programmes are made like.

    `rows` (m): schools of the study that took part; `path` (m, lags) before their start; `block` (m): number
    of the group that is moved together; `choice` (m): among how many near schools each is chosen; `places`
    (n, 2) and `spacing` (n): metres; `own` (n, lags): path of every school before the first stand-in start;
    `candidates` (c): rows that may stand in, and the `tree` of their places; `anywhere`: of each that took
    part far from all others, the probability of every candidate, summed up (c).
    """

    study: Study
    rows: Ints
    path: Floats
    block: Ints
    choice: Ints
    places: Floats
    spacing: Floats
    own: Floats
    candidates: Ints
    tree: cKDTree
    anywhere: Mapping[int, Floats]


def prepare(study: Study, *, pool: Flags, stand: earlier.StandIn, lags: int) -> Template:
    """Look at those who took part, and at all who may stand in for them.

    Arguments: the `study`; `pool` (n), who may stand beside somebody; the years that `stand` in; `lags` of
    the path. Who took part is never a placebo.
    """
    rows = np.flatnonzero(study.joined)
    first = np.full(study.start.size, int(study.cohorts[0]) - stand.back)
    own = earlier.path(study.figures, study.years, before=first, lags=lags)
    places = _places(study)
    candidates = np.flatnonzero(pool & ~study.joined & ~np.isnan(own[:, 0]))
    rank = min(NEAR, study.start.size)
    spacing = cKDTree(places).query(places, [rank])[0][:, 0]
    block = _blocks(places[rows])
    choice = _choice(study, rows, block)
    path = earlier.path(study.figures[rows], study.years, before=study.start[rows], lags=lags)
    alone = np.flatnonzero(choice == 0).tolist() if candidates.size else []
    return Template(
        study=study,
        rows=rows,
        path=path,
        block=block,
        choice=choice,
        places=places,
        spacing=np.maximum(spacing, 1.0),
        own=own,
        candidates=candidates,
        tree=cKDTree(places[candidates]),
        anywhere={member: np.cumsum(_likeness(path[member], own[candidates])) for member in alone},
    )


def draw(template: Template, *, random: np.random.Generator) -> Ints:
    """Draw one programme: a row of the study for each school that took part (m), none twice.

    Schools near each other are moved together, turned and stretched to how far apart schools are there; each
    is then one of the nearest that are left, those on a like path being likelier. A school far from all
    others is one on a like path anywhere.
    """
    taken = np.zeros(template.study.start.size, dtype=bool)
    chosen = np.zeros(template.rows.size, dtype=np.int64)
    blocks = random.permutation(int(template.block.max()) + 1)
    for number in blocks.tolist():
        members = np.flatnonzero(template.block == number)
        for member, row in _choose(template, members, taken, random):
            chosen[member] = row
            taken[row] = True
    return chosen


def _choose(
    template: Template, members: Ints, taken: Flags, random: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """The schools of a block, and who stands in for each; those `taken` are looked at as they are by then."""
    if members.size == 1:
        yield int(members[0]), _anywhere(template, int(members[0]), taken, random)
        return
    targets = _move(template, members, random)
    for place in random.permutation(members.size).tolist():
        member = int(members[place])
        near = _nearest(template, targets[place], int(template.choice[member]), taken)
        likely = _likeness(template.path[member], template.own[near])
        yield member, int(random.choice(near, p=likely))


def _anywhere(template: Template, member: int, taken: Flags, random: np.random.Generator) -> int:
    """Somebody on a like path, wherever, who is not taken."""
    summed = template.anywhere[member]
    for _ in range(TRIES):
        found = int(np.searchsorted(summed, random.random() * summed[-1], side="right"))
        row = int(template.candidates[min(found, summed.size - 1)])
        if not taken[row]:
            return row
    left = template.candidates[~taken[template.candidates]]
    return int(random.choice(left, p=_likeness(template.path[member], template.own[left])))


def _move(template: Template, members: Ints, random: np.random.Generator) -> Floats:
    """Where the schools of a block would stand elsewhere (members, 2): where schools are, not out at sea."""
    places = template.places[template.rows[members]]
    origin = int(np.argmin(((places - places.mean(axis=0)) ** 2).sum(axis=1)))
    seeds = template.candidates[random.integers(0, template.candidates.size, TRIES)]
    angle = random.uniform(0, 2 * np.pi, TRIES)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = template.spacing[seeds] / template.spacing[template.rows[members[origin]]]
    turned = np.einsum("ma,abt->tmb", places - places[origin], turn)
    moved = template.places[seeds][:, None, :] + stretch[:, None, None] * turned
    astray = template.tree.query(moved)[0].mean(axis=1) / template.spacing[seeds]
    return np.asarray(moved[int(np.argmin(astray))])


def _nearest(template: Template, target: Floats, count: int, taken: Flags) -> Ints:
    """Rows of the nearest schools that are left; of all that are left where these are no more."""
    candidates, wanted = template.candidates, count
    while wanted < candidates.size:
        wanted = min(2 * wanted, candidates.size)
        near = candidates[np.atleast_1d(template.tree.query(target, wanted)[1])]
        near = near[~taken[near]]
        if near.size >= count:
            return np.asarray(near[:count], dtype=np.int64)
    return np.asarray(candidates[~taken[candidates]], dtype=np.int64)


def _likeness(path: Floats, own: Floats) -> Floats:
    """Probability of each school (k) by how alike its path is to one (lags): a normal kernel.

    It is so wide that about the root of their number have a chance: programmes differ, also in a small place.
    """
    apart = (own - path) ** 2
    known = ~np.isnan(apart)
    mean = np.where(known, apart, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    apart_by = mean - mean.min()
    # Nobody is quite alike in a small place: the nearest there are count, and more than one of them.
    some = int(np.sqrt(apart_by.size))
    width = max(ALIKE, np.sqrt(float(np.partition(apart_by, some - 1)[some - 1])) / 2)
    weight = np.exp(-0.5 * apart_by / width**2)
    return np.asarray(weight / weight.sum())


def _blocks(places: Floats) -> Ints:
    """Number of the group of schools near each other that each school belongs to."""
    pairs = cKDTree(places).query_pairs(TOGETHER, output_type="ndarray")
    size = places.shape[0]
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _choice(study: Study, rows: Ints, block: Ints) -> Ints:
    """Among how many each placebo is chosen: schools of its areas for each that took part; 0: among all."""
    found = np.zeros(rows.size, dtype=np.int64)
    for number in range(int(block.max()) + 1):
        members = np.flatnonzero(block == number)
        if members.size > 1:
            there = int(np.isin(study.area, study.area[rows[members]]).sum())
            found[members] = min(max(there // members.size, 1), CHOICE)
    return found


def _places(study: Study) -> Floats:
    """Places in metres; a school whose place is unknown is put beside others of its area, far from all."""
    places = np.column_stack([study.easting, study.northing])
    unknown = np.flatnonzero(np.isnan(places).any(axis=1))
    order = np.arange(unknown.size)
    places[unknown, 0] = FAR + AREA * study.area[unknown] + BESIDE * order % AREA
    places[unknown, 1] = FAR
    return places


def clusters(study: Study, rows: Ints, drawn: Ints) -> Ints:
    """Return what was chosen as one (n) for schools `drawn` in the place of `rows`.

    A partnership of the programme becomes one of the placebo; what others belong to as well (a trust, an
    authority) stays each school's own.
    """
    shared = np.isin(study.cluster[rows], study.cluster[study.start == NEVER])
    found = study.cluster.copy()
    found[drawn[~shared]] = study.cluster[rows[~shared]] + int(study.cluster.max()) + 1
    return found
