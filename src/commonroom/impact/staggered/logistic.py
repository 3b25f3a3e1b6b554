"""Chances of joining, from a weighted logistic regression by Newton's steps."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import Floats

#: Newton's steps before a fit is given up, and the size of a step (in sd of a covariate) that ends it.
STEPS, STILL = 25, 1e-9
#: Where some school's joining is as good as certain, nobody compares with it: no fit (as in R's did).
CERTAIN = 0.999
#: A share of the largest eigenvalue below which a direction is not told apart from none.
FLAT = 1e-11


def invert(gram: Floats) -> Floats:
    """Inverse of a Gram matrix (p, p), leaving out directions in which nothing varies.

    So covariates that say the same share their coefficient, and what is foreseen is that without one of them.
    """
    values, vectors = np.linalg.eigh(gram)
    kept = values > FLAT * values[-1]
    inverse = np.where(kept, 1 / np.where(kept, values, 1), 0)
    return np.asarray((vectors * inverse) @ vectors.T)


def fit(x: Floats, joined: Floats, weights: Floats, *, start: Floats | None) -> Floats | None:
    """Coefficients (p) of a weighted logistic regression; None where it cannot be fitted.

    `x` (m, p) has a first column of ones and standardised covariates; `joined` (m) is 1 or 0; `start` (p) may
    come from a nearby fit, which only makes it faster. None: both sides are told apart (nearly) perfectly, so
    that no weights make them alike, or the steps do not settle.
    """
    if start is None:
        share = float(weights @ joined) / float(weights.sum())
        start = np.zeros(x.shape[1])
        start[0] = np.log(share / (1 - share))
    found = start
    for _ in range(STEPS):
        chance = chances(x, found)
        information = (x * (weights * chance * (1 - chance))[:, None]).T @ x
        step = invert(information) @ (x.T @ (weights * (joined - chance)))
        found = found + step
        if np.abs(step).max() < STILL:
            return found if chance.max() < CERTAIN else None
    return None


def chances(x: Floats, coefficients: Floats) -> Floats:
    """Chance (m) of joining of every school."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x @ coefficients, -500, 500))))
