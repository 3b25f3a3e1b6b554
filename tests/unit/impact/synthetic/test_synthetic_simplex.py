from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.impact.synthetic import simplex


def problem(seed: int, *, predictors: int, donors: int, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    apart = rng.normal(size=(donors, predictors)) + rng.normal(size=predictors)
    return apart @ apart.T + ridge * np.eye(donors), rng.normal(size=donors) * 0.1


@given(
    seed=st.integers(0, 10_000),
    predictors=st.integers(1, 12),
    donors=st.integers(1, 30),
    ridge=st.sampled_from([0.0, 1e-3, 1.0]),
)
def test_no_donor_could_take_weight_from_another_for_the_better(
    seed: int, predictors: int, donors: int, ridge: float
) -> None:
    gram, linear = problem(seed, predictors=predictors, donors=donors, ridge=ridge)
    weights = simplex.solve(gram, linear)
    slope = gram @ weights - linear
    scale = np.trace(gram) / donors
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert slope.min() >= slope @ weights - 1e-6 * scale
    assert slope[weights > 1e-9].max() <= slope @ weights + 1e-6 * scale


def test_donors_one_at_a_time_are_donors_many_at_a_time() -> None:
    for seed in range(20):
        gram, linear = problem(seed, predictors=6, donors=40, ridge=0.2)
        many = simplex._many(gram, linear)
        assert many is not None
        assert simplex._one(gram, linear) == pytest.approx(many, abs=1e-9)


def test_of_mixes_alike_the_one_that_is_most_spread() -> None:
    assert simplex.solve(np.zeros((4, 4)), np.zeros(4)) == pytest.approx(np.full(4, 0.25))
    assert simplex.solve(np.ones((2, 2)), np.zeros(2)) == pytest.approx([0.5, 0.5])


def test_by_hand() -> None:
    """(w1 - w2 / 2)^2 on w1 + w2 = 1 is 0 at w1 = 1/3."""
    apart = np.array([[1.0], [-0.5]])
    assert simplex.solve(apart @ apart.T, np.zeros(2)) == pytest.approx([1 / 3, 2 / 3], abs=1e-7)


def test_exchanges_that_end_in_nothing_go_one_at_a_time() -> None:
    """Many donors and no ridge to speak of: the way by many does not end in every one of these."""
    ends = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        apart = rng.normal(size=(60, 3))
        gram, linear = apart @ apart.T, -0.05 * (apart**2).sum(axis=1)
        scale = np.trace(gram) / 60
        ends.append(simplex._many(gram / scale + 1e-8 * np.eye(60), linear / scale) is not None)
        weights = simplex.solve(gram, linear)
        slope = gram @ weights - linear
        assert slope.min() >= slope @ weights - 1e-6 * scale
    assert not all(ends)
