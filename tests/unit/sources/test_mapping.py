from __future__ import annotations

import pytest
from pydantic import ValidationError

from commonroom.errors import SaidToPeople
from commonroom.sources import mapping

USUAL = {
    "title": "Results 2024",
    "source": "Made by the tests",
    "date": "2024-09-01",
    "school": "id",
    "year": 2024,
    "phase": "primary",
    "outcomes": {"reading": {"column": "Reading", "unit": "%", "kind": "share"}},
}


def changed(**parts: object) -> mapping.Mapping:
    return mapping.Mapping.model_validate(USUAL | parts)


def outcome(**parts: object) -> mapping.Mapping:
    return changed(outcomes={"reading": {"column": "Reading", "unit": "%", "kind": "share"} | parts})


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"year": None}, "say the `year`"),
        ({"outcomes": {}}, "name at least one outcome"),
        ({"outcomes": {"Reading %": USUAL["outcomes"]["reading"]}}, "String should match pattern"),  # type: ignore[index]
        ({"context": {"wealth": "x"}}, "wealth: context is one of prior, prior_low"),
        ({"location": {"easting": "x"}}, "give either easting and northing"),
        ({"location": {"easting": "x", "northing": "y", "latitude": "z"}}, "give either easting"),
        ({"phase": "nursery"}, "primary"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_mapping_that_cannot_be_right_is_refused(parts: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        changed(**parts)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"kind": "score", "unit": "points"}, "a score must say its `low` and `high`"),
        ({"low": 50, "high": 10}, "`low` must be below `high`"),
        ({"group": "disadvantaged"}, "an outcome of a group must say which outcome it is `of`"),
    ],
)
def test_an_outcome_that_cannot_be_right_is_refused(parts: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        outcome(**parts)


def test_outcomes_become_measures() -> None:
    (measure,) = outcome(direction="lower", label="Reading well", label_cy="Darllen yn dda").measures()
    assert (measure.name, measure.label, measure.label_cy) == ("reading", "Reading well", "Darllen yn dda")
    assert (measure.low, measure.high, measure.direction, measure.phase) == (0.0, 100.0, "lower", "primary")
    assert (measure.source, str(measure.date)) == ("Made by the tests", "2024-09-01")
    phases = {"column": "Level", "values": {"High": "secondary"}}
    (both,) = changed(phase=phases).measures()
    assert (both.phase, both.label, both.label_cy) == ("both", "Reading", "Reading")


def test_years_may_each_have_their_own_column() -> None:
    known = outcome(column={2023: "Reading 2023", 2024: "Reading 2024"})
    assert known.model_copy(update={"year": None}).measures()
    wide = USUAL | {
        "year": None,
        "outcomes": {"reading": {"column": {2023: "R23"}, "unit": "%", "kind": "share"}},
    }
    assert mapping.Mapping.model_validate(wide).year is None


def test_codes_of_a_mapping_come_before_the_usual_ones() -> None:
    codes = changed(missing={"*": "withheld by the district", "tbc": "to be confirmed"}).codes
    assert (codes["*"], codes["TBC"], codes["N/A"]) == (
        "withheld by the district",
        "to be confirmed",
        "not applicable",
    )


def test_an_unreadable_mapping_is_said(tmp_path: object) -> None:
    with pytest.raises(SaidToPeople, match="there is no such definition"):
        mapping.load("nowhere.yaml")
    assert mapping.load(changed()) == changed()
