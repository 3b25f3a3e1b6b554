"""Where what was done differs from the plan."""

from __future__ import annotations

import polars as pl

from commonroom.impact import plan
from commonroom.tables import impact as tables
from unit.impact import planned
from unit.impact.planned import make_events

PANEL = planned.make_panel()
EVENTS = make_events(0, 1, 2, start=2020)
WINDOW = (2020, 2021)
PLAN = planned.make_plan(PANEL, EVENTS, window=WINDOW)


def rows(found: pl.DataFrame) -> list[tuple[str, str, str]]:
    return [(field, before, now) for field, before, now, _ in found.rows()]


def test_what_was_done_as_planned_has_no_deviation() -> None:
    later = planned.make_plan(PANEL, EVENTS, window=WINDOW, name="another name")
    found = plan.deviations(PLAN, later, events=(EVENTS, EVENTS))
    assert found.is_empty()
    assert found.schema == tables.DEVIATIONS.schema


def test_every_choice_that_differs_is_said_in_order_of_the_plan() -> None:
    definition = planned.DEFINITION.model_copy(
        update={
            "estimator": planned.DEFINITION.estimator.model_copy(update={"method": "ipw"}),
            "comparison": planned.DEFINITION.comparison.model_copy(update={"context": ("eal", "fsm6")}),
        }
    )
    asked = planned.ask(
        PANEL, window=(2020, 2020), design="dr", smallest=0.2, roles=("receiver", "provider"),
        outcome=planned.take(PANEL, planned.MEASURE.model_copy(update={"name": "score"})),
    )  # fmt: skip
    done = plan.make(asked, events=EVENTS, definition=definition, facts=planned.FACTS)
    found = plan.deviations(PLAN, done, why={"window": "no results of 2021"})
    context = ", ".join(planned.DEFINITION.comparison.context)
    assert rows(found) == [
        ("roles", "receiver", "receiver and provider"),
        ("design", "matched", "dr"),
        ("window", "2020 to 2021", "2020 to 2020"),
        ("smallest", "0.1 sd of schools", "0.2 sd of schools"),
        ("comparison.context", context, "eal, fsm6"),
        ("estimator.method", "dr", "ipw"),
    ]
    assert found["why"].to_list() == [None, None, "no results of 2021", None, None, None]


def test_other_guards_are_another_definition() -> None:
    guards = planned.DEFINITION.guards.model_copy(update={"left": 0.2})
    definition = planned.DEFINITION.model_copy(update={"guards": guards})
    done = plan.make(
        planned.ask(PANEL, window=WINDOW), events=EVENTS, definition=definition, facts=planned.FACTS
    )
    ((field, before, now),) = rows(plan.deviations(PLAN, done))
    assert field == "definition"
    assert before != now
    assert before.startswith("impact ")


def test_a_plan_of_what_was_known_deviates_in_its_date() -> None:
    late = planned.make_plan(PANEL, make_events(0, 1))
    assert rows(plan.deviations(late, late)) == [
        ("date", "before the outcomes of 2018", "on 2026-11-22, when outcomes up to 2019 were known")
    ]


def compare(now: pl.DataFrame, before: pl.DataFrame = EVENTS) -> list[tuple[str, str, str]]:
    here = planned.make_plan(PANEL, before, window=WINDOW)
    there = planned.make_plan(PANEL, now, window=WINDOW)
    return rows(plan.deviations(here, there, events=(before, now)))


def test_schools_that_came_went_or_started_otherwise_are_named() -> None:
    now = pl.concat([make_events(0, start=2020), make_events(1, start=2021), make_events(7, start=2020)])
    assert compare(now) == [
        ("events_added", "not there", "107"),
        ("events_removed", "102", "not there"),
        ("events_start", "101 from 2020", "101 from 2021"),
    ]


def test_a_long_list_is_counted() -> None:
    many = make_events(*range(12), start=2020)
    ((_, _, listed),) = compare(many, before=make_events(12, start=2020).head(0))
    assert listed == "100, 101, 102, 103, 104, 105, 106, 107, 108, 109 and 2 more"


def test_another_partnership_is_said() -> None:
    assert compare(make_events(0, 1, 2, start=2020, partnership="B")) == [
        ("events_details", "partnerships, themes, practices and ends as planned", "some of them are others")
    ]


def test_without_the_events_only_their_number_is_compared() -> None:
    nobody = planned.make_plan(PANEL, EVENTS.clear(), window=WINDOW)
    ((field, before, now),) = rows(plan.deviations(PLAN, nobody))
    assert field == "events"
    assert before.startswith("3 receivers from 2020 (events ")
    assert now.startswith("nobody (events ")
