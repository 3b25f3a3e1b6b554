from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import t as student

from commonroom.value_added import scores


@pytest.mark.parametrize("freedom", [3.5, 9.0, scores.NORMAL])
@pytest.mark.parametrize("figure", [-1.3, 0.4, 5.0])
def test_crps_is_the_area_between_the_forecast_and_what_came(figure: float, freedom: float) -> None:
    mean, scale = 0.2, 0.7

    def below(x: float) -> float:
        return float(student.cdf((x - mean) / scale, freedom))

    left = quad(lambda x: below(x) ** 2, -60, figure, limit=300)[0]
    right = quad(lambda x: (1 - below(x)) ** 2, figure, 60, limit=300)[0]
    one = np.array([figure]), np.array([mean]), np.array([scale]), np.array([freedom])
    assert scores.crps(*one)[0] == pytest.approx(left + right, rel=1e-3)


def test_intervals_hold_their_share() -> None:
    rng = np.random.default_rng(1)
    figures = 1 + 2 * rng.standard_t(5, 20_000)
    one = np.ones(len(figures))
    for share in (0.5, 0.8, 0.95):
        inside = scores.covered(figures, one, 2 * one, 5 * one, share)
        assert inside.mean() == pytest.approx(share, abs=0.01)


def test_scale_and_tail_are_found() -> None:
    rng = np.random.default_rng(2)
    scale, freedom = scores.scale_and_freedom(0.8 * rng.standard_t(6, 20_000))
    assert scale == pytest.approx(0.8, abs=0.02)
    assert freedom == pytest.approx(6, abs=1)
    assert scores.scale_and_freedom(rng.standard_normal(20_000))[1] > 20
    assert scores.scale_at(0.8 * rng.standard_t(4, 20_000), 4.0) == pytest.approx(0.8, abs=0.02)


def test_differences_are_less_sure_when_authorities_differ() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(20).astype(str), 50)
    shared = np.repeat(rng.standard_normal(20), 50)
    mean, low, high = scores.difference(shared, groups)
    alone = scores.difference(shared, np.arange(1000).astype(str))
    assert low < mean < high
    assert high - low > 3 * (alone[2] - alone[1])
    assert scores.difference(shared, groups) == (mean, low, high)
