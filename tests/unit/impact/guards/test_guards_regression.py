"""The naive reckoning beside placebo programmes given to schools equally low."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact.guards import regression
from unit.impact.guards.made_programme import START, Truth, ask, question, study, with_years


def test_a_programme_for_low_schools_seems_to_work_and_the_placebo_says_why() -> None:
    asked = ask(Truth("low", joiners=60, seed=3))
    rows = regression.look(asked)
    naive, placebo = rows["naive"][0], rows["regression_to_mean"][0]
    assert naive.low is not None
    assert naive.low > 0
    assert (naive.verdict, naive.why) == ("fails", "misleads")
    assert placebo.low is not None
    assert placebo.low > 0.1
    assert (placebo.why, placebo.value) == ("as_placebo", 1.0)
    assert abs(asked.headline.effect) < 0.2


def test_schools_chosen_at_random_neither_rise_nor_mislead() -> None:
    rows = regression.look(ask(Truth()))
    assert rows["naive"][0].why == "does_not_mislead"
    placebo = rows["regression_to_mean"][0]
    assert placebo.low < 0 < placebo.high
    assert placebo.value <= 0.1


@pytest.mark.parametrize(("effect", "why"), [(0.6, "more_than_placebo"), (-0.6, "less_than_placebo")])
def test_an_effect_shows_beside_placebo_programmes(effect: float, why: str) -> None:
    placebo = regression.look(ask(Truth("low", effect=effect)))["regression_to_mean"][0]
    assert placebo.why == why
    assert placebo.p == pytest.approx(1 / 201)


def test_naive_is_the_mean_change_with_the_interval_of_a_t_test() -> None:
    asked = ask(Truth())
    figures = asked.study.figures[asked.study.joined]
    change = figures[:, 4:].mean(axis=1) - figures[:, 3]
    naive = regression.look(asked)["naive"][0]
    assert naive.effect == pytest.approx(change.mean())
    assert naive.se == pytest.approx(change.std(ddof=1) / np.sqrt(40))


def test_placebo_schools_are_as_low_and_as_fallen_and_none_is_dealt_twice() -> None:
    asked = ask(Truth("falling"))
    found = regression.alike(asked, among=asked.never)
    base = asked.study.base(START)
    level, before = asked.study.figures[:, base], asked.study.figures[:, base - 1]
    assert not asked.study.joined[found.nearest].any()
    assert level[found.nearest].mean() == pytest.approx(level[found.joiners].mean(), abs=0.1)
    fall = level - before
    assert fall[found.nearest].mean() == pytest.approx(fall[found.joiners].mean(), abs=0.3)
    dealt = regression.programmes(found, size=asked.study.start.size, draws=50, seed=1)
    assert all(np.unique(programme).size == programme.size for programme in dealt)
    again = regression.programmes(found, size=asked.study.start.size, draws=50, seed=1)
    assert (dealt == again).all()


def test_one_year_before_gives_level_alone_and_none_gives_no_answer() -> None:
    made = study(Truth("low"))
    asked = question(with_years(made, [2017, 2018, 2019]))
    low = regression.look(asked)["regression_to_mean"][0].low
    assert low is not None
    assert low > 0.2
    early = replace(asked, study=with_years(made, [2018, 2019]))
    assert [row.why for rows in regression.look(early).values() for row in rows] == ["no_answer"] * 2
    assert regression.alike(early, among=early.never).nearest.size == 0


def test_without_a_pool_naive_stands_alone() -> None:
    asked = ask(Truth())
    rows = regression.look(replace(asked, pool=np.zeros_like(asked.pool)))
    assert rows["regression_to_mean"][0].verdict == "cannot"
    assert rows["naive"][0].effect is not None


def test_placebo_schools_without_figures_of_their_own_cohort_give_no_answer() -> None:
    asked = ask(Truth(joiners=2))
    made = asked.study
    start, figures = made.start.copy(), made.figures.copy()
    start[np.flatnonzero(made.joined)] = [2015, 2018]
    # Others are known in 2014, the base of the first cohort, and from 2018 on, but not in 2017.
    figures[np.ix_(~made.joined, [1, 2, 3])] = np.nan
    rows = regression.look(replace(asked, study=replace(made, start=start, figures=figures)))
    assert (rows["regression_to_mean"][0].verdict, rows["naive"][0].why) == ("cannot", "")
    assert rows["naive"][0].effect is not None
