"""The pupils' mixed model written out with every pupil and every covariance matrix: slow, obviously right.

V is the covariance of a school's pupils; b is generalised least squares; errors are variances of what is
written down; everything about estimated variances is by numeric differences. Nothing is centred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unit.value_added.pupils.made_up import Floats, Pupils


@dataclass(frozen=True)
class Dense:
    """The model at s2 and T (q, q): covariance V (N, N), fixed effects b (p,), their covariance, and P."""

    given: Pupils
    x: Floats
    z: Floats
    s2: float
    t: Floats
    v: Floats
    b: Floats
    variance: Floats
    projection: Floats
    left: Floats


def at(given: Pupils, x: Floats, q: int, s2: float, t: Floats) -> Dense:
    """Everything at given variances; `x` (N, p) are the fixed-effect columns."""
    z = given.design(q)
    same = given.school[:, None] == given.school
    v = np.where(same, z @ t @ z.T, 0.0) + np.diag(s2 / given.w)
    inverse = np.linalg.inv(v)
    variance = np.linalg.inv(x.T @ inverse @ x)
    b = variance @ x.T @ inverse @ given.y
    projection = inverse - inverse @ x @ variance @ x.T @ inverse
    return Dense(given, x, z, s2, t, v, b, variance, projection, given.y - x @ b)


def criterion(given: Pupils, x: Floats, omega: Floats, *, reml: bool) -> tuple[float, float]:
    """-2 log likelihood at T = s2 Om with the best s2, and that s2."""
    found = at(given, x, len(omega), 1.0, omega)
    n, p = x.shape
    degrees = n - p if reml else n
    s2 = float(given.y @ found.projection @ given.y) / degrees
    value = np.linalg.slogdet(s2 * found.v)[1] + degrees + n * np.log(2 * np.pi)
    if reml:
        # lme4 leaves out p log(2 pi) and takes |X'V^-1X|, not |X'X|, into account.
        value += -np.linalg.slogdet(s2 * found.variance)[1] - p * np.log(2 * np.pi)
    return float(value), s2


def effects(found: Dense, school: int) -> Floats:
    """Predicted effects of one school (q,), its best linear unbiased predictor."""
    own = found.given.school == school
    z = np.where(own[:, None], found.z, 0.0)
    return found.t @ z.T @ np.linalg.solve(found.v, found.left)


def conditional(found: Dense, school: int) -> Floats:
    """Covariance of a school's effects given the outcomes, fixed effects known (q, q)."""
    z = np.where((found.given.school == school)[:, None], found.z, 0.0)
    return found.t - found.t @ z.T @ np.linalg.solve(found.v, z) @ found.t


def predicted(found: Dense, school: int) -> Floats:
    """Covariance of prediction errors with the fixed effects estimated (q, q): Var(u) less Var(u hat)."""
    z = np.where((found.given.school == school)[:, None], found.z, 0.0)
    return found.t - found.t @ z.T @ found.projection @ z @ found.t


def parameters(found: Dense) -> Floats:
    """(s2, T_11, T_21, T_22, ...)."""
    return np.concatenate([[found.s2], found.t[np.tril_indices(len(found.t))]])


def moved(found: Dense, phi: Floats) -> Dense:
    """The same pupils at other variances."""
    q = len(found.t)
    t = np.zeros((q, q))
    t[np.tril_indices(q)] = phi[1:]
    t = t + t.T - np.diag(np.diag(t))
    return at(found.given, found.x, q, float(phi[0]), t)


def differences(function: Callable[[Floats], Floats], phi: Floats, step: float = 1e-5) -> list[Floats]:
    """Central differences by each parameter."""
    ways = step * np.eye(len(phi))
    return [(function(phi + way) - function(phi - way)) / (2 * step) for way in ways]


def information(found: Dense, *, reml: bool) -> Floats:
    """Expected information about the variances: half the traces of what is left times derivatives of V."""
    middle = found.projection if reml else np.linalg.inv(found.v)
    slopes = differences(lambda phi: moved(found, phi).v, parameters(found))
    return np.array([[np.trace(middle @ a @ middle @ b) / 2 for b in slopes] for a in slopes])


def published(found: Dense, school: int, *, reml: bool) -> Floats:
    """`predicted` with the delta term of the estimated variances, the fixed effects held (q, q)."""
    z = np.where((found.given.school == school)[:, None], found.z, 0.0)

    def effect(phi: Floats) -> Floats:
        other = moved(found, phi)
        return other.t @ z.T @ np.linalg.solve(other.v, found.left)

    slope = np.column_stack(differences(effect, parameters(found)))
    return predicted(found, school) + slope @ np.linalg.inv(information(found, reml=reml)) @ slope.T


def degrees(found: Dense, row: Floats, *, reml: bool) -> float:
    """Satterthwaite's degrees of freedom of row'b."""
    slope = np.array(differences(lambda phi: row @ moved(found, phi).variance @ row, parameters(found)))
    value = row @ found.variance @ row
    return float(2 * value**2 / (slope @ np.linalg.inv(information(found, reml=reml)) @ slope))


def sandwich(found: Dense) -> Floats:
    """Covariance of b robust to whatever pupils of a school share, times J / (J - 1)."""
    inverse = np.linalg.inv(found.v)
    parts = []
    for school in np.unique(found.given.school):
        own = found.given.school == school
        parts.append(found.x[own].T @ (inverse @ found.left)[own])
    scores = np.array(parts)
    count = len(scores)
    return found.variance @ scores.T @ scores @ found.variance * count / (count - 1)
