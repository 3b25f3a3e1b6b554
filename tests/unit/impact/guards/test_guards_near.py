"""Interference: schools near by that heard of the work change the answer, and that is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.impact import comparison
from commonroom.impact.guards import near
from commonroom.impact.guards.question import Question
from commonroom.partnerships import definition as partnerships
from unit.impact.guards.made_programme import Truth, ask, question, said, study


def spread(by: float, *, effect: float = 0.5) -> Question:
    """A programme in the west that schools near it gain from as well."""
    made = study(Truth(effect=effect, schools=900))
    place = np.where(made.joined, made.easting / 2, made.easting)
    made = replace(made, easting=place / 4, northing=made.northing / 6)
    minutes = comparison.minutes(made, travel=partnerships.load().travel)
    figures = made.figures.copy()
    figures[np.ix_(~made.joined & (minutes <= 20), [4, 5])] += by
    return question(replace(made, figures=figures))


def test_without_interference_nothing_changes() -> None:
    rows = near.look(ask(Truth(effect=0.5)))
    assert [row.at for row in rows] == ["10 minutes", "20 minutes", "40 minutes"]
    assert [row.verdict for row in rows] == ["shown", "holds", "shown"]


def test_gains_that_spread_hide_an_effect_and_are_found() -> None:
    row = near.look(spread(1.2))[1]
    assert row.effect is not None
    assert row.effect > 0.3
    assert (row.verdict, row.why) == ("unclear", "changes_outside")


def test_an_answer_that_turns_round_fails() -> None:
    row = near.look(said(spread(2.5, effect=0.4), low=-0.6, high=-0.01))[1]
    assert (row.verdict, row.why) == ("fails", "changes_outside")


def test_where_nobody_is_near_the_answer_stays_and_too_few_outside_are_said() -> None:
    asked = ask(Truth(effect=0.5))
    far = np.where(asked.study.joined, 0.0, asked.study.easting + 1e6)
    away = replace(asked, study=replace(asked.study, easting=far))
    assert {row.why for row in near.look(away)} == {"nobody_near"}
    close = replace(asked, study=replace(asked.study, easting=far * 0, northing=far * 0))
    assert {row.why for row in near.look(close)} == {"too_few_outside"}


def test_without_places_it_cannot_be_told() -> None:
    asked = ask(Truth())
    nowhere = np.full(asked.study.start.size, np.nan)
    assert near.look(replace(asked, study=replace(asked.study, easting=nowhere)))[0].why == "no_place"
