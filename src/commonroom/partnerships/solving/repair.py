"""From a choice that breaks some caps to one that keeps all of them."""

from __future__ import annotations

import numpy as np

from commonroom.partnerships.solving.problem import Flags, Ints, Level, Problem


def mend(problem: Problem, chosen: Ints, dear: Ints) -> Ints:
    """Return a choice that keeps every cap: drop what is too much, then meet more needs where there is room.

    Arguments: `chosen` (numbers of candidates, each need once), and by candidate how `dear` it is, in the
    order that people would be let down: the dearest of a group over its cap goes first.
    """
    held = np.sort(chosen)
    for level in problem.levels:
        held = held[_within(level, held, dear[held])]
    return fill(problem, held)


def _within(level: Level, chosen: Ints, dear: Ints) -> Flags:
    """Which of the chosen stay, the dearest of groups over their caps left out."""
    group = level.group[chosen]
    order = np.lexsort((chosen, dear, group))
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size) - np.searchsorted(group[order], group[order])
    stays: Flags = group < 0
    stays[~stays] = place[~stays] < level.caps[group[~stays]]
    return stays


def fill(problem: Problem, chosen: Ints) -> Ints:
    """Return a choice with more where caps leave room: schools not yet helped, then the cheapest."""
    dear = problem.cost - problem.alone[problem.need]
    met = np.zeros(problem.alone.size, dtype=bool)
    met[problem.need[chosen]] = True
    open_ = ~met[problem.need]
    room: list[list[int]] = []
    for level in problem.levels:
        group = level.group[chosen]
        left = level.caps - np.bincount(group[group >= 0], minlength=level.caps.size)
        inside = level.group >= 0
        open_[inside] &= left[level.group[inside]] > 0
        room.append(left.tolist())
    school = problem.neediest[problem.need]
    helped = np.zeros(int(problem.neediest.max(initial=-1)) + 2, dtype=bool)
    helped[problem.neediest[problem.need[chosen]]] = True
    helped[-1] = True
    some = np.flatnonzero(open_ & ((dear < 0) | ~helped[school]))
    some = some[np.lexsort((some, dear[some], helped[school[some]]))]
    return np.sort(np.concatenate([chosen, _added(problem, some, met, room)]))


def _added(problem: Problem, some: Ints, met: Flags, room: list[list[int]]) -> Ints:
    groups = [level.group[some].tolist() for level in problem.levels]
    needs = problem.need[some].tolist()
    done = {int(need) for need in np.flatnonzero(met)}
    added = []
    for place, need in enumerate(needs):
        if need in done:
            continue
        mine = [(left, group[place]) for left, group in zip(room, groups, strict=True) if group[place] >= 0]
        if all(left[group] > 0 for left, group in mine):
            done.add(need)
            added.append(int(some[place]))
            for left, group in mine:
                left[group] -= 1
    return np.array(added, dtype=np.int64)
