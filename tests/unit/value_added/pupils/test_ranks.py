"""Places as intervals: simulated draw by draw for a few, against one counted distribution for thousands."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.value_added.pupils import ranks


def test_a_school_far_above_is_first_and_one_far_below_last() -> None:
    low, high = ranks.intervals(np.array([9.0, 0.0, 0.1, -9.0]), np.full(4, 0.5), draws=400, seed=1)
    assert (low[0], high[0]) == (1, 1)
    assert (low[3], high[3]) == (4, 4)
    assert (low[1], high[1]) == (2, 3)


def test_schools_that_cannot_be_told_apart_may_stand_anywhere() -> None:
    low, high = ranks.intervals(np.zeros(40), np.ones(40), draws=2000, seed=1)
    assert low.max() <= 3
    assert high.min() >= 38


def test_without_any_difference_or_error_every_place_is_possible() -> None:
    low, high = ranks.intervals(np.zeros(5), np.zeros(5))
    assert low.tolist() == [1] * 5
    assert high.tolist() == [5] * 5


def test_the_same_seed_gives_the_same_places() -> None:
    effect, sd = np.linspace(-1, 1, 30), np.full(30, 0.3)
    first, second = (ranks.intervals(effect, sd, draws=200, seed=3) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("sharp", [0.02, 0.4])
def test_among_thousands_places_are_those_of_sorted_draws(sharp: float) -> None:
    rng = np.random.default_rng(4)
    count = ranks.SORTED + 500
    effect, sd = 0.4 * rng.standard_normal(count), rng.uniform(sharp / 2, sharp, count)
    placed = ranks.intervals(effect, sd, seed=5)
    drawn = effect + sd * rng.standard_normal((1500, count))
    places = count - drawn.argsort(axis=1).argsort(axis=1)
    low, high = np.quantile(places, (0.025, 0.975), axis=0)
    # A quantile of 1,500 draws is itself uncertain; on average over schools it is not.
    for mine, simulated in zip(placed, (low, high), strict=True):
        assert np.abs(mine - simulated).mean() < 0.012 * count
        assert (mine - simulated).mean() == pytest.approx(0, abs=0.003 * count)
    assert placed[0].min() >= 1
    assert placed[1].max() <= count
