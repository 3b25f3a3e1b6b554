"""The exact likelihood of a linear mixed model from per-school sums (METHODS.md section 5, kernel).

Inside, arrays have the school as their last axis, so that every step is a whole-array product or a
matrix product over schools; the attributes of an Evaluation have it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np

from commonroom.value_added.pupils.blocks import Blocks, Floats


@dataclass(frozen=True)
class Evaluation:
    """The model at one `Om` (q, q), the covariance of school effects in units of the residual variance.

    `criterion`: -2 log likelihood with its constants, residual variance and fixed effects profiled out;
    `b` (p,) fixed effects, `s2` residual variance, `H` (p, p) s2 times their precision, `inverse` of H,
    `D` (J, q, q), `F` (J, q, p), `f` (J, q), `P` (J, q, q), `e` (J, q) residual scores, and `G` (q, q):
    d criterion = tr(G dOm). `r2`: residual sum of squares; `degrees`: N less p for REML, N for ML.
    """

    Om: Floats
    criterion: float
    b: Floats
    s2: float
    H: Floats
    inverse: Floats
    D: Floats
    F: Floats
    f: Floats
    P: Floats
    e: Floats
    G: Floats
    r2: float
    degrees: int
    reml: bool

    @property
    def u(self) -> Floats:
        """Predicted school effects (J, q), Om e."""
        return self.e @ self.Om

    @property
    def T(self) -> Floats:  # noqa: N802 - the symbol of the method
        """Covariance of school effects (q, q), s2 Om."""
        return self.s2 * self.Om

    @property
    def variance(self) -> Floats:
        """Covariance of the fixed effects (p, p) given the variances, s2 H^-1."""
        return self.s2 * self.inverse


def evaluate(blocks: Blocks, omega: Floats, *, reml: bool) -> Evaluation:
    """The profiled -2 log likelihood at `omega` (q, q), its exact gradient, and what both are made of.

    Equal to lme4's REMLcrit (`reml`) or deviance including constants. Bates et al. 2015; Laird & Ware
    1982; the sums are METHODS.md section 5. With `blocks.times` a school counts that many times.
    """
    omega = np.atleast_2d(np.asarray(omega, float))
    a, design, outcome = blocks.A.transpose(1, 2, 0), blocks.C.transpose(1, 2, 0), blocks.c.T
    d, logs = _shrink(a, omega)
    f_matrix, f_vector, p_matrix = _product(d, design), _product(d, outcome), _product(d, a)
    pulled, pull = np.tensordot(omega, f_matrix, 1), omega @ f_vector
    if blocks.times is not None:
        logs, pulled, pull = logs * blocks.times, pulled * blocks.times, pull * blocks.times
    q, p = design.shape[:2]
    h = blocks.Sxx - sum(design[i] @ pulled[i].T for i in range(q))
    h = (h + h.T) / 2
    right = blocks.Sxy - sum(design[i] @ pull[i] for i in range(q))
    inverse, log_h = _invert(h)
    b = inverse @ right
    b += inverse @ (right - h @ b)
    degrees = blocks.N - p if reml else blocks.N
    r2 = float(blocks.Syy - np.vdot(outcome, pull) - right @ b)
    s2 = max(r2, np.finfo(float).tiny) / degrees
    e = f_vector - np.stack([b @ f_matrix[i] for i in range(q)])
    criterion = float(logs.sum()) + degrees * (1 + log(2 * pi * s2)) - blocks.log_weight
    criterion += log_h if reml else 0.0
    counted = 1.0 if blocks.times is None else blocks.times
    g = (p_matrix * counted).sum(axis=2) - (e * counted) @ e.T / s2
    if reml:
        g -= _explained(f_matrix, inverse, counted)
    return Evaluation(
        Om=omega,
        criterion=criterion,
        b=b,
        s2=s2,
        H=h,
        inverse=inverse,
        D=d.transpose(2, 0, 1),
        F=f_matrix.transpose(2, 0, 1),
        f=f_vector.T,
        P=p_matrix.transpose(2, 0, 1),
        e=e.T,
        G=(g + g.T) / 2,
        r2=r2,
        degrees=degrees,
        reml=reml,
    )


def _shrink(a: Floats, omega: Floats) -> tuple[Floats, Floats]:
    """D = (I + A Om)^-1 as (q, q, J), and log|I + A Om| of each school: closed form for q = 1, 2."""
    q = omega.shape[0]
    if q == 1:
        own = 1 + a[0, 0] * omega[0, 0]
        return (1 / own)[None, None], np.log(own)
    m = _product(a, np.broadcast_to(omega[:, :, None], a.shape))
    m[np.arange(q), np.arange(q)] += 1
    if q == 2:
        det = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
        return np.stack([m[1, 1], -m[0, 1], -m[1, 0], m[0, 0]]).reshape(2, 2, -1) / det, np.log(det)
    stacked = np.ascontiguousarray(m.transpose(2, 0, 1))
    return np.ascontiguousarray(np.linalg.inv(stacked).transpose(1, 2, 0)), np.linalg.slogdet(stacked)[1]


def _product(d: Floats, other: Floats) -> Floats:
    """D times `other` school by school; (q, q, J) by (q, ..., J)."""
    q = d.shape[0]
    found = np.empty((q, *other.shape[1:]))
    for i in range(q):
        np.multiply(d[i, 0], other[0], out=found[i])
        for k in range(1, q):
            found[i] += d[i, k] * other[k]
    return found


def _invert(h: Floats) -> tuple[Floats, float]:
    """The inverse and log determinant of H, on the scale where its diagonal is one."""
    scale = 1 / np.sqrt(np.diag(h))
    level = h * scale[:, None] * scale
    inverse = np.linalg.inv(level) * scale[:, None] * scale
    return (inverse + inverse.T) / 2, float(np.linalg.slogdet(level)[1] - 2 * np.log(scale).sum())


def _explained(f_matrix: Floats, inverse: Floats, counted: Floats | float) -> Floats:
    """The sum over schools of F H^-1 F' (q, q)."""
    q = f_matrix.shape[0]
    found = np.empty((q, q))
    for i in range(q):
        weighted = f_matrix[i] * counted
        for k in range(i + 1):
            found[i, k] = found[k, i] = np.vdot(inverse, weighted @ f_matrix[k].T)
    return found
