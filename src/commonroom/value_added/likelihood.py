"""The likelihood of school-years, from per-school blocks of at most a dozen years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from commonroom.value_added.layouts import Layout
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
    """Per-school blocks at some components: V^-1, what it makes of the residuals, and the effects.

    `inverse` (T, T, J): V^-1, 0 where a year was not seen; `scores` (T, J): V^-1 (y - X b); `cross` =
    X'V^-1 X (p, p), `effects` b (p), `rest` = r'V^-1 r, `log_v` = sum of log|V|.
    """

    inverse: Floats
    scores: Floats
    cross: Floats
    effects: Floats
    rest: float
    log_v: float


@dataclass(frozen=True)
class _Part:
    """Some schools: V^-1 (T, T, J), and V^-1 times ones and the moving columns (T, 1 + m + 1, J)."""

    layout: Layout
    inverse: Floats
    divided: Floats


def blocks(panel: SchoolYears, components: Components) -> Blocks:
    """Invert every school's covariance and solve for the fixed effects (generalised least squares)."""
    return _blocks(panel, components)[0]


def _blocks(panel: SchoolYears, components: Components) -> tuple[Blocks, list[_Part]]:
    """The blocks, and the parts they were put together from."""
    years = panel.years
    base = covariance(components, years, years) + components.shock * np.eye(len(years))
    layout, parts, log_v = panel.layout, [], 0.0
    gram = np.zeros((1, 1))
    for some in layout.parts():
        inverse, log_det = invert(base, components.noise * some.noise + some.gap)
        ones = inverse.sum(axis=0)[:, None]
        divided = np.concatenate([ones, np.einsum("tuj,ukj->tkj", inverse, some.moving)], axis=1)
        parts.append(_Part(some, inverse, divided))
        log_v += log_det
        gram = gram + _gram(parts[-1])
    cross = gram[np.ix_(layout.place, layout.place)]
    beside = gram[layout.place, -1]
    effects = np.asarray(np.linalg.solve(cross, beside))
    rest = float(gram[-1, -1] - effects @ beside)
    spread = np.zeros(len(gram) - 1)
    spread[layout.place] = effects
    scores = np.concatenate([_scores(part, spread) for part in parts], axis=1)
    inverses = np.concatenate([part.inverse for part in parts], axis=2)
    return Blocks(inverses, scores, cross, effects, rest, log_v), parts


def invert(base: Floats, diagonal: Floats) -> tuple[Floats, float]:
    """Inverses (T, T, J) of `base` (T, T) plus `diagonal` (T, J), and the sum of their log determinants.

    One year after the other borders the inverse of those before it; a year with an infinite diagonal
    is not there: its rows are 0, and its determinant is not counted.
    """
    times, schools = diagonal.shape
    inverse = np.zeros((times, times, schools))
    product = np.ones(schools)
    for last in range(times):
        before = inverse[:last, :last]
        reached = np.einsum("u,utj->tj", base[:last, last], before)
        pivot = base[last, last] + diagonal[last] - base[:last, last] @ reached
        product *= np.where(np.isinf(pivot), 1.0, pivot)
        shared = reached / pivot
        before += shared[:, None] * reached[None]
        inverse[last, :last] = inverse[:last, last] = -shared
        inverse[last, last] = 1 / pivot
    return inverse, float(np.log(product).sum())


def _gram(part: _Part) -> Floats:
    """Z'V^-1 Z of years, lasting columns, moving columns and figures, from sums over schools."""
    lasting, moving, divided = part.layout.lasting, part.layout.moving, part.divided
    times, columns = moving.shape[:2]
    ones, others = divided[:, 0], divided[:, 1:]
    across = moving.reshape(times, columns, -1)
    count, held = times + lasting.shape[1], times + lasting.shape[1] + columns
    weight = ones.sum(axis=0)[:, None]
    gram = np.empty((held, held))
    gram[:times, :times] = part.inverse.sum(axis=2)
    gram[:times, times:count] = ones @ lasting
    gram[:times, count:] = others.sum(axis=2)
    gram[times:count, times:count] = lasting.T @ (weight * lasting)
    gram[times:count, count:] = (others.sum(axis=0) @ lasting).T
    gram[count:, count:] = np.matmul(across, others.transpose(0, 2, 1)).sum(axis=0)
    gram[times:count, :times] = gram[:times, times:count].T
    gram[count:, :count] = gram[:count, count:].T
    return gram


def _scores(part: _Part, effects: Floats) -> Floats:
    """V^-1 (y - X b) of some schools (T, J), with an effect for every year and column."""
    times, lasting = len(part.inverse), part.layout.lasting
    held = times + lasting.shape[1]
    level = (lasting @ effects[times:held])[None] * part.divided[:, 0]
    level += np.einsum("u,utj->tj", effects[:times], part.inverse)
    level += np.einsum("k,tkj->tj", effects[held:], part.divided[:, 1:-1])
    return np.asarray(part.divided[:, -1] - level)


def criterion(panel: SchoolYears, components: Components, *, reml: bool = True) -> float:
    """-2 log likelihood (REML unless told), constants as in lme4. METHODS.md section 4."""
    return criterion_at(panel, blocks(panel, components), reml=reml)


def criterion_at(panel: SchoolYears, at: Blocks, *, reml: bool = True) -> float:
    """The same from blocks that are there already."""
    count = int(panel.seen.sum()) - (len(at.effects) if reml else 0)
    log_h = float(np.linalg.slogdet(at.cross)[1]) if reml and at.cross.size else 0.0
    return at.log_v + log_h + at.rest + count * LOG_2PI


def criterion_and_gradient(
    panel: SchoolYears, components: Components, free: tuple[str, ...], *, reml: bool = True
) -> tuple[float, Floats]:
    """-2 log likelihood and its exact gradient for the free parameters on their scale.

    d(-2l) = sum_j < V^-1 - E H^-1 E' - e e', dV >, with E = V^-1 X and e = V^-1 r, school by school.
    """
    at, parts = _blocks(panel, components)
    total, weighted = at.scores @ at.scores.T, float((at.scores**2 * panel.layout.noise).sum())
    total = np.einsum("tuj->tu", at.inverse) - total
    weighted = float(np.einsum("ttj,tj->", at.inverse, panel.layout.noise)) - weighted
    if reml and at.cross.size:
        inner = _spread(panel.layout, np.asarray(np.linalg.inv(at.cross)))
        for part in parts:
            lost, lost_noise = _lost(part, inner)
            total, weighted = total - lost, weighted - lost_noise
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
        components.noise * weighted if name == "noise" else float((total * derivative[name]).sum())
        for name in free
    ]
    return criterion_at(panel, at, reml=reml), np.array(gradient)


def _spread(layout: Layout, inner: Floats) -> Floats:
    """A matrix of the design's columns as one of all years, lasting and moving columns."""
    count = len(layout.noise) + layout.lasting.shape[1] + layout.moving.shape[1] - 1
    found = np.zeros((count, count))
    found[np.ix_(layout.place, layout.place)] = inner
    return found


def _lost(part: _Part, inner: Floats) -> tuple[Floats, float]:
    """Sum over some schools of V^-1 X H^-1 X' V^-1 (T, T), and of its diagonal times the noise.

    X H^-1 X' = C + sum_k (d_k f_k' + f_k d_k'): C of the years alone, d_k ones or a moving column, and
    f_k what H^-1 makes of the columns after it; so that nothing as wide as the design is divided.
    """
    lasting, moving, inverse = part.layout.lasting, part.layout.moving[:, :-1], part.inverse
    times, held = len(inverse), len(inverse) + lasting.shape[1]
    squares = ((lasting @ inner[times:held, times:held]) * lasting).sum(axis=1) / 2
    facing = np.empty((times, 1 + moving.shape[1], len(lasting)))
    facing[:, 0] = inner[:times, times:held] @ lasting.T + squares
    facing[:, 0] += np.einsum("kj,tkj->tj", inner[held:, times:held] @ lasting.T, moving)
    facing[:, 1:] = inner[:times, held:, None] + np.matmul(inner[held:, held:] / 2, moving)
    divided = np.einsum("tuj,ukj->tkj", inverse, facing)
    known = part.divided[:, :-1]
    half = divided.reshape(times, -1) @ known.reshape(times, -1).T
    turned = np.matmul(inner[:times, :times], inverse)
    total = inverse.reshape(times, -1) @ turned.reshape(times, -1).T + half + half.T
    diagonal = np.einsum("tuj,tuj->tj", inverse, turned) + 2 * np.einsum("tkj,tkj->tj", divided, known)
    return total, float((diagonal * part.layout.noise).sum())
