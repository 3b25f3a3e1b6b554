"""Bounds on bends, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.impact.guards import smooth
from commonroom.impact.guards.smooth import Bound


def test_a_bend_of_one_a_year_moves_the_first_year_by_one_and_the_second_by_three() -> None:
    # Rates 1, 2: differences 1, 3, as in Rambachan & Roth's second differences.
    assert smooth.largest_bias(np.array([-1.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])) == 1.0
    assert smooth.largest_bias(np.array([-1.0, 0.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.0, 1.0])) == 3.0
    assert smooth.largest_bias(np.array([-1.0, 0.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.5, 0.5])) == 2.0


def test_a_gap_lets_the_rate_change_by_its_middle() -> None:
    # One year before, four after: the rate may change by 2.5 at the base year, and so by 10 in four years.
    assert smooth.largest_bias(np.array([-1.0, 0.0, 4.0]), np.array([0.0, 0.0, 1.0])) == 10.0


def test_earlier_kinks_do_not_count() -> None:
    assert smooth.largest_bias(np.array([-2.0, -1.0, 0.0, 1.0]), np.array([0.0, 0.0, 0.0, 1.0])) == 1.0


def test_without_bends_the_interval_is_the_usual_one_and_large_bends_add_a_one_sided_one() -> None:
    assert smooth.half_length(0.0, 0.1, 0.95) == pytest.approx(0.1959964)
    assert smooth.half_length(1.0, 0.1, 0.95) == pytest.approx(1.0 + 0.1644854, abs=1e-5)
    assert smooth.half_length(0.2, 0.0, 0.95) == 0.2
    # Table of Armstrong & Kolesar (2018): a bias of one standard error asks for 2.65 of them.
    assert smooth.half_length(1.0, 1.0, 0.95) == pytest.approx(2.646, abs=1e-3)


def test_the_interval_and_the_bend_that_undoes_it() -> None:
    bound = Bound(-0.3, 0.1, 2.0)
    assert bound.interval(0.0, 0.95) == pytest.approx((-0.4959964, -0.1040036))
    bend = bound.breakdown(0.95)
    assert bound.interval(bend, 0.95)[1] == pytest.approx(0.0, abs=1e-9)
    assert Bound(0.1, 0.1, 2.0).breakdown(0.95) == 0.0
    assert np.isinf(Bound(0.3, 0.1, 0.0).breakdown(0.95))
