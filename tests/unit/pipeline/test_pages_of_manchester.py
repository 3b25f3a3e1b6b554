"""Published pages of Greater Manchester: their forms, the evidence's figures, nothing about few pupils."""

from __future__ import annotations

import functools
import re
import sqlite3
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import polars as pl
import pytest

from commonroom import pipeline
from commonroom.narrative.pages import forms
from commonroom.pipeline import shown
from commonroom.pipeline.shown import Shown
from commonroom.store import evidence
from commonroom.store.evidence import Evidence
from commonroom.store.pages import documents as documents_
from commonroom.store.pages.writing import KINDS

PARRS_WOOD = "143260"


@pytest.fixture(scope="module")
def opened(manchester: Path) -> Evidence:
    return evidence.open(manchester)


@pytest.fixture(scope="module")
def pages(manchester: Path, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("pages-of-manchester")
    pipeline.publish(manchester, folder)
    return shown.open(folder)


@pytest.fixture(scope="module")
def schools(pages: Shown) -> dict[str, forms.School]:
    """Every page of a school in the system, and one in twenty of the others."""
    listed = [one for at, one in enumerate(pages.register()) if one["in_system"] or at % 20 == 0]
    return {one["number"]: typing.cast("forms.School", pages.school(one["number"])) for one in listed}


@pytest.fixture(scope="module")
def documents(pages: Shown, schools: dict[str, forms.School]) -> list[tuple[type, Any]]:
    """Documents of every kind with their form: some of each."""
    found: list[tuple[type, Any]] = [(forms.School, page) for page in [*schools.values()][::30]]
    for page in [page for page in schools.values() if page["in_system"]][::60]:
        found += [
            (forms.Alike, pages.alike(page["number"], phase["phase"], match["preset"]))
            for phase in page["phases"]
            for match in phase["matches"]
        ]
    for row in pages.system()["families"][::9]:
        found.append((forms.Family, pages.family(row["phase"], row["code"])))
    found += [(forms.InAuthority, pages.authority(one["code"])) for one in pages.system()["authorities"][:2]]
    found += [(forms.Dot, dot) for dot in pages.dots()[:5]]
    found += [(forms.Found, one) for one in pages.search("manchester", 20)]
    return [*found, (forms.Facts, pages.facts), (forms.System, pages.system())]


_hints = functools.cache(typing.get_type_hints)


def _faults(value: Any, form: Any, where: str) -> Iterator[str]:
    """Where a value is not of a form, however deep."""
    origin, parts = get_origin(form), get_args(form)
    if typing.is_typeddict(form):
        hints = _hints(form)
        if not isinstance(value, dict) or set(value) != set(hints):
            yield f"{where}: {sorted(set(value) ^ set(hints)) if isinstance(value, dict) else value}"
            return
        for name, hint in hints.items():
            yield from _faults(value[name], hint, f"{where}.{name}")
    elif origin in (list, dict):
        if not isinstance(value, origin):
            yield f"{where}: {value!r}"
            return
        inner = value if origin is list else value.values()
        for one in inner:
            yield from _faults(one, parts[-1], f"{where}[]")
    elif origin in (Union, types.UnionType):
        if all(list(_faults(value, part, where)) for part in parts):
            yield f"{where}: {value!r}"
    elif origin is Literal:
        if value not in parts:
            yield f"{where}: {value!r}"
    elif form is float:
        if isinstance(value, bool) or not isinstance(value, float | int):
            yield f"{where}: {value!r}"
    elif not isinstance(value, form) or (form is int and isinstance(value, bool)):
        yield f"{where}: {value!r}"


def test_every_document_has_its_form(documents: list[tuple[type, Any]]) -> None:
    faults = {fault for form, document in documents for fault in _faults(document, form, form.__name__)}
    assert faults == set()
    assert {form.__name__ for form, _ in documents} == {
        "Alike", "Dot", "Facts", "Family", "Found", "InAuthority", "School", "System",
    }  # fmt: skip


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _inside(one)


def test_no_number_of_pupils_below_the_limit_is_in_any_document(pages: Shown) -> None:
    assert pages.facts["limit"] == 6
    few = re.compile(r'"pupils\w*":[1-5](?:\.\d+)?[,}\]]')
    connection = sqlite3.connect(pages.kept.path)
    read = 0
    for kind in KINDS:
        (dictionary,) = connection.execute("SELECT bytes FROM dictionary WHERE kind = ?", (kind,)).fetchone()
        for number, packed in connection.execute(f"SELECT {KINDS[kind][0]}, document FROM {kind}"):
            text = documents_.encode(documents_.unpack(packed, dictionary))
            assert few.search(text) is None, (kind, number)
            read += '"pupils"' in text
    connection.close()
    assert few.search(documents_.encode([pages.system(), pages.facts])) is None
    assert read > 10_000


def _points(schools: dict[str, forms.School]) -> Iterator[tuple[tuple[str, str, str, int], forms.Point]]:
    for number, page in schools.items():
        for phase in page["phases"]:
            for trend in phase["trends"]:
                for point in trend["points"]:
                    yield (number, phase["phase"], trend["measure"], point["year"]), point


def test_results_are_those_of_the_evidence_and_none_is_about_few_pupils(
    opened: Evidence, schools: dict[str, forms.School]
) -> None:
    raw = opened.table("outcomes", where={"group": "all"})
    columns = raw.select("school", "phase", "measure", "year", "value", "cohort").iter_rows()
    known = {row[:4]: row[4:] for row in columns}
    shown_ = few = 0
    for key, point in _points(schools):
        value, cohort = known.get(key, (None, None))
        assert (point["value"] is None) == (point["missing"] is not None)
        if cohort is not None and 0 < cohort < 6:
            few += value is not None
            assert point["value"] is None, key
        elif point["value"] is not None:
            shown_ += 1
            assert point["value"] == pytest.approx(value, abs=0.005), key
    assert shown_ > 30_000
    assert few > 20


def test_estimates_and_claims_about_few_pupils_are_withheld(
    opened: Evidence, schools: dict[str, forms.School]
) -> None:
    few = {
        name: set(
            opened.table(name).filter(pl.col(people) < 6).select("school", "phase", "measure").iter_rows()
        )
        for name, people in (("performance_map", "pupils"), ("better", "cohort"))
    }
    seen = 0
    for number, page in schools.items():
        for phase in page["phases"]:
            for place in phase["maps"]:
                if (number, phase["phase"], place["measure"]) in few["performance_map"]:
                    seen += 1
                    assert place["attainment"]["value"] is place["quadrant"] is place["pupils"] is None
            for theme in phase["themes"]:
                for claim in theme["claims"]:
                    if (number, phase["phase"], claim["measure"]) in few["better"]:
                        seen += 1
                        assert claim["value"] is claim["probability"] is claim["pupils"] is None
    assert seen > 3


def test_groups_of_few_pupils_are_withheld_with_what_would_reveal_them(
    opened: Evidence, schools: dict[str, forms.School]
) -> None:
    gaps = opened.table("performance_gaps").filter(pl.col("pupils_fewer") < 6)
    few = set(gaps.select("school", "measure", "year").iter_rows())
    found = withheld = 0
    for number, page in schools.items():
        for phase in page["phases"]:
            for trend in phase["trends"]:
                for gap in trend["gaps"]:
                    figures = (gap["disadvantaged"], gap["other"])
                    found += 1
                    if (number, trend["measure"], gap["year"]) in few:
                        withheld += 1
                        assert figures == (None, None)
                        assert gap["pupils_disadvantaged"] is gap["pupils_other"] is None
                        assert gap["gap"] == {"value": None, "low": None, "high": None}
                    # Both groups or neither: with all pupils beside them, one gives the other.
                    assert (figures[0] is None) == (figures[1] is None)
    assert found > 500
    assert withheld == len(few)


def test_a_school_that_everybody_knows(pages: Shown, opened: Evidence) -> None:
    page = pages.school("105556")
    assert page is not None
    assert page == pages.school(PARRS_WOOD)
    assert (page["name"], page["authority"]) == ("Parrs Wood High School", "Manchester")
    assert [one["number"] for one in page["earlier"]] == ["105556"]
    (phase,) = page["phases"]
    assert phase["trends"][0]["measure"] == phase["headline"] == "attainment8"
    reasons = {point["year"]: point["missing"] for point in phase["trends"][0]["points"]}
    assert (reasons[2019], reasons[2020], reasons[2021], reasons[2022]) == (
        None, "pandemic", "pandemic", "not_in_data",
    )  # fmt: skip
    claims = opened.table("better", where={"school": PARRS_WOOD, "measure": "absence"})
    (absence,) = (theme for theme in phase["themes"] if theme["theme"] == "attendance")
    value = absence["claims"][0]["value"]
    # Less attendance is more absence: the figure has the measure's own direction.
    assert value is not None
    assert (value > 0) is not bool(claims["better"][0])
    assert [one["variable"] for one in phase["context"]][:2] == ["prior", "prior_low"]


def test_every_publication_has_a_name_and_every_note_is_said_once(
    pages: Shown, schools: dict[str, forms.School]
) -> None:
    named = [one["name"] for one in pages.facts["releases"]]
    assert all(named)
    assert len(set(named)) == len(named)
    used = {one for page in schools.values() for phase in page["phases"] for one in phase["context_releases"]}
    assert used
    assert max(used) < len(named)
    notes = pages.system()["notes"]
    assert len(set(notes)) == len(notes)


def test_needs_are_on_the_page_of_the_school_and_in_no_list(documents: list[tuple[type, Any]]) -> None:
    for form, document in documents:
        if form in (forms.Alike, forms.Family):
            assert {name for name, _ in _inside(document)} & {"standing", "themes", "claims"} == set()
            for member in document["members"]:
                for strength in member["strengths"]:
                    assert strength["probability"] > 0.95


def test_lists_are_by_likeness_or_by_name_and_never_by_results(pages: Shown) -> None:
    found = pages.alike(PARRS_WOOD, "secondary")
    assert found is not None
    assert [one["place"] for one in found["members"]] == list(range(1, 51))
    for row in pages.system()["families"][:20]:
        family = pages.family(row["phase"], row["code"])
        assert family is not None
        names = [one["name"] for one in family["members"]]
        assert names == sorted(names)
