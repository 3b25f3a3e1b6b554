"""A plan: what follows from what is asked, its hash, and that a change by hand is noticed."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest
import yaml

from commonroom.errors import SaidToPeople
from commonroom.impact import plan
from commonroom.impact.power import Power
from unit.impact import planned

PANEL = planned.make_panel()
EVENTS = planned.make_events(0, 1, 2)
PLAN = planned.make_plan(PANEL, EVENTS)
CURVE = pl.DataFrame({"effect": [0.0], "power": [0.025], "error": [0.01]})
SEEN = Power(0.8, 0.17, 0.01, CURVE, 0.05, 0.0, 0.05, 0.0, 200, (2018, 2019))


def test_a_plan_says_what_was_asked_and_what_follows() -> None:
    assert PLAN.question == (
        "Did the work raise Score in secondary schools, the 3 that received help, from 2018 to 2019, beside "
        "schools like them that were on the same path before?"
    )
    assert PLAN.failure.startswith("It failed if the whole 95% interval of the effect")
    spread = planned.take(PANEL).years.filter(year=2017)["sd"][0]
    assert PLAN.smallest.points == pytest.approx(0.1 * spread)
    assert [one.model_dump() for one in PLAN.events.joined] == [
        {"role": "receiver", "start": 2018, "schools": 3}
    ]
    assert (PLAN.data.last_outcome, PLAN.data.evidence) == (2019, "0123456789ab")
    assert PLAN.comparison == planned.DEFINITION.comparison


def test_a_question_names_both_parts_one_year_and_the_way_that_is_better() -> None:
    measure = planned.MEASURE.model_copy(update={"direction": "lower"})
    events = pl.concat([EVENTS, planned.make_events(5, role="provider")])
    asked = planned.ask(
        PANEL, outcome=planned.take(PANEL, measure), roles=("provider", "receiver"), window=(2019, 2019)
    )
    made = plan.make(asked, events=events, definition=planned.DEFINITION, facts=planned.FACTS)
    assert made.roles == ("receiver", "provider")
    assert made.question.startswith(
        "Did the work lower Score in secondary schools, the 3 that received help and the 1 that gave help, "
        "in 2019"
    )


def test_what_somebody_says_in_words_stands_as_it_is() -> None:
    made = planned.make_plan(PANEL, EVENTS, name="North", question="Well?", failure="No.", smallest=0.2)
    assert (made.name, made.question, made.failure, made.smallest.sd) == ("North", "Well?", "No.", 0.2)


def test_power_is_written_down_in_sd_and_in_points() -> None:
    power = {"receiver": SEEN, "provider": replace(SEEN, sd=None, error=None, false_alarms=float("nan"))}
    made = plan.make(
        planned.ask(PANEL), events=EVENTS, definition=planned.DEFINITION, facts=planned.FACTS, power=power
    )
    assert [one.role for one in made.power] == ["receiver", "provider"]
    assert made.smallest.points is not None
    assert made.power[0].points == pytest.approx(1.7 * made.smallest.points)
    assert (made.power[0].false_alarms, made.power[0].error) == (0.05, 0.01)
    assert (made.power[1].sd, made.power[1].points, made.power[1].false_alarms) == (None, None, None)


def test_a_plan_of_years_to_come_is_before_the_outcomes() -> None:
    assert not PLAN.is_before_outcomes
    assert planned.make_plan(PANEL, EVENTS, window=(2020, 2021)).is_before_outcomes


def test_where_no_figure_is_known_yet_there_are_no_points() -> None:
    outcome = planned.take(PANEL)
    asked = planned.ask(PANEL, outcome=replace(outcome, years=outcome.years.clear()))
    made = plan.make(asked, events=EVENTS, definition=planned.DEFINITION, facts=planned.FACTS)
    assert (made.smallest.points, made.data.last_outcome, made.is_before_outcomes) == (None, None, True)
    assert "in the unit" not in made.failure


def test_where_all_is_known_the_first_year_gives_the_points() -> None:
    made = planned.make_plan(PANEL, EVENTS, window=(2016, 2019))
    assert made.smallest.points == pytest.approx(0.1 * planned.take(PANEL).years["sd"][0])


def test_a_plan_is_read_from_its_text() -> None:
    assert plan.parse(PLAN.text) == PLAN
    assert plan.parse(PLAN.text).hash == PLAN.hash
    assert plan.parse(PLAN.text).text == PLAN.text
    assert PLAN.text.startswith("# The plan of an evaluation")
    assert PLAN.text.endswith(f"hash: {PLAN.hash}\n")


def test_the_same_plan_has_the_same_hash_and_another_another() -> None:
    shuffled = EVENTS.sample(fraction=1, shuffle=True, seed=1)
    assert planned.make_plan(PANEL, shuffled).hash == PLAN.hash
    assert PLAN.short == PLAN.hash[:12]
    others = {
        planned.make_plan(PANEL, EVENTS, smallest=0.2).hash,
        planned.make_plan(PANEL, EVENTS, window=(2018, 2018)).hash,
        planned.make_plan(PANEL, planned.make_events(0, 1, 2, start=2019)).hash,
        planned.make_plan(PANEL, planned.make_events(0, 1, 2, theme="reading")).hash,
    }
    assert len(others | {PLAN.hash}) == 5


@pytest.mark.parametrize(
    ("old", "new"), [("sd: 0.1", "sd: 0.01"), ("last: 2019", "last: 2018"), ("Did", "Will")]
)
def test_a_change_by_hand_is_noticed(old: str, new: str) -> None:
    assert old in PLAN.text
    with pytest.raises(SaidToPeople) as said:
        plan.parse(PLAN.text.replace(old, new, 1), where="plan/plan.yaml")
    assert re.fullmatch(
        rf"plan/plan\.yaml: the plan was changed by hand: it says {PLAN.short} and comes to [0-9a-f]{{12}}\. "
        r"Put it back as it was; what is done otherwise is reported as a deviation, no fault\.",
        str(said.value),
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "hash: 1", "a: [", "form: commonroom impact plan 2\nhash: 1"]
)
def test_what_is_no_plan_is_said(text: str) -> None:
    with pytest.raises(SaidToPeople) as said:
        plan.parse(text)
    assert str(said.value) == (
        "plan.yaml: this is no plan of an evaluation that can be read. Put the file back as it was, or plan "
        "again into another --out FOLDER."
    )


def test_a_plan_of_another_program_says_so_and_one_that_can_be_read_stays_the_same() -> None:
    content = yaml.safe_load(PLAN.text)
    with pytest.raises(SaidToPeople, match=r"can be read \(it was made by commonroom 99\)"):
        plan.parse(yaml.safe_dump(content | {"program": "99", "new": 1}))
    # A field that a later program has, and this plan has not: here power, which has a default.
    content.pop("power")
    older = {name: value for name, value in content.items() if name != "hash"}
    hashed = plan.Plan.model_validate(older).hash
    assert hashed != PLAN.hash
    assert plan.parse(yaml.safe_dump(older | {"hash": hashed})).hash == hashed


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            {"window": (2019, 2018)},
            "--window: the window ends in 2018, before it begins in 2019. "
            "Give the first and the last year of the outcome, such as 2027-2029.",
        ),
        (
            {"smallest": 0.0},
            "--smallest: the smallest effect that matters is 0. "
            "Give it above 0, in standard deviations of schools, such as 0.1.",
        ),
        ({"smallest": float("nan")}, "the smallest effect that matters is nan."),
        ({"roles": ("boss",)}, "--role: there is no role boss. Take receiver, provider or both."),
        ({"roles": ()}, "--role: there is no role to ask about."),
    ],
)
def test_what_cannot_be_planned_is_said(other: dict[str, object], sentence: str) -> None:
    with pytest.raises(SaidToPeople) as said:
        planned.make_plan(PANEL, EVENTS, **other)
    assert sentence in str(said.value)
