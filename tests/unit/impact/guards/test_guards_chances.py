"""Chance by other means agrees with the interval, or is seen not to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact.guards import chances
from unit.impact.guards.made_programme import Truth, ask, said


@pytest.mark.parametrize("effect", [0.0, 0.6])
def test_both_agree_with_the_interval(effect: float) -> None:
    asked = ask(Truth(effect=effect))
    for rows in (chances.permutation(asked), chances.wild(asked)):
        assert [row.verdict for row in rows] == ["holds"]
        assert rows[0].p is not None
        assert (rows[0].p < 0.05) == (effect > 0)


def test_the_range_of_programmes_dealt_to_others_is_about_nothing() -> None:
    row = chances.permutation(ask(Truth(effect=0.6)))[0]
    assert row.low is not None
    assert row.high is not None
    assert row.effect is not None
    assert row.low < 0 < row.high < row.effect
    assert row.p == pytest.approx(1 / 1000)


def test_a_test_that_says_otherwise_is_told() -> None:
    nothing = said(ask(Truth()), low=0.1, high=0.2)
    assert (chances.permutation(nothing)[0].verdict, chances.wild(nothing)[0].why) == (
        "fails",
        "chance_disagrees",
    )
    something = said(ask(Truth(effect=0.6)), low=-0.1, high=1.0)
    assert chances.permutation(something)[0].why == "chance_agrees_not"
    assert chances._judge(False, 0.07, nothing) == ("unclear", "chance_disagrees")


def test_few_clusters_are_not_judged_and_one_cannot_be_resampled() -> None:
    assert chances.wild(ask(Truth(size=10)))[0].why == "too_few_clusters"
    assert chances.wild(ask(Truth(size=10)))[0].verdict == "shown"
    assert chances.wild(ask(Truth(size=40)))[0].verdict == "cannot"


def test_where_nothing_can_be_dealt_it_cannot_be_told() -> None:
    asked = ask(Truth())
    assert chances.permutation(replace(asked, pool=np.zeros_like(asked.pool)))[0].why == "no_answer"
