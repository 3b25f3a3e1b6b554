"""Bounds when later differences are at most so many times those before (Rambachan & Roth 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from commonroom.impact.study import Floats


@dataclass(frozen=True)
class Bound:
    """An effect whose comparison may drift by up to M times the largest earlier yearly rate.

    `effect`: the estimate, an average of later years with weights that are not negative; `rates` (J):
    estimates of the yearly rates at which both sides drew apart before; `covariance` (1 + J, 1 + J) of the
    effect and the rates; `reach`: years after the base year, averaged with the weights of the effect.
    """

    effect: float
    rates: Floats
    covariance: Floats
    reach: float

    def set(self, size: float) -> tuple[float, float]:
        """Return the identified set at M = `size`, were the estimates the truth.

        Every year after the base year may add up to M times the largest rate, all the same way, so that the
        average is off by at most M x reach x largest rate.
        """
        off = size * self.reach * float(np.abs(self.rates).max())
        return self.effect - off, self.effect + off

    def interval(self, size: float, level: float) -> tuple[float, float]:
        """Return an interval that holds the true effect with probability `level` or more at M = `size`.

        The lower end of the identified set is the least of the normal estimates effect -+ M x reach x rate_j,
        so the least of their lower limits is below it at least as often as that of the one that is truly
        the least; the upper end likewise. So no rate need be known to be the largest, and the interval is
        valid for every number of earlier years, if wider than that from the conditional test of the paper.
        Source: Rambachan & Roth 2023, section 2.4 (the set); Berger & Hsu 1996 (intersection-union).
        """
        half = float(stats.norm.ppf((1 + level) / 2))
        centres, errors = self._ends(size)
        return float((centres - half * errors).min()), float((centres + half * errors).max())

    def breakdown(self, level: float) -> float:
        """Return the least M at which the interval holds zero; infinite where it does at none, 0 at once."""
        low, high = self.interval(0.0, level)
        if low <= 0 <= high:
            return 0.0
        half = float(stats.norm.ppf((1 + level) / 2))
        found = [np.inf]
        for place in range(self.rates.size):
            moved, variance = self.reach * self.rates[place], self.covariance[place + 1, place + 1]
            shared = self.reach * self.covariance[0, place + 1]
            # (effect - M moved)^2 = half^2 (variance of the effect - 2 M shared + M^2 reach^2 variance)
            roots = np.roots(
                [
                    moved**2 - half**2 * self.reach**2 * variance,
                    -2 * (self.effect * moved - half**2 * shared),
                    self.effect**2 - half**2 * self.covariance[0, 0],
                ]
            )
            real = roots[np.abs(roots.imag) < 1e-9].real
            found += np.abs(real).tolist()
        return float(min(found))

    def _ends(self, size: float) -> tuple[Floats, Floats]:
        """Every effect -+ M x reach x rate (2 J) with its standard error."""
        signs = np.concatenate([np.ones(self.rates.size), -np.ones(self.rates.size)])
        moved = size * self.reach * signs
        rates = np.tile(self.rates, 2)
        own, shared = np.tile(np.diag(self.covariance)[1:], 2), np.tile(self.covariance[0, 1:], 2)
        variance = self.covariance[0, 0] - 2 * moved * shared + moved**2 * own
        return self.effect - moved * rates, np.sqrt(np.maximum(variance, 0.0))
