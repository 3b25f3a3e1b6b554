"""Placebo dates: nothing where nothing was, a trend where there is one, a fall that is no fault."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from commonroom.impact.guards import dates
from commonroom.impact.study import NEVER
from unit.impact.guards.made_programme import (
    Truth,
    ask,
    definition,
    later,
    question,
    said,
    study,
    with_years,
)


def test_at_random_nothing_is_found_at_earlier_dates() -> None:
    rows = dates.look(ask(Truth(effect=0.5)))
    assert [(row.at, row.verdict, row.why) for row in rows] == [
        ("1 before", "holds", ""),
        ("2 before", "holds", ""),
    ]
    assert rows[0].schools == 40


def test_schools_that_were_moving_already_fail_and_their_effect_is_not_used() -> None:
    asked = ask(Truth(drift=0.4))
    assert [(row.verdict, row.why) for row in dates.look(asked)] == [("fails", "already_moving")] * 2
    # Figures from the true start on change nothing.
    gone = asked.study.figures.copy()
    gone[asked.study.joined, 4:] += 100.0
    moved = replace(asked, study=replace(asked.study, figures=gone))
    assert dates.look(moved) == dates.look(asked)


def test_a_fall_before_being_chosen_is_no_fault() -> None:
    rows = dates.look(ask(Truth("falling", effect=0.5)))
    # They rose to the year they fell from, and fell: neither is a trend upwards.
    assert [(row.verdict, row.why) for row in rows] == [("unclear", "dip")] * 2
    assert rows[0].effect is not None
    assert rows[1].effect is not None
    assert rows[0].effect < 0 < rows[1].effect


def test_the_way_that_counts_is_the_headline_s() -> None:
    asked = ask(Truth(drift=-0.4))
    assert asked.sign == -1
    assert dates.look(asked)[0].why == "already_moving"
    nothing = said(asked, low=-1.0, high=1.0)
    assert dates.look(nothing)[0].why == "dip"


def test_too_few_years_and_nobody_to_compare_with_are_said() -> None:
    asked = question(with_years(study(Truth()), [2016, 2017, 2018]))
    assert [row.why for row in dates.look(asked)] == ["", "too_few_years"]
    alone = replace(asked, pool=np.zeros_like(asked.pool))
    assert [row.why for row in dates.look(alone)] == ["no_comparison", "too_few_years"]


def test_as_many_dates_as_defined_and_cohorts_each_from_their_own() -> None:
    asked = question(later(study(Truth()), 2019), given=definition(placebo_years=3))
    rows = dates.look(asked)
    assert [row.at for row in rows] == ["1 before", "2 before", "3 before"]
    moved = dates._moved(asked, 3)
    assert set(moved.start[asked.study.start == 2018]) == {2015}
    assert set(moved.start[asked.study.start == 2019]) == {2016}
    # Five years back the earlier cohort has no year before.
    assert set(dates._moved(asked, 4).start[asked.study.start == 2018]) == {NEVER}


def test_an_interval_without_ends_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(Truth())
    endless = replace(asked.headline, low=float("-inf"), high=float("inf"))

    def again(*_: object, **__: object) -> object:
        return SimpleNamespace(
            combined={"dynamic": SimpleNamespace(at=np.array([-1, 0]))},
            estimates={"dynamic": (asked.headline, endless)},
        )

    monkeypatch.setattr(dates, "again", again)
    assert [row.why for row in dates.look(asked)] == ["no_answer"] * 2
