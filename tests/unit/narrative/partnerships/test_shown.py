"""What may be shown of a plan: no figure about fewer than six pupils, and none that would reveal one."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from commonroom.narrative.partnerships import RULES, plan_page, school_page
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import ALONE, PLAN, PROPOSAL, STANDING, fill, frames, shown, told

GAINS = ("gain", "gain_low", "gain_high")
GAPS = ("gap", "gap_low", "gap_high")


def _rows(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return frame.select(columns).rows()


@pytest.mark.parametrize(
    ("cohorts", "hidden"),
    [
        ({"cohort": 5.0}, (*GAINS, *GAPS, "cohort")),
        ({"provider_cohort": 5.0}, (*GAINS, "probability", "provider_cohort")),
        ({"cohort": 5.0, "provider_cohort": 1.0},
         (*GAINS, *GAPS, "probability", "cohort", "provider_cohort")),
        ({"cohort": 6.0, "provider_cohort": 6.0}, ()),
        ({"cohort": None, "provider_cohort": 5.0}, (*GAINS, "probability", "provider_cohort")),
    ],
)  # fmt: skip
def test_a_gain_is_withheld_with_either_side(cohorts: dict[str, Any], hidden: tuple[str, ...]) -> None:
    found = shown(proposals=fill(tables.PROPOSALS, PROPOSAL | cohorts)).proposals
    asked = (*GAINS, *GAPS, "probability", "cohort", "provider_cohort")
    empty = {name for name in asked if found.frame[name][0] is None and cohorts.get(name, 0) is not None}
    assert empty == set(hidden)
    assert set(found.withheld["column"]) == set(hidden)
    assert found.frame["hidden_gain"][0] is ("gain" in hidden)
    assert found.frame["hidden_gap"][0] is ("gap" in hidden)
    assert found.frame["hidden_probability"][0] is ("probability" in hidden)


def test_a_figure_that_was_never_there_is_not_withheld() -> None:
    said = fill(tables.PROPOSALS, PROPOSAL | {"gain": None, "cohort": 3.0})
    assert shown(proposals=said).proposals.frame["hidden_gain"].to_list() == [False]


def test_the_sums_and_means_that_would_reveal_a_gain_are_withheld() -> None:
    few = fill(tables.PROPOSALS, PROPOSAL | {"cohort": 5.0}, PROPOSAL | {"receiver": "4"})
    found = shown(proposals=few)
    assert found.equity.frame.filter(phase="secondary")["gain"].null_count() == 4
    assert found.plan.frame.select(*GAINS, "loss", "bound").null_count().row(0) == (3,) * 5
    assert found.plan.frame["helped"].to_list() == [3, 2, 2]


def test_sums_of_two_withheld_gains_are_shown_and_means_of_their_phase_are_not() -> None:
    few = [PROPOSAL | {"receiver": receiver, "cohort": 5.0} for receiver in ("1", "4")]
    found = shown(proposals=fill(tables.PROPOSALS, *few))
    assert found.plan.frame["gain"].null_count() == 0
    assert found.equity.frame["gain"].null_count() == 5


def test_nothing_is_withheld_where_there_are_pupils_enough() -> None:
    found = shown()
    assert found.plan.frame["gain"].null_count() == 0
    assert all(getattr(found, name).withheld.is_empty() for name in RULES)


def test_standing_and_needs_alone_of_few_pupils_are_withheld() -> None:
    found = shown(
        standing=fill(tables.STANDING, STANDING | {"cohort": 4.0}),
        unmatched=fill(tables.UNMATCHED, ALONE | {"cohort": 4.0}),
    )
    assert _rows(found.standing.frame, "effect", "sd", "probability", "hidden_effect") == [
        (None, None, None, True)
    ]
    assert _rows(found.unmatched.frame, "gap", "worth", "hidden_gap") == [(None, None, True)]


def test_sources_are_named_once_and_in_order() -> None:
    assert shown().proposals.source == "Tables 2024; Tables 2025"


def test_a_frame_that_is_not_there_is_empty() -> None:
    assert shown(alternatives=tables.ALTERNATIVES.empty()).alternatives.frame.is_empty()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_page_has_a_withheld_figure(language: Any) -> None:
    few = PROPOSAL | {"gain": 0.6543, "gain_low": 0.6321, "gain_high": 0.6789, "gap": 0.9876, "cohort": 5.0}
    standing = [STANDING, STANDING | {"school": "1", "effect": -0.98761, "cohort": 5.0}]
    plan = PLAN | {"gain": 0.6543, "gain_low": 0.6321, "gain_high": 0.6789}
    found = frames() | {
        "proposals": fill(tables.PROPOSALS, few),
        "standing": fill(tables.STANDING, *standing),
        "plan": fill(tables.PLAN, plan),
    }
    page = plan_page(found, told=told(), language=language)
    sheet = school_page("1", found, told=told(), language=language)
    withheld = {"en": "withheld", "cy": "delir yn ôl"}[language]
    assert withheld in page.lower()
    assert "6" in sheet
    for figure in ("6.5 ", "0.65", "6.8", "0.68", "9.9", "0.99", "0.63"):
        assert f" {figure}" not in page
        assert f" {figure}" not in sheet
