"""What a plan has to solve: candidates, what each would cost, and every cap, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Level:
    """One kind of cap over candidates: at most `caps[g]` candidates of group `g` are chosen.

    `group` (candidates) numbers the group of each candidate, -1 where it is in none; `caps` (groups)
    are whole partnerships, 0 or more; `names` (groups) say whose cap it is, for people.
    """

    name: str
    group: Ints
    caps: Ints
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Candidates of a plan and everything that limits the choice among them.

    `need` (candidates) numbers the need that each would meet: a need is met at most once. `cost`
    (candidates) is what the plan loses where it is chosen, `alone` (needs) where nobody is; whole
    numbers, 0 or more. `neediest` (needs) numbers the schools that come before anything else, -1 for the
    needs of others: as many of these schools as possible have at least one need met (all needs of one
    number are in one group of the finest of `receiving`, where there is any).
    `receiving` and `giving` are caps that nest, from the finest to the coarsest: two candidates in one
    group are in one group of every coarser level, -1 aside (above the needs; above the candidates).
    `crossing` are caps that need not nest. `swaps` (pairs x 2) are candidates that, both chosen, lose
    `bonus` (pairs) less.
    """

    need: Ints
    cost: Ints
    alone: Ints
    neediest: Ints
    receiving: tuple[Level, ...] = ()
    giving: tuple[Level, ...] = ()
    crossing: tuple[Level, ...] = ()
    swaps: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    bonus: Ints = field(default_factory=_none)

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every cap, but that a need is met once."""
        return (*self.receiving, *self.giving, *self.crossing)


@dataclass(frozen=True)
class Solution:
    """The candidates chosen (sorted numbers), what that loses, and what is proved of it.

    `loss` is the sum of costs of the chosen and of needs left alone, less the bonus of swaps; `bound`:
    no choice that helps as many of the neediest schools loses less; `met_first`: how many of the neediest
    schools are helped, `most_first`: no choice helps more. `prices` (by level name, one per group): what
    one more in its cap would save, at the optimum of the relaxed problem; `reduced` (candidates): what
    choosing it instead would lose at least, 0 for the chosen. Both in the unit of costs.
    """

    chosen: Ints
    loss: int
    bound: float
    met_first: int
    most_first: int
    prices: dict[str, npt.NDArray[np.float64]]
    reduced: npt.NDArray[np.float64]

    @property
    def shortfall(self) -> float:
        """How far from the best the choice is at most, as a share of the bound."""
        beyond = self.loss - self.bound
        return beyond / self.bound if self.bound > 0 else float(beyond > 0)


def lose(problem: Problem, chosen: Ints) -> int:
    """Return what a choice of candidates (their numbers) loses."""
    met = problem.need[chosen]
    taken = np.zeros(problem.need.size, dtype=bool)
    taken[chosen] = True
    both = taken[problem.swaps].all(axis=1) if problem.swaps.size else np.zeros(0, dtype=bool)
    left = int(problem.alone.sum()) - int(problem.alone[met].sum())
    return left + int(problem.cost[chosen].sum()) - int(problem.bonus[both].sum())


def helped_first(problem: Problem, chosen: Ints) -> int:
    """Return how many of the neediest schools a choice of candidates helps."""
    schools = problem.neediest[problem.need[chosen]]
    return int(np.unique(schools[schools >= 0]).size)
