"""Weights that are none below 0 and sum to 1: the convex problem behind every synthetic design, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.study import Flags, Floats, Ints

#: Smallest ridge, in the mean of the diagonal: it makes the answer one, and moves nothing that is read.
RIDGE = 1e-8
#: How far from optimal a weight may be, in the mean of the diagonal.
NEAR = 1e-11
#: Ridge from which weights follow from as many equations as predictors, without loss of figures.
SHORT = 1e-4
#: Exchanges of many donors at a time that are tried before donors come and go one at a time.
EXCHANGES = 25


@dataclass(frozen=True)
class Problem:
    """Smallest |w' apart|^2 + ridge |w|^2 - 2 linear' w over the simplex: `apart` (k, m), `linear` (k)."""

    apart: Floats
    ridge: float
    linear: Floats

    def slope(self, weights: Floats) -> Floats:
        """Return half the slope (k) at some weights."""
        return np.asarray(self.apart @ (weights @ self.apart) + self.ridge * weights - self.linear)

    def face(self, face: Flags) -> tuple[Floats, float]:
        """Return the best weights (k) that sum to 1 with none outside `face`, and the price of the sum."""
        inside = np.flatnonzero(face)
        weights = np.zeros(len(self.linear))
        short = inside.size > self.apart.shape[1] and self.ridge >= SHORT
        weights[inside], price = self._short(inside) if short else self._long(inside)
        return weights, price

    def _long(self, inside: Ints) -> tuple[Floats, float]:
        """Return the weights on a face by its own equations, one for each donor."""
        apart = self.apart[inside]
        system = np.ones((inside.size + 1, inside.size + 1))
        system[:-1, :-1] = apart @ apart.T + self.ridge * np.eye(inside.size)
        system[-1, -1] = 0.0
        answer = np.linalg.solve(system, np.append(self.linear[inside], 1.0))
        return answer[:-1], float(answer[-1])

    def _short(self, inside: Ints) -> tuple[Floats, float]:
        """Return them by as many equations as predictors (Sherman, Morrison & Woodbury)."""
        apart = self.apart[inside]
        right = np.column_stack([self.linear[inside], np.ones(inside.size)])
        small = apart.T @ apart + self.ridge * np.eye(apart.shape[1])
        drawn, even = ((right - apart @ np.linalg.solve(small, apart.T @ right)) / self.ridge).T
        price = float((drawn.sum() - 1) / even.sum())
        return drawn - price * even, price


def solve(apart: Floats, *, ridge: float, linear: Floats | None = None) -> Floats:
    """Return the weights w (k) on the simplex that make |w' apart|^2 + ridge |w|^2 - 2 linear' w smallest.

    Arguments: `apart` (k, m): donors' predictors less what they are to add up to; `ridge`, 0 or more;
    `linear` (k), none for 0. Exact up to rounding: the donors with weight are found by exchanging many at a
    time (Portugal, Judice & Vicente 1994) and, where that does not end, one at a time (Lawson & Hanson 1974,
    on the simplex); their weights follow from linear equations.
    """
    size = float((apart**2).sum()) / len(apart) + ridge
    scale = size if size > 0 else 1.0
    pull = np.zeros(len(apart)) if linear is None else linear / scale
    problem = Problem(apart / np.sqrt(scale), max(ridge / scale, RIDGE), pull)
    found = many(problem)
    return one(problem) if found is None else found


def many(problem: Problem) -> Floats | None:
    """Return the weights by exchanging all wrong donors at once, or None where that does not end."""
    face = np.ones(len(problem.linear), dtype=bool)
    for _ in range(EXCHANGES):
        weights, price = problem.face(face)
        out, into = face & (weights < 0), ~face & (problem.slope(weights) + price < -NEAR)
        if not (out | into).any():
            return np.asarray(weights / weights.sum())
        # Weights sum to 1, so one is above 0 and the face is never empty.
        face = (face & ~out) | into
    return None


def one(problem: Problem) -> Floats:
    """Return the weights by taking in the donor that helps most, until none does."""
    weights = np.zeros(len(problem.linear))
    weights[np.argmin((problem.apart**2).sum(axis=1) - 2 * problem.linear)] = 1.0
    for _ in range(50 * len(weights)):
        slope = problem.slope(weights)
        slack = np.where(weights > 0, np.inf, slope - float(weights @ slope))
        entering = int(np.argmin(slack))
        if slack[entering] >= -NEAR:
            break
        weights = _descend(problem, weights, entering)
    return np.asarray(weights / weights.sum())


def _descend(problem: Problem, weights: Floats, entering: int) -> Floats:
    """Return the best weights on the face that `entering` opens, leaving donors whose weight reaches 0."""
    face = weights > 0
    face[entering] = True
    wanted, _ = problem.face(face)
    while (wanted[face] <= 0).any():
        below = face & (wanted <= 0)
        step = float((weights[below] / (weights[below] - wanted[below] + 1e-300)).min())
        weights = weights + step * (wanted - weights)
        face &= ~(below & (weights <= 1e-15))
        weights = np.where(face, np.maximum(weights, 0.0), 0.0)
        wanted, _ = problem.face(face)
    return wanted
