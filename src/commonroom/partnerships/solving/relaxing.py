"""Prices of all caps at once, crossing ones and swaps too, and what they prove."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from commonroom.partnerships.solving import flow, potentials, program
from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.network import Network
from commonroom.partnerships.solving.prices import GRAIN, Prices
from commonroom.partnerships.solving.problem import Flags, Ints, Problem, helped_first

#: Candidates that the first programme takes in: the best of each need, and those nearly as good.
BEST = 2
NEAR = 0.015
#: Rounds of taking in what prices found too cheap, and the share of the bound at which they end.
ROUNDS = 6
ENOUGH = 1e-5


@dataclass(frozen=True)
class Relaxed:
    """What is known of the best choice before one is made.

    `share` (candidates): how much of each the relaxed optimum chooses; `prices` with the highest bound;
    `top`: what helping one of the neediest schools counts for; `beyond` (candidates, parts of a unit):
    what choosing each would add to the bound at least.
    """

    share: npt.NDArray[np.float64]
    prices: Prices
    top: int
    beyond: Ints


def worth_of_helping(problem: Problem) -> int:
    """Return what helping one of the neediest schools counts for: more than a few needs left alone."""
    return 1 + 3 * int(problem.alone.max(initial=0))


def start(problem: Problem, network: Network) -> tuple[Ints, Prices, int]:
    """Choose under nested caps alone: the choice, its prices and the worth of helping one of the neediest.

    That worth is raised until no choice under these caps helps more of them.
    """
    worth = problem.alone[problem.need] - problem.cost
    top = worth_of_helping(problem)
    chosen = flow.choose(problem, network, worth, top)
    if helped_first(problem, chosen) < network.schools.size:
        goal = helped_first(problem, flow.choose(problem, network, np.zeros_like(worth), 1))
        while helped_first(problem, chosen) < goal:
            top *= 8
            chosen = flow.choose(problem, network, worth, top)
    prices = potentials.of_flow(problem, network, chosen, worth=worth, top=top)
    return chosen, pricing.lend(problem, prices, np.zeros(problem.bonus.size, dtype=bool)), top


def relax(problem: Problem, network: Network, chosen: Ints, prices: Prices, top: int) -> Relaxed:
    """Find the prices that prove most, from those of a choice under nested caps.

    Linear programmes over few candidates, to which those are added that their prices find too cheap, until
    nothing is (column generation); the prices of the best bound are kept.
    """
    cost = pricing.dearer(problem, prices) - pricing.lent(problem, prices)
    least = pricing.cheapest(problem, cost)[problem.need]
    close = int(GRAIN * NEAR * problem.alone.mean())
    inside = (cost < least + close) | _best(problem, cost)
    inside[chosen] = True
    inside[pricing.tempted(problem, prices)] = True
    best = known(problem, chosen, prices, top)
    most = pricing.prove(problem, prices, top=top, helped=0)
    helping = helped_first(problem, chosen)
    for _ in range(ROUNDS):
        columns = np.flatnonzero(inside)
        written = program.write(problem, columns, prices, network.groups)
        try:
            found = program.relax(problem, written, prices, top=top)
        except program.ProgramError:
            # What is proved so far stays proved; the plan is only less sure.
            break
        prices = pricing.lend(problem, found.prices, found.settled)
        cost = pricing.dearer(problem, prices) - pricing.lent(problem, prices)
        bound = pricing.prove(problem, prices, top=top, helped=0)
        if bound >= most:
            share = np.zeros(problem.need.size)
            share[columns] = found.share
            most = bound
            best = Relaxed(share, prices, top, cost - pricing.cheapest(problem, cost)[problem.need])
        core = problem.alone * GRAIN
        np.minimum.at(core, problem.need[columns], cost[columns])
        if found.loss - bound <= ENOUGH * (bound + top * helping) or inside.all():
            break
        inside |= cost < core[problem.need] + close // 4
        inside[pricing.tempted(problem, prices)] = True
    return best


def _best(problem: Problem, cost: Ints) -> Flags:
    """The best few candidates of each need."""
    few = np.zeros(cost.size, dtype=bool)
    left = cost.copy()
    worst = np.iinfo(np.int64).max
    for _ in range(BEST):
        least = np.full(problem.alone.size, worst)
        np.minimum.at(least, problem.need, left)
        few |= left == least[problem.need]
        left[few] = worst
    return few


def known(problem: Problem, chosen: Ints, prices: Prices, top: int) -> Relaxed:
    """Return what is known where a choice under nested caps keeps all the others too."""
    share = np.zeros(problem.need.size)
    share[chosen] = 1.0
    cost = pricing.dearer(problem, prices) - pricing.lent(problem, prices)
    return Relaxed(share, prices, top, cost - pricing.cheapest(problem, cost)[problem.need])
