"""Shares that even out both sides."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from commonroom.impact.comparison import weighing
from commonroom.impact.study import Floats, Ints


def made(joiners: int, each: int, *, seed: int = 1) -> tuple[Ints, Ints, Floats]:
    """Schools that joined, low on three covariates, each with others that are mostly less low."""
    draw = np.random.default_rng(seed)
    covariates = draw.normal(size=(joiners * (each + 1), 3))
    covariates[:joiners] -= 0.4
    joiner = np.repeat(np.arange(joiners), each)
    return joiner, np.arange(joiners, joiners * (each + 1)), covariates


def test_shares_are_those_of_a_conditional_logit_with_a_prior() -> None:
    joiner, other, covariates = made(6, 5)
    spread = covariates.std(axis=0)
    found = weighing.share(joiner, other, covariates, spread=spread, hold=0.4)
    apart = ((covariates[other] - covariates[joiner]) / spread).reshape(6, 5, 3)

    def loss(slopes: Floats) -> float:
        return float(special.logsumexp(apart @ slopes, axis=1).sum() + 0.2 * slopes @ slopes)

    slow = optimize.minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
    np.testing.assert_allclose(found.reshape(6, 5), special.softmax(apart @ slow.x, axis=1), atol=1e-5)


def test_many_schools_are_evened_out_and_few_are_left_nearly_as_they_are() -> None:
    joiner, other, covariates = made(60, 10)
    spread = covariates.std(axis=0)
    found = weighing.share(joiner, other, covariates, spread=spread, hold=0.4)
    np.testing.assert_allclose(np.bincount(joiner, found), 1)
    before = (covariates[:60].mean(axis=0) - covariates[other].mean(axis=0)) / spread
    after = (covariates[:60].mean(axis=0) - (found[:, None] * covariates[other]).sum(axis=0) / 60) / spread
    assert np.abs(before).min() > 0.2
    assert np.abs(after).max() < 0.01
    alone = weighing.share(joiner[:10], other[:10], covariates, spread=spread, hold=0.4)
    firm = weighing.share(joiner[:10], other[:10], covariates, spread=spread, hold=1e6)
    np.testing.assert_allclose(firm, 0.1, atol=1e-4)
    assert alone.max() < 0.5


def test_what_cannot_be_evened_out_ends_all_the_same() -> None:
    joiner, other, covariates = made(4, 3)
    covariates[:4] = -50.0
    found = weighing.share(joiner, other, covariates, spread=np.ones(3), hold=1e-3)
    np.testing.assert_allclose(np.bincount(joiner, found), 1)
    assert (
        found.reshape(4, 3).argmax(axis=1) == covariates[4:].sum(axis=1).reshape(4, 3).argmin(axis=1)
    ).all()


def test_a_step_that_goes_too_far_is_made_shorter() -> None:
    # One far below and one above: a whole Newton step goes past the place where the likelihood bends.
    covariates = np.array([[3.0], [-17.0], [7.0]])
    joiner, other = np.zeros(2, dtype=np.int64), np.arange(1, 3)
    found = weighing.share(joiner, other, covariates, spread=np.ones(1), hold=0.01)
    np.testing.assert_allclose(found @ covariates[1:], 3.0, atol=0.01)


def test_shares_are_equal_where_nothing_counts_and_none_where_there_is_nobody() -> None:
    joiner, other, covariates = made(2, 4)
    np.testing.assert_array_equal(
        weighing.share(joiner, other, covariates, spread=np.zeros(3), hold=1.0), np.full(8, 0.25)
    )
    nobody = np.zeros(0, dtype=np.int64)
    assert weighing.share(nobody, nobody, covariates, spread=np.ones(3), hold=1.0).size == 0
