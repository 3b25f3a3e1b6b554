"""Groups, years, survey weights and clusters the slow way: covariance matrices of all pupils, written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pupils:
    """Outcome y (N,), design X (N, p), columns Z (N, q) with an effect per school, and each pupil's place."""

    y: Floats
    X: Floats
    Z: Floats
    school: npt.NDArray[np.int64]
    w: Floats

    @property
    def same(self) -> npt.NDArray[np.bool_]:
        return self.school[:, None] == self.school[None, :]


def covariance(pupils: Pupils, t: Floats, residual: Floats) -> Floats:
    """V (N, N): school effects of covariance `t` (q, q), residual variances (N,) over the weights."""
    return np.where(pupils.same, pupils.Z @ t @ pupils.Z.T, 0.0) + np.diag(residual / pupils.w)


def effects(pupils: Pupils, v: Floats) -> tuple[Floats, Floats]:
    """Generalised least squares: b and its covariance."""
    inverse = np.linalg.inv(v)
    spread = np.linalg.inv(pupils.X.T @ inverse @ pupils.X)
    return spread @ pupils.X.T @ inverse @ pupils.y, spread


def criterion(pupils: Pupils, v: Floats, *, reml: bool) -> float:
    """-2 log likelihood of a normal with covariance `v`, b at its best; restricted or not."""
    b, spread = effects(pupils, v)
    rest = pupils.y - pupils.X @ b
    n, p = pupils.X.shape
    found = np.linalg.slogdet(v)[1] + rest @ np.linalg.solve(v, rest)
    if reml:
        return float(found - np.linalg.slogdet(spread)[1] + (n - p) * log(2 * pi))
    return float(found + n * log(2 * pi))


def slope(value: Callable[[Floats], float], at: Floats, steps: Floats) -> Floats:
    """Gradient by fourth-order central differences."""
    found = []
    for place, step in enumerate(steps):
        move = np.zeros(len(at))
        move[place] = step
        near, far = value(at + move) - value(at - move), value(at + 2 * move) - value(at - 2 * move)
        found.append((8 * near - far) / (12 * step))
    return np.array(found)


def curvature(value: Callable[[Floats], float], at: Floats, steps: Floats) -> Floats:
    """Second derivatives by central differences."""
    size = len(at)
    found = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            up, over = np.eye(size)[i] * steps[i], np.eye(size)[j] * steps[j]
            four = (
                value(at + up + over) - value(at + up - over) - value(at - up + over) + value(at - up - over)
            )
            found[i, j] = four / (4 * steps[i] * steps[j])
    return found


def prediction(pupils: Pupils, v: Floats, shared: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Best linear unbiased predictors of m effects and the covariance of their errors, variances known.

    `shared` (m, N) is the covariance of effects and outcomes, `own` (m, m) that of the effects. Henderson.
    """
    b, spread = effects(pupils, v)
    inverse = np.linalg.inv(v)
    error = pupils.X.T @ inverse @ shared.T
    mean = shared @ inverse @ (pupils.y - pupils.X @ b)
    return mean, own - shared @ inverse @ shared.T + error.T @ spread @ error


def sandwich(pupils: Pupils, v: Floats, cluster: npt.NDArray[np.int64]) -> Floats:
    """Covariance of b from the spread of clusters' scores, without a correction (CR0)."""
    b, spread = effects(pupils, v)
    inverse = np.linalg.inv(v)
    rest = pupils.y - pupils.X @ b
    scores = []
    for one in np.unique(cluster):
        inside = cluster == one
        # V is zero between clusters, so its inverse's block is the inverse of the block.
        scores.append(pupils.X[inside].T @ inverse[np.ix_(inside, inside)] @ rest[inside])
    own = np.array(scores)
    return spread @ own.T @ own @ spread


def bell_mccaffrey(pupils: Pupils, v: Floats, cluster: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """CR2 and Satterthwaite's degrees of freedom, on pupils made uncorrelated by V^-1/2 (Cholesky)."""
    white = np.linalg.inv(np.linalg.cholesky(v))
    x, y = white @ pupils.X, white @ pupils.y
    spread = np.linalg.inv(x.T @ x)
    hat = x @ spread @ x.T
    left = np.eye(len(y)) - hat
    rest = left @ y
    scores, linear = [], []
    for one in np.unique(cluster):
        inside = cluster == one
        values, vectors = np.linalg.eigh(left[np.ix_(inside, inside)])
        root = (vectors * np.where(values > 1e-8, values, np.inf) ** -0.5) @ vectors.T
        adjusted = x[inside].T @ root
        scores.append(adjusted @ rest[inside])
        linear.append(spread @ adjusted @ left[inside])
    own = np.array(scores)
    found = spread @ own.T @ own @ spread
    freedom = []
    for place in range(x.shape[1]):
        # The estimate is the sum of squares of these linear forms of independent errors of variance 1.
        forms = np.array([one[place] for one in linear])
        gram = forms @ forms.T
        freedom.append(np.trace(gram) ** 2 / (gram**2).sum())
    return found, np.array(freedom)


def pseudo(pupils: Pupils, t: Floats, residual: float, times: Floats, b: Floats) -> float:
    """-2 log pseudo-likelihood: pupils' densities to the power of their weight, schools' to `times` (J,).

    The integral over a school's effects is that of a normal with variances s2 / w, but for its constant.
    """
    total = 0.0
    for place, one in enumerate(np.unique(pupils.school)):
        inside = pupils.school == one
        z, w = pupils.Z[inside], pupils.w[inside]
        v = z @ t @ z.T + np.diag(residual / w)
        rest = pupils.y[inside] - pupils.X[inside] @ b
        normal = np.linalg.slogdet(v)[1] + rest @ np.linalg.solve(v, rest) + len(w) * log(2 * pi)
        constant = float((w * log(2 * pi * residual) - np.log(2 * pi * residual / w)).sum())
        total += times[place] * (normal + constant)
    return float(total)


def pseudo_by_points(pupils: Pupils, t: float, residual: float, b: Floats, *, points: int = 400) -> float:
    """The same for one effect per school and schools once, with the integral by summing over points."""
    total = 0.0
    grid = np.linspace(-8, 8, points * 8 + 1) * np.sqrt(t)
    width = grid[1] - grid[0]
    for one in np.unique(pupils.school):
        inside = pupils.school == one
        rest = pupils.y[inside] - pupils.X[inside] @ b
        each = -0.5 * (np.log(2 * pi * residual) + (rest[:, None] - grid) ** 2 / residual)
        prior = -0.5 * (np.log(2 * pi * t) + grid**2 / t)
        logs = (pupils.w[inside][:, None] * each).sum(axis=0) + prior
        top = logs.max()
        total += -2 * (top + np.log(np.exp(logs - top).sum() * width))
    return float(total)
