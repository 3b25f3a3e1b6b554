"""Chances of joining, from a weighted logistic regression by Newton's steps."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import Floats

#: Steps before a fit is given up; a step (per sd of a covariate) that ends it, and one below which the
#: information hardly changes: what is left then shrinks a hundredfold a step without reckoning it again.
STEPS, STILL, SMALL = 30, 1e-9, 0.01
#: Where some school is as good as certain to join, nobody compares with it: no fit (as in R's did).
CERTAIN = 0.999
#: A share of the largest eigenvalue below which a direction does not vary.
FLAT = 1e-11
#: Where what is foreseen of all schools varies less than this, the steps have run away.
GONE = 1e-8


def invert(gram: Floats) -> Floats:
    """Inverse of a Gram matrix (p, p), leaving out directions in which nothing varies.

    So covariates that say the same share their coefficient, and what is foreseen is as with one of them.
    """
    values, vectors = np.linalg.eigh(gram)
    kept = values > FLAT * values[-1]
    inverse = np.where(kept, 1 / np.where(kept, values, 1), 0)
    return np.asarray((vectors * inverse) @ vectors.T)


def fit(x: Floats, joiners: int, *, weights: Floats | None, start: Floats | None) -> Floats | None:
    """Coefficients (p) of a logistic regression of having joined; None where it cannot be fitted.

    `x` (p, m) has ones in its first row and standardised covariates below; the first `joiners` schools did
    join; `weights` (m), None where all weigh alike; `start` (p) may come from a nearby fit, and only saves
    steps. None is given back where both sides are told apart so well that no weights make them alike, or
    where the steps do not settle.
    """
    others = x.shape[1] - joiners
    sides = (joiners, others) if weights is None else (weights[:joiners].sum(), weights[joiners:].sum())
    aim = (x[:, :joiners] if weights is None else x[:, :joiners] * weights[:joiners]).sum(axis=1)
    level = np.concatenate([[np.log(sides[0] / sides[1])], np.zeros(len(x) - 1)])
    near = None if start is None else _settle(x, aim, weights=weights, start=start)
    # From far off the steps may run away where they do not from the shares of both sides alone.
    return _settle(x, aim, weights=weights, start=level) if near is None else near


def _settle(x: Floats, aim: Floats, *, weights: Floats | None, start: Floats) -> Floats | None:
    """Newton's steps until the weighted sums of what is foreseen are those of the joiners (p)."""
    found, inverse, moved = start, np.zeros((len(x), len(x))), np.inf
    for _ in range(STEPS):
        chance = chances(x, found)
        foreseen = chance if weights is None else chance * weights
        if moved > SMALL:
            if foreseen @ (1 - chance) < GONE:
                return None
            inverse = inform(x, foreseen, chance)
        step = inverse @ (aim - x @ foreseen)
        found, moved = found + step, float(np.abs(step).max())
        if moved < STILL:
            return found if chance.max() < CERTAIN else None
    return None


def inform(x: Floats, foreseen: Floats, chance: Floats) -> Floats:
    """Inverse of the information matrix (p, p), from weighted chances and chances (m)."""
    spread = 1 - chance
    spread *= foreseen
    return invert((x * spread) @ x.T)


def chances(x: Floats, coefficients: Floats) -> Floats:
    """Chance (m) of joining of every school."""
    # In place, since a large system spends its time on memory here.
    found = np.asarray(coefficients @ x)
    np.minimum(found, 500, out=found)
    np.exp(found, out=found)
    found /= 1 + found
    return found
