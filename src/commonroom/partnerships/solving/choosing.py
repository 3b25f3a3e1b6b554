"""A choice under every cap: from prices to candidates, as good as can be proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from commonroom.partnerships.solving import flow, greedy, network, parts, program, relaxing, repair
from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.prices import GRAIN
from commonroom.partnerships.solving.problem import Ints, Problem, Solution, helped_first, lose
from commonroom.partnerships.solving.relaxing import Relaxed

#: Candidates up to which the very best is searched for, and how long: nodes of the search times candidates.
SMALL = 5_000
LONG = 1_000_000
#: Candidates at the head of a broker's list.
HEAD = 8_000
#: Nodes of the search for a better part, and for the most schools that can be helped.
NODES = 50
#: Candidates of a part at most.
PART = 12_000


@dataclass(frozen=True)
class Best:
    """The best choice so far: the candidates, schools helped first, and what is lost."""

    chosen: Ints
    helped: int
    loss: int

    def or_(self, problem: Problem, chosen: Ints) -> Best:
        """Return the better of this and another choice: more of the neediest helped, then less lost."""
        other = weigh(problem, chosen)
        return other if (-other.helped, other.loss) < (-self.helped, self.loss) else self


def weigh(problem: Problem, chosen: Ints) -> Best:
    """Say what a choice is worth."""
    return Best(np.sort(chosen), helped_first(problem, chosen), lose(problem, chosen))


def solve(problem: Problem) -> Solution:
    """Choose candidates that lose least under every cap, and prove how near to the best that is.

    As many of the neediest schools as possible are helped before anything else. The nested caps are solved
    as min-cost flow, the others and swaps priced, the choice mended and improved; a small problem, or what
    is left of it, is searched to the end. Raises NotNestedError. Source: METHODS.md section 8.
    """
    nested = network.sort_out(problem)
    laid = network.lay(nested)
    chosen, prices, top = relaxing.start(nested, laid)
    dear = _dear(nested, top)
    best, most = weigh(nested, repair.mend(nested, chosen, dear)), helped_first(nested, chosen)
    relaxed = relaxing.known(nested, chosen, prices, top)
    if best.helped < most or best.loss > pricing.prove(nested, prices, top=top, helped=most):
        relaxed = relaxing.relax(nested, laid, chosen, prices, top)
        rounded = repair.mend(nested, np.flatnonzero(relaxed.share > 0.5), dear)
        best = best.or_(nested, rounded)
        if best.helped < most:
            best, most = _neediest(nested, best, most, dear)
        best = _improved(nested, best, relaxed)
    bound = pricing.prove(nested, relaxed.prices, top=top, helped=best.helped)
    if best.loss > bound and not (best.helped == most and _beats_list(nested, best, relaxed, bound)):
        best = best.or_(nested, greedy.greedy(nested))
        bound = pricing.prove(nested, relaxed.prices, top=top, helped=best.helped)
    best, bound = _closed(nested, best, relaxed, bound)
    reduced = relaxed.beyond / GRAIN
    reduced[best.chosen] = 0.0
    priced = {level.name: relaxed.prices.caps[level.name] / GRAIN for level in problem.levels}
    return Solution(best.chosen, best.loss, bound, best.helped, most, priced, reduced)


def _dear(problem: Problem, top: int) -> Ints:
    """What keeping a candidate loses beside leaving its need alone, those of the neediest least of all."""
    return problem.cost - problem.alone[problem.need] - top * (problem.neediest[problem.need] >= 0)


def _improved(problem: Problem, best: Best, relaxed: Relaxed) -> Best:
    """Search the part of the choice that the relaxed optimum leaves open, the rest held."""
    near = relaxed.beyond <= GRAIN * relaxing.NEAR * problem.alone.mean()
    loose = np.zeros(problem.alone.size, dtype=bool)
    loose[parts.unsettled(problem, relaxed.share, best.chosen, near)] = True
    kept = best.chosen[~loose[problem.need[best.chosen]]]
    near[best.chosen] = True
    free = np.flatnonzero(near & loose[problem.need])
    if not free.size or free.size > PART:
        return best
    part = parts.cut(problem, kept, free)
    helped = best.helped - helped_first(problem, kept)
    found = program.best(part, np.arange(free.size), helped=helped, nodes=NODES)
    return best if found is None else best.or_(problem, np.concatenate([kept, free[found[0]]]))


def _beats_list(problem: Problem, best: Best, relaxed: Relaxed, bound: float) -> bool:
    """Whether what a broker with a list takes first already loses more than the whole choice.

    Every plan with some candidates loses what they are dearer by beyond the bound; so a list need not be
    gone through to its end to know. Helping the neediest comes first on a list too.
    """
    saving = problem.alone[problem.need] - problem.cost
    least = np.sort(saving)[-HEAD:][0]
    head = np.flatnonzero((saving > least) | (problem.neediest[problem.need] >= 0))
    taken = head[greedy.greedy(parts.cut(problem, head[:0], head))]
    beyond = relaxed.beyond[taken[saving[taken] > least]].sum()
    return bool(beyond > (best.loss - bound) * GRAIN)


def _neediest(problem: Problem, best: Best, most: int, dear: Ints) -> tuple[Best, int]:
    """Help as many of the neediest as possible; return how many no choice goes beyond (`most` at first)."""
    found = program.most(problem, nodes=NODES)
    if found is None:
        return best, most
    helping, most = found
    schools = problem.neediest[problem.need]
    missed = helping[~np.isin(schools[helping], schools[best.chosen])]
    others = best.chosen[~np.isin(problem.need[best.chosen], problem.need[missed])]
    kept = dear.copy()
    kept[missed] = dear.min() - 1
    joined = repair.mend(problem, np.concatenate([missed, others]), kept)
    return best.or_(problem, joined).or_(problem, repair.fill(problem, helping)), most


def _closed(problem: Problem, best: Best, relaxed: Relaxed, bound: float) -> tuple[Best, float]:
    """Search what could still be better to the end, where little enough is left."""
    left = np.flatnonzero(relaxed.beyond <= (best.loss - bound) * GRAIN)
    if best.loss <= bound or left.size > SMALL:
        return best, min(bound, float(best.loss))
    found = program.best(problem, left, helped=best.helped, nodes=LONG // (1 + left.size))
    if found is None:
        return best, bound
    best = best.or_(problem, found[0])
    return best, min(float(best.loss), max(bound, found[1]))


def again(problem: Problem, solution: Solution) -> Ints:
    """Choose again where only costs have changed: one flow at the prices of a solution, then mended.

    Arguments: the changed problem, and the solution of the one before. Keeps every cap and is about as good
    as the old prices of crossing caps still are; swaps that were made keep their bonus.
    """
    nested = network.sort_out(problem)
    both = np.isin(problem.swaps, solution.chosen).all(axis=1)
    worth = problem.alone[problem.need] - problem.cost
    for side in (0, 1):
        np.add.at(worth, problem.swaps[both, side], problem.bonus[both] // 2)
    for level in nested.crossing:
        worth -= np.append(np.round(solution.prices[level.name]).astype(np.int64), 0)[level.group]
    top = relaxing.worth_of_helping(problem)
    chosen = flow.choose(nested, network.lay(nested), worth, top)
    best = weigh(nested, repair.mend(nested, chosen, _dear(nested, top)))
    if best.chosen.size == chosen.size:
        return best.chosen
    caps = {name: np.round(GRAIN * price).astype(np.int64) for name, price in solution.prices.items()}
    prices = replace(pricing.none(nested), caps=caps)
    return _improved(nested, best, relaxing.known(nested, chosen, prices, top)).chosen
