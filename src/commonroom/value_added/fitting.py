"""The components that fit best, how sure they are, and which structure AIC asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import minimize

from commonroom.value_added import likelihood
from commonroom.value_added.likelihood import Blocks, Components
from commonroom.value_added.school_years import Floats, SchoolYears

DRIFT = ("level", "persistence", "shock", "noise")
DRIFT_AND_TREND = (*DRIFT, "intercept", "tilt", "slope")
INTERCEPT = ("level", "noise")
#: Fewest years from first to last before an own trend is even tried: below, it is noise drawn longer.
SPAN_FOR_TREND = 5
#: Newton's steps at most (half as many where schools are many and each is dear), the gain in -2 log
#: likelihood of a thousand schools (or fewer) that another must promise, and how far it goes at most.
STEPS, ENOUGH, FARTHEST = 50, 1e-5, 1.0
#: Largest shock and own slope (z in five years) to start from: a shock of the year and an own slope
#: stand in for each other, and there can be more hills than one.
STARTS = ((1.0, 0.02), (1.0, 0.1), (np.exp(likelihood.LOWEST), 0.25))
#: Two fits whose variances differ by no more than this (squared z) are the same hill.
SAME = 0.005
#: A difference in AIC between some of the schools that all of them will not turn round.
DOUBTLESS = 20.0
#: About so many schools are enough to find the neighbourhood of the best fit of all.
THIN = 1500
#: Step of the differences of the exact gradient from which uncertainty is computed.
STEP = 1e-4
#: A variance (log, squared z) this near its lowest is none, and one whose log has this variance could
#: as well be: nothing in the data tells either from 0.
NONE, UNSURE = 2.0, 9.0
VARIANCES = ("level", "shock", "noise")
#: Least curvature of a direction: for Newton's steps, and where it says how sure estimates are.
LEAST_STEEP, LEAST_SURE = 1.0, 2e-3
#: A correlation of two estimates beyond this means that the data cannot tell the two apart.
NOT_SEPARABLE = -0.9


@dataclass(frozen=True)
class Fit:
    """Fitted components with their blocks and -2 log likelihood, and whether they are the best."""

    panel: SchoolYears
    components: Components
    free: tuple[str, ...]
    at: Blocks
    criterion: float
    reml: bool = True
    arrived: bool = True

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the free parameters on the scale they are estimated on."""
        return _uncertainty(self.panel, self.components, self.free, self.reml)

    @property
    def aic(self) -> float:
        """Akaike's criterion; comparable between fits of the same panel, design and kind."""
        return self.criterion + 2 * len(self.free)

    @property
    def effects_covariance(self) -> Floats:
        """Covariance (p, p) of the fixed effects, components taken as known."""
        return np.asarray(np.linalg.inv(self.at.cross)) if self.at.cross.size else self.at.cross

    @property
    def separability(self) -> float:
        """Correlation of the estimates of shock and noise; nan when one is not estimated."""
        if not {"shock", "noise"} <= set(self.free):
            return float("nan")
        shock, noise = self.free.index("shock"), self.free.index("noise")
        variances = self.covariance[shock, shock] * self.covariance[noise, noise]
        return float(self.covariance[shock, noise] / np.sqrt(variances)) if variances > 0 else float("nan")


def fit(
    panel: SchoolYears,
    *,
    free: tuple[str, ...] = DRIFT,
    start: Components | None = None,
    reml: bool = True,
) -> Fit:
    """Maximise the (restricted) likelihood over the `free` parameters, the others fixed at `start`.

    The exact gradient is used; passes on ordinary residuals without fixed effects, and on some
    thousands of the schools, find the neighbourhood cheaply. METHODS.md section 4; Patterson & Thompson 1971.
    """
    some, begin = _some(panel), Components() if start is None else start
    if some.design.shape[2]:
        begin = _maximise(_ordinary(some), begin, free, reml=False)
    if some is panel:
        return _settled(panel, _maximise(panel, begin, free, reml=reml), free, reml)
    return _finish(_settle(panel, some, _maximise(some, begin, free, reml=reml), free, reml=reml))


def _some(panel: SchoolYears) -> SchoolYears:
    """About THIN of the schools; all where there are not many more."""
    return panel.every(len(panel.schools) // THIN) if len(panel.schools) > 2 * THIN else panel


def _settle(
    panel: SchoolYears, some: SchoolYears, start: Components, free: tuple[str, ...], *, reml: bool = True
) -> Fit:
    """The best for all schools, from the best for some of them, or as near as Newton's steps come."""
    curve = _upward(_curvature(some, start, free, reml)) * (len(panel.schools) / len(some.schools))
    best, arrived = _approach(panel, start, free, curve=curve, reml=reml)
    return replace(_settled(panel, best, free, reml), arrived=arrived)


def _finish(near: Fit) -> Fit:
    """The best, where Newton's steps have not arrived."""
    if near.arrived:
        return near
    best = _descend(near.panel, near.components, near.free, reml=near.reml)
    return _settled(near.panel, best, near.free, near.reml)


def _settled(panel: SchoolYears, best: Components, free: tuple[str, ...], reml: bool) -> Fit:
    """The fit at its best components; of roots that square to the same, the one that is not negative."""
    intercept, tilt, slope = best.trend
    turned = (-intercept, -tilt) if intercept < 0 else (intercept, tilt)
    best = replace(best, trend=(*turned, abs(slope)))
    at = likelihood.blocks(panel, best)
    return Fit(panel, best, free, at, likelihood.criterion_at(panel, at, reml=reml), reml)


def _ordinary(panel: SchoolYears) -> SchoolYears:
    """The same schools with their ordinary residuals and no fixed effects: near enough to start from."""
    flat = panel.design.reshape(-1, panel.design.shape[2])
    effects = np.linalg.lstsq(flat.T @ flat, flat.T @ panel.figures.ravel(), rcond=None)[0]
    return panel.without_design(panel.figures - panel.design @ effects)


def choose(panel: SchoolYears) -> Fit:
    """Drift and shock; with an own linear trend only where the years allow it and AIC asks for it.

    Where schools are many and some of them leave no doubt, only the better of the two is fitted to all.
    """
    known = bool(np.unique(panel.cohorts[panel.seen]).size > 1)
    plain = DRIFT if known else tuple(name for name in DRIFT if name != "shock")
    start = Components() if known else replace(Components(), shock=0.0)
    if panel.years[-1] - panel.years[0] < SPAN_FOR_TREND or len(panel.years) < SPAN_FOR_TREND:
        return fit(panel, free=plain, start=start)
    some, tilted = _some(panel), (*plain, *likelihood.NAMES[4:])
    fits = [fit(some, free=plain, start=start)]
    for begin in _hills(some, fits[0].components, tilted):
        top = _settled(some, _maximise(some, begin, tilted, reml=True), tilted, True)
        if not any(_same(top.components, other.components, some) for other in fits[1:]):
            fits.append(top)
    best = min(one.aic for one in fits)
    if some is panel:
        return min(fits, key=lambda one: one.aic)
    # What some schools leave open is fitted to all; only the highest hill is climbed to its very top.
    full = [_settle(panel, some, one.components, one.free) for one in fits if one.aic - best < DOUBTLESS]
    none = np.exp(likelihood.LOWEST + NONE)
    if fits[0].components.shock > none > fits[-1].components.shock:
        # The own slope of some schools took the place of the shock; that of all schools need not.
        begin = replace(fits[0].components, trend=(0.2, 0.0, STARTS[0][1]))
        full.append(_settle(panel, some, begin, tilted))
    return _finish(min(full, key=lambda one: one.aic))


def _hills(panel: SchoolYears, found: Components, free: tuple[str, ...]) -> list[Components]:
    """Where own trends may start: each hill of the ordinary residuals once."""
    ordinary = _ordinary(panel)
    hills: list[Components] = []
    for shock, slope in STARTS:
        begin = replace(found, shock=min(found.shock, shock), trend=(0.2, 0.0, slope))
        hill = _maximise(ordinary, begin, free, reml=False)
        if not any(_same(hill, other, panel) for other in hills):
            hills.append(hill)
    return hills


def _same(one: Components, other: Components, panel: SchoolYears) -> bool:
    """Whether two fits say the same of variances."""
    own, others = (likelihood.covariance(each, panel.years, panel.years) for each in (one, other))
    return max(float(np.abs(own - others).max()), abs(one.shock - other.shock)) < SAME


def _maximise(panel: SchoolYears, start: Components, free: tuple[str, ...], *, reml: bool) -> Components:
    """The best from a start that may be far away."""
    curve = _upward(_curvature(panel, start, free, reml))
    best, arrived = _approach(panel, start, free, curve=curve, reml=reml)
    return best if arrived else _descend(panel, best, free, reml=reml)


def _descend(panel: SchoolYears, start: Components, free: tuple[str, ...], *, reml: bool) -> Components:
    """The best by a search that remembers no curvature and always gets on (L-BFGS-B)."""
    count = max(int(panel.seen.sum()), 1)

    def scaled(vector: Floats) -> tuple[float, Floats]:
        components = likelihood.from_vector(vector, start, free)
        value, gradient = likelihood.criterion_and_gradient(panel, components, free, reml=reml)
        return value / count, gradient / count

    found = minimize(
        scaled, likelihood.to_vector(start, free), jac=True, method="L-BFGS-B",
        bounds=[(likelihood.LOWEST, likelihood.HIGHEST)] * len(free),
        options={"maxiter": 200, "ftol": 1e-9, "gtol": 1e-6},
    )  # fmt: skip
    return likelihood.from_vector(np.asarray(found.x), start, free)


def _approach(
    panel: SchoolYears, start: Components, free: tuple[str, ...], *, curve: Floats, reml: bool
) -> tuple[Components, bool]:
    """Newton's steps from a `curve` (f, f) known beforehand, which every step corrects (BFGS).

    Arrives where a step would gain next to nothing; a step that does not gain is not gone, but teaches
    the curve. A parameter that is pushed against its bound stays there. Says whether it arrived.
    """
    at, reach = likelihood.to_vector(start, free), FARTHEST
    enough = ENOUGH * max(1.0, len(panel.schools) / 1000)
    value, gradient = likelihood.criterion_and_gradient(panel, start, free, reml=reml)
    for _ in range(STEPS // 2 if len(panel.schools) > 2 * THIN else STEPS):
        step = _step(at, gradient, curve, reach)
        if -float(step @ gradient) < enough:
            return likelihood.from_vector(at, start, free), True
        moved = at + step
        there = likelihood.from_vector(moved, start, free)
        found, slope = likelihood.criterion_and_gradient(panel, there, free, reml=reml)
        curve = _corrected(curve, step, slope - gradient)
        if found < value:
            at, value, gradient, reach = moved, found, slope, min(2 * reach, FARTHEST)
        else:
            reach = float(np.abs(step).max()) / 2
    return likelihood.from_vector(at, start, free), False


def _step(at: Floats, gradient: Floats, curve: Floats, reach: float) -> Floats:
    """Newton's step (f) within the bounds, no parameter farther than `reach`."""
    pushed = np.where(gradient > 0, at <= likelihood.LOWEST + 0.1, at >= likelihood.HIGHEST - 0.1)
    places = np.flatnonzero(~pushed)
    step = np.zeros(len(at))
    step[places] = -np.linalg.solve(curve[np.ix_(places, places)], gradient[places])
    step *= min(1.0, reach / max(float(np.abs(step).max(initial=0.0)), 1e-12))
    return np.asarray(np.clip(at + step, likelihood.LOWEST, likelihood.HIGHEST) - at)


def _corrected(curve: Floats, step: Floats, turned: Floats) -> Floats:
    """The curve that agrees with how the gradient turned along a step, if it turned upward."""
    along = float(step @ turned)
    before = curve @ step
    if along <= 1e-6 * float(step @ before):
        return curve
    return np.asarray(
        curve - np.outer(before, before) / float(step @ before) + np.outer(turned, turned) / along
    )


def _upward(curvature: Floats) -> Floats:
    """The curvature as steep as it is but upward, and nowhere flat.

    Turning downward directions up lets Newton's steps leave a saddle (a trend of no size is one).
    """
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray(vectors @ np.diag(np.maximum(np.abs(values), LEAST_STEEP)) @ vectors.T)


def _curvature(panel: SchoolYears, at: Components, free: tuple[str, ...], reml: bool) -> Floats:
    """Second derivatives (f, f) of the criterion by the free parameters: differences of its gradient."""
    vector = likelihood.to_vector(at, free)
    here = likelihood.criterion_and_gradient(panel, at, free, reml=reml)[1]
    rows = []
    for place in range(len(free)):
        moved = vector.copy()
        moved[place] += STEP
        components = likelihood.from_vector(moved, at, free)
        rows.append((likelihood.criterion_and_gradient(panel, components, free, reml=reml)[1] - here) / STEP)
    return np.asarray((np.array(rows) + np.array(rows).T) / 2)


def _uncertainty(panel: SchoolYears, at: Components, free: tuple[str, ...], reml: bool) -> Floats:
    """Covariance of the free parameters on their scale, from differences of the exact gradient.

    A parameter on its bound has none: its rows are 0, and it is said to be not detectable; so is a
    variance that could as well be nothing, the least sure first.
    """
    vector = likelihood.to_vector(at, free)
    inside = (vector > likelihood.LOWEST + NONE) & (vector < likelihood.HIGHEST - 0.1)
    moving = tuple(name for name, there in zip(free, inside, strict=True) if there)
    result = np.zeros((len(free), len(free)))
    curvature = _curvature(panel, at, moving, reml) if moving else result[:0, :0]
    while moving:
        values, vectors = np.linalg.eigh(curvature)
        # -2 log likelihood curves twice as much as minus the log likelihood.
        covariance = vectors @ np.diag(2 / np.maximum(values, LEAST_SURE)) @ vectors.T
        unsure = [covariance[i, i] * (name in VARIANCES) for i, name in enumerate(moving)]
        worst = int(np.argmax(unsure))
        if unsure[worst] <= UNSURE:
            places = [free.index(name) for name in moving]
            result[np.ix_(places, places)] = covariance
            break
        kept = [i for i in range(len(moving)) if i != worst]
        moving, curvature = tuple(moving[i] for i in kept), curvature[np.ix_(kept, kept)]
    return result
