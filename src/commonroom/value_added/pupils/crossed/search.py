"""Where the likelihood of crossed effects is highest, with both boundaries tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.value_added.pupils import optimum
from commonroom.value_added.pupils.crossed.cells import Crossing
from commonroom.value_added.pupils.crossed.likelihood import Evaluation, Floats, evaluate
from commonroom.value_added.pupils.model import NotEnoughPupils

#: A ratio of variances as good as zero.
TINY = 1e-9
#: A ratio beyond which nothing is left for pupils.
HUGE = 1e8
#: The root at which a ratio begins again that had vanished, though the criterion falls when it grows.
AGAIN = 0.03


@dataclass(frozen=True)
class Found:
    """The optimum: everything evaluated there, and how often the likelihood was evaluated on the way."""

    at: Evaluation
    evaluations: int


@dataclass
class _Path:
    """The likelihood as a function of the roots of those ratios that are not held at zero."""

    crossing: Crossing
    reml: bool
    active: list[int]
    last: Evaluation | None = None
    count: int = 0

    def value(self, roots: Floats) -> tuple[float, Floats]:
        """Criterion and gradient by the roots."""
        at = self.evaluated(roots)
        return at.criterion, 2 * at.gradient[self.active] * roots

    def hessian(self, roots: Floats) -> Floats:
        """Expected curvature by the roots, with the part of the gradient's own that is positive."""
        at = self.evaluated(roots)
        inner = by_ratio(at)[np.ix_(self.active, self.active)]
        rise = np.maximum(at.gradient[self.active], 0)
        return np.asarray(4 * inner * np.outer(roots, roots) + np.diag(2 * rise))

    def evaluated(self, roots: Floats) -> Evaluation:
        """The likelihood at the roots; the last one is kept, as value and curvature ask for the same."""
        ratios = np.zeros(2)
        ratios[self.active] = roots**2
        if ratios.max() > HUGE:
            raise NotEnoughPupils(
                "schools and neighbourhoods explain the outcome of every pupil without any rest.",
                remedy="Give the outcome of each pupil, and neighbourhoods of several pupils.",
            )
        if self.last is None or not np.array_equal(self.last.ratios, ratios):
            self.last, self.count = evaluate(self.crossing, ratios, reml=self.reml), self.count + 1
        return self.last


def by_ratio(at: Evaluation) -> Floats:
    """Second derivatives of the criterion by the ratios (2, 2), the residual variance profiled out."""
    jacobian = np.array([[1.0, 0.0, 0.0], [at.ratios[0], at.s2, 0.0], [at.ratios[1], 0.0, at.s2]])
    inner = jacobian.T @ at.information @ jacobian
    return np.asarray(2 * (inner[1:, 1:] - np.outer(inner[1:, 0], inner[0, 1:]) / inner[0, 0]))


def fit(crossing: Crossing, *, reml: bool, told: tuple[int, ...] = (0, 1)) -> Found:
    """The (restricted) maximum likelihood fit; a variance that is not among `told` is held at zero.

    A damped Newton search with average information on the roots of the ratios; a ratio that vanishes is
    held at zero, and let go again if the criterion falls when it grows (Bates et al. 2015, section 3).
    """
    path = _Path(crossing, reml, list(told))
    roots, again = np.full(len(told), optimum.START), set[int]()
    while True:
        if path.active:
            roots, _steps = optimum.minimise(path.value, roots, hessian=path.hessian)
        kept = roots**2 > TINY
        path.active, roots = [k for k, keep in zip(path.active, kept, strict=True) if keep], roots[kept]
        at = path.evaluated(roots)
        grows = [k for k in told if k not in {*path.active, *again} and at.gradient[k] < -1e-6]
        if kept.all() and not grows:
            return Found(at, path.count)
        again.update(grows)
        path.active, roots = [*path.active, *grows], np.append(roots, [AGAIN] * len(grows))
