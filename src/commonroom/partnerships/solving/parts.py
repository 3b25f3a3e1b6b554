"""A part of a problem that is left when the rest of the choice is held."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonroom.partnerships.solving.problem import Flags, Ints, Problem

#: Less than this of a candidate is rounding.
SPLIT = 1e-6

Floats: TypeAlias = npt.NDArray[np.float64]


def cut(problem: Problem, held: Ints, free: Ints) -> Problem:
    """Return what is left to choose among `free` candidates where `held` ones stay chosen.

    Its needs are numbered as in the problem, its candidates as in `free`; caps are what the held leave, and
    bonuses of pairs with a held candidate come off the cost of the other. Every cap counts as crossing.
    """
    levels = []
    for level in problem.levels:
        group = level.group[held]
        left = level.caps - np.bincount(group[group >= 0], minlength=level.caps.size)
        levels.append(replace(level, group=level.group[free], caps=left, names=()))
    is_held, place = _marked(problem.need.size, held, free)
    helped = np.unique(problem.neediest[problem.need[held]])
    neediest = np.where(np.isin(problem.neediest, helped), -1, problem.neediest)
    there = place[problem.swaps]
    cost = problem.cost[free].copy()
    for side in (0, 1):
        half = (there[:, side] >= 0) & is_held[problem.swaps[:, 1 - side]]
        np.subtract.at(cost, there[half, side], problem.bonus[half])
    inner = (there >= 0).all(axis=1)
    return Problem(
        need=problem.need[free],
        cost=cost,
        alone=problem.alone,
        neediest=neediest,
        crossing=tuple(levels),
        swaps=there[inner],
        bonus=problem.bonus[inner],
    )


def _marked(size: int, held: Ints, free: Ints) -> tuple[Flags, Ints]:
    is_held = np.zeros(size, dtype=bool)
    is_held[held] = True
    place = np.full(size, -1, dtype=np.int64)
    place[free] = np.arange(free.size)
    return is_held, place


def unsettled(problem: Problem, share: Floats, chosen: Ints, near: Flags) -> Ints:
    """Return the needs whose choice is open: those that a relaxed optimum splits, and all that touch them.

    Arguments: `share` (candidates), how much of each the optimum chooses; the choice to improve; and which
    candidates are `near` the best. A need touches another where its choice takes the last of a cap that a
    near candidate of the other would need.
    """
    split = np.abs(share - np.isin(np.arange(share.size), chosen)) > SPLIT
    loose = np.zeros(problem.alone.size, dtype=bool)
    loose[problem.need[split]] = True
    reach = np.flatnonzero(near & loose[problem.need])
    for level in problem.levels:
        full = np.zeros(level.caps.size + 1, dtype=bool)
        group = level.group[chosen]
        taken = np.bincount(group[group >= 0], minlength=level.caps.size)
        full[level.group[reach]] = True
        full[:-1] &= taken >= level.caps
        full[-1] = False
        loose[problem.need[chosen[full[group]]]] = True
    return np.flatnonzero(loose)
