"""How sure the fit is: variances of the variances, and intervals of fixed effects.

Everything internal is in the centred columns of the blocks; `basis` and `term_basis` undo the centring.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.quantiles import student


@dataclass(frozen=True)
class Spread:
    """Information about phi = (s2, T_11, T_21, T_22, ...: the lower triangle by rows), and what it needs.

    `effects` (n, p, p): the sum of F' E F over schools for every T_ab, E its symmetric unit matrix;
    `explained` (q, q, J): F H^-1 F'; `information` (1 + n, 1 + n), of the restricted likelihood for REML.
    """

    fit: Fit
    effects: Floats
    explained: Floats
    information: Floats

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimates of phi, the inverse information; flat directions have none."""
        scale = 1 / np.sqrt(np.maximum(np.diag(self.information), np.finfo(float).tiny))
        level = self.information * scale[:, None] * scale
        return np.asarray(np.linalg.pinv(level, rcond=1e-12, hermitian=True) * scale[:, None] * scale)

    @cached_property
    def along(self) -> Floats:
        """Derivatives of the fixed effects' covariance by phi (1 + n, p, p), b and phi at the estimate."""
        at = self.fit.at
        by_t = at.inverse @ self.effects @ at.inverse
        weights = vech(at.T)
        by_s2 = (at.variance - np.tensordot(weights, by_t, 1)) / at.s2
        return np.concatenate([by_s2[None], by_t])


def pairs(q: int) -> list[tuple[int, int]]:
    """Row and column of every entry of a lower triangle, row by row."""
    return [(i, j) for i in range(q) for j in range(i + 1)]


def vech(matrix: Floats) -> Floats:
    """The lower triangle of a symmetric matrix (q, q), row by row."""
    return np.asarray(matrix[np.tril_indices(matrix.shape[0])])


def basis(blocks: Blocks) -> Floats:
    """The matrix (p, p) that turns fixed effects of centred columns into those of the columns as given."""
    found = np.eye(len(blocks.columns))
    found[0] -= blocks.centres
    return found


def term_basis(blocks: Blocks) -> Floats:
    """The matrix (q, q) that turns school effects of centred terms into those of the terms as given."""
    found = np.eye(len(blocks.terms))
    found[0] -= blocks.term_centres
    return found


def spread(fit: Fit) -> Spread:
    """The expected information about the variances: (T, T) by traces, the rest by homogeneity.

    tr(V^-1 V_a V^-1 V_b) / 2 for ML, with V^-1 replaced by the residual projection for REML (Patterson &
    Thompson 1971). V = s2 V_s + sum T_ab V_ab, so the row of s2 follows from the others.
    """
    at = fit.at
    q = at.Om.shape[0]
    p, f = at.P.transpose(1, 2, 0), at.F.transpose(1, 2, 0)
    turned = [at.inverse @ f[k] for k in range(q)]
    explained = np.empty((q, q, f.shape[2]))
    outer = np.empty((q, q, *at.H.shape))
    for i in range(q):
        for k in range(i + 1):
            explained[i, k] = explained[k, i] = np.einsum("pj,pj->j", f[i], turned[k])
            outer[i, k] = f[i] @ f[k].T
            outer[k, i] = outer[i, k].T
    units = _units(q)
    effects = np.einsum("nik,ikab->nab", units, outer)
    both = _traces(p, p, units)
    singles = np.einsum("nik,ik->n", units, p.sum(axis=2))
    if at.reml:
        both = both - 2 * _traces(explained, p, units)
        solved = at.inverse @ effects
        both += np.einsum("nab,mba->nm", solved, solved)
        singles = singles - np.einsum("naa->n", solved)
    weights = vech(at.T)
    t_part = both / at.s2**2
    one = singles / at.s2
    information = np.empty((len(one) + 1, len(one) + 1))
    information[1:, 1:] = t_part
    information[0, 1:] = information[1:, 0] = (one - t_part @ weights) / at.s2
    information[0, 0] = (at.degrees - 2 * one @ weights + weights @ t_part @ weights) / at.s2**2
    return Spread(fit, effects, explained, information / 2)


def coefficients(spread: Spread, *, robust: Floats | None = None) -> pl.DataFrame:
    """Fixed effects on the scale of the data (tables.pupils.COEFFICIENTS), centres undone.

    `se` from the model, `robust_se` from `robust` (p, p), the covariance by schools or their clusters;
    the interval is Student's with Satterthwaite's degrees of freedom (Satterthwaite 1946).
    """
    fit = spread.fit
    blocks, at = fit.blocks, fit.at
    turn = basis(blocks)
    effects = turn @ at.b
    effects[0] += blocks.outcome_centre
    se = np.sqrt(np.einsum("ia,ab,ib->i", turn, at.variance, turn))
    sandwich = clustered(scores(fit), at.inverse) if robust is None else robust
    robust_se = np.sqrt(np.maximum(np.einsum("ia,ab,ib->i", turn, sandwich, turn), 0))
    degrees = satterthwaite(spread, turn)
    reach = se * [student(0.975, float(df)) for df in degrees]
    frame = pl.DataFrame(
        {
            "variable": list(blocks.columns),
            "effect": effects,
            "se": se,
            "robust_se": robust_se,
            "df": degrees,
            "low95": effects - reach,
            "high95": effects + reach,
        }
    )
    return tables.COEFFICIENTS.check(frame)


def satterthwaite(spread: Spread, rows: Floats) -> Floats:
    """Degrees of freedom of linear combinations of fixed effects, `rows` (m, p); at least 1."""
    at = spread.fit.at
    variance = np.einsum("ia,ab,ib->i", rows, at.variance, rows)
    slope = np.einsum("ia,nab,ib->in", rows, spread.along, rows)
    unsure = np.einsum("in,nm,im->i", slope, spread.covariance, slope)
    most = max(at.degrees, 1)
    return np.asarray(np.clip(2 * variance**2 / np.maximum(unsure, np.finfo(float).tiny), 1, most))


def scores(fit: Fit) -> Floats:
    """Each school's part of the estimating equations of the fixed effects (J, p), g_j of METHODS.md.

    X'V^-1 (y - X b) times s2; they sum to zero. Sum them within trusts for errors robust to trusts.
    """
    blocks, at = fit.blocks, fit.at
    left = blocks.Xy.T - np.tensordot(at.b, blocks.XX.transpose(1, 2, 0), 1)
    design, effects = blocks.C.transpose(1, 2, 0), at.u.T
    for k in range(len(effects)):
        left -= design[k] * effects[k]
    return left.T


def clustered(scores: Floats, inverse: Floats) -> Floats:
    """The sandwich covariance of fixed effects from scores of clusters (n, p), times n / (n - 1)."""
    count = scores.shape[0]
    return np.asarray(inverse @ (scores.T @ scores) @ inverse * (count / (count - 1)))


def _units(q: int) -> Floats:
    """The symmetric unit matrix of every entry of the lower triangle (n, q, q)."""
    found = np.zeros((len(pairs(q)), q, q))
    for place, (i, j) in enumerate(pairs(q)):
        found[place, i, j] = found[place, j, i] = 1
    return found


def _traces(first: Floats, second: Floats, units: Floats) -> Floats:
    """The sum over schools of tr(first E_n second E_m) for symmetric (q, q, J), symmetrised."""
    q = first.shape[0]
    both = first.reshape(q * q, -1) @ second.reshape(q * q, -1).T
    found = np.einsum("iklm,nkl,hmi->nh", both.reshape(q, q, q, q), units, units, optimize=True)
    return np.asarray((found + found.T) / 2)
