"""Years before the start: plain, and held out of the matching."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact.guards import earlier
from commonroom.impact.guards.question import Question, Row
from unit.impact.guards.made_programme import Truth, ask, later, question, study, with_years


def held(asked: Question) -> list[Row]:
    return earlier.held_out(asked, earlier.steps(asked))


def test_plain_shows_how_falling_schools_were_chosen_and_held_out_years_do_not_mind() -> None:
    asked = ask(Truth("falling"))
    plain = {row.at: row for row in earlier.plain(asked)}
    assert list(plain) == ["plain -4", "plain -3", "plain -2"]
    assert plain["plain -2"].why == "plain_differed"
    assert plain["plain -2"].effect == pytest.approx(1.2, abs=0.3)
    assert {row.verdict for row in plain.values()} == {"shown"}
    assert [row.verdict for row in held(asked)] == ["holds", "holds"]


def test_held_out_years_are_calm_without_a_trend() -> None:
    rejected, effects = [], []
    for seed in range(20):
        found = earlier.steps(ask(Truth("low", schools=300, joiners=30, seed=seed)))
        rejected += [one.estimate.low > 0 or one.estimate.high < 0 for one in found]
        effects += [one.estimate.effect for one in found]
    assert np.mean(rejected) <= 0.15
    assert abs(np.mean(effects)) < 0.07


def test_a_trend_of_their_own_shows_in_a_year_held_out() -> None:
    rows = held(ask(Truth(drift=0.2)))
    assert [row.at for row in rows] == ["held out -2", "held out -3"]
    assert rows[-1].verdict == "fails"
    assert rows[-1].why == "held_out_differed"
    assert rows[-1].effect is not None
    assert rows[-1].effect < -0.2


def test_one_of_several_years_that_barely_differs_is_unclear() -> None:
    asked = ask(Truth())
    step = earlier.steps(asked)[0]
    barely = replace(step, estimate=replace(step.estimate, low=0.001, high=0.3, p=0.04))
    assert earlier.held_out(asked, [barely, barely])[0].verdict == "unclear"
    assert earlier.held_out(asked, [barely])[0].verdict == "fails"


def test_rates_are_per_year_of_the_way_and_years_may_have_gaps() -> None:
    asked = question(with_years(study(Truth(drift=0.2)), [2014, 2016, 2017, 2018]))
    (only,) = earlier.steps(asked)
    # Matched on 2016 and 2017; 2014 is two years from there.
    assert only.years == 3.0
    assert only.rate == pytest.approx(-only.estimate.effect / 2)
    assert only.influence == pytest.approx(-only.own / 2)
    se = earlier.clustered(only.own[:, None], asked.study.cluster)[0, 0] ** 0.5
    assert se * asked.half == pytest.approx((only.estimate.high - only.estimate.low) / 2)


def test_with_two_years_before_the_first_is_held_out_and_with_one_nothing() -> None:
    made = study(Truth())
    two = earlier.steps(question(with_years(made, [2016, 2017, 2018])))
    assert [one.years for one in two] == [1.0]
    one = question(with_years(made, [2017, 2018]))
    assert earlier.steps(one) == []
    assert earlier.plain(one) == []
    assert held(one)[0].why == "too_few_years"


def test_cohorts_are_averaged_by_their_schools() -> None:
    asked = question(later(study(Truth(drift=0.2)), 2019))
    first, *_ = found = earlier.steps(asked)
    assert len(found) == 3
    assert first.schools == 40
    assert first.years == 2.0
    assert first.estimate.high - first.estimate.effect == pytest.approx(asked.half * first.estimate.se)
    # The farthest year before is there for the later cohort alone.
    assert found[-1].schools == 20


def test_a_cohort_that_nobody_stands_beside_has_no_steps() -> None:
    asked = ask(Truth())
    alone = replace(asked, pool=np.zeros_like(asked.pool))
    assert earlier.steps(alone) == []
    assert earlier.plain(alone) == []


def test_a_year_without_figures_ends_the_steps() -> None:
    made = study(Truth())
    gone = made.figures.copy()
    gone[made.joined, 1] = np.nan
    asked = question(replace(made, figures=gone))
    assert earlier.steps(asked) == []


def test_without_context_plain_is_plain_indeed() -> None:
    made = study(Truth())
    asked = question(replace(made, context=np.full_like(made.context, np.nan)))
    row = {row.at: row for row in earlier.plain(asked)}["plain -2"]
    change = made.figures[:, 2] - made.figures[:, 3]
    assert row.effect == pytest.approx(change[made.joined].mean() - change[~made.joined].mean())


def test_years_that_are_all_alike_are_left_out() -> None:
    made = study(Truth())
    still = made.figures.copy()
    still[:, 0] = still[:, 3]
    asked = question(replace(made, figures=still))
    assert "plain -4" not in [row.at for row in earlier.plain(asked)]
    assert (earlier.rescaled(np.zeros(3), asked.headline, np.arange(3), half=2.0) == 0).all()
