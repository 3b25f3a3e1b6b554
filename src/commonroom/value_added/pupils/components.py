"""How much schools and pupils vary, with 95 % intervals: profile likelihood where schools are few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import atanh, exp, log, sqrt, tanh

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils import optimum
from commonroom.value_added.pupils.blocks import Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.quantiles import chi_squared
from commonroom.value_added.pupils.uncertainty import Spread, pairs, term_basis

Row = tuple[str, float, float | None, float | None, str]
#: With more schools than this an interval on the log scale is the profile's, and costs nothing.
PROFILED = 500
#: The drop of twice the log likelihood at the ends of a 95 % interval, and its root.
DROP, REACH = 3.841458820694124, 1.959963984540054
#: A search for an end stops when it is this near the drop.
CLOSE = 2e-4
#: A profile that is flat as many rough errors away has no end.
FARTHEST = 1e4
#: A variance of zero has no estimate of its own below which the criterion could be asked.
NOTE_NONE = "no detectable variation"
NOTE_EDGE = "on the edge of what it can be"


def components(spread: Spread) -> pl.DataFrame:
    """Variances of school effects, their correlations, residual variance, and the share between schools.

    (tables.pupils.COMPONENTS.) Terms are on the scale of the data: with slopes, the variance of the
    intercept is that where the slopes' intake is 0. Variances have profile likelihood intervals with
    up to 500 schools (with slopes, of the ratio to the residual variance, times the best one there), and
    intervals from the information on the log scale with more.
    """
    fit = spread.fit
    own = fit.components if fit.components is not None else tables.COMPONENTS.empty()
    rows = [*(_single(spread) if len(fit.blocks.terms) == 1 else _several(spread)), *_residual(spread)]
    given = set(own["component"])
    rows = [row for row in rows if row[0] not in given]
    names = ["component", "value", "low95", "high95", "note"]
    types = [tables.COMPONENTS.schema[name] for name in names]
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return tables.COMPONENTS.check(pl.concat([frame, own]))


def _residual(spread: Spread) -> Iterator[Row]:
    """Residual variance, by the chi-squared distribution with its variance."""
    value = spread.fit.at.s2
    low, high = _satterthwaite(value, float(spread.covariance[0, 0]))
    yield "residual variance", value, low, high, ""


def _satterthwaite(value: float, variance: float) -> tuple[float, float]:
    degrees = max(2 * value**2 / variance, 1.5)
    return value * degrees / chi_squared(0.975, degrees), value * degrees / chi_squared(0.025, degrees)


def _single(spread: Spread) -> Iterator[Row]:
    """The variance of a random intercept, and its share."""
    fit = spread.fit
    value, s2 = float(fit.at.T[0, 0]), fit.at.s2
    deviation = sqrt(spread.covariance[1, 1])
    if len(fit.blocks.schools) > PROFILED and value > 4 * deviation:
        low, high = _logarithmic(value, deviation)
    else:
        low, high = profile(fit, deviation)
    note = NOTE_NONE if fit.state == "none" else ""
    yield "variance of intercept", value, low, high, note
    yield "share between schools", value / (value + s2), low / (low + s2), high / (high + s2), note


def profile(fit: Fit, deviation: float) -> tuple[float, float]:
    """The 95 % profile likelihood interval of the intercept's variance T, `deviation` its rough error.

    Along T = lambda s2 the best s2 of each lambda is a closed form, so that one number is searched.
    """
    blocks, reml = fit.blocks, fit.method == "reml"
    best = fit.at.criterion

    def at(ratio: float) -> tuple[float, float]:
        found = evaluate(blocks, np.array([[ratio]]), reml=reml)
        squared = float((found.e**2).sum() if blocks.times is None else (found.e**2).sum(1) @ blocks.times)
        # G holds tr P less the fixed effects' part, less the squares by s2.
        traces = float(found.G[0, 0]) + squared / found.s2
        s2 = (found.r2 - ratio * squared) / (found.degrees - ratio * traces)
        lost = found.degrees * log(s2 / found.s2) + found.r2 / s2 - found.degrees
        return ratio * s2, found.criterion + lost - best

    return _ends(at, float(fit.Om[0, 0]), deviation / fit.at.s2)


def _ends(at: Callable[[float], tuple[float, float]], middle: float, step: float) -> tuple[float, float]:
    """Both ends of an interval: where the excess of `at` (value, excess) over `middle` is the drop."""
    low, inner = 0.0, (middle, -REACH)
    if middle > 0:
        lowest = middle * 1e-6
        _, over = _beyond(at, lowest)
        if over > 0:
            low = _crossing(at, (lowest, over), inner)
    edge = middle + 2 * step
    _, over = _beyond(at, edge)
    while over < 0 and edge < middle + FARTHEST * step:
        inner, edge = (edge, over), 2 * edge
        _, over = _beyond(at, edge)
    return low, _crossing(at, (edge, over), inner) if over >= 0 else edge


def _beyond(at: Callable[[float], tuple[float, float]], size: float) -> tuple[float, float]:
    """The value at a size, and how far the root of its excess is beyond that of the drop."""
    value, excess = at(size)
    return value, sqrt(max(excess, 0.0)) - REACH


def _crossing(
    at: Callable[[float], tuple[float, float]], outer: tuple[float, float], inner: tuple[float, float]
) -> float:
    """The value at the drop, between two sizes with the root of the excess above and below it.

    The root is nearly straight in the size or in its logarithm: false position, Illinois' way.
    """
    value, side = 0.0, 0
    for _ in range(60):
        share = -inner[1] / (outer[1] - inner[1])
        if outer[0] < inner[0]:
            size = inner[0] * (outer[0] / inner[0]) ** share
        else:
            size = inner[0] + share * (outer[0] - inner[0])
        value, over = _beyond(at, size)
        if abs(over) < CLOSE:
            break
        if over > 0:
            inner = (inner[0], inner[1] / 2 if side > 0 else inner[1])
            outer, side = (size, over), 1
        else:
            outer = (outer[0], outer[1] / 2 if side < 0 else outer[1])
            inner, side = (size, over), -1
    return value


def _logarithmic(value: float, deviation: float) -> tuple[float, float]:
    factor = exp(REACH * deviation / value)
    return value / factor, value * factor


def _several(spread: Spread) -> Iterator[Row]:
    """Variances, correlations and the share when slopes differ between schools."""
    fit = spread.fit
    blocks, at = fit.blocks, fit.at
    turn = term_basis(blocks)
    t = turn @ at.T @ turn.T
    for place, term in enumerate(blocks.terms):
        row = turn[place]
        deviation = sqrt(_variance(spread, row, row))
        value = float(t[place, place])
        low, high = _variance_interval(fit, place, (value, deviation))
        name = "variance of intercept" if place == 0 else f"variance of slope of {term}"
        note = NOTE_NONE if fit.state == "none" else NOTE_EDGE if value < 1e-8 * at.s2 else ""
        yield name, value, low, high, note
    for i, j in pairs(len(blocks.terms)):
        if i != j:
            yield from _correlation(spread, t, i, j)
    average = blocks.A[:, 0].sum(axis=0)
    average = average / average[0]
    between = float(average @ at.T @ average)
    low, high = _share(spread, average, between)
    yield "share between schools", between / (between + at.s2), low, high, "for a pupil of average intake"


def _variance(spread: Spread, first: Floats, second: Floats) -> float:
    """The variance of the estimate of first' T second."""
    slope = np.array([0.0, *_slopes(first, second)])
    return float(slope @ spread.covariance @ slope)


def _slopes(first: Floats, second: Floats) -> Iterator[float]:
    for i, j in pairs(len(first)):
        both = first[i] * second[j] + first[j] * second[i]
        yield float(both / 2 if i == j else both)


def _variance_interval(fit: Fit, place: int, found: tuple[float, float]) -> tuple[float | None, float | None]:
    value, deviation = found
    if fit.state == "none":
        return 0.0, REACH * deviation
    if len(fit.blocks.schools) > PROFILED:
        return _logarithmic(value, deviation) if value > deviation else (0.0, value + REACH * deviation)
    turn = term_basis(fit.blocks)
    order = [place, *(k for k in range(len(turn)) if k != place)]
    back = np.asarray(np.linalg.inv(turn)[:, order], float)
    best = _turned(turn[order], fit.Om)
    warm: list[Evaluation] = [fit.at]

    def at(size: float) -> tuple[float, float]:
        ahead = _turned(turn[order], warm[0].Om)
        warm[:] = [optimum.held(fit, back, ahead, size)]
        return size * warm[0].s2, warm[0].criterion - fit.at.criterion

    low, high = _ends(at, float(best[0, 0]), deviation / fit.at.s2)
    # With a handful of pupils the profile may have several hills, and an end be that of another one.
    return min(low, value), high if high > value else value + REACH * deviation


def _turned(turn: Floats, omega: Floats) -> Floats:
    return np.asarray(turn @ omega @ turn.T)


def _correlation(spread: Spread, t: Floats, i: int, j: int) -> Iterator[Row]:
    """Covariance and correlation of two terms; the correlation's interval is on Fisher's scale."""
    blocks = spread.fit.blocks
    turn = term_basis(blocks)
    names = f"{blocks.terms[j]} and slope of {blocks.terms[i]}"
    names = names if j == 0 else f"slope of {names}"
    deviation = sqrt(_variance(spread, turn[i], turn[j]))
    value = float(t[i, j])
    size = sqrt(max(t[i, i] * t[j, j], 0.0))
    edge = NOTE_EDGE if spread.fit.state else ""
    reach = REACH * deviation
    yield f"covariance of {names}", value, value - reach, value + reach, edge
    if size == 0 or abs(value) >= size * (1 - 1e-9):
        known = None if size == 0 else float(np.sign(value))
        if known is not None:
            yield f"correlation of {names}", known, None, None, edge or NOTE_EDGE
        return
    ratio = value / size
    slope = [
        [1 / size, turn[i], turn[j]],
        [-ratio / (2 * t[i, i]), turn[i], turn[i]],
        [-ratio / (2 * t[j, j]), turn[j], turn[j]],
    ]
    by = sum(weight * np.array([0.0, *_slopes(first, second)]) for weight, first, second in slope)
    spread_of_ratio = sqrt(float(by @ spread.covariance @ by)) / (1 - ratio**2)
    low, high = (tanh(atanh(ratio) + way * REACH * spread_of_ratio) for way in (-1, 1))
    yield f"correlation of {names}", ratio, low, high, ""


def _share(spread: Spread, row: Floats, between: float) -> tuple[float | None, float | None]:
    """The interval of between / (between + s2) on the logit scale, by the delta method."""
    s2 = spread.fit.at.s2
    if between <= 0:
        return 0.0, None
    slope = np.array([-1 / s2, *(part / between for part in _slopes(row, row))])
    reach = REACH * sqrt(float(slope @ spread.covariance @ slope))
    middle = log(between / s2)
    low, high = (1 / (1 + exp(-max(middle + way * reach, -500))) for way in (-1, 1))
    return low, high
