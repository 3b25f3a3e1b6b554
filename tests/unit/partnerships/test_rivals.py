from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.partnerships import rivals
from commonroom.partnerships.definition import Rivals

NAN = math.nan


def rule(nearest: int = 2, overlap: float = 1.0) -> Rivals:
    return Rivals(avoid=True, nearest=nearest, overlap=overlap)


def test_radii_by_hand() -> None:
    """On a line at 0, 1, 3 and 7 km the second nearest are 3, 2, 3 and 6 km away; half of that each."""
    east = np.array([0.0, 1000.0, 3000.0, 7000.0, NAN])
    north = np.array([0.0, 0.0, 0.0, 0.0, 5.0])
    found = rivals.radii(east, north, rule=rule())
    assert found[:4] == pytest.approx([1.5, 1.0, 1.5, 3.0])
    assert math.isnan(found[4])


def test_with_few_others_the_farthest_counts_and_without_any_nobody_is_near() -> None:
    two = rivals.radii(np.array([0.0, 4000.0]), np.zeros(2), rule=rule(nearest=5))
    assert two == pytest.approx([2.0, 2.0])
    assert rivals.radii(np.array([7.0]), np.array([7.0]), rule=rule()).tolist() == [0.0]
    assert rivals.radii(np.zeros(0), np.zeros(0), rule=rule()).tolist() == []


def test_catchments_overlap_below_the_sum_of_radii() -> None:
    km = np.array([2.4, 2.5, 2.6, NAN, 1.0])
    left, right = np.array([1.5, 1.5, 1.5, 1.5, NAN]), np.ones(5)
    assert rivals.overlap(km, left, right, rule=rule()).tolist() == [True, False, False, False, False]
    wide = rivals.overlap(km, left, right, rule=rule(overlap=1.2))
    assert wide.tolist() == [True, True, True, False, False]


@given(
    places=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12),
    nearest=st.integers(1, 4),
)
def test_radii_as_sorted_distances_say(places: list[tuple[int, int]], nearest: int) -> None:
    found = rivals.radii(
        np.array([1000.0 * x for x, _ in places]),
        np.array([1000.0 * y for _, y in places]),
        rule=rule(nearest),
    )
    for row, here in enumerate(places):
        others = sorted(math.dist(here, there) for at, there in enumerate(places) if at != row)
        assert found[row] == pytest.approx(others[min(nearest, len(others)) - 1] / 2)
