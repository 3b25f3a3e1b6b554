"""What is known about each school's own level: posterior means and deviations, and changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commonroom.value_added import likelihood
from commonroom.value_added.fitting import Fit
from commonroom.value_added.school_years import Floats


@dataclass(frozen=True)
class Posterior:
    """Posterior of the own level a in some years, of J schools, in z.

    `means` (J, Q); `covariances` (J, Q, Q), uncertainty of the fixed effects included (Henderson);
    `priors` (J, Q): variance before any figure; `pull` (J, Q, p): how a depends on the effects.
    """

    means: Floats
    covariances: Floats
    priors: Floats
    pull: Floats


def own_level(fit: Fit, years: NDArray[np.int64]) -> Posterior:
    """Posterior of every school's own level in `years`, observed or not. METHODS.md section 4.

    A school seen in one year only has its own, larger, variance (`newcomer_factor`).
    """
    panel, at = fit.panel, fit.at
    both = np.concatenate([panel.years, years])
    whole = likelihood.covariance(fit.components, both, panel.years)
    count = len(panel.years)
    # The origin of the own trend is that of the fitted years, so that the two covariances agree.
    across, prior = whole[:count, count:], whole[count:, count:]
    once = panel.seen.sum(axis=1) == 1
    weights = np.tensordot(across, at.inverse, axes=(0, 0))
    means = np.ascontiguousarray((across.T @ at.scores).T)
    conditional = prior[None] - np.einsum("quj,us->jqs", weights, across)
    pull = np.einsum("quj,jup->jqp", weights, panel.design)
    effects = np.matmul(pull @ fit.effects_covariance, pull.transpose(0, 2, 1))
    priors = np.broadcast_to(np.diag(prior), means.shape).copy()
    factor = newcomer_factor(fit)
    if factor > 1:
        means[once], conditional[once] = _newcomers(fit, once, factor * across, factor * prior)
        priors[once] *= factor
    return Posterior(means, conditional + effects, priors, pull)


def newcomer_factor(fit: Fit) -> float:
    """How many times larger the level variance is of schools seen once; at least 1.

    Moments: the mean squared residual of these schools, less what noise and shock explain.
    """
    panel = fit.panel
    once = panel.seen.sum(axis=1) == 1
    if once.sum() < 20:
        return 1.0
    residuals = (panel.figures - panel.design @ fit.at.effects)[panel.seen & once[:, None]]
    noise = fit.components.noise * panel.noise[panel.seen & once[:, None]] + fit.components.shock
    level = np.diag(likelihood.covariance(fit.components, panel.years, panel.years))
    own = np.broadcast_to(level, panel.seen.shape)[panel.seen & once[:, None]]
    # The middle of the squares, not their mean: some newcomers are not schools like the others.
    spread = float(np.median(residuals**2) / 0.4549) - float(np.median(noise))
    return max(1.0, spread / float(np.median(own)))


def _newcomers(fit: Fit, once: NDArray[np.bool_], across: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Means and conditional covariances of schools seen once, their level's covariances given."""
    panel = fit.panel
    rows = np.flatnonzero(once)
    time = panel.seen[rows].argmax(axis=1)
    own = np.diag(likelihood.covariance(fit.components, panel.years, panel.years))[time]
    level = newcomer_factor(fit) * own
    total = level + fit.components.shock + fit.components.noise * panel.noise[rows, time]
    residual = panel.figures[rows, time] - panel.design[rows, time] @ fit.at.effects
    shared = across[time]
    means = shared * (residual / total)[:, None]
    return means, prior[None] - shared[:, :, None] * shared[:, None, :] / total[:, None, None]


def change(posterior: Posterior) -> tuple[Floats, Floats]:
    """Posterior mean and deviation (J) of the change from the first to the last year asked for."""
    covariances = posterior.covariances
    variance = covariances[:, 0, 0] + covariances[:, -1, -1] - 2 * covariances[:, 0, -1]
    return posterior.means[:, -1] - posterior.means[:, 0], np.sqrt(np.maximum(variance, 0))


def together(posterior: Posterior) -> Floats:
    """Posterior correlation (J) of the last level asked for with the change to it since the first.

    The last level is in both, so that a level taken too high is a change taken too high; 0 where
    nothing about the change is unsure.
    """
    covariances = posterior.covariances
    shared = covariances[:, -1, -1] - covariances[:, 0, -1]
    spread = np.sqrt(covariances[:, -1, -1]) * change(posterior)[1]
    return np.clip(np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0), -1, 1)


def with_context(fit: Fit, posterior: Posterior, time: int) -> tuple[Floats, Floats]:
    """Posterior mean and deviation (J) of the level with context in the year at `time`.

    Schools not seen that year stand on the context of their nearest seen year.
    """
    panel = fit.panel
    far = np.where(panel.seen, np.abs(np.arange(len(panel.years)) - time), len(panel.years))
    rows = panel.design[np.arange(len(panel.schools)), far.argmin(axis=1)]
    mean = rows @ fit.at.effects + posterior.means[:, -1]
    covariance = fit.effects_covariance
    left = rows - posterior.pull[:, -1]
    pull = posterior.pull[:, -1]
    own = posterior.covariances[:, -1, -1] - ((pull @ covariance) * pull).sum(axis=1)
    return mean, np.sqrt(np.maximum(own + ((left @ covariance) * left).sum(axis=1), 0))
