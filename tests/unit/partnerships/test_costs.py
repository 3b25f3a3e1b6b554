"""What each candidate costs the plan, reckoned by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.partnerships import costs
from commonroom.partnerships.arranged import UNIT
from unit.partnerships.small_system import A, B, C, D, define, edges

WEIGHTS = define(
    weights={"disadvantage": 0.5, "alone": 0.5, "swap": 0.25, "known": 0.1, "change": 0.2}
).weights
NEEDS = pl.DataFrame({"weight": [1.0, 1.5]})
GAIN, IDEAL = np.array([0.04, 0.05, 0.06]), np.array([0.08, 0.10])


def _edges() -> pl.DataFrame:
    numbers = {"need": [0, 0, 1], "known": [False, True, False], "changes": [False, False, True]}
    return pl.DataFrame({**numbers, "ties": [7, 0, 999]})


def test_a_candidate_costs_the_gain_forgone_by_weight() -> None:
    found = costs.cost(NEEDS, _edges(), GAIN, IDEAL, weights=WEIGHTS)
    expected = [0.08 - 0.04, 0.08 - 1.1 * 0.05, 1.5 * (0.10 - 0.06 + 0.2 * 0.10)]
    ties = np.array([7, 0, 999])
    assert found - ties == pytest.approx(np.array(expected) / UNIT, abs=1)
    assert found.dtype == np.int64


def test_a_known_partner_next_door_costs_nothing_rather_than_less() -> None:
    found = costs.cost(NEEDS, _edges(), np.array([0.08, 0.08, 0.10]), IDEAL, weights=WEIGHTS)
    assert found[1] == 0


def test_left_alone_costs_the_best_gain_and_its_price() -> None:
    assert costs.alone(NEEDS, IDEAL, weights=WEIGHTS) == pytest.approx(np.array([0.12, 0.225]) / UNIT, abs=1)


def test_swaps_are_pairs_that_help_each_other_and_earn_a_share_of_the_smaller_gain() -> None:
    frame = edges((A, "reading", B, 0.04), (B, "mathematics", A, 0.06), (C, "reading", B, 0.05),
                  (D, "reading", A, 0.05)).with_columns(need=pl.Series([0, 1, 2, 3]))  # fmt: skip
    found = costs.swaps(frame)
    assert found.tolist() == [[0, 1]]
    needs = pl.DataFrame({"weight": [1.0, 1.0, 1.0, 1.0]})
    assert costs.bonus(needs, frame, frame["gain"].to_numpy(), found, weights=WEIGHTS) == pytest.approx(
        [0.01 / UNIT], abs=1
    )
    assert costs.swaps(frame[2:]).shape == (0, 2)


def test_ties_are_broken_by_who_whom_and_what_and_the_same_in_every_plan() -> None:
    frame = edges(*((receiver, theme, provider, 0.04) for receiver in (A, B, C) for provider in (A, B, C, D)
                    for theme in ("reading", "mathematics")))  # fmt: skip
    found = costs.break_ties(frame)
    assert found.to_list() == costs.break_ties(frame).to_list()
    assert costs.break_ties(frame[::-1]).to_list() == found.to_list()[::-1]
    assert found.min() >= 0
    assert found.max() < costs.TIES
    assert found.n_unique() > 20
