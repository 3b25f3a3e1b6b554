"""Groups of pupils with residual variances of their own (disadvantaged or not, type of school)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np
import polars as pl

from commonroom.tables.pupils import COMPONENTS
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks as arranging
from commonroom.value_added.pupils import optimum
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.quantiles import student
from commonroom.value_added.pupils.uncertainty import pairs

#: A residual variance of fewer pupils than this (and two more than columns) says nothing.
FEWEST_PUPILS = 10
#: A ratio of residual variances whose log is beyond this is a group without any variation.
FARTHEST = 12.0
#: Step of central differences of the exact gradient, as a share of each parameter's own scale.
STEP = 1e-4


def fit(sums: Sums, model: Model, covariates: pl.DataFrame | None = None) -> Fit:
    """The model with a residual variance s2_g for each group g of the `by` column `model.groups`.

    Blocks of each group are divided by s2_g over that of the first group; the log ratios are found by
    their exact gradient, with the school effects' covariance fitted anew at each. The fit's criterion is
    the proper -2 log likelihood, its `s2` is the first group's, and `components` has a row for each group
    (value and 95 % interval, from the observed information on the log scale) and for all pupils.
    METHODS.md section 5 (heteroscedastic); Pinheiro & Bates 2000, section 5.2. Raises NotThisModel for
    fewer than two groups, NotEnoughPupils for a group too small.
    """
    parts = arranging.split(sums, model, covariates, model.groups)
    _refuse(parts, model.groups)
    levels, own = list(parts), list(parts.values())
    inner: list[Fit] = []

    def value(logs: Floats) -> tuple[float, Floats]:
        if np.abs(logs).max() > FARTHEST:
            return np.inf, np.zeros_like(logs)
        start = inner[0].Om if inner and inner[0].state == "" else None
        found = optimum.fit(arranging.scaled(own, _factors(logs), whole=False), reml=model.reml, start=start)
        inner[:] = [found]
        return found.at.criterion, gradient(own, found.at, _factors(logs))[1:]

    counts = np.array([part.N for part in own], float)
    expected = np.diag(counts[1:]) - np.outer(counts[1:], counts[1:]) / counts.sum()
    logs, _ = optimum.minimise(value, _begin(own), hessian=lambda _: expected)
    _refuse_edges(logs, levels)
    value(logs)
    blocks = arranging.scaled(own, _factors(logs))
    found = optimum.fit(blocks, reml=model.reml, start=inner[0].Om if inner[0].state == "" else None)
    return replace(found, components=_components(found, own, levels, logs))


def gradient(parts: Sequence[Blocks], at: Evaluation, factors: Floats) -> Floats:
    """d criterion / d log s2_g (G,) of the groups' blocks, whose weights are multiplied by `factors` in `at`.

    N_g less the trace of the shrinkage, the weighted residual sum of squares over s2, and for REML what
    the fixed effects explain: tr(V^-1 dV) - r'V^-1 dV V^-1 r - tr(H^-1 X'V^-1 dV V^-1 X), all from sums.
    """
    u, pulled = at.u, at.Om @ at.F
    kept = at.Om @ at.D
    found = []
    for part, factor in zip(parts, factors, strict=True):
        leak = float(np.einsum("jab,jba->", kept, part.A))
        rest = part.Syy - 2 * at.b @ part.Sxy + at.b @ part.Sxx @ at.b
        rest += float(np.vdot(u, (part.A @ u[:, :, None])[:, :, 0] - 2 * (part.c - part.C @ at.b)))
        slope = part.N - factor * (leak + rest / at.s2)
        if at.reml:
            cross = np.einsum("jqp,jqr->pr", part.C, pulled)
            own = np.einsum("jqp,jqr->pr", pulled, part.A @ pulled)
            slope -= factor * float(np.vdot(at.inverse, part.Sxx - cross - cross.T + own))
        found.append(slope)
    return np.array(found)


def _factors(logs: Floats) -> Floats:
    """What the weights of each group are multiplied by; the first group's are left."""
    return np.concatenate([[1.0], np.exp(-logs)])


def _begin(parts: Sequence[Blocks]) -> Floats:
    """Log ratios (G - 1,) of the groups' variances within schools, to begin with."""
    found = []
    for part in parts:
        weight = part.A[:, 0, 0]
        inside = weight > 0
        spread = (part.yy[inside] - part.c[inside, 0] ** 2 / weight[inside]).sum()
        found.append(max(spread, np.finfo(float).tiny) / max(part.N - inside.sum(), 1))
    logs = np.log(np.array(found) / found[0])
    return np.asarray(np.clip(logs[1:], -2, 2))


def _refuse(parts: dict[str, Blocks], column: str) -> None:
    if len(parts) < 2:
        raise NotThisModel(
            f"all pupils are in one group of {column} ({next(iter(parts))}).",
            remedy="Leave the groups out, or sum by a column with at least two.",
        )
    for level, part in parts.items():
        if max(FEWEST_PUPILS, len(part.columns) + 2) > part.N:
            raise NotEnoughPupils(
                f"the group {level} of {column} has {part.N} pupils, too few for a residual variance.",
                remedy="Put it together with another group before summing.",
            )


def _refuse_edges(logs: Floats, levels: Sequence[str]) -> None:
    """Refuse a group whose residual variance goes to nothing beside the others."""
    largest = np.concatenate([[0.0], logs])
    smallest = levels[int(np.argmin(largest))]
    if largest.max() - largest.min() > FARTHEST - 1:
        raise NotEnoughPupils(
            f"the outcomes of group {smallest} leave no residual variance beside those of the others.",
            remedy="Check that group's outcomes, or leave the groups out.",
        )


def _components(found: Fit, parts: Sequence[Blocks], levels: Sequence[str], logs: Floats) -> pl.DataFrame:
    """A row for each group; and the residual variance and the share between schools over all pupils."""
    ratios = np.exp(np.concatenate([[0.0], logs]))
    variances = found.at.s2 * ratios
    known = _covariance(parts, variances, found)
    counts = np.array([part.N for part in parts], float)
    by = np.zeros(len(known))
    by[: len(counts)] = counts * variances / (counts @ variances)
    mean = float(counts @ variances / counts.sum())
    rows = [("residual variance", mean, *_interval(mean, by, known), "mean over the pupils of all groups")]
    average = np.asarray(sum(part.A[:, 0].sum(axis=0) for part in parts))
    average = average / average[0]
    between = float(average @ found.at.T @ average)
    odds: tuple[float | None, float | None] = (None, None)
    if len(known) > len(counts):
        weights = [average[i] * average[j] * (1 if i == j else 2) / between for i, j in pairs(len(average))]
        odds = _interval(between / mean, np.array([*-by[: len(counts)], *weights]), known)
    low, high = (None if end is None else end / (1 + end) for end in odds)
    note = "for a pupil of average intake and residual variance"
    rows.append(("share between schools", between / (between + mean), low, high, note))
    for place, level in enumerate(levels):
        ends = _interval(float(variances[place]), np.eye(len(known))[place], known)
        note = f"{parts[place].N} pupils"
        rows.append((f"residual variance of {level}", float(variances[place]), *ends, note))
    return pl.DataFrame(rows, schema=COMPONENTS.schema, orient="row")


def _interval(value: float, slope: Floats, known: Floats) -> tuple[float | None, float | None]:
    """The 95 % interval of a positive number whose logarithm has `slope` by what is `known`."""
    factor = float(np.exp(student(0.975, inf) * np.sqrt(slope @ known @ slope)))
    return value / factor, value * factor


def _covariance(parts: Sequence[Blocks], variances: Floats, found: Fit) -> Floats:
    """Covariance of log s2_g, then of T's lower triangle, from central differences of the exact gradient.

    On T's boundary T is held, and has no rows.
    """
    q = len(found.Om)
    lower = np.tril_indices(q)
    t = found.at.T
    free = len(lower[0]) if found.state == "" else 0
    at = np.concatenate([np.log(variances), t[lower][:free]])
    spread = np.sqrt(np.outer(np.diag(t), np.diag(t)))[lower][:free]
    steps = STEP * np.concatenate([np.ones(len(variances)), spread])

    def slope(place: Floats) -> Floats:
        effects = t.copy()
        if free:
            effects[lower] = effects.T[lower] = place[len(variances) :]
        return _full_gradient(parts, np.exp(-place[: len(variances)]), effects, found.at.reml)[: len(place)]

    moves = np.diag(steps)
    curve = np.array([slope(at + move) - slope(at - move) for move in moves]) / (2 * steps[:, None])
    return np.asarray(np.linalg.inv((curve + curve.T) / 4))


def _full_gradient(parts: Sequence[Blocks], factors: Floats, t: Floats, reml: bool) -> Floats:
    """d(-2 log likelihood) by log s2_g and the lower triangle of T, no variance profiled out."""
    at = evaluate(arranging.scaled(parts, factors, whole=False), t, reml=reml)
    g = at.G + (1 / at.s2 - 1) * (at.e.T @ at.e)
    doubled = 2 * g - np.diag(np.diag(g))
    own = gradient(parts, replace(at, s2=1.0), factors)
    return np.concatenate([own, doubled[np.tril_indices(len(t))]])
