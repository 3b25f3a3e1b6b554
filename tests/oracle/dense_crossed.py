"""Schools crossed with neighbourhoods, written out with the covariance of every pair of pupils: slow, right.

Variances are (s2, of schools, of neighbourhoods). What is about estimated variances is by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unit.value_added.pupils.made_up_crossed import Floats, Pupils


@dataclass(frozen=True)
class Dense:
    """The model at `variances`: V (N, N), fixed effects b, their covariance, the projection and residuals."""

    given: Pupils
    x: Floats
    variances: Floats
    v: Floats
    b: Floats
    variance: Floats
    projection: Floats
    left: Floats


def parts(given: Pupils) -> list[Floats]:
    """What each variance multiplies in V."""
    same = [(of[:, None] == of).astype(float) for of in (given.school, given.area)]
    return [np.diag(1 / given.w), *same]


def at(given: Pupils, x: Floats, variances: Floats) -> Dense:
    """Everything at given variances; `x` (N, p) are the fixed-effect columns."""
    v = sum(value * part for value, part in zip(variances, parts(given), strict=True))
    inverse = np.linalg.inv(v)
    variance = np.linalg.inv(x.T @ inverse @ x)
    b = variance @ x.T @ inverse @ given.y
    projection = inverse - inverse @ x @ variance @ x.T @ inverse
    return Dense(given, x, np.asarray(variances), np.asarray(v), b, variance, projection, given.y - x @ b)


def best(given: Pupils, x: Floats, ratios: Floats, *, reml: bool) -> Dense:
    """At ratios of variances to the residual one, with the best residual variance."""
    found = at(given, x, np.array([1.0, *ratios]))
    degrees = x.shape[0] - x.shape[1] if reml else x.shape[0]
    s2 = float(given.y @ found.projection @ given.y) / degrees
    return at(given, x, s2 * np.array([1.0, *ratios]))


def criterion(found: Dense, *, reml: bool) -> float:
    """-2 log likelihood; as lme4, without the p log(2 pi) of the restricted one's degrees."""
    n, p = found.x.shape
    value = np.linalg.slogdet(found.v)[1] + found.left @ np.linalg.solve(found.v, found.left)
    if reml:
        return float(value + (n - p) * np.log(2 * np.pi) - np.linalg.slogdet(found.variance)[1])
    return float(value + n * np.log(2 * np.pi))


def gradient(found: Dense, *, reml: bool) -> Floats:
    """Derivatives of the criterion by the ratios of variances, the residual one held."""
    middle = found.projection if reml else np.linalg.inv(found.v)
    pulled = found.projection @ found.given.y
    return np.array([found.variances[0] * (np.vdot(middle, part) - pulled @ part @ pulled)
                     for part in parts(found.given)[1:]])  # fmt: skip


def information(found: Dense) -> Floats:
    """Average information: y'P V_i P V_j P y / 2."""
    moved = [part @ (found.projection @ found.given.y) for part in parts(found.given)]
    return np.array([[one @ found.projection @ two / 2 for two in moved] for one in moved])


def members(given: Pupils, factor: int) -> Floats:
    """Which pupils (N) are of which school or neighbourhood: columns in the order of their numbers."""
    of = (given.school, given.area)[factor]
    return (of[:, None] == np.unique(of)).astype(float)


def effects(found: Dense, factor: int) -> Floats:
    """Best linear unbiased predictions."""
    z = members(found.given, factor)
    return found.variances[1 + factor] * (z.T @ np.linalg.solve(found.v, found.left))


def conditional(found: Dense, factor: int) -> Floats:
    """Variance of each effect given the outcomes, fixed effects known."""
    z, t = members(found.given, factor), found.variances[1 + factor]
    return t - t**2 * np.diag(z.T @ np.linalg.solve(found.v, z))


def predicted(found: Dense, factor: int) -> Floats:
    """Variance of each prediction error with the fixed effects estimated: Var(u) less Var(u hat)."""
    z, t = members(found.given, factor), found.variances[1 + factor]
    return t - t**2 * np.diag(z.T @ found.projection @ z)


def differences(function: Callable[[Floats], Floats], where: Floats, step: float = 1e-5) -> Floats:
    """Central differences by each parameter (first axis)."""
    ways = step * np.eye(len(where))
    return np.array([(function(where + way) - function(where - way)) / (2 * step) for way in ways])


def published(found: Dense, factor: int) -> Floats:
    """`predicted` with what the estimated variances add, the fixed effects held."""
    z = members(found.given, factor)

    def moved(variances: Floats) -> Floats:
        other = at(found.given, found.x, variances)
        return variances[1 + factor] * (z.T @ np.linalg.solve(other.v, found.left))

    slopes = differences(moved, found.variances)
    covariance = np.linalg.inv(information(found))
    return predicted(found, factor) + np.einsum("ni,nm,mi->i", slopes, covariance, slopes)


def degrees(found: Dense) -> Floats:
    """Satterthwaite's degrees of freedom of every fixed effect."""
    slopes = differences(lambda v: np.diag(at(found.given, found.x, v).variance), found.variances)
    unsure = np.einsum("ni,nm,mi->i", slopes, np.linalg.inv(information(found)), slopes)
    return 2 * np.diag(found.variance) ** 2 / unsure
