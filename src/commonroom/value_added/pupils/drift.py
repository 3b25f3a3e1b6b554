"""What of a school's effect persists and what drifts: the structure over years, and where it fits best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from commonroom.value_added.pupils import optimum
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import Evaluation, evaluate

NAMES = ("persistent", "drift", "persistence")
#: Shares of the variance that drift, and its correlations a year apart, among which the search begins.
SHARES, CORRELATIONS = (0.2, 0.6), (0.3, 0.6, 0.9)
#: A variance below this share of both together is nothing; a gain of the criterion below this is too.
NOTHING, GAIN = 1e-7, 1e-7
#: The search begins at no less than this many times the error of a school's mean in one year.
LEAST = 0.3
#: Correlations this near to 0 and to 1 are those of a shock of one year and of a part that persists.
EDGE = 1e-4


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
    """The best structure, which of its numbers are free at it, and the steps taken.

    First without drift (one effect for all years); then from the best of a few beginnings, for drift and
    what persists stand in for each other. A number that ends on its edge is held there.
    """
    plain = optimum.fit(_pooled(blocks), reml=reml)
    level = float(plain.Om[0, 0])
    seen = np.diagonal(blocks.A, axis1=1, axis2=2)
    total = max(level, LEAST / float(seen[seen > 0].mean()))
    starts = [
        Structure((1 - share) * total, share * total, rho)
        for share in SHARES
        for rho in (CORRELATIONS if "persistence" in names else (0.0,))
    ]
    begin = min(starts, key=lambda start: evaluate(blocks, start.omega(apart), reml=reml).criterion)
    best, height, steps = Structure(level, 0.0, 0.0), plain.at.criterion, plain.steps
    free: tuple[str, ...] = NAMES[:1] if level > 0 else ()
    for held in _held(names):
        found, value, more = _climb(blocks, apart, (begin, held), reml)
        steps += more
        fewer = len(_free(found, held)) < len(free) and value < height + GAIN
        if value < height - GAIN or fewer:
            best, height, free = found, value, _free(found, held)
        if held == names and _inside(found, names):
            break
    return best, free, steps


def _free(found: Structure, held: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers of `held` that are not on their edge; persistence is that of a drift."""
    size = {"persistent": found.persistent, "drift": found.drift, "persistence": found.drift}
    return tuple(name for name in held if size[name] > 0)


def _held(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Which numbers are searched for, all of them first; the others are 0."""
    ways: list[tuple[str, ...]] = [names, ("persistent", "drift"), names[1:], ("drift",)]
    return list(dict.fromkeys(ways))


def _inside(found: Structure, names: tuple[str, ...]) -> bool:
    """Whether a structure is off all of its edges."""
    total = found.persistent + found.drift
    inside = min(found.persistent, found.drift) > NOTHING * total
    return inside and ("persistence" not in names or EDGE < found.persistence < 1 - EDGE)


def _climb(
    blocks: Blocks, apart: Floats, begin: tuple[Structure, tuple[str, ...]], reml: bool
) -> tuple[Structure, float, int]:
    """The optimum over the free numbers: roots of the variances, and the logit of the correlation."""
    start, free = begin
    last: list[tuple[Evaluation, Floats]] = []

    def structure(place: Floats) -> Structure:
        given = dict(zip(free, place.tolist(), strict=True))
        logit = given.get("persistence", -inf)
        rho = 0.0 if logit == -inf else 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
        return Structure(given.get("persistent", 0.0) ** 2, given.get("drift", 0.0) ** 2, float(rho))

    def value(place: Floats) -> tuple[float, Floats]:
        own = structure(place)
        at = evaluate(blocks, own.omega(apart), reml=reml)
        by = {
            "persistent": 2 * np.sqrt(own.persistent),
            "drift": 2 * np.sqrt(own.drift),
            "persistence": own.persistence * (1 - own.persistence),
        }
        signs = np.where(place < 0, -1.0, 1.0)
        scale = [by[name] * (sign if name != NAMES[2] else 1) for name, sign in zip(free, signs, strict=True)]
        ways = own.slopes(apart)[[NAMES.index(name) for name in free]]
        raw = np.einsum("nab,ab->n", ways, at.G)
        last[:] = [(at, np.array(scale)[:, None, None] * ways)]
        curved[:] = np.where([name != NAMES[2] for name in free], 2 * np.maximum(raw, 0), 0)
        return at.criterion, raw * scale

    def hessian(_: Floats) -> Floats:
        at, ways = last[0]
        flat = ways.reshape(len(free), -1)
        return np.asarray(flat @ optimum.information(at) @ flat.T + np.diag(curved))

    curved = np.zeros(len(free))
    given = {
        "persistent": np.sqrt(start.persistent),
        "drift": np.sqrt(start.drift),
        "persistence": float(np.log(max(start.persistence, EDGE) / (1 - start.persistence))),
    }
    place, steps = optimum.minimise(value, np.array([given[name] for name in free]), hessian=hessian)
    found = structure(place)
    total = found.persistent + found.drift
    kept = [part if part > NOTHING * total else 0.0 for part in (found.persistent, found.drift)]
    found = Structure(kept[0], kept[1], found.persistence)
    return found, evaluate(blocks, found.omega(apart), reml=reml).criterion, steps


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
