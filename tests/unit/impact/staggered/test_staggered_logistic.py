"""Chances of joining: the fit does not depend on where it starts, and gives up when it should."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.impact.staggered import logistic


def test_the_fit_does_not_depend_on_its_start() -> None:
    rng = np.random.default_rng(4)
    x = np.vstack([np.ones(300), rng.normal(size=(3, 300))])
    weights = rng.uniform(0.2, 2, size=300)
    cold = logistic.fit(x, 90, weights=weights, start=None)
    warm = logistic.fit(x, 90, weights=weights, start=np.array([-2.0, 1, -1, 0.5]))
    assert cold is not None
    assert warm is not None
    np.testing.assert_allclose(cold, warm, rtol=0, atol=1e-12)
    # The weighted sums of what is foreseen are those of what was seen.
    joined = np.arange(300) < 90
    np.testing.assert_allclose(x @ (weights * (joined - logistic.chances(x, cold))), 0, atol=1e-9)


def test_a_fit_that_does_not_settle_is_given_up() -> None:
    x = np.vstack([np.ones(40), np.r_[np.full(20, 1.0), np.full(20, -1.0)]])
    assert logistic.fit(x, 20, weights=None, start=None) is None
    assert logistic.fit(x, 20, weights=None, start=np.array([0.0, 900.0])) is None


def test_a_start_from_which_all_information_is_gone_is_left_alone() -> None:
    rng = np.random.default_rng(5)
    x = np.vstack([np.ones(60), rng.normal(size=60)])
    away = np.array([-700.0, 0.001])
    found = logistic.fit(x, 20, weights=None, start=away)
    np.testing.assert_allclose(found, logistic.fit(x, 20, weights=None, start=None), atol=1e-9)


def test_steps_that_do_not_settle_in_time_are_no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    x = np.vstack([np.ones(60), rng.normal(size=60)])
    monkeypatch.setattr(logistic, "STEPS", 1)
    assert logistic.fit(x, 20, weights=None, start=None) is None
