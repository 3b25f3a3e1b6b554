"""What undoes an answer: from steps of years held out to rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact.guards import earlier, honest
from commonroom.impact.guards.question import Question, Row
from unit.impact.guards.made_programme import Truth, ask, later, question, said, study, with_years


def rows(asked: Question) -> dict[str, Row]:
    return {row.at: row for row in honest.look(asked, earlier.steps(asked))}


def test_at_no_later_difference_the_interval_is_the_headline_s_and_grows_from_there() -> None:
    asked = ask(Truth(effect=0.5, joiners=80))
    found = rows(asked)
    for kind in ("relative", "smooth"):
        nothing = found[f"{kind} 0"]
        assert (nothing.low, nothing.high) == pytest.approx((asked.headline.low, asked.headline.high))
        lows = [found[f"{kind} {size:g}"].low for size in (0, 0.5, 1, 2)]
        assert lows == sorted(lows, reverse=True)  # type: ignore[type-var]


def test_a_large_effect_stands_and_a_trend_does_not() -> None:
    stands = rows(ask(Truth(effect=0.9, joiners=80, seed=2)))["relative undone"]
    assert (stands.verdict, stands.why) == ("holds", "undone_above")
    trend = rows(ask(Truth(drift=0.2)))["relative undone"]
    assert (trend.verdict, trend.why) == ("fails", "fragile")


def test_a_size_between_is_unclear_and_nothing_is_undone_where_the_interval_holds_zero() -> None:
    asked = ask(Truth(effect=0.9, joiners=80, seed=2))
    undone = rows(asked)["relative undone"].value
    assert undone is not None
    assert undone > 1
    rates = [replace(one, rate=one.rate * 1.5 * undone, influence=one.influence * 1.5 * undone)
             for one in earlier.steps(asked)]  # fmt: skip
    between = {row.at: row for row in honest.look(asked, rates)}["relative undone"]
    assert between.value == pytest.approx(2 / 3)
    assert (between.verdict, between.why) == ("unclear", "fragile")
    nothing = rows(ask(Truth()))
    assert nothing["relative undone"].why == nothing["smooth undone"].why == "nothing_to_undo"


def test_what_no_difference_undoes_has_no_size() -> None:
    asked = ask(Truth(effect=0.9, joiners=80, seed=2))
    still = [replace(one, rate=0.0, influence=one.influence * 0) for one in earlier.steps(asked)]
    row = {row.at: row for row in honest.look(asked, still)}["relative undone"]
    assert row.value is None
    assert row.verdict == "holds"


def test_years_after_the_start_count_by_how_far_they_are() -> None:
    asked = ask(Truth())
    # 2018 and 2019 after a base year of 2017: 1 and 2 years, each of half the weight.
    assert honest._reaches(asked).sum() == pytest.approx(1.5)
    assert honest._reaches(question(later(study(Truth()), 2019))).sum() == pytest.approx((20 + 40 + 20) / 60)


def test_with_two_years_before_only_relative_bounds_are_possible_and_with_one_none() -> None:
    made = study(Truth(effect=0.5))
    two = rows(question(with_years(made, [2016, 2017, 2018])))
    assert two["relative 1"].low is not None
    assert (two["smooth"].verdict, two["smooth"].why) == ("cannot", "too_few_years")
    one = rows(question(with_years(made, [2017, 2018])))
    assert {row.verdict for row in one.values()} == {"cannot"}


def test_the_interval_of_few_clusters_is_the_one_that_is_widened() -> None:
    asked = ask(Truth(effect=0.5))
    wide = said(asked, low=asked.headline.effect - 0.4, high=asked.headline.effect + 0.4)
    assert rows(wide)["relative 0"].low == pytest.approx(asked.headline.effect - 0.4)
    assert np.isclose(rows(wide)["smooth 0"].high, asked.headline.effect + 0.4)  # type: ignore[arg-type]


def test_a_headline_without_an_interval_cannot_be_undone() -> None:
    asked = ask(Truth())
    found = rows(said(asked, low=float("nan"), high=float("nan")))
    assert {row.why for row in found.values()} == {"no_answer"}
