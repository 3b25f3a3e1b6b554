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
from commonroom.partnerships.solving.problem import Ints, Solution, helped_first, lose
from commonroom.partnerships.solving.threes import Sharing
from commonroom.partnerships.terms import GREEDY, STABLE, Terms


@dataclass(frozen=True)
class Choice:
    """A plan that was chosen: its solution, and in groups of three the pairs that share (joins, host).

    `best` is the solution that loses least without groups of three, whatever way was asked for.
    `blocking` is the number of pairs that would both rather work with each other.
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
    problem = arranged.problem
    best = solving.solve(problem)
    liked = like(arranged)
    chosen, bound, pairs, loss = best.chosen, best.bound, np.zeros((0, 2), dtype=np.int64), best.loss
    if terms.way == GREEDY:
        chosen = greedy.greedy(problem)
    elif terms.way == STABLE:
        chosen = stable.stable(problem, liked=liked)
    blocking = int(stable.blocking(problem, chosen, liked=liked).size)
    loss = lose(problem, chosen)
    if terms.threes:
        sharing = share(arranged, ground, definition=definition)
        found = threes.join(problem, chosen, sharing=sharing)
        chosen, pairs, loss = found.chosen, found.pairs, found.loss
        bound = min(bound, solving.solve(threes.relax(problem, sharing=sharing)).bound)
    checking.check(problem, chosen, joined=pairs[:, 0])
    # What is chosen in another way than the prices are of may look dear beside them.
    reduced = best.reduced.copy()
    reduced[chosen] = 0.0
    solution = replace(
        best, chosen=chosen, loss=loss, bound=bound, met_first=helped_first(problem, chosen), reduced=reduced
    )
    return Choice(solution, best, pairs, blocking)


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
