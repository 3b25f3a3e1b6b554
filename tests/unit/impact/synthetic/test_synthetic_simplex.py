from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.impact.study import Floats
from commonroom.impact.synthetic import simplex


def problem(seed: int, *, predictors: int, donors: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(donors, predictors)) + rng.normal(size=predictors), rng.normal(size=donors) * 0.1


def misses(apart: Floats, ridge: float, linear: Floats, weights: Floats) -> tuple[float, float]:
    """By how much a donor without weight could help, and one with weight could hinder, less."""
    slope = apart @ (weights @ apart) + ridge * weights - linear
    slope = (slope - slope @ weights) * len(apart) / ((apart**2).sum() + ridge * len(apart))
    return -float(slope.min()), float(slope[weights > 1e-9].max())


@given(
    seed=st.integers(0, 10_000),
    predictors=st.integers(1, 12),
    donors=st.integers(1, 30),
    ridge=st.sampled_from([0.0, 1e-3, 1.0]),
)
@settings(max_examples=60)
def test_no_donor_could_take_weight_from_another_for_the_better(
    seed: int, predictors: int, donors: int, ridge: float
) -> None:
    apart, linear = problem(seed, predictors=predictors, donors=donors)
    weights = simplex.solve(apart, ridge=ridge, linear=linear)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert max(misses(apart, ridge, linear, weights)) < 1e-6


@pytest.mark.parametrize("predictors", [3, 60])
def test_donors_one_at_a_time_are_donors_many_at_a_time(predictors: int) -> None:
    for seed in range(10):
        apart, linear = problem(seed, predictors=predictors, donors=40)
        asked = simplex.Problem(apart, 0.2, linear)
        many = simplex.many(asked)
        assert many is not None
        assert simplex.one(asked) == pytest.approx(many, abs=1e-9)


def test_few_equations_say_what_many_say() -> None:
    apart, linear = problem(3, predictors=4, donors=25)
    face = np.arange(25) % 3 > 0
    short, price = simplex.Problem(apart, 0.01, linear).face(face)
    # Predictors that are nothing make the equations of predictors more than those of donors.
    wide = np.column_stack([apart, np.zeros((25, 30))])
    long, other = simplex.Problem(wide, 0.01, linear).face(face)
    assert short == pytest.approx(long, abs=1e-10)
    assert price == pytest.approx(other, abs=1e-10)


def test_of_mixes_alike_the_one_that_is_most_spread() -> None:
    assert simplex.solve(np.zeros((4, 2)), ridge=0) == pytest.approx(np.full(4, 0.25))
    assert simplex.solve(np.ones((2, 1)), ridge=0) == pytest.approx([0.5, 0.5])


def test_by_hand() -> None:
    """(w1 - w2 / 2)^2 on w1 + w2 = 1 is 0 at w1 = 1/3."""
    assert simplex.solve(np.array([[1.0], [-0.5]]), ridge=0) == pytest.approx([1 / 3, 2 / 3], abs=1e-7)


def test_exchanges_that_do_not_end_go_one_at_a_time() -> None:
    """Many donors, few predictors and no ridge to speak of."""
    ends = []
    for seed in range(12):
        apart, _ = problem(seed, predictors=3, donors=60)
        linear = -0.05 * (apart**2).sum(axis=1)
        ends.append(simplex.many(simplex.Problem(apart, simplex.RIDGE, linear)) is not None)
        weights = simplex.solve(apart, ridge=0, linear=linear)
        assert max(misses(apart, 0, linear, weights)) < 1e-6
    assert not all(ends)
