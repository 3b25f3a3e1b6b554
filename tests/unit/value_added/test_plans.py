"""A plan says what to sum in the words of the table, and contradicts itself nowhere."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from commonroom import value_added
from commonroom.errors import SaidToPeople
from commonroom.tables.sums import Plan, check_plan
from commonroom.value_added.plans import PlanOptions

ASKED: dict[str, Any] = {"school": "urn", "outcome": "points", "intake": ["prior", "fsm"]}


def test_a_plan_of_columns() -> None:
    assert value_added.plan(**ASKED) == Plan("urn", "points", ("prior", "fsm"))
    assert value_added.plan(school="urn", outcome="points", intake="prior", by="year") == Plan(
        "urn", "points", ("prior",), by=("year",)
    )


def test_a_plan_with_everything() -> None:
    options = PlanOptions(
        weight="w",
        centres={"points": 50.12, "prior": 100, "fsm": 0},
        meanings={"prior": "Score at 11", "points": "Points"},
        exact=True,
        decimals=1,
    )
    assert value_added.plan(**ASKED, by=["year", "fsm"], options=options) == Plan(
        "urn", "points", ("prior", "fsm"), "w", ("year", "fsm"), (100.0, 0.0, 50.1), 1,
        (("points", "Points"), ("prior", "Score at 11")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"intake": []}, "there is no intake"),
        ({"intake": ["prior", "prior"]}, "column prior is used twice"),
        ({"intake": ["prior", "points"]}, "column points is used twice"),
        ({"outcome": "urn"}, "column urn is used twice"),
        ({"by": ["urn"]}, "column urn is used twice"),
        ({"by": ["year", "year"]}, "column year is used twice"),
        ({"school": " "}, "the name of a column is empty"),
        ({"by": ["pupils"]}, "column pupils of --by has the name of a column of the sums"),
        ({"by": ["sum_0_1"]}, "column sum_0_1 of --by has the name of a column of the sums"),
        ({"options": PlanOptions(weight="fsm")}, "column fsm is used twice"),
        ({"options": PlanOptions(centres={"prior": 1, "fsm": 0})}, "column points has no centre"),
        ({"options": PlanOptions(centres={"x": 1})}, "column x has a centre and is not summed"),
        (
            {"options": PlanOptions(centres={"prior": math.nan, "fsm": 0, "points": 0})},
            "a centre is not a number",
        ),
        ({"options": PlanOptions(exact=True, decimals=10)}, "10 decimals cannot be kept. Give 0 to 9."),
        ({"options": PlanOptions(meanings={"x": "?"})}, "column x has a meaning and is not used"),
    ],
)
def test_a_contradiction_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SaidToPeople) as error:
        value_added.plan(**{**ASKED, **changes})
    assert words in str(error.value)


def test_centres_for_some_columns_only() -> None:
    with pytest.raises(SaidToPeople, match="some columns have a centre and some have none"):
        check_plan(replace(Plan("urn", "points", ("prior",)), centres=(1.0,)))
