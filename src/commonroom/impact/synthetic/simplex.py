"""Weights that are none below 0 and sum to 1: the convex problem behind every synthetic design, exactly."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import Flags, Floats

#: Smallest ridge, in the mean of the diagonal: it makes the answer one, and moves nothing that is read.
RIDGE = 1e-8
#: How far from optimal a weight may be, in the mean of the diagonal.
NEAR = 1e-12
#: Exchanges of many donors at a time that are tried before donors come and go one at a time.
EXCHANGES = 25


def solve(gram: Floats, linear: Floats) -> Floats:
    """Return the weights w (k) on the simplex that make w' gram w - 2 linear' w smallest.

    Arguments: `gram` (k, k), positive semidefinite; `linear` (k). Exact up to rounding: the set of donors
    with weight is found by exchanging many at a time (Portugal, Judice & Vicente 1994) and, where that does
    not end, one at a time (Lawson & Hanson 1974, on the simplex); weights follow from linear equations.
    """
    size = float(np.trace(gram)) / len(linear)
    scale = size if size > 0 else 1.0
    gram = gram / scale + RIDGE * np.eye(len(linear))
    linear = linear / scale
    found = _many(gram, linear)
    return _one(gram, linear) if found is None else found


def _face(gram: Floats, linear: Floats, face: Flags) -> tuple[Floats, float]:
    """Return the best weights (k) that sum to 1 with none outside `face`, and the price of the sum."""
    inside = np.flatnonzero(face)
    system = np.ones((inside.size + 1, inside.size + 1))
    system[:-1, :-1] = gram[np.ix_(inside, inside)]
    system[-1, -1] = 0.0
    answer = np.linalg.solve(system, np.append(linear[inside], 1.0))
    weights = np.zeros(len(linear))
    weights[inside] = answer[:-1]
    return weights, float(answer[-1])


def _many(gram: Floats, linear: Floats) -> Floats | None:
    """Return the weights by exchanging all wrong donors at once, or None where that does not end."""
    face = np.ones(len(linear), dtype=bool)
    for _ in range(EXCHANGES):
        weights, price = _face(gram, linear, face)
        slack = gram @ weights - linear + price
        out, into = face & (weights < 0), ~face & (slack < -NEAR)
        if not (out | into).any():
            return np.asarray(weights / weights.sum())
        # Weights sum to 1, so one is above 0 and the face is never empty.
        face = (face & ~out) | into
    return None


def _one(gram: Floats, linear: Floats) -> Floats:
    """Return the weights by taking in the donor that helps most, until none does."""
    weights = np.zeros(len(linear))
    weights[np.argmin(np.diag(gram) - 2 * linear)] = 1.0
    for _ in range(50 * len(linear)):
        slope = gram @ weights - linear
        slack = np.where(weights > 0, np.inf, slope - float(weights @ slope))
        entering = int(np.argmin(slack))
        if slack[entering] >= -NEAR:
            break
        weights = _descend(gram, linear, weights, entering)
    return np.asarray(weights / weights.sum())


def _descend(gram: Floats, linear: Floats, weights: Floats, entering: int) -> Floats:
    """Return the best weights on the face that `entering` opens, leaving donors whose weight reaches 0."""
    face = weights > 0
    face[entering] = True
    wanted, _ = _face(gram, linear, face)
    while (wanted[face] <= 0).any():
        below = face & (wanted <= 0)
        step = float((weights[below] / (weights[below] - wanted[below] + 1e-300)).min())
        weights = weights + step * (wanted - weights)
        face &= ~(below & (weights <= 1e-15))
        weights = np.where(face, np.maximum(weights, 0.0), 0.0)
        wanted, _ = _face(gram, linear, face)
    return wanted
