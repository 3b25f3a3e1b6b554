"""A plan as a linear programme: relaxed for prices, or in whole numbers for the very best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class _Rows:
    """Rows of one kind: whose they are, what each is at most, and their cells (row, column, value)."""

    numbers: Ints
    most: Ints
    cells: tuple[Ints, Ints, Ints]


def write(
    problem: Problem, columns: Ints, prices: Prices, nodes: Mapping[str, Ints] | None = None
) -> Program:
    """Write the programme of some candidates, with the caps that they can reach or that cost something.

    Arguments: `nodes` (by level name; -1 for a group whose cap cannot bind; see Network), where known.
    """
    place = np.full(problem.need.size, -1, dtype=np.int64)
    place[columns] = np.arange(columns.size)
    pairs = np.flatnonzero((place[problem.swaps] >= 0).all(axis=1))
    school = problem.neediest[problem.need[columns]]
    schools = np.unique(school[school >= 0])
    ones = np.ones_like(problem.alone)
    met = np.bincount(problem.need[columns], minlength=ones.size) > 0
    rows = {"need": _capped(problem.need[columns], ones, met)}
    for level in problem.levels:
        group = level.group[columns]
        many = np.bincount(group[group >= 0], minlength=level.caps.size)
        binds = (many > level.caps) | (prices.caps[level.name] > 0)
        if nodes and level.name in nodes:
            binds &= nodes[level.name] >= 0
        rows[level.name] = _capped(group, level.caps, binds)
    helps = np.flatnonzero(school >= 0)
    at = np.searchsorted(schools, school[helps])
    rows["school"] = _below(schools, columns.size + pairs.size, at, helps)
    two = np.arange(pairs.size)
    for side, name in enumerate(("one", "other")):
        rows[name] = _below(pairs, columns.size, two, place[problem.swaps[pairs, side]])
    return Program(
        columns,
        pairs,
        schools,
        _stacked(list(rows.values()), columns.size + pairs.size + schools.size),
        np.concatenate([kind.most for kind in rows.values()]).astype(float),
        {name: kind.numbers for name, kind in rows.items()},
    )


def _capped(group: Ints, caps: Ints, rows: Flags) -> _Rows:
    """Rows of caps: the sum of a group's candidates is at most its cap."""
    some = np.flatnonzero(group >= 0)
    some = some[rows[group[some]]]
    row = (np.cumsum(rows) - 1)[group[some]]
    return _Rows(np.flatnonzero(rows), caps[rows], (row, some, np.ones_like(some)))


def _below(numbers: Ints, start: int, row: Ints, column: Ints) -> _Rows:
    """Rows of one more column each, from `start`, at most the sum of the columns given with its row."""
    every = np.arange(numbers.size)
    value = np.concatenate([-np.ones_like(row), np.ones_like(every)])
    cells = (np.concatenate([row, every]), np.concatenate([column, start + every]), value)
    return _Rows(numbers, np.zeros_like(every), cells)


def _stacked(rows: Sequence[_Rows], width: int) -> sparse.csr_array:
    starts = np.cumsum([0, *(kind.numbers.size for kind in rows)])
    row = np.concatenate([start + kind.cells[0] for start, kind in zip(starts[:-1], rows, strict=True)])
    column = np.concatenate([kind.cells[1] for kind in rows])
    value = np.concatenate([kind.cells[2] for kind in rows]).astype(float)
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
        options={"presolve": False, "simplex_dual_edge_weight_strategy": "devex"},
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
