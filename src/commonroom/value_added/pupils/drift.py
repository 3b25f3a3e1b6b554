"""What of a school's effect persists and what drifts: the structure over years, and where it fits best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import numpy.typing as npt

from commonroom.value_added.pupils import optimum
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate

NAMES = ("persistent", "drift", "persistence")
#: Shares of the variance that drift, and its correlations a year apart, among which the search begins,
#: the best share of each, and how many steps are gone at most.
SHARES, CORRELATIONS, MOST = (0.1, 0.5, 0.9), (0.2, 0.6, 0.9), 60
#: The search begins at no less than this many times the error of a school's mean in one year.
LEAST = 0.3
#: A variance below this share of both together is nothing; a gain of the criterion below this is too.
NOTHING, GAIN = 1e-7, 1e-7
#: Persistence is at most this: drift of a higher one is what persists.
HIGHEST = 1 - 1e-4
#: Expected drops of the criterion: below the first the exact curvature is asked for, below the second the
#: search is at its end. And the step of its differences, as a share of each number's own size.
NEAR, SMALLEST, STEP = 1e-1, 1e-13, 1e-5
#: About so many schools are enough to find the neighbourhood of the best fit of all; the search among all
#: begins at no less than this share of both variances, and as far from the edges of persistence.
THIN, OFF = 1500, 0.02
BY_SCHOOL = ("A", "C", "c", "XX", "Xy", "yy", "schools", "pupils")
#: How often a step is halved, and the rounding of the criterion as a share of it.
HALVINGS, ROUNDING = 20, 1e-14
#: The least curvature that is walked by, as a share of the largest one.
FLAT = 1e-4

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Structure:
    """Covariance of effects over s2: `persistent` everywhere, `drift` times `persistence` ** years apart."""

    persistent: float
    drift: float
    persistence: float

    def omega(self, apart: Floats) -> Floats:
        """Om (q, q) of terms `apart` (q, q) years from each other; infinite where one does not drift."""
        return np.asarray(self.persistent + self.drift * correlation(self.persistence, apart))

    def slopes(self, apart: Floats) -> Floats:
        """Derivatives (3, q, q) of Om by the three numbers."""
        rho = self.persistence
        lag = np.where(np.isinf(apart), 0.0, apart)
        turned = self.drift * lag * np.where(lag > 0, rho ** np.maximum(lag - 1, 0), 0.0)
        return np.stack([np.ones_like(lag), correlation(rho, apart), turned])


def distances(years: Sequence[int | None]) -> Floats:
    """Years between terms (q, q); infinite to a term that is no year."""
    place = np.array([np.nan if year is None else year for year in years], float)
    apart = np.abs(place[:, None] - place[None, :])
    return np.asarray(np.where(np.isnan(apart), np.inf, apart))


def correlation(persistence: float, apart: Floats) -> Floats:
    """The correlation of drift (q, q): persistence to the power of the years apart, 1 within a year."""
    lag = np.where(np.isinf(apart), 1.0, apart)
    return np.where(np.isinf(apart), 0.0, np.where(lag == 0, 1.0, persistence**lag))


def search(
    blocks: Blocks, apart: Floats, reml: bool, names: tuple[str, ...]
) -> tuple[Structure, tuple[str, ...], int]:
    """The best structure, which of its numbers are off their edges, and the steps taken.

    First without drift (one effect for all years); then from the best of a few beginnings, for drift and
    what persists stand in for each other and there can be more hills than one. Only `names` are searched.
    """
    plain = optimum.fit(_pooled(blocks), reml=reml)
    level = float(plain.Om[0, 0])
    seen = np.diagonal(blocks.A, axis1=1, axis2=2)
    total = max(level, LEAST / float(seen[seen > 0].mean()))

    def value(place: Floats) -> tuple[Evaluation, Floats]:
        own = Structure(*place.tolist())
        at = evaluate(blocks, own.omega(apart), reml=reml)
        return at, own.slopes(apart)

    begin = _beginnings(blocks, apart, reml, names)
    if not begin:
        rhos = CORRELATIONS if NAMES[2] in names else (0.0,)
        for rho in rhos:
            grid = [np.array([(1 - share) * total, share * total, rho]) for share in SHARES]
            begin.append(min(grid, key=lambda place: value(place)[0].criterion))
    best, height, steps = np.array([level, 0.0, 0.0]), plain.at.criterion, plain.steps
    for place in begin:
        ended, drop, more = _climb(value, place, len(names))
        steps += more
        if drop < height - GAIN:
            best, height = ended, drop
    found = Structure(*best.tolist())
    size = {"persistent": found.persistent, "drift": found.drift}
    size["persistence"] = found.drift * found.persistence
    return found, tuple(name for name in names if size[name] > 0), steps


def _beginnings(blocks: Blocks, apart: Floats, reml: bool, names: tuple[str, ...]) -> list[Floats]:
    """Where the search among some of the schools ended, off its edges; nothing where schools are few."""
    every = len(blocks.schools) // THIN
    if every < 2:
        return []
    some = replace(blocks, **{name: getattr(blocks, name)[::every] for name in BY_SCHOOL})
    totals = {"Sxx": some.XX.sum(axis=0), "Sxy": some.Xy.sum(axis=0), "Syy": float(some.yy.sum())}
    near = search(replace(some, **totals, N=int(some.pupils.sum())), apart, reml, names)[0]
    least = OFF * (near.persistent + near.drift)
    rho = min(max(near.persistence, OFF), 1 - OFF) if NAMES[2] in names else 0.0
    return [np.array([max(near.persistent, least), max(near.drift, least), rho])] if least > 0 else []


def _climb(
    value: Callable[[Floats], tuple[Evaluation, Floats]], place: Floats, count: int
) -> tuple[Floats, float, int]:
    """The lowest criterion within the edges from one beginning, its place (3,) and the steps taken.

    Newton's steps on the first `count` numbers that are not pushed over their edge, by expected
    information until the end is near and by differences of the exact gradient there; halved until down.
    """
    highest = np.array([inf, inf, HIGHEST])
    at, ways = value(place)
    known: tuple[Flags, Floats] | None = None
    since, step, down = 0, 0, True
    while down and step < MOST:
        slope = _slope(at, ways)
        inside = np.arange(3) < count
        inside &= ~(((place <= 0) & (slope >= 0)) | ((place >= highest) & (slope <= 0)))
        curve = _expected(at, ways)
        way, reach = _within(curve, slope, inside, (place, highest))
        if -slope @ way / 2 < NEAR:
            # The curvature is asked for again when steps by the old one do not end the search at once.
            if known is None or (known[0] != inside).any() or since > 2:
                known, since = (inside, _exact(value, place, inside, curve)), 0
            way, reach = _within(known[1], slope, inside, (place, highest))
            since += 1
        rounding = ROUNDING * abs(at.criterion)
        if -slope @ way / 2 < SMALLEST + rounding / 10:
            break
        for halved in range(HALVINGS):
            new = np.clip(place + 0.5**halved * reach * way, 0.0, highest)
            ahead = value(new)
            down = ahead[0].criterion <= at.criterion + rounding + 1e-4 * float(slope @ (new - place))
            if down:
                place, (at, ways), step = new, ahead, step + 1
                break
    total = place[0] + place[1]
    return np.where(place > [NOTHING * total, NOTHING * total, 0.0], place, 0.0), at.criterion, step


def _slope(at: Evaluation, ways: Floats) -> Floats:
    """The gradient (3,) by the numbers of the structure, tr(G dOm)."""
    return np.asarray(np.einsum("nab,ab->n", ways, at.G))


def _expected(at: Evaluation, ways: Floats) -> Floats:
    flat = ways.reshape(len(ways), -1)
    return np.asarray(flat @ optimum.information(at) @ flat.T)


def _exact(
    value: Callable[[Floats], tuple[Evaluation, Floats]], place: Floats, inside: Flags, usual: Floats
) -> Floats:
    """Second derivatives by differences of the gradient, within the edges; `usual` where not positive."""
    found = usual.copy()
    size = STEP * np.array([*np.maximum(place[:2], 1e-3 * place[:2].sum() + 1e-9), 1e-2 + place[2]])
    for k in np.flatnonzero(inside):
        up, down = place.copy(), place.copy()
        up[k], down[k] = place[k] + size[k], max(place[k] - size[k], 0)
        found[k] = (_slope(*value(up)) - _slope(*value(down))) / (up[k] - down[k])
    found = (found + found.T) / 2
    own = found[np.ix_(inside, inside)]
    return found if own.size and np.linalg.eigvalsh(own)[0] > 0 else usual


def _within(
    curve: Floats, slope: Floats, inside: Flags, edges: tuple[Floats, Floats]
) -> tuple[Floats, float]:
    """The step of numbers that stay within the edges, and how much of it can be gone (at most 1).

    A number on its edge that the step of the others would push over is left where it is. A step is cut
    where the first number meets its edge, for beyond it the step need not go down.
    """
    place, highest = edges
    while True:
        way = _newton(curve, slope, inside)
        out = inside & (((place <= 0) & (way < 0)) | ((place >= highest) & (way > 0)))
        if not out.any():
            break
        inside = inside & ~out
    room = np.where(way < 0, place, highest - place)
    parts = room[way != 0] / np.abs(way[way != 0])
    return way, min(1.0, float(parts.min(initial=1.0)))


def _newton(curve: Floats, slope: Floats, inside: Flags) -> Floats:
    """The step -curve^-1 slope of the numbers that are `inside`.

    Curvature is taken as positive and not too flat: with a pupil or two a school and year the expected
    one need not be, and along the ridge where drift turns into what persists steps would be too long.
    """
    size = np.abs(np.diag(curve))
    scale = np.where(inside & (size > 0), 1 / np.sqrt(np.maximum(size, np.finfo(float).tiny)), 0.0)
    values, vectors = np.linalg.eigh(curve * scale[:, None] * scale)
    values = np.maximum(np.abs(values), FLAT * max(np.abs(values).max(), FLAT))
    return np.asarray(-scale * (vectors @ (vectors.T @ (scale * slope) / values)))


def _pooled(blocks: Blocks) -> Blocks:
    """Blocks with one effect for all years."""
    return replace(
        blocks,
        A=blocks.A.sum(axis=(1, 2))[:, None, None],
        C=blocks.C.sum(axis=1)[:, None],
        c=blocks.c.sum(axis=1)[:, None],
        terms=("intercept",),
        term_centres=np.zeros(1),
    )
