"""Variances and their intervals: profile likelihood for few schools, the information for many."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq, minimize_scalar

from commonroom.value_added.pupils import Model, blocks, components, estimate, kernel, optimum, uncertainty
from unit.value_added.pupils.made_up import Floats, Pupils, pupils, sum_up

TWO = np.array([[0.3, 0.05], [0.05, 0.2]])


def rows(found: pl.DataFrame) -> dict[str, tuple[float, float | None, float | None, str]]:
    return {name: tuple(rest) for name, *rest in found.iter_rows()}  # type: ignore[misc]


def unprofiled(arranged: blocks.Blocks, variance: float, s2: float, reml: bool) -> float:
    """-2 log likelihood at a school variance and a residual variance that is not the best one."""
    at = kernel.evaluate(arranged, np.array([[variance / s2]]), reml=reml)
    return at.criterion + at.degrees * (np.log(s2 / at.s2) - 1) + at.r2 / s2


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("level", [0.02, 0.4])
def test_the_interval_is_where_the_profile_has_dropped(reml: bool, level: float) -> None:
    given = pupils([4, 9, 7, 12, 6, 5, 8, 9, 11, 3], seed=3, covariance=np.array([[level]]))
    arranged = blocks.arrange(sum_up(given), Model())
    fitted = optimum.fit(arranged, reml=reml)
    known = uncertainty.spread(fitted)
    low, high = components.profile(fitted, float(np.sqrt(known.covariance[1, 1])))

    def excess(variance: float) -> float:
        best = minimize_scalar(
            lambda log_s2: unprofiled(arranged, variance, float(np.exp(log_s2)), reml),
            bracket=(np.log(fitted.at.s2) - 0.1, np.log(fitted.at.s2) + 0.1),
        )
        return float(best.fun) - fitted.at.criterion - components.DROP

    middle = float(fitted.at.T[0, 0])
    assert high == pytest.approx(brentq(excess, max(middle, 1e-6), 50), rel=1e-3)
    if excess(0) < 0:
        assert low == 0
    else:
        assert low == pytest.approx(brentq(excess, 1e-9, middle), rel=2e-3)


def test_the_interval_of_a_slope_is_where_the_best_fit_with_it_has_dropped() -> None:
    given = pupils([12] * 14, seed=4, covariance=TWO, mean=3.0)
    arranged = blocks.arrange(sum_up(given), Model(slope=("x1",)))
    fitted = optimum.fit(arranged)
    found = rows(components.components(uncertainty.spread(fitted)))
    turn = uncertainty.term_basis(arranged)
    best = turn @ fitted.Om @ turn.T
    for place, name in enumerate(("variance of intercept", "variance of slope of x1")):
        _, low, high, _ = found[name]
        assert low is not None
        assert high is not None
        order = [place, 1 - place]
        back = np.linalg.inv(turn)[:, order]
        start = best[np.ix_(order, order)]

        def held(size: float, back: Floats = back, start: Floats = start) -> kernel.Evaluation:
            return optimum.held(fitted, back, start, size)

        for end in (low, high):
            if end == 0:
                continue
            # The size in units of s2 that has this variance: s2 is the best one there.
            middle = end / fitted.at.s2
            size = brentq(lambda size, end=end: size * held(size).s2 - end, middle / 2, middle * 2)
            found_there = held(size)
            inner = np.linalg.inv(back) @ found_there.Om @ np.linalg.inv(back).T
            assert inner[0, 0] == pytest.approx(size)
            assert found_there.criterion - fitted.at.criterion == pytest.approx(components.DROP, rel=1e-3)
            # The best of all fits whose variance is held there: any other one is worse.
            for way in ([0, 1], [1, 0.5]):
                step = 1e-3 * np.array([[0, way[0]], [way[0], way[1]]]) * abs(inner[1, 1])
                for sign in (1, -1):
                    other = back @ (inner + sign * step) @ back.T
                    assert (
                        kernel.evaluate(arranged, other, reml=True).criterion > found_there.criterion - 1e-6
                    )


def test_many_schools_have_the_interval_of_the_information_and_it_is_nearly_the_profiles() -> None:
    given = pupils([10] * (components.PROFILED + 20), seed=5, covariance=TWO)
    for model in (Model(), Model(slope=("x1",))):
        fitted = optimum.fit(blocks.arrange(sum_up(given), model))
        known = uncertainty.spread(fitted)
        value, low, high, _ = rows(components.components(known))["variance of intercept"]
        assert low is not None
        assert high is not None
        assert low * high == pytest.approx(value**2)
        if not model.slope:
            assert (low, high) == pytest.approx(
                components.profile(fitted, float(np.sqrt(known.covariance[1, 1]))), rel=0.02
            )


def test_a_small_variance_among_many_schools_may_be_nothing() -> None:
    given = pupils([4] * (components.PROFILED + 20), seed=8, covariance=np.diag([0.3, 0.0003]))
    value, low, high, _ = rows(estimate(sum_up(given), model=Model(slope=("x1",))).components)[
        "variance of slope of x1"
    ]
    assert low == 0
    assert high is not None
    assert high > value > 0


def test_correlation_share_and_residual_are_those_of_the_fit() -> None:
    found = rows(
        estimate(sum_up(pupils([15] * 40, seed=6, covariance=TWO)), model=Model(slope=("x1",))).components
    )
    t11, t22 = found["variance of intercept"][0], found["variance of slope of x1"][0]
    cov, low, high, _ = found["covariance of intercept and slope of x1"]
    ratio, *ends, _ = found["correlation of intercept and slope of x1"]
    assert ratio == pytest.approx(cov / np.sqrt(t11 * t22))
    assert low < cov < high  # type: ignore[operator]
    assert -1 < ends[0] < ratio < ends[1] < 1  # type: ignore[operator]
    share, *ends, note = found["share between schools"]
    assert ends[0] < share < ends[1]  # type: ignore[operator]
    assert note == "for a pupil of average intake"
    assert found["residual variance"][0] == pytest.approx(0.64, rel=0.15)


def test_three_terms_have_a_row_for_every_pair() -> None:
    given = pupils([15] * 30, seed=7, intake=2, covariance=0.2 * np.eye(3))
    found = rows(estimate(sum_up(given), model=Model(slope=("x1", "x2"))).components)
    assert "covariance of slope of x1 and slope of x2" in found
    assert "correlation of intercept and slope of x2" in found


def edge(seed: int, line: float) -> Pupils:
    """Schools whose slopes go with their intercepts wholly (`line`), or do not differ at all (0)."""
    return pupils([12] * 30, seed=seed, covariance=np.array([[0.3, 0.3 * line], [0.3 * line, 0.3 * line**2]]))


def test_on_the_edge_the_correlation_has_no_interval_and_a_note() -> None:
    found = rows(estimate(sum_up(edge(3, 1.0)), model=Model(slope=("x1",))).components)
    assert found["correlation of intercept and slope of x1"] == (
        pytest.approx(1.0), None, None, components.NOTE_EDGE
    )  # fmt: skip


def still(given: Pupils) -> Pupils:
    """The same pupils with each school's own line taken out of the outcome."""
    y: Floats = given.y.copy()
    for school in np.unique(given.school):
        own = given.school == school
        z = given.design(3)[own]
        y[own] -= z @ np.linalg.lstsq(z, y[own], rcond=None)[0]
    return Pupils(given.school, given.x, y, given.w)


def test_no_detectable_variation_still_has_an_upper_end() -> None:
    given = still(pupils([8] * 12, seed=1))
    plain = rows(estimate(sum_up(given)).components)
    value, low, high, note = plain["variance of intercept"]
    assert (value, low, note) == (0, 0, components.NOTE_NONE)
    assert high is not None
    assert 0 < high < 0.3
    slope = rows(estimate(sum_up(given), model=Model(slope=("x1",))).components)
    assert slope["variance of slope of x1"][0] == 0
    assert slope["variance of slope of x1"][2] > 0  # type: ignore[operator]
    assert slope["share between schools"][:3] == (0, 0, None)
    assert "correlation of intercept and slope of x1" not in slope
