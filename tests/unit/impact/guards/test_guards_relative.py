"""Bounds of relative size: the identified set, the interval and what undoes it, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.impact.guards.relative import Bound

SURE = Bound(0.3, np.array([0.1, -0.05]), np.zeros((3, 3)), reach=1.5)
UNSURE = Bound(0.3, np.array([0.1]), np.diag([0.01, 0.0025]), reach=1.0)


def test_the_set_adds_the_largest_rate_for_every_year() -> None:
    assert SURE.set(0.0) == (0.3, 0.3)
    assert SURE.set(1.0) == pytest.approx((0.15, 0.45))
    assert SURE.set(2.0) == pytest.approx((0.0, 0.6))


def test_without_chance_the_interval_is_the_set() -> None:
    for size in (0.0, 0.5, 1.0, 2.0):
        assert SURE.interval(size, 0.95) == pytest.approx(SURE.set(size))
    assert SURE.breakdown(0.95) == pytest.approx(2.0)


def test_chance_of_the_effect_and_of_the_rate_both_widen_it() -> None:
    low, high = UNSURE.interval(1.0, 0.95)
    reach = 1.959964 * np.sqrt(0.01 + 0.0025)
    assert (low, high) == pytest.approx((0.2 - reach, 0.4 + reach), abs=1e-6)
    assert UNSURE.interval(0.0, 0.95) == pytest.approx((0.3 - 0.1959964, 0.3 + 0.1959964), abs=1e-6)


def test_what_is_shared_by_effect_and_rate_counts() -> None:
    shared = Bound(0.3, np.array([0.1]), np.array([[0.01, 0.005], [0.005, 0.0025]]), reach=1.0)
    # The effect less the rate has variance .01 - .01 + .0025; the sum has .0225.
    low, high = shared.interval(1.0, 0.95)
    ends = [(0.2, 0.05), (0.4, 0.15)]
    assert low == pytest.approx(min(at - 1.959964 * se for at, se in ends), abs=1e-6)
    assert high == pytest.approx(max(at + 1.959964 * se for at, se in ends), abs=1e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_breakdown_is_where_the_interval_first_holds_zero(sign: float) -> None:
    bound = Bound(sign * 0.3, np.array([0.06, -0.1]), np.diag([0.01, 0.001, 0.002]), reach=1.2)
    size = bound.breakdown(0.95)
    low, high = bound.interval(size * 0.999, 0.95)
    assert low > 0 or high < 0
    low, high = bound.interval(size * 1.001, 0.95)
    assert low < 0 < high


def test_an_interval_that_holds_zero_is_undone_at_once_and_one_that_nothing_moves_never() -> None:
    assert Bound(0.1, np.array([0.1]), np.diag([0.01, 0.0]), reach=1.0).breakdown(0.95) == 0.0
    assert np.isinf(Bound(0.3, np.array([0.0]), np.diag([0.01, 0.0]), reach=1.0).breakdown(0.95))
