"""A plan as a linear programme: relaxed for prices, or in whole numbers for the very best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from commonroom.errors import CommonroomError
from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.prices import GRAIN, Prices
from commonroom.partnerships.solving.problem import Flags, Ints, Problem

Floats = npt.NDArray[np.float64]


class ProgramError(CommonroomError):
    """The solver of linear programmes gave up on one that always has an answer."""


@dataclass(frozen=True)
class Program:
    """Columns: candidates, pairs and neediest schools, each from 0 to 1; rows: `matrix` @ them <= `most`.

    `columns`, `pairs` and `schools` are their numbers. `rows` says whose the rows are, in order: by name
    (a level's, or need, school, one and other for pairs) the numbers.
    """

    columns: Ints
    pairs: Ints
    schools: Ints
    matrix: sparse.csr_array
    most: Floats
    rows: dict[str, Ints]

    def over(self, name: str, values: Ints) -> Ints:
        """Return the part of a row vector that belongs to one name."""
        start = 0
        for other, numbers in self.rows.items():
            if other == name:
                break
            start += numbers.size
        return values[start : start + self.rows[name].size]


def write(problem: Problem, columns: Ints, prices: Prices) -> Program:
    """Write the programme of some candidates, with rows of caps that they can reach or that cost something."""
    inside = np.zeros(problem.need.size, dtype=bool)
    inside[columns] = True
    pairs = np.flatnonzero(inside[problem.swaps].all(axis=1))
    school = problem.neediest[problem.need[columns]]
    schools = np.unique(school[school >= 0])
    place = np.cumsum(inside) - 1
    n, m = columns.size, pairs.size
    blocks: list[tuple[Ints, Ints, Ints]] = []
    rows: dict[str, Ints] = {}
    most: list[Ints] = []
    needs = np.unique(problem.need[columns])
    sides = [
        ("need", problem.need, np.ones_like(problem.alone), np.isin(np.arange(problem.alone.size), needs))
    ]
    for level in problem.levels:
        group = level.group[columns]
        many = np.bincount(group[group >= 0], minlength=level.caps.size)
        binds = (many > level.caps) | (prices.caps[level.name] > 0)
        sides.append((level.name, level.group, level.caps, binds))
    for name, of, caps, binds in sides:
        group = of[columns]
        some = np.flatnonzero(group >= 0)
        some = some[binds[group[some]]]
        rows[name] = np.flatnonzero(binds)
        blocks.append(((np.cumsum(binds) - 1)[group[some]], some, np.ones_like(some)))
        most.append(caps[binds])
    of_school = np.flatnonzero(school >= 0)
    at = np.searchsorted(schools, school[of_school])
    every = np.arange(schools.size)
    blocks.append(
        (np.r_[at, every], np.r_[of_school, n + m + every], np.r_[-np.ones_like(at), np.ones_like(every)])
    )
    rows["school"] = schools
    most.append(np.zeros_like(every))
    two = np.arange(m)
    for side, name in enumerate(("one", "other")):
        there = place[problem.swaps[pairs, side]]
        blocks.append((np.r_[two, two], np.r_[there, n + two], np.r_[-np.ones_like(two), np.ones_like(two)]))
        rows[name] = pairs
        most.append(np.zeros_like(two))
    matrix = _stacked(blocks, [numbers.size for numbers in rows.values()], n + m + schools.size)
    return Program(columns, pairs, schools, matrix, np.concatenate(most).astype(float), rows)


def _stacked(blocks: Sequence[tuple[Ints, Ints, Ints]], sizes: Sequence[int], width: int) -> sparse.csr_array:
    starts = np.r_[0, np.cumsum(sizes)]
    row = np.concatenate([start + block[0] for start, block in zip(starts[:-1], blocks, strict=True)])
    column = np.concatenate([block[1] for block in blocks])
    value = np.concatenate([block[2] for block in blocks]).astype(float)
    return sparse.csr_array((value, (row, column)), shape=(int(starts[-1]), width))


def _costs(problem: Problem, program: Program, top: int) -> Floats:
    net = problem.cost - problem.alone[problem.need]
    return np.concatenate(
        [net[program.columns], -problem.bonus[program.pairs], np.full(program.schools.size, -top)]
    ).astype(float)


@dataclass(frozen=True)
class Optimum:
    """What a relaxed programme ends at.

    `share` (its candidates): how much of each is chosen; `prices` there, which settle the bonuses of
    `settled` pairs; `loss`, less what helping the neediest is worth.
    """

    share: Floats
    prices: Prices
    settled: Flags
    loss: float


def relax(problem: Problem, program: Program, prices: Prices, *, top: int) -> Optimum:
    """Solve the relaxed programme from prices near its own.

    Arguments: `top`, what helping one of the neediest schools is worth. Costs are moved by the old prices
    first, so that little is left to do. Raises ProgramError. Source: HiGHS, dual simplex.
    """
    start = _duals(problem, program, prices)
    cost = _costs(problem, program, top) + program.matrix.T @ start
    size = program.most.size
    upper = np.full(cost.size + size, np.inf)
    upper[cost.size - program.schools.size : cost.size] = 1.0
    found = optimize.linprog(
        np.concatenate([cost, start]),
        A_eq=sparse.hstack([program.matrix, sparse.identity(size)]).tocsc(),
        b_eq=program.most,
        bounds=np.stack([np.zeros(upper.size), upper], axis=1),
        method="highs-ds",
        options={"presolve": False},
    )
    if found.status != 0:
        raise ProgramError(f"The solver of linear programmes says: {found.message}")
    duals = np.maximum(np.round((start - found.eqlin.marginals) * GRAIN), 0).astype(np.int64)
    settled = np.zeros(problem.bonus.size, dtype=bool)
    settled[program.pairs] = True
    loss = float(found.fun - start @ program.most + problem.alone.sum())
    return Optimum(found.x[: program.columns.size], _prices(problem, program, duals), settled, loss)


def _duals(problem: Problem, program: Program, prices: Prices) -> Floats:
    cost = pricing.dearer(problem, prices) - pricing.lent(problem, prices)
    columns = program.columns
    least = problem.alone * GRAIN
    np.minimum.at(least, problem.need[columns], cost[columns])
    parts: dict[str, Ints] = {
        name: prices.caps[name][rows] for name, rows in program.rows.items() if name in prices.caps
    }
    parts["need"] = (problem.alone * GRAIN - least)[program.rows["need"]]
    parts["school"] = prices.help[program.schools]
    parts["one"] = prices.share[program.pairs]
    parts["other"] = problem.bonus[program.pairs] * GRAIN - parts["one"]
    return np.concatenate([parts[name] for name in program.rows]) / GRAIN


def _prices(problem: Problem, program: Program, duals: Ints) -> Prices:
    found = pricing.none(problem)
    for level in problem.levels:
        found.caps[level.name][program.rows[level.name]] = program.over(level.name, duals)
    found.help[program.schools] = program.over("school", duals)
    found.share[program.pairs] = np.minimum(program.over("one", duals), problem.bonus[program.pairs] * GRAIN)
    return found


def best(problem: Problem, columns: Ints, *, helped: int, nodes: int) -> tuple[Ints, float] | None:
    """Return the best choice among some candidates that helps so many of the neediest schools, and its proof.

    The proof is what any such choice loses at least. None where the search ended at so many `nodes`
    without any choice, or there is none. Source: HiGHS, branch and cut.
    """
    program = write(problem, columns, pricing.none(problem))
    cost = _costs(problem, program, 0)
    found = _search(program, cost, helped, nodes)
    if found is None:
        return None
    chosen, bound = found
    return chosen, bound + float(problem.alone.sum())


def most(problem: Problem, *, nodes: int) -> tuple[Ints, int] | None:
    """Return a choice that helps most of the neediest schools, and how many no choice goes beyond."""
    columns = np.flatnonzero(problem.neediest[problem.need] >= 0)
    program = write(replace(problem, bonus=np.zeros_like(problem.bonus)), columns, pricing.none(problem))
    cost = np.zeros(program.matrix.shape[1])
    cost[cost.size - program.schools.size :] = -1.0
    found = _search(program, cost, 0, nodes)
    return None if found is None else (found[0], int(np.floor(1e-6 - found[1])))


def _search(program: Program, cost: Floats, helped: int, nodes: int) -> tuple[Ints, float] | None:
    whole = np.zeros(cost.size)
    whole[: program.columns.size] = 1
    limits = [optimize.LinearConstraint(program.matrix, -np.inf, program.most)]
    if helped:
        some = np.zeros((1, cost.size))
        some[0, cost.size - program.schools.size :] = 1.0
        limits.append(optimize.LinearConstraint(some, helped, np.inf))
    found = optimize.milp(
        cost,
        integrality=whole,
        bounds=optimize.Bounds(0, 1),
        constraints=limits,
        options={"mip_rel_gap": 0.0, "node_limit": nodes},
    )
    if found.x is None:
        return None
    bound = found.fun if found.status == 0 else found.mip_dual_bound
    return program.columns[found.x[: program.columns.size] > 0.5], float(bound)
