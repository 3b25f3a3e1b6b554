"""Where a school stands, as an interval of places and never as a place."""

from __future__ import annotations

import numpy as np

from commonroom.value_added.pupils.blocks import Floats

#: Up to this many schools every draw is sorted; above, the draws make one distribution of all schools.
SORTED = 2000
#: How many effects are drawn at least to make the distribution of all schools.
DRAWN = 250_000
#: In how many cells their distribution is counted.
CELLS = 1 << 15
#: The 97.5 per cent point of a normal distribution.
REACH = 1.959963984540054


def intervals(effect: Floats, sd: Floats, *, draws: int = 1000, seed: int = 0) -> tuple[Floats, Floats]:
    """The 95 % interval of each school's place from the top (J,), low and high, from simulated effects.

    Effects are drawn from N(effect, sd^2) (Goldstein & Spiegelhalter 1996). Among a few schools each
    draw is sorted, and the interval is that of the places. Among thousands the distribution of all the
    schools barely differs between draws (by half a root of their number, which is added), so a school's
    place is where its own 2.5 and 97.5 per cent points fall in the distribution drawn.
    """
    count = len(effect)
    if not sd.any() and np.ptp(effect) == 0:
        return np.ones(count), np.full(count, float(count))
    rng = np.random.default_rng(seed)
    if count <= SORTED:
        return _sorted(effect, sd, draws, rng)
    return _placed(effect, sd, rng)


def _sorted(effect: Floats, sd: Floats, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count = len(effect)
    drawn = effect + sd * rng.standard_normal((draws, count))
    order = np.argsort(-drawn, axis=1)
    places = np.empty((draws, count), np.int16)
    np.put_along_axis(places, order, np.arange(1, count + 1, dtype=np.int16)[None], axis=1)
    low, high = np.quantile(places, (0.025, 0.975), axis=0)
    return np.floor(low), np.ceil(high)


def _placed(effect: Floats, sd: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count = len(effect)
    drawn = rng.standard_normal((-(-DRAWN // count), count), dtype=np.float32)
    drawn *= sd.astype(np.float32)
    drawn += effect.astype(np.float32)
    lowest, highest = float(drawn.min()), float(drawn.max())
    drawn -= np.float32(lowest)
    drawn *= np.float32((CELLS - 1) / (highest - lowest))
    below = np.cumsum(np.bincount(drawn.ravel().astype(np.int32), minlength=CELLS)) / drawn.size
    edges = lowest + np.arange(1, CELLS + 1) * (highest - lowest) / (CELLS - 1)
    high, low = (count * (1 - np.interp(effect + way * REACH * sd, edges, below)) for way in (-1, 1))
    share, own = (low + high) / 2 / count, (high - low) / 2
    # Drawn again, the others move a place by the root of the sum of p (1 - p), p the chance of each to be
    # above: over schools of mean error m with d places per unit that is d m / root pi, at most.
    near = own / np.maximum(REACH * sd, np.finfo(float).tiny) * sd.mean() / np.sqrt(np.pi)
    reach = np.hypot(own, REACH * np.sqrt(np.minimum(near, count * share * (1 - share))))
    low, high = np.minimum(low, count * share - reach), np.maximum(high, count * share + reach)
    return np.clip(np.floor(low) + 1, 1, count), np.clip(np.ceil(high), 1, count)
