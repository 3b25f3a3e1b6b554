"""Schools lost from the figures: shares, bounds worked by hand, and what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact.guards import lost
from commonroom.impact.guards.question import Question, Row
from unit.impact.guards.made_programme import Truth, ask, question, said, study


def losing(share: float, *, joined: bool = True, effect: float = 0.0, best: bool = False) -> Question:
    """A programme whose schools (or whose comparison schools) lose their figures: any, or the worst."""
    made = study(Truth(effect=effect))
    rows = np.flatnonzero(made.joined == joined)
    change = made.figures[rows, 4:].mean(axis=1) - made.figures[rows, 3]
    order = np.argsort(change) if best else np.random.default_rng(4).permutation(rows.size)
    figures = made.figures.copy()
    figures[np.ix_(rows[order[: int(share * rows.size)]], [4, 5])] = np.nan
    return question(replace(made, figures=figures))


def by_place(rows: list[Row]) -> dict[str, Row]:
    return {row.at: row for row in rows}


def test_with_nobody_lost_the_bounds_are_the_interval() -> None:
    asked = ask(Truth())
    found = by_place(lost.look(asked)["attrition"])
    assert (found["joined"].value, found["comparison"].value) == (0.0, 0.0)
    assert (found["joined"].verdict, found["joined"].why) == ("holds", "few_lost")
    for bound in ("lee", "worst"):
        assert (found[bound].low, found[bound].high) == pytest.approx(
            (asked.headline.low, asked.headline.high)
        )


def test_shares_lost_are_told_for_both_sides() -> None:
    found = by_place(lost.look(losing(0.2))["attrition"])
    assert found["joined"].value == pytest.approx(0.2)
    assert found["comparison"].value == 0.0
    found = by_place(lost.look(losing(0.2, joined=False))["attrition"])
    assert found["joined"].value == 0.0
    assert found["comparison"].value == pytest.approx(0.2, abs=0.05)


def test_losing_the_worst_schools_makes_an_effect_that_the_bound_undoes() -> None:
    asked = losing(0.5, effect=0.1, best=True)
    assert asked.sign == 1
    found = by_place(lost.look(asked)["attrition"])
    assert (found["joined"].verdict, found["joined"].why) == ("fails", "lost_could_undo")
    assert found["worst"].low is not None
    assert found["worst"].low < 0


def test_a_large_effect_survives_a_few_schools_lost() -> None:
    found = by_place(lost.look(losing(0.1, effect=1.0))["attrition"])
    assert (found["joined"].verdict, found["joined"].why) == ("holds", "bounds_hold")


def test_a_bound_that_reaches_zero_by_chance_alone_is_unclear() -> None:
    asked = losing(0.1, effect=1.0)
    # An interval so wide that any bound reaches past zero with it.
    barely = said(asked, low=0.01, high=2 * asked.headline.effect - 0.01)
    assert by_place(lost.look(barely)["attrition"])["joined"].verdict == "unclear"


def test_bounds_by_hand() -> None:
    asked = said(ask(Truth()), effect=1.0)
    joined, beside = np.array([0.0, 1.0, 2.0, 3.0]), np.array([-1.0, 0.0, 1.0])
    even = np.full(3, 1 / 3)
    # Those that took part keep all, the others half: trimmed of half, means .5 and 2.5 beside 1.5.
    kept = lost._Sides(joined, beside, even, (0.0, 0.5))
    assert lost._lee(asked, kept) == pytest.approx((0.0, 2.0))
    # The others keep all, and are trimmed of half: means -.67 and .67.
    gone = lost._Sides(joined, beside, even, (0.5, 0.0))
    assert lost._lee(asked, gone) == pytest.approx((1 - 2 / 3, 1 + 2 / 3))
    # Half of those that took part at -1 or 1 where the headline has 1: -1 or 0; the others as they are.
    assert lost._worst(asked, gone) == pytest.approx((0.0, 1.0))
    assert lost._worst(asked, lost._Sides(joined, beside, even, (0.0, 0.5))) == pytest.approx((0.5, 1.5))
    everybody = lost._Sides(joined, beside, even, (1.0, 1.0))
    assert lost._lee(asked, everybody) == pytest.approx((1.0, 1.0))
    assert lost._trimmed(joined, np.full(4, 0.25), 1.0, "top") == 0.0


def test_closures_on_one_side_are_told_with_what_chance_would_do() -> None:
    found = by_place(lost.look(losing(0.3))["closures"])
    assert found["joined"].value == pytest.approx(0.3)
    assert found["joined"].p is not None
    assert found["joined"].p < 0.001
    assert (found["joined"].verdict, found["joined"].why) == ("unclear", "closures_differ")
    assert lost.look(ask(Truth()))["closures"][0].verdict == "holds"


def test_without_anybody_to_look_at_it_cannot_be_told() -> None:
    asked = ask(Truth())
    nobody = replace(asked, pool=np.zeros_like(asked.pool))
    assert lost.look(nobody)["attrition"][0].why == "no_answer"
    assert lost.look(nobody)["closures"][0].why == "no_comparison"
