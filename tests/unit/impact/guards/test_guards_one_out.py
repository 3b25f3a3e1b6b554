"""Leave one out: one partnership that carries all is found, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact import matched
from commonroom.impact.guards import one_out
from commonroom.impact.guards.question import Question, take
from unit.impact.guards.made_programme import Truth, ask, question, said, study


def carried(by: float) -> Question:
    """A programme of twenty pairs of which one alone gains, very much."""
    made = study(Truth())
    figures = made.figures.copy()
    figures[np.ix_(made.joined & (made.cluster == 3), [4, 5])] += by
    return question(replace(made, figures=figures))


def test_one_partnership_that_carries_all_is_found() -> None:
    asked = carried(12.0)
    first = min(asked.study.schools[asked.study.joined & (asked.study.cluster == 3)])
    sure = said(asked, low=0.1, high=1.0)
    lowest, highest = one_out.look(sure)
    assert lowest.at == f"lowest {first}"
    assert lowest.effect is not None
    assert lowest.effect < 0
    assert (lowest.verdict, lowest.why) == (highest.verdict, highest.why) == ("fails", "one_carries_sign")


def test_the_extremes_are_those_of_leaving_out_every_cluster_in_earnest() -> None:
    asked = ask(Truth(effect=0.4, joiners=24, schools=200))
    effects = []
    for cluster in range(12):
        kept = ~(asked.study.joined & (asked.study.cluster == cluster))
        made = take(asked.study, kept)
        answer = matched.estimate(made, pool=asked.pool[kept], definition=asked.definition)
        effects.append(answer.estimates["simple"][0].effect)
    lowest, highest = one_out.look(asked)
    assert (lowest.effect, highest.effect) == pytest.approx((min(effects), max(effects)), abs=0.01)
    assert lowest.schools == 22


def test_an_even_effect_hangs_on_nobody() -> None:
    rows = one_out.look(ask(Truth(effect=0.6)))
    assert [row.verdict for row in rows] == ["holds", "holds"]


def test_what_leaving_out_does_to_the_interval_is_unclear() -> None:
    asked = ask(Truth())
    # The interval is taken to miss zero, and those without one cluster hold it.
    up = said(asked, low=0.01, high=0.2) if asked.headline.effect > 0 else said(asked, low=-0.2, high=-0.01)
    assert one_out.look(up)[0].why == "one_carries_interval"
    helped = ask(Truth(effect=0.6))
    assert one_out.look(said(helped, low=-0.1, high=0.2))[0].why == "one_hides"
    assert one_out.look(asked)[0].verdict == "holds"


def test_one_cluster_cannot_be_left_out_and_two_are_both_tried() -> None:
    one = ask(Truth(size=40))
    assert one_out.look(one)[0].why == "one_cluster"
    two = one_out.look(ask(Truth(size=20)))
    assert [row.schools for row in two] == [20, 20]
    assert (
        one_out.look(replace(ask(Truth(size=20)), pool=np.zeros(600, dtype=bool)))[0].why == "no_comparison"
    )
