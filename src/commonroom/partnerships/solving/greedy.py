"""What a broker with a list would do: the best pair first, then the next that still fits."""

from __future__ import annotations

import numpy as np

from commonroom.partnerships.solving.problem import Ints, Problem

#: Candidates looked at one by one before those that fit no more are struck off the list.
BLOCK = 8192


def greedy(problem: Problem) -> Ints:
    """Take candidates from the largest saving down, each that its need and every cap still allow.

    A candidate saves what leaving its need alone loses, less its cost; those that save nothing are not
    taken, and equal savings go by number. One candidate for each of the neediest schools is looked for
    first, then any for everybody. Returns the sorted numbers of the chosen. The swaps' bonus is not
    looked at. It is no plan to follow but one to compare with (METHODS.md section 8).
    """
    saving = problem.alone[problem.need] - problem.cost
    order = np.lexsort((-saving,))
    order = order[saving[order] > 0]
    before = order[problem.neediest[problem.need[order]] >= 0]
    # Who is on the list twice, and taken the first time, has no open need the second time.
    order = np.append(before, order)
    limits, room = _limit(problem, order, before.size)
    chosen = [np.zeros(0, dtype=np.int64)]
    while order.size:
        taken = _take(limits[:BLOCK], room)
        chosen.append(order[:BLOCK][taken])
        np.subtract.at(room, limits[:BLOCK][taken], 1)
        fits = (room[limits[BLOCK:]] > 0).all(axis=1)
        order, limits = order[BLOCK:][fits], limits[BLOCK:][fits]
    return np.sort(np.concatenate(chosen))


def _take(limits: Ints, room: Ints) -> list[int]:
    """Return the rows, from the first to the last, that every limit of theirs still allows."""
    left = dict(zip(limits.ravel().tolist(), room[limits.ravel()].tolist(), strict=True))
    taken = []
    for row, mine in enumerate(limits.tolist()):
        if all(left[limit] for limit in mine):
            taken.append(row)
            for limit in mine:
                left[limit] -= 1
    return taken


def _limit(problem: Problem, order: Ints, before: int) -> tuple[Ints, Ints]:
    """Number all limits in one row: the limits of every candidate (candidates x kinds), and their room.

    The first of `order`, so many as are `before`, are also limited to one a school. A group that has no
    more candidates than its cap never binds; it and "in no group" share one limit that is never used up,
    and a kind that never binds is left out.
    """
    needs, schools = problem.alone.size, int(problem.neediest.max(initial=-1)) + 1
    rooms = [np.array([2**62]), np.ones(needs + schools, dtype=np.int64)]
    once = np.zeros(order.size, dtype=np.int64)
    once[:before] = 1 + needs + problem.neediest[problem.need[order[:before]]]
    kinds, start = [1 + problem.need[order], once], 1 + needs + schools
    for level in problem.levels:
        group = level.group[order]
        binds = np.bincount(group[group >= 0], minlength=level.caps.size) > level.caps
        if binds.any():
            # The last, added place is for -1, in no group.
            kinds.append(np.where(np.append(binds, False)[group], start + group, 0))
            rooms.append(level.caps)
            start += level.caps.size
    return np.stack(kinds, axis=1), np.concatenate(rooms)
