"""Where the likelihood is highest: a damped Newton search on the Cholesky factor, with the boundary tested.

The Hessian is Fisher's expected information until the search is near, then BFGS updates of it; both are
free of the units of intake. A covariance that is singular at the optimum is a legitimate answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate
from commonroom.value_added.pupils.model import NotEnoughPupils

#: The search begins where school effects have this share of the residual standard deviation.
START = 0.3
#: Steps after which the search gives up; it takes eight or so.
MOST = 200
#: An expected drop of the criterion at which the search is at its end.
SMALLEST = 1e-12
#: The same where only the criterion itself is asked for, as in a profile.
HELD = 1e-6
#: Rounding of the criterion, as a share of it.
ROUNDING = 1e-12
#: School effects this many times the residual standard deviation leave no residual: nothing can be told.
FARTHEST = 1e3
#: How often a step is halved.
HALVINGS = 20
#: An eigenvalue of the covariance, on the scale of the columns, that is as good as zero.
SINGULAR = 1e-9
#: Under this expected drop the search goes on with updates of the Hessian instead of new ones.
NEAR = 1e-3


@dataclass(frozen=True)
class Fit:
    """A fitted model: its blocks, `Om` (q, q), everything evaluated `at` it, and what was found on the way.

    `state`: "" for an inner optimum, "none" when no variation between schools is detectable, "singular"
    when the covariance of the effects is on its boundary. `components`: extra rows (tables.pupils
    .COMPONENTS) and `sentences` of a model with groups, years or survey weights.
    """

    blocks: Blocks
    Om: Floats
    at: Evaluation
    method: str
    state: str = ""
    steps: int = 0
    components: pl.DataFrame | None = None
    sentences: tuple[str, ...] = field(default=())


def fit(blocks: Blocks, *, reml: bool = True, start: Floats | None = None) -> Fit:
    """The (restricted) maximum likelihood fit of `blocks`.

    `start`: an Om (q, q) to begin at, such as that of a fit nearby. At Om = 0 the gradient decides for
    q = 1 whether the estimate is zero; for more terms both zero and the search's end are compared.
    Bates et al. 2015, section 3; METHODS.md section 5.
    """
    q = len(blocks.terms)
    method = "reml" if reml else "ml"
    nothing = evaluate(blocks, np.zeros((q, q)), reml=reml)
    scale = term_scale(blocks)
    if np.linalg.eigvalsh(nothing.G / np.outer(scale, scale))[0] >= 0 and q == 1:
        return Fit(blocks, nothing.Om, nothing, method, "none")
    begin = np.diag(START / scale) if start is None else _root(start, scale)
    found, steps = _search(blocks, begin, reml)
    for _ in range(q):
        way = _way_out(found, scale)
        if way is None:
            break
        found, more = _search(blocks, _root(found.Om + way, scale), reml)
        steps += more
    if nothing.criterion <= found.criterion + ROUNDING * abs(found.criterion):
        return Fit(blocks, nothing.Om, nothing, method, "none", steps)
    return Fit(blocks, found.Om, found, method, "singular" if singular(found.Om, scale) else "", steps)


def term_scale(blocks: Blocks) -> Floats:
    """Root mean squares of the school-effect columns (q,): units in which the terms can be compared."""
    a = np.einsum("jkk->k", blocks.A)
    return np.asarray(np.sqrt(a / a[0]))


def singular(omega: Floats, scale: Floats) -> bool:
    """Whether a covariance of effects is on its boundary, on the scale of the columns."""
    values = np.linalg.eigvalsh(omega * np.outer(scale, scale))
    return bool(values[0] <= SINGULAR * max(values[-1], SINGULAR))


def minimise(
    value: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    *,
    hessian: Callable[[Floats], Floats],
    most: int = MOST,
    close: float = SMALLEST,
) -> tuple[Floats, int]:
    """The parameters (n,) that minimise `value`, which gives value and gradient; and the steps taken.

    `hessian` (n, n) at some parameters need only be positive definite and roughly right (expected
    information): when the end is near it is improved by BFGS. Steps are halved until the value drops.
    The search ends where less than `close` is to be gained.
    """
    at, (height, slope) = start, value(start)
    curve: Floats | None = None
    for count in range(most):
        metric = hessian(at) if curve is None else curve
        step = -_solve(metric, slope)
        expected = -float(slope @ step) / 2
        if expected <= close:
            return at, count
        new, new_height, new_slope = _downhill(value, at, step, (height, slope))
        # When no step goes down, one with a new Hessian may; if that was new already, this is the end.
        if new is at and curve is None:
            return at, count
        again = new is at or expected > NEAR
        curve = None if again else _update(metric, new - at, new_slope - slope)
        at, height, slope = new, new_height, new_slope
    return at, most


def _downhill(
    value: Callable[[Floats], tuple[float, Floats]], at: Floats, step: Floats, here: tuple[float, Floats]
) -> tuple[Floats, float, Floats]:
    """The first of step, step / 2, ... that goes down enough; `at` itself when none does.

    Where the drop to be expected drowns in the rounding of the value, the gradient along the step decides.
    """
    height, slope = here
    along = float(slope @ step)
    rounding = ROUNDING * abs(height)
    for halved in range(HALVINGS):
        size = 0.5**halved
        new = at + size * step
        found, turned = value(new)
        if found <= height + 1e-4 * size * along:
            return new, found, turned
        if -along <= rounding and found <= height + rounding and abs(turned @ step) < abs(along) / 2:
            return new, found, turned
    return at, *value(at)


def _search(blocks: Blocks, root: Floats, reml: bool) -> tuple[Evaluation, int]:
    """The criterion's minimum over lower triangles L, Om = L L', and the steps taken."""
    q = root.shape[0]
    lower = np.tril_indices(q)
    last: list[Evaluation] = []

    def unpack(at: Floats) -> Floats:
        found = np.zeros((q, q))
        found[lower] = at
        return found

    scale = term_scale(blocks)[:, None]

    def value(at: Floats) -> tuple[float, Floats]:
        factor = unpack(at)
        if np.abs(factor * scale).max() > FARTHEST:
            return np.inf, np.zeros_like(at)
        last[:] = [evaluate(blocks, factor @ factor.T, reml=reml)]
        return last[0].criterion, (2 * last[0].G @ factor)[lower]

    def hessian(at: Floats) -> Floats:
        return _curvature(information(last[0], blocks.times), last[0].G, unpack(at))

    at, steps = minimise(value, root[lower], hessian=hessian)
    factor = unpack(at)
    if np.abs(factor * scale).max() > FARTHEST / 10:
        raise NotEnoughPupils(
            "effects of schools explain every pupil, so that nothing is left to tell chance by.",
            remedy="Use fewer slopes, or schools with more pupils.",
        )
    return evaluate(blocks, factor @ factor.T, reml=reml), steps


def held(fit: Fit, turn: Floats, start: Floats, size: float) -> Evaluation:
    """The best fit when the first variance (in units of s2) of turned terms is held at `size`.

    Om = turn O turn' for a matrix O (q, q) of which O_00 is held; `start` is an O to begin at.
    """
    q = start.shape[0]
    rows, cols = (index[1:] for index in np.tril_indices(q))
    scale = np.sqrt(np.maximum(np.diag(start), 1e-6))
    begin = _root(start, 1 / scale)
    begin *= np.sqrt(size) / begin[0, 0] if begin[0, 0] > 0 else 1
    begin[0, 0] = np.sqrt(size)
    both, far = np.kron(turn, turn), term_scale(fit.blocks)[:, None]
    last: list[Evaluation] = []

    def factor(at: Floats) -> Floats:
        found = np.zeros((q, q))
        found[0, 0], found[rows, cols] = begin[0, 0], at
        return found

    def value(at: Floats) -> tuple[float, Floats]:
        full = turn @ factor(at)
        # So far away H is lost to rounding; only the start is looked at wherever it is.
        if last and np.abs(full * far).max() > FARTHEST:
            return np.inf, np.zeros_like(at)
        last[:] = [evaluate(fit.blocks, full @ full.T, reml=fit.method == "reml")]
        return last[0].criterion, (2 * turn.T @ last[0].G @ turn @ factor(at))[rows, cols]

    def hessian(at: Floats) -> Floats:
        inner = both.T @ information(last[0], fit.blocks.times) @ both
        return _curvature(inner, turn.T @ last[0].G @ turn, factor(at))[1:, 1:]

    at, _ = minimise(value, begin[rows, cols], hessian=hessian, close=HELD)
    value(at)
    return last[0]


def information(at: Evaluation, times: Floats | None = None) -> Floats:
    """Expected second derivatives of the criterion by vec(Om) (q*q, q*q), the residual variance profiled.

    tr(P X P Y) summed over schools, less tr(P X) tr(P Y) / degrees.
    """
    p = at.P.transpose(1, 2, 0)
    q = p.shape[0]
    flat = np.ascontiguousarray(p).reshape(q * q, -1)
    both = ((flat if times is None else flat * times) @ flat.T).reshape(q, q, q, q)
    total = (flat if times is None else flat * times).sum(axis=1)
    # tr(P X P Y) = P_da X_ab P_bc Y_cd, so the block [ab, cd] is the sum of P_da P_bc.
    pairs = both.transpose(1, 2, 3, 0).reshape(q * q, q * q)
    return np.asarray(pairs - np.outer(total, total) / at.degrees)


def _curvature(expected: Floats, gradient: Floats, factor: Floats) -> Floats:
    """Expected Hessian by the lower triangle of L, with the part of its curvature that is positive."""
    q = factor.shape[0]
    rows, cols = np.tril_indices(q)
    jacobian = np.zeros((q, q, rows.size))
    for place, (i, j) in enumerate(zip(rows, cols, strict=True)):
        jacobian[i, :, place] += factor[:, j]
        jacobian[:, i, place] += factor[:, j]
    flat = jacobian.reshape(q * q, -1)
    values, vectors = np.linalg.eigh(gradient)
    positive = (vectors * np.maximum(values, 0)) @ vectors.T
    curved = 2 * positive[np.ix_(rows, rows)] * (cols[:, None] == cols)
    return np.asarray(flat.T @ expected @ flat + curved)


def _solve(metric: Floats, slope: Floats) -> Floats:
    """metric^-1 slope on the scale of the metric's diagonal; flat directions are not walked."""
    scale = 1 / np.sqrt(np.maximum(np.diag(metric), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(metric * scale[:, None] * scale)
    inside = values > 1e-12 * values[-1]
    turned = vectors.T @ (slope * scale)
    return np.asarray(scale * (vectors @ np.where(inside, turned / np.where(inside, values, 1.0), 0.0)))


def _update(metric: Floats, moved: Floats, turned: Floats) -> Floats:
    """BFGS update of a Hessian, left as it is where the curvature is not positive."""
    along = metric @ moved
    if moved @ turned <= 1e-8 * (moved @ along):
        return metric
    return np.asarray(
        metric + np.outer(turned, turned) / (moved @ turned) - np.outer(along, along) / (moved @ along)
    )


def _root(omega: Floats, scale: Floats) -> Floats:
    """A lower triangle whose square is `omega`, moved off the boundary by a little."""
    level = omega * np.outer(scale, scale)
    level = level + np.eye(len(scale)) * max(1e-6 * np.trace(level), 1e-8)
    return np.asarray(np.linalg.cholesky(level) / scale[:, None])


def _way_out(at: Evaluation, scale: Floats) -> Floats | None:
    """A direction in which a singular covariance has to grow because the criterion falls, or None.

    On the boundary L's own gradient is zero whatever the criterion does: the gradient G is asked.
    """
    level = at.Om * np.outer(scale, scale)
    values, vectors = np.linalg.eigh(level)
    empty = vectors[:, values <= SINGULAR * 1e3 * max(values[-1], SINGULAR)]
    if not empty.shape[1]:
        return None
    downhill, ways = np.linalg.eigh(empty.T @ (at.G / np.outer(scale, scale)) @ empty)
    if downhill[0] >= -1e-6:
        return None
    way = (empty @ ways[:, 0]) / scale
    return np.asarray(np.outer(way, way) * max(1e-3 * values[-1], 1e-4))
