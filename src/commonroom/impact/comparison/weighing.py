"""Shares of comparison schools, moved so that both sides are alike on average."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import Floats, Ints

#: Newton steps at most, and the largest difference (in sd, of all schools that joined together) left by them.
STEPS = 50
CLOSE = 1e-8


def share(joiner: Ints, other: Ints, covariates: Floats, *, spread: Floats, hold: float) -> Floats:
    """Return the share of each pair in the comparison of its school; those of one school sum to 1.

    Arguments: `joiner` (pairs, in order) and `other` (pairs): rows of `covariates` (n, p); `spread` (p):
    their standard deviations, 0 for one that does not count; `hold`: how firmly equal shares are kept. The
    nearest schools of a low school are mostly less low, so that equal shares leave both sides apart. A share
    is made proportional to exp(slopes x covariates of the other), with the slopes, the same for all, that
    make the weighted means of both sides equal, less what the hold takes (a normal prior of this
    precision): with few schools shares move little, with many as far as they must. There is one answer, that
    of a conditional logit. Source: Hainmueller 2012 (entropy balancing), within the schools of each.
    """
    used = spread > 0
    if not joiner.size or not used.any():
        return np.ones(joiner.size) / np.maximum(np.bincount(joiner, minlength=1)[joiner], 1)
    begins = np.flatnonzero(np.diff(joiner, prepend=-1))
    place = np.repeat(np.arange(begins.size), np.diff(begins, append=joiner.size))
    apart = (covariates[other][:, used] - covariates[joiner][:, used]) / spread[used]
    slopes, step = np.zeros(apart.shape[1]), np.zeros(apart.shape[1])
    found, value = _shares(apart, slopes, begins=begins, place=place)
    for _ in range(STEPS):
        mean = np.add.reduceat(found[:, None] * apart, begins)
        uphill = -mean.sum(axis=0) - hold * slopes
        if np.abs(uphill).max() <= CLOSE * begins.size:
            break
        curve = (apart * found[:, None]).T @ apart - mean.T @ mean + hold * np.eye(slopes.size)
        step = np.linalg.solve(curve, uphill)
        tried, worth = _shares(apart, slopes + step, begins=begins, place=place)
        while worth - hold / 2 * ((slopes + step) ** 2).sum() < value - hold / 2 * (slopes**2).sum():
            step = step / 2
            tried, worth = _shares(apart, slopes + step, begins=begins, place=place)
        slopes, found, value = slopes + step, tried, worth
    return found


def _shares(apart: Floats, slopes: Floats, *, begins: Ints, place: Ints) -> tuple[Floats, float]:
    """Shares by slopes, and the likelihood of a conditional logit in which each school is what it chose."""
    level = apart @ slopes
    most = np.maximum.reduceat(level, begins)
    size = np.exp(level - most[place])
    total = np.add.reduceat(size, begins)
    return np.asarray(size / total[place]), -float((most + np.log(total)).sum())
