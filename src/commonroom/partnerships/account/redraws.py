"""How far a plan depends on what nobody knows: gains drawn anew, and the best plan of each draw."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.partnerships import costs, solving
from commonroom.partnerships.account.case import PAIR, Case, ideals
from commonroom.partnerships.solving.problem import Ints, Problem, Solution, helped_first, lose

Again = Callable[[Problem, Solution], Ints]


@dataclass(frozen=True)
class Redrawn:
    """How a plan stands when gains are drawn anew, `redraws` times.

    `stays` (receiver, phase, theme, provider, stays): the share of plans in which each pair stays;
    `regrets` (redraws): what the plan loses beyond the best of each draw, as a share of what that loses.
    """

    redraws: int
    stays: pl.DataFrame
    regrets: npt.NDArray[np.float64]


def redraw(case: Case, *, redraws: int, again: Again = solving.again) -> Redrawn:
    """Solve the plan again for each of the first draws of its gains, and compare.

    Arguments: how many `redraws` (no more than were drawn). The best of a draw is the better of what
    `again` finds and of the plan itself: first by how many of the neediest schools it helps, then by what
    it loses; so regret is never below 0, and where `again` is not exact it is a lower limit. Groups of
    three are not made anew.
    """
    chosen = case.solution.chosen
    if not redraws:
        return Redrawn(0, _named(case, np.full(chosen.size, np.nan)), np.zeros(0))
    numbers = range(redraws)
    # One after the other: flows hold Python's lock, so that threads gain next to nothing.
    found = [_once(case, number, again) for number in numbers]
    stays = np.mean([kept for kept, _ in found], axis=0)
    return Redrawn(redraws, _named(case, stays), np.array([regret for _, regret in found]))


def _named(case: Case, stays: npt.NDArray[np.float64]) -> pl.DataFrame:
    """Pairs of the plan with how often they stay."""
    found = case.arranged.edges[case.solution.chosen].select(PAIR)
    return found.with_columns(stays=pl.Series(stays, dtype=pl.Float64, nan_to_null=True))


def _once(case: Case, number: int, again: Again) -> tuple[npt.NDArray[np.bool_], float]:
    """Which pairs stay in the best plan of one draw, and the regret of ours."""
    chosen = case.solution.chosen
    problem, shared = drawn(case, number)
    ours = -helped_first(problem, chosen), lose_shared(problem, chosen, case.threes, shared)
    other = again(problem, case.solution)
    theirs = -helped_first(problem, other), lose(problem, other)
    if ours <= theirs:
        return np.ones(chosen.size, dtype=bool), 0.0
    # A plan that helps more of the neediest may lose more by it.
    beyond = max(ours[1] - theirs[1], 0)
    regret = beyond / theirs[1] if theirs[1] > 0 else float(beyond > 0)
    return np.isin(chosen, other), regret


def drawn(case: Case, number: int) -> tuple[Problem, Ints]:
    """Return the problem as it is in a draw, and what each candidate would cost in a group of three.

    Costs follow partnerships.costs, with the gain of each candidate and the ideal of each need as drawn.
    """
    arranged, weights = case.arranged, case.definition.weights
    needs, edges = arranged.needs, arranged.edges
    gains = case.drawn.gains(slice(edges.height), slice(number, number + 1))[0].astype(np.float64)
    ideal = ideals(case, number)
    problem = dataclasses.replace(
        arranged.problem,
        cost=costs.cost(needs, edges, gains, ideal, weights=weights),
        alone=costs.alone(needs, ideal, weights=weights),
        bonus=costs.bonus(needs, edges, gains, arranged.problem.swaps, weights=weights),
    )
    if not case.threes.size:
        return problem, problem.cost
    share = case.definition.threes.share
    return problem, costs.cost(needs, edges, gains * share, ideal, weights=weights)


def lose_shared(problem: Problem, chosen: Ints, threes: Ints, shared: Ints) -> int:
    """Return what a choice loses where some of it are groups of three (who joins, and whom).

    `shared` (candidates) is what each costs in such a group; who joins earns no bonus of a swap.
    """
    joins, hosts = threes[:, 0], threes[:, 1]
    loss = lose(problem, np.setdiff1d(chosen, joins))
    more = shared[threes].sum() - problem.cost[hosts].sum() - problem.alone[problem.need[joins]].sum()
    return loss + int(more)
