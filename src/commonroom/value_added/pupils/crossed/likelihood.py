"""The exact likelihood of crossed schools and neighbourhoods from cells (METHODS.md section 5).

One factor is eliminated: its own products are diagonal. What is left of the other is a sparse matrix
I + ratio Q, Q = Z'W Z less what the eliminated factor explains of it, which is factored exactly; the
traces of the gradient need its inverse only where Q itself has entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt

from commonroom.value_added.pupils.crossed import fronts
from commonroom.value_added.pupils.crossed.cells import AREA, SCHOOL, Crossing
from commonroom.value_added.pupils.crossed.fronts import Factor

Floats = npt.NDArray[np.float64]
Both = tuple[Floats, Floats]


@dataclass(frozen=True)
class Evaluation:
    """The model at `ratios` (2,), variances of schools and neighbourhoods by the residual variance.

    `criterion`: -2 log likelihood with constants, the rest profiled out; `b` (p,), `s2`, `H` (p, p) with
    `inverse`; of schools and neighbourhoods each: `F` (size, p) s2 Z'V^-1 X, `e` (size,) s2 Z'V^-1 of the
    residuals, `left` (size,) the variance left of each effect by its own, diag(I - ratio P). `gradient`
    (2,) of the criterion. `turned`: for each factor k, Z'V^-1 Z_k e_k, of both factors (units of s2).
    `information` (3, 3) about (s2, both variances): the average of observed and expected.
    """

    ratios: Floats
    criterion: float
    b: Floats
    s2: float
    H: Floats
    inverse: Floats
    F: Both
    e: Both
    left: Both
    gradient: Floats
    turned: tuple[Both, Both]
    information: Floats
    degrees: int
    reml: bool

    @property
    def effects(self) -> Both:
        """Predicted effects of schools and of neighbourhoods."""
        return self.ratios[0] * self.e[0], self.ratios[1] * self.e[1]

    @property
    def variances(self) -> Floats:
        """Variances (3,): residual, schools, neighbourhoods."""
        return self.s2 * np.array([1.0, *self.ratios])

    @property
    def variance(self) -> Floats:
        """Covariance of the fixed effects (p, p) given the variances."""
        return self.s2 * self.inverse


@dataclass(frozen=True)
class System:
    """V at some ratios, ready to be solved: `shrunk` is the diagonal of the eliminated factor."""

    crossing: Crossing
    ratios: Floats
    shrunk: Floats
    q: Floats
    factor: Factor

    def project(self, schools: Floats, areas: Floats) -> Both:
        """s2 Z'V^-1 M of both factors, for any columns M of pupils given by Z'W M (size x columns)."""
        kept, across = self.crossing.kept, self.crossing.across
        pair = (schools, areas)
        own, other = pair[kept], pair[1 - kept]
        down = other / self.shrunk[:, None]
        found = fronts.solve(self.factor, own - self.ratios[1 - kept] * (across.T @ down))
        rest = down - self.ratios[kept] * (across @ found) / self.shrunk[:, None]
        return (found, rest) if kept == SCHOOL else (rest, found)

    def products(self, schools: Floats, areas: Floats) -> Both:
        """Z'W Z times effects of schools and neighbourhoods (size x columns)."""
        crossing = self.crossing
        weights = crossing.weights
        return (
            crossing.A[SCHOOL][:, None] * schools + weights @ areas,
            weights.T @ schools + crossing.A[AREA][:, None] * areas,
        )

    @property
    def log_determinant(self) -> float:
        """log|V| less that of the residuals alone."""
        return float(np.log(self.shrunk).sum()) + self.factor.log_determinant


def prepare(crossing: Crossing, ratios: Floats) -> System:
    """Eliminate one factor and factor what is left of the other."""
    kept, pattern = crossing.kept, crossing.pairs.pattern
    shrunk = 1 + ratios[1 - kept] * crossing.A[1 - kept]
    q = -ratios[1 - kept] * crossing.pairs.values(1 / shrunk)
    q[pattern.diagonal] += crossing.A[kept][pattern.rows[pattern.diagonal]]
    values = ratios[kept] * q
    values[pattern.diagonal] += 1
    return System(crossing, ratios, shrunk, q, fronts.factorise(pattern, values))


def evaluate(crossing: Crossing, ratios: Floats, *, reml: bool) -> Evaluation:
    """The profiled -2 log likelihood at `ratios` (2,), its exact gradient and average information.

    Equal to lme4's REMLcrit (`reml`) or deviance with constants. Bates et al. 2015; Gilmour, Thompson and
    Cullis 1995 (average information).
    """
    with fronts.threads(crossing.pairs.pattern):
        return _evaluate(prepare(crossing, np.asarray(ratios, dtype=float)), reml=reml)


def _evaluate(system: System, *, reml: bool) -> Evaluation:
    crossing, ratios = system.crossing, system.ratios
    blocks, width = crossing.blocks, len(crossing.blocks.columns)
    both = [np.column_stack([c, own]) for c, own in zip(crossing.C, crossing.c, strict=True)]
    projected = system.project(*both)
    total = np.block([[blocks.Sxx, blocks.Sxy[:, None]], [blocks.Sxy[None], np.array([[blocks.Syy]])]])
    total = total - sum(r * part.T @ f for r, part, f in zip(ratios, both, projected, strict=True))
    h, right = (total[:width, :width] + total[:width, :width].T) / 2, total[:width, width]
    scale = 1 / np.sqrt(np.diag(h))
    level = h * scale[:, None] * scale
    inverse = np.linalg.inv(level) * scale[:, None] * scale
    b = inverse @ right
    b += inverse @ (right - h @ b)
    degrees = blocks.N - width if reml else blocks.N
    s2 = max(float(total[width, width] - right @ b), np.finfo(float).tiny) / degrees
    criterion = system.log_determinant + degrees * (1 + log(2 * pi * s2)) - blocks.log_weight
    if reml:
        criterion += float(np.linalg.slogdet(level)[1] - 2 * np.log(scale).sum())
    f = (projected[0][:, :width], projected[1][:, :width])
    e = (projected[0][:, width] - f[0] @ b, projected[1][:, width] - f[1] @ b)
    left, traces = _traces(system)
    gradient = traces - np.array([own @ own for own in e]) / s2
    if reml:
        gradient -= [np.vdot(own @ inverse, own) for own in f]
    turned = _turned(system, e)
    return Evaluation(
        ratios=ratios,
        criterion=criterion,
        b=b,
        s2=s2,
        H=h,
        inverse=inverse,
        F=f,
        e=e,
        left=left,
        gradient=gradient,
        turned=turned,
        information=_information(ratios, s2, degrees, (f, e, turned), inverse),
        degrees=degrees,
        reml=reml,
    )


def _traces(system: System) -> tuple[Both, Floats]:
    """diag(I - ratio P) and the trace of P of both factors, P = s2 Z'V^-1 Z."""
    crossing, ratios = system.crossing, system.ratios
    kept, pattern = crossing.kept, crossing.pairs.pattern
    entries = fronts.inverse(system.factor)
    own = np.empty(len(crossing.A[kept]))
    own[pattern.rows[pattern.diagonal]] = entries[pattern.diagonal]
    twice = np.where(pattern.diagonal, 1.0, 2.0)
    inner = ratios[kept] * crossing.pairs.quadratic(entries) / system.shrunk**2
    other = crossing.A[1 - kept] / system.shrunk - inner
    traces = float(np.vdot(system.q * twice, entries)), float(other.sum())
    rest = 1 / system.shrunk + ratios[1 - kept] * inner
    if kept == SCHOOL:
        return (own, rest), np.array(traces)
    return (rest, own), np.array(traces[::-1])


def _turned(system: System, e: Both) -> tuple[Both, Both]:
    """P times each factor's own scores, of both factors, where P = s2 Z'V^-1 Z."""
    schools, areas = np.zeros((len(e[0]), 2)), np.zeros((len(e[1]), 2))
    schools[:, SCHOOL], areas[:, AREA] = e
    found = system.project(*system.products(schools, areas))
    return (found[0][:, 0], found[1][:, 0]), (found[0][:, 1], found[1][:, 1])


def _information(
    ratios: Floats,
    s2: float,
    degrees: int,
    parts: tuple[Both, Both, tuple[Both, Both]],
    inverse: Floats,
) -> Floats:
    """Average information about (s2, variance of schools, of neighbourhoods): q_i' P q_j / 2.

    q_i = dV_i V^-1 r: for a factor k, Z_k e_k / s2; for s2 the residuals (r - Z u) / s2. P is V^-1, with
    the fixed effects projected out.
    """
    f, e, turned = parts
    own = np.array([[e[i] @ turned[k][i] for k in (0, 1)] for i in (0, 1)])
    squares = np.array([part @ part for part in e])
    found = np.empty((3, 3))
    # With e and P in units of s2: q_k' V^-1 q_l = e_k' P_kl e_l / s2^3, and so on.
    found[1:, 1:] = own / s2**3
    found[0, 1:] = found[1:, 0] = (squares - own @ ratios) / s2**3
    found[0, 0] = (degrees * s2 - 2 * squares @ ratios + ratios @ own @ ratios) / s2**3
    fixed = np.stack([f[0].T @ e[0], f[1].T @ e[1]])
    fixed = np.vstack([-ratios @ fixed, fixed]) / s2**2
    return np.asarray((found - s2 * fixed @ inverse @ fixed.T) / 2)
