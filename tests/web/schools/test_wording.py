"""Codes and figures in words, also where little is known or something was withheld."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404

from commonroom.web.schools import beside, downloads, figures, labels, likeness, standing

MEASURE = {"label": "Reading", "label_cy": "Darllen", "digits": 1, "unit": "points", "direction": "higher"}
FACTS: Any = {
    "measures": {"reading": MEASURE, "absence": {**MEASURE, "label": "Absence", "direction": "lower"}},
    "themes": {},
    "nation": {"en": "England", "cy": "Lloegr"},
    "headline": {"primary": "reading"},
}
NO_RANGE = {"value": None, "low": None, "high": None}


def place(**others: Any) -> Any:
    """A place on the map, as a document has it."""
    made = {
        "measure": "reading", "since": 2022, "attainment": {"value": 2.0, "low": 1.0, "high": 3.0},
        "improvement": {"value": -2.0, "low": -3.0, "high": -1.0}, "nation_attainment": 0.0,
        "nation_improvement": 0.0, "quadrant": "higher_falling", "probability": 0.97, "said": True,
        "releases": [0],
    }  # fmt: skip
    return {**made, **others}


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (-0.04, "0.0"), (-1.25, "−1.2"), (1234.5, "1,234.5")]
)
def test_a_number_has_a_real_minus_sign_and_its_thousands_apart(value: float | None, words: str) -> None:
    assert figures.number(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "–"), (0.001, "<1%"), (0.999, ">99%"), (1.0, "100%"), (0.0, "0%"), (0.5, "50%")],
)
def test_a_share_is_never_all_or_nothing_when_it_is_not(share: float | None, words: str) -> None:
    assert figures.percent(share) == words


def test_what_is_clear_of_chance_is_said_and_the_rest_is_not() -> None:
    assert beside.attainment(place(), FACTS).verdict == "Higher"
    assert beside.improvement(place(), FACTS).verdict == "Falling"
    close = place(attainment={"value": 0.5, "low": -1.0, "high": 2.0})
    assert beside.attainment(close, FACTS).verdict == "About the same, or too close to say"


def test_it_is_the_difference_to_the_nation_that_is_said() -> None:
    card = beside.attainment(place(nation_attainment=3.0), FACTS)
    assert card.verdict == "About the same, or too close to say"
    assert "−1.0 points beside schools in England" in card.sentences[0]
    assert "between −2.0 and 0.0" in card.sentences[0]


def test_a_withheld_figure_says_that_it_was_withheld() -> None:
    card = beside.attainment(place(attainment=NO_RANGE), FACTS)
    assert card.verdict == "Withheld"
    assert card.strip is None


def test_a_school_with_too_few_years_says_so() -> None:
    phase: Any = {
        "headline": "reading", "maps": [], "trends": [], "positions": [], "matches": [], "sensitivity": None,
        "compared": True,
    }  # fmt: skip
    cards = beside.cards(phase, FACTS)
    assert [card.verdict for card in cards] == ["We cannot say"]


def test_a_school_without_a_figure_has_no_place_among_those_alike() -> None:
    where: Any = {"preset": "learned", "compared": 50, "position": None, "low": None, "high": None}
    card = beside.position(where, None, "reading", FACTS)
    assert card.verdict == "We cannot say"


def test_a_quarter_is_named_only_when_it_survives() -> None:
    where: Any = {"preset": "learned", "compared": 50, "position": 90.0, "low": 80.0, "high": 98.0}
    among: Any = {"presets": 4, "lowest": 80.0, "median": 88.0, "highest": 95.0, "claim": "top quarter"}
    card = beside.position(where, among, "reading", FACTS)
    assert card.verdict == "In the top quarter"
    assert "holds under all of them" in card.sentences[-1]
    assert (
        beside.position(where, None, "reading", FACTS).verdict == "Not clearly in the top or bottom quarter"
    )


def test_a_place_without_a_range_is_not_drawn() -> None:
    where: Any = {"preset": "learned", "compared": 50, "position": 90.0, "low": None, "high": None}
    assert beside.position(where, None, "reading", FACTS).strip is None


@pytest.mark.parametrize(
    ("probability", "words"), [(0.7, "more likely than not"), (0.9, "likely"), (0.97, "very likely")]
)
def test_how_sure_is_said_in_words(probability: float, words: str) -> None:
    assert beside.sure(place(probability=probability), []).verdict == f"Higher, and falling: {words}"


@pytest.mark.parametrize(
    ("measure", "low", "high", "words"),
    [
        ("reading", 1.0, 3.0, "Reading: better by 1.0 to 3.0 points"),
        ("reading", -3.0, -1.0, "Reading: less good by 1.0 to 3.0 points"),
        ("absence", -3.0, -1.0, "Absence: better by 1.0 to 3.0 points"),
        ("absence", 1.0, 3.0, "Absence: less good by 1.0 to 3.0 points"),
        ("reading", None, None, "Reading"),
    ],
)
def test_better_is_the_better_way_of_the_measure(
    measure: str, low: float | None, high: float | None, words: str
) -> None:
    claim: Any = {"measure": measure, "low": low, "high": high}
    assert standing.amount(claim, FACTS).startswith(words)


def test_themes_of_which_the_same_is_said_stand_together() -> None:
    claim = {
        "measure": "reading", "value": 2.0, "low": 1.0, "high": 3.0, "better": True, "probability": 0.97,
        "agreement": 1.0, "definitions": 10, "pupils": 60, "years": 1, "claim": True, "releases": [2],
    }  # fmt: skip
    themes = [
        {"theme": theme, "standing": "strength", "measure": "reading", "claims": [claim]}
        for theme in ("reading", "absence")
    ]
    told = standing.tell({"phase": "primary", "themes": themes}, FACTS)  # type: ignore[typeddict-item]
    (said,) = told.strong
    assert said.name == "Absence · Reading"
    assert told.strong_names == "Absence, Reading"
    assert said.releases == ("3",)
    assert "It rests on 1 year and 60 pupils a year." in said.sure
    assert told.need_names == ""


def test_what_is_not_in_the_version_is_called_as_it_is_named() -> None:
    assert labels.measure(FACTS, "brought-along") == "brought-along"


def test_a_match_on_few_criteria_says_on_how_many() -> None:
    match: Any = {
        "grade": "fair", "inside": 50, "found": 50, "differs": [], "known": 7, "criteria": 10, "mutual": None,
        "kept": None,
    }  # fmt: skip
    assert "7 of 10 criteria are known of it." in likeness.sentences(match, FACTS)


@pytest.mark.django_db
@pytest.mark.usefixtures("shown_pages")
def test_a_table_that_there_is_not_is_not_there() -> None:
    with pytest.raises(Http404):
        downloads.table("ranking", (), name="ranking")
