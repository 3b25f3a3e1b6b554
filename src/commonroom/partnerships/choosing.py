"""Choose: the best plan, or one made as a broker with a list would, or one that nobody would leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from commonroom.families.placement import Floats
from commonroom.partnerships import checking, costs, solving, travel
from commonroom.partnerships.arranged import Arranged
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.solving import greedy, stable, threes
from commonroom.partnerships.solving.problem import Ints, Problem, Solution, helped_first, lose
from commonroom.partnerships.solving.threes import Sharing
from commonroom.partnerships.terms import GREEDY, STABLE, Terms, Way


@dataclass(frozen=True)
class Choice:
    """A plan that was chosen: its solution, and in groups of three the pairs that share (joins, host).

    `best` is the solution that loses least without groups of three, whatever way was asked for.
    `blocking` is the number of pairs that would both rather work with each other, before any share.
    """

    solution: Solution
    best: Solution
    pairs: Ints
    blocking: int

    @property
    def joined(self) -> Ints:
        """Candidates that join another's partnership, and take no days of their own."""
        return self.pairs[:, 0]


def choose(arranged: Arranged, ground: Ground, *, definition: Definition, terms: Terms) -> Choice:
    """Return the plan that is chosen in the way that `terms` ask for, checked against every cap.

    The bound and the prices are those of the best plan, in whatever way the choice is made. Raises
    checking.BrokenError where a cap is broken, which would be a fault of this program.
    """
    best = solving.solve(arranged.problem)
    if not terms.threes:
        return _choice(arranged, best, terms.way)
    problem, plain = arranged.problem, _choice(arranged, best, terms.way)
    sharing = share(arranged, ground, definition=definition)
    found = threes.join(problem, plain.solution.chosen, sharing=sharing)
    bound = min(best.bound, solving.solve(threes.relax(problem, sharing=sharing)).bound)
    checking.check(problem, found.chosen, joined=found.pairs[:, 0])
    solution = replace(_of(problem, best, found.chosen), loss=found.loss, bound=bound)
    return replace(plain, solution=solution, pairs=found.pairs)


def compare(arranged: Arranged, best: Solution, *, way: Way) -> Choice:
    """Return the plan that another way would choose, beside the `best` (its bound and its prices)."""
    return _choice(arranged, best, way)


def _choice(arranged: Arranged, best: Solution, way: Way) -> Choice:
    """The plan chosen in a way, without groups of three."""
    problem, liked, chosen = arranged.problem, like(arranged), best.chosen
    if way == GREEDY:
        chosen = greedy.greedy(problem)
    elif way == STABLE:
        chosen = stable.stable(problem, liked=liked)
    checking.check(problem, chosen)
    blocking = int(stable.blocking(problem, chosen, liked=liked).size)
    nobody = np.zeros((0, 2), dtype=np.int64)
    return Choice(_of(problem, best, chosen), best, nobody, blocking)


def _of(problem: Problem, best: Solution, chosen: Ints) -> Solution:
    """A solution of other candidates, with the bound and the prices of the best."""
    # What is chosen in another way than the prices are of may look dear beside them.
    reduced = best.reduced.copy()
    reduced[chosen] = 0.0
    met = helped_first(problem, chosen)
    return replace(best, chosen=chosen, loss=lose(problem, chosen), met_first=met, reduced=reduced)


def like(arranged: Arranged) -> Floats:
    """Return how much a provider likes each candidate: a school like its own, and not far."""
    return np.asarray(arranged.edges["likeness"].to_numpy() * arranged.edges["nearness"].to_numpy())


def share(arranged: Arranged, ground: Ground, *, definition: Definition) -> Sharing:
    """Return who could learn together from one provider, and what each would then gain."""
    edges = arranged.edges
    slot = edges.select(pl.struct("provider", "phase", "theme").rank("dense").cast(pl.Int64) - 1)
    names = edges["receiver"].unique().sort()
    receiver = travel.rows_of(edges["receiver"], names)
    rule = definition.threes
    gain = edges["gain"].to_numpy() * rule.share
    ideal = arranged.needs["ideal"].to_numpy()
    lost = costs.cost(arranged.needs, edges, gain, ideal, weights=definition.weights)
    return Sharing(
        slot=slot.to_series().to_numpy(),
        receiver=receiver,
        together=_together(names, ground, definition),
        shared=np.maximum(lost, arranged.problem.cost),
    )


def _together(names: pl.Series, ground: Ground, definition: Definition) -> Ints:
    """Pairs of schools (numbers of `names`) near enough to learn together."""
    places = travel.lay_out(ground.schools, travel=definition.travel, measured=ground.minutes)
    rows = places.rows(names)
    known = np.flatnonzero((rows >= 0) & places.known[rows])
    points = np.column_stack([places.easting[rows[known]], places.northing[rows[known]]])
    most = definition.threes.most_minutes
    # Travel that somebody measured may be quicker than the distance says: look twice as far.
    radius = 2 * travel.reach(most, travel=definition.travel) * 1000
    near = cKDTree(points).query_pairs(radius, output_type="ndarray") if known.size else np.zeros((0, 2))
    pairs = known[near.astype(np.int64)]
    way = travel.between(places, rows[pairs[:, 0]], rows[pairs[:, 1]], travel=definition.travel)
    return np.asarray(pairs[way.minutes <= most])
