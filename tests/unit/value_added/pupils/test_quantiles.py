"""Quantiles beside scipy's."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from scipy import stats

from commonroom.value_added.pupils import quantiles


@pytest.mark.parametrize(
    ("degrees", "within"),
    [
        (1, 1e-12),
        (1.4, 0.03),
        (2, 1e-12),
        (2.5, 1e-4),
        (3.8, 1e-4),
        (7, 1e-6),
        (40, 1e-8),
        (1e5, 1e-7),
        (1e9, 1e-7),
    ],
)
def test_student_is_scipys(degrees: float, within: float) -> None:
    assert quantiles.student(0.975, degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=within)


def test_less_than_one_degree_of_freedom_says_nothing() -> None:
    assert quantiles.student(0.975, 0.5) == inf


def test_many_students_are_scipys_within_one_per_cent() -> None:
    degrees = np.array([3.0, 4, 6, 15, 1e3, np.inf])
    assert quantiles.students(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=0.01)


@pytest.mark.parametrize("probability", [0.025, 0.975])
@pytest.mark.parametrize(("degrees", "within"), [(10, 0.01), (30, 1e-3), (1e3, 1e-5)])
def test_chi_squared_is_scipys(probability: float, degrees: float, within: float) -> None:
    expected = stats.chi2.ppf(probability, degrees)
    assert quantiles.chi_squared(probability, degrees) == pytest.approx(expected, rel=within)
