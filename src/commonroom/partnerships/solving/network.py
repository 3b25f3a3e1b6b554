"""The nested caps of a plan as a network: who passes on to whom, and how much at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from commonroom.errors import CommonroomError
from commonroom.partnerships.solving.problem import Flags, Ints, Level, Problem


class NotNestedError(CommonroomError):
    """Two caps that were said to nest cross each other: one of them belongs with the crossing caps."""


@dataclass(frozen=True)
class Arcs:
    """Arcs from node to node, and how many units each carries at most."""

    tail: Ints
    head: Ints
    most: Ints


@dataclass(frozen=True)
class Network:
    """Receiving groups -> needs -> candidates -> giving groups -> the sink, as numbered nodes.

    The first nodes are the needs, the last is the sink. `enters` (candidates) is the node that a candidate
    leads to. `down` are arcs of receiving groups (to finer ones, then to needs), `up` those of giving
    groups (to coarser ones, then to the sink). `supply` (nodes) is what a root may send; what it does not
    send to candidates goes straight to the sink. `groups` (by level name): the node of each group, or -1
    where its cap cannot bind. `gates` are arcs into the needs of each of the neediest schools, of one unit:
    the first that helps it (`schools`, their numbers).
    """

    needs: int
    nodes: int
    enters: Ints
    down: Arcs
    up: Arcs
    gates: Arcs
    schools: Ints
    supply: Ints
    groups: dict[str, Ints]

    @property
    def sink(self) -> int:
        """The last node, where everything ends."""
        return self.nodes - 1


def sort_out(problem: Problem) -> Problem:
    """Move nested caps that some candidates of a finer group escape to the crossing ones.

    Raises NotNestedError where a finer group lies in two groups of a coarser level of its side.
    """
    needs = Level("need", problem.need, np.ones_like(problem.alone))
    receiving, escaped = _nested((needs, *problem.receiving))
    giving, too = _nested(problem.giving)
    crossing = (*problem.crossing, *escaped, *too)
    return replace(problem, receiving=receiving[1:], giving=giving, crossing=crossing)


def _nested(levels: Sequence[Level]) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    kept: list[Level] = []
    escaped: list[Level] = []
    for level in levels:
        whole = [_within(finer, level) for finer in kept]
        (kept if all(whole) else escaped).append(level)
    return tuple(kept), tuple(escaped)


def _within(finer: Level, coarser: Level) -> bool:
    """Whether every finer group is in one coarser group, or in none, with all of its candidates."""
    inside = np.flatnonzero(finer.group >= 0)
    group, beyond = finer.group[inside], coarser.group[inside]
    one = np.zeros(finer.caps.size, dtype=np.int64)
    one[group] = beyond
    if np.array_equal(one[group], beyond):
        return True
    some = beyond >= 0
    one[group[some]] = beyond[some]
    if np.array_equal(one[group[some]], beyond[some]):
        return False
    raise NotNestedError(f"The caps of {finer.name} do not nest in those of {coarser.name}.")


def lay(problem: Problem) -> Network:
    """Lay the network of a problem whose caps nest (see `sort_out`)."""
    needs = problem.alone.size
    groups: dict[str, Ints] = {}
    nodes = needs
    binding: dict[str, Flags] = {}
    for side in (problem.receiving, problem.giving):
        for level, binds in zip(side, _binding(problem, side), strict=True):
            binding[level.name] = binds
            groups[level.name] = np.where(binds, nodes + np.cumsum(binds) - 1, -1)
            nodes += int(binds.sum())
    schools = np.unique(problem.neediest[problem.need])
    gated = schools[schools >= 0]
    gate, nodes = nodes + np.arange(gated.size), nodes + 2 * gated.size
    gates = Arcs(gate, gate + gated.size, np.ones_like(gate))
    down, roots = _down(problem, groups, gates, gated)
    enters, up = _up(problem, groups, nodes)
    supply = np.zeros(nodes + 1, dtype=np.int64)
    np.add.at(supply, *roots)
    return Network(needs, nodes + 1, enters, down, up, gates, gated, supply, groups)


def _binding(problem: Problem, side: Sequence[Level]) -> list[Flags]:
    """Where a cap can bind: it is below what its candidates come to, and no coarser one is as low."""
    reach = _reach(problem, side)
    found = [could > level.caps for level, could in zip(side, reach, strict=True)]
    for place, level in enumerate(side):
        inside = np.flatnonzero(level.group >= 0)
        one = np.zeros(level.caps.size, dtype=np.int64)
        one[level.group[inside]] = inside
        for coarser, binds in zip(side[place + 1 :], found[place + 1 :], strict=True):
            # Group -1 reads the last of these: it never binds.
            low = np.append(np.where(binds, coarser.caps, np.iinfo(np.int64).max), np.iinfo(np.int64).max)
            found[place] &= low[coarser.group[one]] > level.caps if inside.size else False
    return found


def _reach(problem: Problem, side: Sequence[Level]) -> list[Ints]:
    """How many of each group's candidates the finer caps allow."""
    part, size = np.arange(problem.need.size), np.ones(problem.need.size, dtype=np.int64)
    if side is problem.receiving:
        part = np.unique(problem.need, return_index=True)[1]
        size = np.ones(part.size, dtype=np.int64)
    reach = []
    for level in side:
        group = level.group[part]
        inside = group >= 0
        could = np.bincount(group[inside], weights=size[inside], minlength=level.caps.size).astype(np.int64)
        reach.append(could)
        one = np.full(level.caps.size, -1, dtype=np.int64)
        one[group[inside]] = part[inside]
        some = one >= 0
        part = np.concatenate([part[~inside], one[some]])
        size = np.concatenate([size[~inside], np.minimum(could, level.caps)[some]])
    return reach


def _chain(
    levels: Sequence[Level], groups: dict[str, Ints], part: Ints, end: Ints
) -> tuple[Ints, list[Ints]]:
    """Return the node that each candidate of `part` meets first, and by level the one met after its group."""
    after = end.copy()
    beyond: list[Ints] = []
    for level in reversed(levels):
        beyond.append(after.copy())
        group = level.group[part]
        node = np.where(group >= 0, groups[level.name][group] if level.caps.size else -1, -1)
        after = np.where(node >= 0, node, after)
    return after, beyond[::-1]


def _up(problem: Problem, groups: dict[str, Ints], sink: int) -> tuple[Ints, Arcs]:
    every = np.arange(problem.need.size)
    enters, beyond = _chain(problem.giving, groups, every, np.full(every.size, sink))
    arcs = [
        _arcs(level, groups[level.name], every, far)
        for level, far in zip(problem.giving, beyond, strict=True)
    ]
    return enters, _joined(arcs)


def _down(
    problem: Problem, groups: dict[str, Ints], gates: Arcs, gated: Ints
) -> tuple[Arcs, tuple[Ints, Ints]]:
    """Return arcs from receiving groups towards needs, and the roots with what each may send."""
    needs, part = np.unique(problem.need, return_index=True)
    above, beyond = _chain(problem.receiving, groups, part, np.full(part.size, -1))
    school = problem.neediest[needs]
    at = np.searchsorted(gated, school[school >= 0])
    many = np.bincount(at, minlength=gated.size)
    before = np.full(gated.size, -1, dtype=np.int64)
    before[at] = above[school >= 0]
    above[school >= 0] = gates.head[at]
    arcs = [Arcs(above, needs, np.ones_like(needs))]
    arcs += [Arcs(gates.tail, gates.head, many - 1), Arcs(before, gates.tail, many)]
    for level, far in zip(problem.receiving, beyond, strict=True):
        one = _arcs(level, groups[level.name], part, far)
        arcs.append(Arcs(one.head, one.tail, one.most))
    every = _joined(arcs)
    root = every.tail < 0
    inner = Arcs(every.tail[~root], every.head[~root], every.most[~root])
    return inner, (every.head[root], every.most[root])


def _arcs(level: Level, nodes: Ints, part: Ints, far: Ints) -> Arcs:
    """One arc from each group that can bind to the node beyond it."""
    group = level.group[part]
    inside = group >= 0
    beyond = np.full(level.caps.size, -1, dtype=np.int64)
    beyond[group[inside]] = far[inside]
    binds = nodes >= 0
    return Arcs(nodes[binds], beyond[binds], level.caps[binds])


def _joined(arcs: Sequence[Arcs]) -> Arcs:
    none = [np.zeros(0, dtype=np.int64)]
    return Arcs(
        np.concatenate(none + [one.tail for one in arcs]),
        np.concatenate(none + [one.head for one in arcs]),
        np.concatenate(none + [one.most for one in arcs]),
    )
