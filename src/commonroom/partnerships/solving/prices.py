"""Prices of caps: what one more would save, and what they prove of any choice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from commonroom.partnerships.solving.problem import Flags, Ints, Problem

#: Prices are whole numbers of this part of a unit of cost, so that what they prove is exact.
GRAIN = 16


@dataclass(frozen=True)
class Prices:
    """Prices of one more in each cap, and what goes with them; all whole numbers of a GRAIN-th of a unit.

    `caps` (by level name, one per group, 0 or more); `help` (numbers of neediest schools): what helping
    each is worth, spread over all its candidates; `share` (pairs): what of a pair's bonus is lent to its
    first candidate, 0 to the bonus; the second has the rest.
    """

    caps: dict[str, Ints]
    help: Ints
    share: Ints


def schools(problem: Problem) -> int:
    """Return how many numbers of neediest schools there are."""
    return int(problem.neediest.max(initial=-1)) + 1


def none(problem: Problem) -> Prices:
    """Return prices of nothing, with each bonus lent in halves."""
    caps = {level.name: np.zeros(level.caps.size, dtype=np.int64) for level in problem.levels}
    return Prices(caps, np.zeros(schools(problem), dtype=np.int64), problem.bonus * GRAIN // 2)


def dearer(problem: Problem, prices: Prices) -> Ints:
    """Return the cost of each candidate at the prices of its caps, before any bonus of swaps."""
    total = problem.cost * GRAIN
    for level in problem.levels:
        # Group -1, that of candidates in none, reads the 0 at the end.
        total += np.append(prices.caps[level.name], 0)[level.group]
    helping: Ints = np.append(prices.help, 0)[problem.neediest][problem.need]
    return total - helping


def lent(problem: Problem, prices: Prices) -> Ints:
    """Return what of bonuses is lent to each candidate."""
    some = np.zeros(problem.need.size, dtype=np.int64)
    np.add.at(some, problem.swaps[:, 0], prices.share)
    np.add.at(some, problem.swaps[:, 1], problem.bonus * GRAIN - prices.share)
    return some


def cheapest(problem: Problem, cost: Ints) -> Ints:
    """Return what each need loses at least, alone or by a candidate at `cost`."""
    least = problem.alone * GRAIN
    np.minimum.at(least, problem.need, cost)
    return least


def prove(problem: Problem, prices: Prices, *, top: int, helped: int) -> float:
    """Return what every choice that helps at least so many of the neediest schools loses at least.

    Each need takes what is cheapest at these prices, as if there were no caps; what caps would have
    earned comes off. True of any prices of 0 or more and any `top` (weak duality), so it needs no trust
    in their maker. Source: METHODS.md section 8.
    """
    least = cheapest(problem, dearer(problem, prices) - lent(problem, prices))
    earned = sum(int(prices.caps[level.name] @ level.caps) for level in problem.levels)
    number = np.unique(problem.neediest[problem.need])
    number = number[number >= 0]
    gained = int(np.minimum(prices.help[number] - top * GRAIN, 0).sum()) + helped * top * GRAIN
    return (int(least.sum()) - earned + gained) / GRAIN


def lend(problem: Problem, prices: Prices, settled: Flags) -> Prices:
    """Lend bonuses that are not settled (pairs) where it makes no candidate its need's best, if it can."""
    pairs = np.flatnonzero(~settled)
    if not pairs.size:
        return prices
    whole = problem.bonus * GRAIN
    cost = dearer(problem, prices)
    left = cost - cheapest(problem, cost)[problem.need]
    np.subtract.at(left, problem.swaps[settled, 0], prices.share[settled])
    np.subtract.at(left, problem.swaps[settled, 1], (whole - prices.share)[settled])
    share = prices.share.copy()
    # One after the other: a candidate can be in several pairs.
    room = dict(zip(*(side.tolist() for side in _room(problem.swaps[pairs], left)), strict=True))
    for pair, (one, other), bonus in zip(
        pairs.tolist(), problem.swaps[pairs].tolist(), whole[pairs].tolist(), strict=True
    ):
        first = min(max(room[one], 0), bonus)
        first += max(bonus - first - max(room[other], 0), 0) // 2
        share[pair] = first
        room[one] -= first
        room[other] -= bonus - first
    return replace(prices, share=share)


def tempted(problem: Problem, prices: Prices) -> Ints:
    """Return the candidates of pairs of which one, by what is lent to it, is its need's cheapest."""
    cost = dearer(problem, prices)
    cheap = cost - lent(problem, prices) < cheapest(problem, cost)[problem.need]
    return np.unique(problem.swaps[cheap[problem.swaps].any(axis=1)])


def _room(pairs: Ints, left: Ints) -> tuple[Ints, Ints]:
    some = np.unique(pairs)
    return some, left[some]
