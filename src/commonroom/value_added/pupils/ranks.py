"""Where a school stands, as an interval of places and never as a place."""

from __future__ import annotations

import numpy as np

from commonroom.value_added.pupils.blocks import Floats

#: Up to this many schools every draw is sorted; above, the draws make one distribution of all schools.
SORTED = 2000
#: How many effects are drawn at least to make the distribution of all schools.
DRAWN = 1_000_000


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
    rounds = -(-DRAWN // count)
    drawn = np.sort((effect + sd * rng.standard_normal((rounds, count))).ravel())
    width = 1.959963984540054 * sd
    # Half a root of the schools is what a place moves when the others are drawn again.
    above, below = (
        count * (1 - np.searchsorted(drawn, effect + way * width) / drawn.size) for way in (1, -1)
    )
    middle = (above + below) / 2
    own = (below - above) / 2
    reach = np.hypot(own, 1.96 * np.sqrt(count) / 2 * 2 * np.sqrt(middle / count * (1 - middle / count)))
    low = np.floor(np.minimum(above, middle - reach)) + 1
    high = np.ceil(np.maximum(below, middle + reach))
    return np.clip(low, 1, count), np.clip(high, 1, count)
