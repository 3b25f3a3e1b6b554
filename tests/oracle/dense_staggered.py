"""One cell by the letter of Sant'Anna & Zhao (2020): slow and plainly right."""

from __future__ import annotations

import numpy as np

from commonroom.impact.study import Flags, Floats


def logit(x: Floats, joined: Floats, weights: Floats) -> Floats:
    """Coefficients of a weighted logistic regression, by a dozen steps of Newton."""
    found = np.zeros(x.shape[1])
    for _ in range(12):
        chance = 1 / (1 + np.exp(-x @ found))
        information = x.T @ ((weights * chance * (1 - chance))[:, None] * x)
        found = found + np.linalg.solve(information, x.T @ (weights * (joined - chance)))
    return found


def cell(
    change: Floats, joined: Flags, covariates: Floats, *, weights: Floats, method: str, summed: bool = False
) -> tuple[float, Floats]:
    """Effect and influence function (m, mean 0) of one pair of sides (m).

    `summed`: comparison schools are added up and divided by the joiners, rather than by their own weights:
    the doubly robust estimator of diff-diff.
    """
    m, d = change.size, joined.astype(float)
    x = np.column_stack([np.ones(m), covariates])
    wd, wc = weights * d, weights * (1 - d)
    gram = x.T @ (wc[:, None] * x) / m
    b = np.linalg.solve(gram, x.T @ (wc * change) / m) if method != "ipw" else np.zeros(x.shape[1])
    left = change - x @ b
    ols = (wc * left)[:, None] * x @ np.linalg.inv(gram)
    if method == "reg":
        effect = (wd @ left) / wd.sum()
        influence = wd * (left - effect) / wd.mean() - ols @ (x.T @ wd / m) / wd.mean()
        return effect, influence
    chance = 1 / (1 + np.exp(-x @ logit(x, d, weights)))
    odds = wc * chance / (1 - chance)
    total = wd.mean() if summed else odds.mean()
    gain, drift = (wd @ left) / wd.sum(), (odds @ left) / m / total
    centred = left if summed else left - drift
    information = x.T @ ((weights * chance * (1 - chance))[:, None] * x) / m
    score = (weights * (d - chance))[:, None] * x @ np.linalg.inv(information)
    # Divided by the joiners, the whole effect is centred among them.
    influence = wd * (left - gain + (drift if summed else 0)) / wd.mean() - odds * centred / total
    influence -= score @ (x.T @ (odds * centred) / m) / total
    if method == "dr":
        influence -= ols @ (x.T @ wd / m / wd.mean() - x.T @ odds / m / total)
    return gain - drift, influence
