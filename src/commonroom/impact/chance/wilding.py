"""The wild cluster bootstrap: clusters' influence turned round, or not, again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from commonroom.errors import SaidToPeople
from commonroom.impact.staggered.aggregation import Combined
from commonroom.impact.study import Estimate, Floats, Study

#: With fewer clusters that took part than this, six weights are drawn rather than two.
RADEMACHER = 12
#: How many standard errors away an end of an interval is looked for.
FAR = 256.0


@dataclass(frozen=True)
class Bootstrap:
    """How it is drawn: `level` of intervals, `draws`, `seed`; `null`: with the effect tested imposed."""

    level: float
    draws: int
    seed: int
    null: bool = True


@dataclass(frozen=True)
class _Draws:
    """Sums over clusters in every draw (d), for any effect imposed.

    With `s` the influence of clusters, `q` their share of the schools that joined, `w` the weights drawn:
    `plain` w.s, `turned` w.q, `square` w2.s2, `mixed` w2.sq, `even` w2.q2, `across` w.sq, `along` w.q2;
    `size` is q.q.
    """

    plain: Floats
    turned: Floats
    square: Floats
    mixed: Floats
    even: Floats
    across: Floats
    along: Floats
    size: float


def wild(combined: Combined, *, study: Study, bootstrap: Bootstrap) -> tuple[Estimate, ...]:
    """Return effects with intervals from the wild cluster bootstrap of the influence function.

    Arguments: effects `combined` of the `study`, whose `cluster` says what was chosen as one; how the
    `bootstrap` is drawn. What a cluster adds to the effect is multiplied by a random weight (Rademacher's
    two, or Webb's six with fewer than 12 clusters that took part), and the effect, divided by its own
    standard error in that draw, is set beside the real one. With `null` the effect tested is imposed first,
    and the interval holds every effect that is not rejected (it may be endless); without, it is symmetric.
    With very few clusters that took part it says too little rather than too much (MacKinnon and Webb 2017).
    Raises SaidToPeople with fewer than two of them. Source: Cameron, Gelbach and Miller 2008; Kline and
    Santos 2012; Webb 2023; Callaway and Sant'Anna 2021.
    """
    _, cluster = np.unique(study.cluster, return_inverse=True)
    found = []
    for column, effect in enumerate(combined.effect.tolist()):
        joined = study.joined & (combined.influence[:, column] != 0)
        taking = np.bincount(cluster[joined], minlength=1) > 0
        if taking.sum() < 2:
            raise SaidToPeople(
                f"the wild bootstrap needs two clusters that took part, and there is {int(taking.sum())}.",
                where="wild bootstrap",
                remedy="Go by the interval from comparison schools, which needs one.",
            )
        influence = combined.influence[:, column] / study.start.size
        sums = np.bincount(cluster, weights=influence)
        share = np.bincount(cluster, weights=joined / joined.sum())
        live = (sums != 0) | (share > 0)
        rng = np.random.default_rng([bootstrap.seed, column])
        draws = _draw(
            sums[live], share[live], _weights(int(taking.sum()), (bootstrap.draws, int(live.sum())), rng)
        )
        se = float(np.sqrt((sums**2).sum()))
        low, high, p = _reach(effect / se, draws, se=se, bootstrap=bootstrap)
        found.append(
            Estimate(effect, se, effect + low * se, effect + high * se, p, "wild", int(taking.sum()))
        )
    return tuple(found)


def _weights(clusters: int, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Weights of clusters in every draw: two values, or six where clusters are few (Webb 2023)."""
    if clusters >= RADEMACHER:
        return np.asarray(rng.integers(0, 2, size=shape) * 2.0 - 1.0)
    six = np.sqrt(np.array([0.5, 1.0, 1.5]))
    return np.asarray(np.concatenate([-six, six])[rng.integers(0, 6, size=shape)])


def _draw(sums: Floats, share: Floats, weights: Floats) -> _Draws:
    """Every sum over clusters that a test of any effect needs."""
    squares = weights**2
    return _Draws(
        weights @ sums, weights @ share, squares @ sums**2, squares @ (sums * share), squares @ share**2,
        weights @ (sums * share), weights @ share**2, float(share @ share),
    )  # fmt: skip


def _ratios(draws: _Draws, shift: float) -> Floats:
    """Effects of the draws by their own standard errors, when joiners are moved by `shift`."""
    moved = draws.plain + shift * draws.turned
    square = draws.square + 2 * shift * draws.mixed + shift**2 * draws.even
    square += moved**2 * draws.size - 2 * moved * (draws.across + shift * draws.along)
    return np.asarray(np.abs(moved) / np.sqrt(np.maximum(square, np.finfo(float).tiny)))


def _reach(ratio: float, draws: _Draws, *, se: float, bootstrap: Bootstrap) -> tuple[float, float, float]:
    """Ends of the interval, in standard errors from the effect, and the p value of no effect."""
    chance = 1.0 - bootstrap.level

    def likely(away: float, imposed: bool = True) -> float:
        drawn = _ratios(draws, away * se if imposed else 0.0)
        return float((1 + (drawn >= abs(away) * (1 - 1e-9)).sum()) / (1 + drawn.size))

    if not bootstrap.null:
        reach = float(np.quantile(_ratios(draws, 0.0), bootstrap.level, method="higher"))
        return -reach, reach, likely(ratio, imposed=False)
    ends = []
    for side in (1.0, -1.0):
        far = 1.0
        while far < FAR and likely(side * far) >= chance:
            far *= 2.0
        near = far / 2.0 if far > 1.0 else 0.0
        ends.append(
            side * brentq(lambda away, side=side: likely(side * away) - chance, near, far, xtol=1e-4)
            if far < FAR
            else side * np.inf
        )
    return -ends[0], -ends[1], likely(ratio)
