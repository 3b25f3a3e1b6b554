"""The likelihood of school-years, from per-school blocks of at most a dozen years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from commonroom.value_added.school_years import Floats, SchoolYears

#: Years from which the own trend is measured, and by which it is scaled (a slope is z in five years).
TREND_UNIT = 5.0
LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Components:
    """The variance of a school-year about what its context leads to expect, in squared z.

    `level` tau2 and `persistence` rho a year: the school's own level, drifting; `shock` omega2: one
    year only; `noise`: multiplier of the cohort noise; `trend` (l11, l21, l22): lower triangle of the
    root of the covariance of an own intercept and an own slope in five years.
    """

    level: float = 0.15
    persistence: float = 0.9
    shock: float = 0.02
    noise: float = 0.05
    trend: tuple[float, float, float] = (0.0, 0.0, 0.0)


#: Names of what can be estimated, in the order of vectors and matrices of parameters.
NAMES = ("level", "persistence", "shock", "noise", "intercept", "tilt", "slope")
LOWEST, HIGHEST = -10.0, 7.0


def to_vector(components: Components, free: tuple[str, ...]) -> Floats:
    """Free parameters on the scale they are estimated on: log, logit, and the root as it is."""
    log = {name: np.log(max(getattr(components, name), 1e-12)) for name in ("level", "shock", "noise")}
    rho = min(max(components.persistence, 1e-6), 1 - 1e-6)
    scale = {**log, "persistence": np.log(rho / (1 - rho))}
    scale.update(zip(NAMES[4:], components.trend, strict=True))
    return np.array([np.clip(scale[name], LOWEST, HIGHEST) for name in free])


def from_vector(vector: Floats, start: Components, free: tuple[str, ...]) -> Components:
    """The components at a vector of free parameters; the others stay as in `start`."""
    given = dict(zip(free, vector.tolist(), strict=True))
    changed: dict[str, float] = {
        name: float(np.exp(given[name])) for name in ("level", "shock", "noise") if name in given
    }
    if "persistence" in given:
        changed["persistence"] = float(1 / (1 + np.exp(-given["persistence"])))
    trend = tuple(given.get(name, old) for name, old in zip(NAMES[4:], start.trend, strict=True))
    return replace(start, **changed, trend=(trend[0], trend[1], trend[2]))


def basis(years: NDArray[np.int64], origin: NDArray[np.int64]) -> Floats:
    """Intercept and slope (T, 2) of the own trend, from the middle of the `origin` years."""
    middle = (float(origin[0]) + float(origin[-1])) / 2
    return np.column_stack([np.ones(len(years)), (years - middle) / TREND_UNIT])


def covariance(components: Components, years: NDArray[np.int64], origin: NDArray[np.int64]) -> Floats:
    """Covariance (T, T) of a school's own level over any years: drift and own trend, no noise."""
    apart = np.abs(years[:, None] - years[None, :])
    root = _root(components)
    trend = basis(years, origin) @ root
    return np.asarray(components.level * components.persistence**apart + trend @ trend.T)


def _root(components: Components) -> Floats:
    l11, l21, l22 = components.trend
    return np.array([[l11, 0.0], [l21, l22]])


@dataclass(frozen=True)
class Blocks:
    """Per-school blocks at some components: the root of V, and X and y divided by it.

    `root` (T, T, J) lower triangles, `design` (T, J, p) and `figures` (T, J) after L^-1,
    `cross` = X'V^-1 X (p, p), `effects` b (p), `rest` = r'V^-1 r, `log_v` = sum of log|V|.
    """

    root: Floats
    design: Floats
    figures: Floats
    cross: Floats
    effects: Floats
    rest: float
    log_v: float

    @property
    def residuals(self) -> Floats:
        """L^-1 (y - X b), (T, J)."""
        return np.asarray(self.figures - self.design @ self.effects)


def blocks(panel: SchoolYears, components: Components) -> Blocks:
    """Factor every school's covariance and solve for the fixed effects (generalised least squares)."""
    years = panel.years
    base = covariance(components, years, years) + components.shock * np.eye(len(years))
    root = factor(base, components.noise * panel.noise.T, panel.seen.T)
    right = np.concatenate([panel.design, panel.figures[:, :, None]], axis=2).transpose(1, 0, 2)
    halved = divide(root, np.ascontiguousarray(right))
    flat = halved.reshape(-1, halved.shape[2])
    cross = flat.T @ flat
    inner = cross[:-1, :-1]
    effects = np.asarray(np.linalg.solve(inner, cross[:-1, -1]))
    rest = float(cross[-1, -1] - effects @ cross[:-1, -1])
    log_v = 2 * float(sum(np.log(root[time, time]).sum() for time in range(len(years))))
    return Blocks(root, halved[:, :, :-1], halved[:, :, -1], inner, effects, rest, log_v)


def factor(base: Floats, diagonal: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Cholesky roots (T, T, J) of `base` (T, T) plus `diagonal` (T, J); an unseen year is 1, alone."""
    times, schools = diagonal.shape
    root = np.zeros((times, times, schools))
    for column in range(times):
        left = base[column, column] + diagonal[column]
        for before in range(column):
            left = left - root[column, before] ** 2
        root[column, column] = np.sqrt(np.where(seen[column], left, 1.0))
        for row in range(column + 1, times):
            left = np.where(seen[row] & seen[column], base[row, column], 0.0)
            for before in range(column):
                left = left - root[row, before] * root[column, before]
            root[row, column] = left / root[column, column]
    return root


def divide(root: Floats, right: Floats) -> Floats:
    """L^-1 B for B (T, J, k), school by school at once."""
    result = right.copy()
    for row in range(root.shape[0]):
        for before in range(row):
            result[row] -= root[row, before][:, None] * result[before]
        result[row] /= root[row, row][:, None]
    return result


def divide_back(root: Floats, right: Floats) -> Floats:
    """L'^-1 B for B (T, J, k), school by school at once."""
    result = right.copy()
    for row in range(root.shape[0] - 1, -1, -1):
        for after in range(row + 1, root.shape[0]):
            result[row] -= root[after, row][:, None] * result[after]
        result[row] /= root[row, row][:, None]
    return result


def criterion(panel: SchoolYears, components: Components, *, reml: bool = True) -> float:
    """-2 log likelihood (REML unless told), constants as in lme4. METHODS.md section 4."""
    return _criterion(panel, blocks(panel, components), reml)


def _criterion(panel: SchoolYears, at: Blocks, reml: bool) -> float:
    count = int(panel.seen.sum()) - (len(at.effects) if reml else 0)
    log_h = float(np.linalg.slogdet(at.cross)[1]) if reml and at.cross.size else 0.0
    return at.log_v + log_h + at.rest + count * LOG_2PI


def criterion_and_gradient(
    panel: SchoolYears, components: Components, free: tuple[str, ...], *, reml: bool = True
) -> tuple[float, Floats]:
    """-2 log likelihood and its exact gradient for the free parameters on their scale.

    d(-2l) = sum_j < V^-1 - E H^-1 E' - e e', dV >, with E = V^-1 X and e = V^-1 r, school by school.
    """
    at = blocks(panel, components)
    total, on_diagonal = _scores(panel, at, reml)
    years = panel.years
    apart = np.abs(years[:, None] - years[None, :])
    drift = components.level * components.persistence**apart
    trend = basis(years, years)
    root = _root(components)
    derivative = {
        "level": drift,
        "persistence": drift * apart * (1 - components.persistence),
        "shock": components.shock * np.eye(len(years)),
    }
    for name, (row, column) in zip(NAMES[4:], ((0, 0), (1, 0), (1, 1)), strict=True):
        unit = np.zeros((2, 2))
        unit[row, column] = 1.0
        outer = trend @ unit @ root.T @ trend.T
        derivative[name] = outer + outer.T
    gradient = [
        components.noise * float((on_diagonal * panel.noise.T).sum())
        if name == "noise"
        else float((total * derivative[name]).sum())
        for name in free
    ]
    return _criterion(panel, at, reml), np.array(gradient)


def _scores(panel: SchoolYears, at: Blocks, reml: bool) -> tuple[Floats, Floats]:
    """Sum over schools (T, T), and diagonals (T, J), of V^-1 - E H^-1 E' - e e' where seen."""
    times, schools = at.figures.shape
    unit = np.broadcast_to(np.eye(times)[:, None, :], (times, schools, times))
    parts = [divide(at.root, np.ascontiguousarray(unit)), at.residuals[:, :, None]]
    if reml and at.cross.size:
        parts.append(at.design @ np.linalg.cholesky(np.linalg.inv(at.cross)))
    back = divide_back(at.root, np.concatenate(parts, axis=2))
    seen = panel.seen.T
    sign = np.ones(back.shape[2])
    # The first T columns are the inverse itself, all others enter as squares taken away.
    total = np.zeros((times, times))
    on_diagonal = np.zeros((times, schools))
    for row in range(times):
        for column in range(row, times):
            both = seen[row] & seen[column]
            inverse = back[row, :, column]
            squares = np.einsum("jk,jk,k->j", back[row][:, times:], back[column][:, times:], sign[times:])
            value = np.where(both, inverse - squares, 0.0)
            total[row, column] = total[column, row] = value.sum()
            if row == column:
                on_diagonal[row] = value
    return total, on_diagonal
