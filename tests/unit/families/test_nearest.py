from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from commonroom.families.nearest import nearest

CELLS = st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats(-100, 100, allow_nan=False))


def slow(places: np.ndarray, weights: np.ndarray, k: int, share: float) -> list[list[int]]:
    answers = []
    for a in range(len(places)):
        others = []
        for b in range(len(places)):
            both = ~np.isnan(places[a]) & ~np.isnan(places[b])
            weight = sum(weights[both].tolist())
            if a != b and both.any() and weight >= share * weights.sum() * (1 - 1e-5):
                squares = sum(((places[a] - places[b])[both] ** 2).tolist())
                others.append((squares / weight, b))
        answers.append([b for _, b in sorted(others)[:k]])
    return answers


@st.composite
def spaces(draw: st.DrawFn) -> np.ndarray:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=25))
    return np.array([[np.nan if cell is None else cell for cell in row] for row in rows])


@settings(max_examples=150, deadline=None)
@given(places=spaces(), k=st.integers(1, 6), share=st.sampled_from([0.01, 0.3, 0.5, 1.0]))
def test_the_same_as_one_pair_at_a_time(places: np.ndarray, k: int, share: float) -> None:
    weights = np.arange(1.0, places.shape[1] + 1)
    index, distance = nearest(places, np.ones(len(weights)), weights, k=k, share=share)
    assert [[b for b in row if b >= 0] for row in index.tolist()] == slow(places, weights, k, share)
    assert np.array_equal(np.isnan(distance), index < 0)


@pytest.mark.parametrize("unknown", [0.0, 0.2])
@pytest.mark.parametrize("far", [0.0, 1e6])
def test_many_schools_with_groups_outliers_and_ties(unknown: float, far: float) -> None:
    rng = np.random.default_rng(3)
    places = rng.normal(size=(220, 5)).round(1)
    places[0] += far
    places[rng.random(places.shape) < unknown] = np.nan
    weights = np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    index, _ = nearest(places, np.ones(5), weights, k=3, share=0.3)
    assert [[b for b in row if b >= 0] for row in index.tolist()] == slow(places, weights, 3, 0.3)


def test_threads_change_nothing() -> None:
    places = np.random.default_rng(4).normal(size=(400, 3))
    with threadpool_limits(1, user_api="blas"):
        one = nearest(places, np.ones(3), np.ones(3), k=5, share=0.3)
    with threadpool_limits(2, user_api="blas"):
        two = nearest(places, np.ones(3), np.ones(3), k=5, share=0.3)
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_all_in_one_place_are_named_in_order() -> None:
    index, distance = nearest(np.zeros((40, 2)), np.ones(2), np.ones(2), k=3, share=0.3)
    assert index[0].tolist() == [1, 2, 3]
    assert index[39].tolist() == [0, 1, 2]
    assert not distance.any()
