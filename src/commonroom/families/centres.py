"""Centres of families, and how far schools are from them, whatever is unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.families.placement import Floats, Ints, Placement

#: Distance where nothing is known of both.
NOWHERE = 1000.0
#: Steps of Weiszfeld's iteration; each lowers the sum of distances.
STEPS = 12
#: A school nearer to a centre than this pulls no harder.
NEAREST = 1e-3


@dataclass(frozen=True)
class Points:
    """Schools as weighted coordinates (`places`, 0 where unknown) beside 1 or 0 for known (`known`)."""

    places: Floats
    known: Floats
    weights: Floats
    total: float

    def take(self, rows: Ints) -> Points:
        """Some of the schools."""
        return Points(self.places[rows], self.known[rows], self.weights, self.total)


def points(placed: Placement) -> Points:
    """Schools of a placement as points around the mean of all."""
    known = ~np.isnan(placed.values)
    places = np.where(known, (placed.values - np.nanmean(placed.values, axis=0)) * placed.factors, 0.0)
    return Points(places, known.astype(np.float64), placed.weights, placed.total)


def distances(schools: Points, centres: Points) -> Floats:
    """Weighted distance of every school to every centre on what both know (schools x centres)."""
    squares = (schools.places**2) @ centres.known.T + schools.known @ (centres.places**2).T
    squares -= 2 * schools.places @ centres.places.T
    shared = (schools.known * schools.weights) @ centres.known.T
    ratios = np.maximum(squares, 0.0) / np.where(shared > 0, shared, 1.0)
    return np.where(shared > 0, np.sqrt(schools.total * ratios), NOWHERE)


def medians(schools: Points, family: Ints, *, count: int) -> Points:
    """The centre of each family: the point with the least sum of distances to its members.

    `family`: the number of each school's family, -1 for schools that do not count. Starts at the
    mean and takes Weiszfeld's steps, each school weighing on the criteria known of it. A criterion
    known of no member is unknown of the centre. Source: Weiszfeld 1937.
    """
    members = np.flatnonzero(family >= 0)
    mine, of = schools.take(members), family[members]
    stretch = mine.total / np.maximum(mine.known @ mine.weights, np.finfo(float).tiny)
    pull = stretch
    for _ in range(STEPS):
        centres = _pulled(mine, of, pull, count=count)
        gaps = (mine.places - centres.places[of]) ** 2 * mine.known
        pull = stretch / np.maximum(np.sqrt(stretch * gaps.sum(axis=1)), NEAREST)
    return centres


def _pulled(schools: Points, family: Ints, pull: Floats, *, count: int) -> Points:
    """Weighted mean of the members' known coordinates, per family."""
    places = np.zeros((count, schools.places.shape[1]))
    known = np.zeros_like(places)
    for column in range(places.shape[1]):
        weights = np.bincount(family, pull * schools.known[:, column], minlength=count)
        sums = np.bincount(family, pull * schools.places[:, column], minlength=count)
        known[:, column] = weights > 0
        places[:, column] = sums / np.where(weights > 0, weights, 1.0)
    return Points(places, known, schools.weights, schools.total)
