"""Plans of middling size beside HiGHS on the whole problem, written down row by row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, sparse

from commonroom.partnerships import solving
from commonroom.partnerships.solving.problem import Problem
from unit.partnerships.solving.made_problems import nation


def whole(problem: Problem) -> tuple[int, int]:
    """Return how many of the neediest can be helped, and the least loss then, by branch and cut."""
    size, pairs = problem.need.size, len(problem.swaps)
    schools = sorted(set(problem.neediest[problem.need].tolist()) - {-1})
    width = size + pairs + len(schools)
    rows, most = [], []

    def at_most(columns: list[int], values: list[float], limit: float) -> None:
        rows.append(sparse.csr_array((values, ([0] * len(columns), columns)), shape=(1, width)))
        most.append(limit)

    for group, caps in [(problem.need, np.ones_like(problem.alone))] + [
        (l.group, l.caps) for l in problem.levels
    ]:
        for number in range(caps.size):
            columns = np.flatnonzero(group == number).tolist()
            at_most(columns, [1.0] * len(columns), float(caps[number]))
    for pair, (one, other) in enumerate(problem.swaps.tolist()):
        at_most([size + pair, one], [1.0, -1.0], 0.0)
        at_most([size + pair, other], [1.0, -1.0], 0.0)
    for place, school in enumerate(schools):
        columns = np.flatnonzero(problem.neediest[problem.need] == school).tolist()
        at_most([size + pairs + place, *columns], [1.0] + [-1.0] * len(columns), 0.0)
    limits = [optimize.LinearConstraint(sparse.vstack(rows).tocsc(), -np.inf, most)]
    options = {"mip_rel_gap": 0.0}
    helping = np.r_[np.zeros(size + pairs), -np.ones(len(schools))]
    bounds = optimize.Bounds(0, 1)
    every = np.ones(width)
    first = optimize.milp(helping, integrality=every, bounds=bounds, constraints=limits, options=options)
    helped = round(-first.fun)
    limits.append(optimize.LinearConstraint(-helping[None], helped, np.inf))
    cost = np.r_[problem.cost - problem.alone[problem.need], -problem.bonus, np.zeros(len(schools))]
    found = optimize.milp(cost, integrality=every, bounds=bounds, constraints=limits, options=options)
    return helped, round(found.fun) + int(problem.alone.sum())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tight", [0.15, 0.4, 1.0])
def test_a_plan_loses_what_the_best_does(seed: int, tight: float) -> None:
    problem = nation(260, seed=seed, tight=tight, near=12)
    solution = solving.solve(problem)
    assert (solution.met_first, solution.loss) == whole(problem)
    assert solution.bound == solution.loss
    assert solution.most_first == solution.met_first
