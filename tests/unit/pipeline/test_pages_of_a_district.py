"""Published pages of a made-up district: what each page has, what it does without, and what it withholds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests import district

from commonroom import pipeline
from commonroom.errors import SaidToPeople
from commonroom.narrative.pages import laying, pictures
from commonroom.pipeline import lists, shown, telling
from commonroom.pipeline.shown import Shown
from commonroom.store import evidence

#: A school of four pupils in one year, and one of which the figure of a year is not known.
FEW, UNKNOWN = "610001", "610012"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages-of-a-district")
    school, year = pl.col("School ID"), pl.col("Year")
    rows = district.rows().with_columns(
        Tested=pl.when((school == FEW) & (year == 2023)).then(4).otherwise("Tested"),
        Missed=pl.when((school == UNKNOWN) & (year == 2022)).then(None).otherwise("Missed"),
    )
    rows = rows.filter((school != UNKNOWN) | (year != 2021))
    table, mapping, system = district.write(folder, rows)
    source = pipeline.Source(str(table), mapping=mapping)
    pipeline.build(source=source, system=str(system), folder=folder / "evidence")
    return folder / "evidence"


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def pages(built: Path, told: list[tuple[str, float]]) -> Shown:
    pipeline.publish(built, built.parent / "pages", report=lambda step, done: told.append((step, done)))
    return shown.open(built.parent / "pages")


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """Every name in a document with its value, however deep."""
    if isinstance(value, dict):
        yield from value.items()
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _inside(one)


def test_publishing_is_told_and_twice_is_the_same(
    pages: Shown, built: Path, told: list[tuple[str, float]], tmp_path: Path
) -> None:
    assert told[0] == ("Laying out the pages of schools", 0.0)
    assert told[-1] == ("Done", 1.0)
    assert [done for _, done in told] == sorted(done for _, done in told)
    again = pipeline.publish(built, tmp_path)
    assert again.read_bytes() == pages.kept.path.read_bytes()


def test_a_page_cites_the_evidence_it_is_from(pages: Shown, built: Path) -> None:
    assert pages.facts["version"] == evidence.open(built).version
    assert pages.facts["system"] == {"en": "Our district", "cy": "Ein hardal"}
    assert pages.facts["headline"] == {"secondary": "reading", "primary": "reading"}
    assert [one["name"] for one in pages.facts["releases"]] == ["District results (made up)"]
    assert pages.facts["themes"]["missed_days"]["label"] == {"en": "Days missed", "cy": "Dyddiau a gollwyd"}
    assert pages.facts["presets"]["learned"]["phases"] == ["primary", "secondary"]
    assert pages.facts["variables"]["eal"]["label"]["cy"] == "Disgyblion nad Saesneg yw eu hiaith gyntaf"
    assert shown.open(built.parent / "pages") is pages


def test_a_year_without_a_figure_is_a_gap_with_its_reason(pages: Shown) -> None:
    few, unknown = pages.school(FEW), pages.school(UNKNOWN)
    assert few is not None
    assert unknown is not None
    reading, missed = unknown["phases"][0]["trends"]
    assert [(point["year"], point["missing"]) for point in reading["points"]] == [
        (2020, None), (2021, "none"), (2022, None), (2023, None), (2024, None),
    ]  # fmt: skip
    assert missed["points"][2]["missing"] == "not_published"
    withheld = few["phases"][0]["trends"][0]["points"][3]
    assert (withheld["value"], withheld["pupils"], withheld["missing"]) == (None, None, "withheld")
    said = {"phase": "primary", "measure": "reading", "year": 2023, "what": "outcome", "reason": "few"}
    assert said in few["withheld"]


def test_nothing_about_few_pupils_is_in_any_document(pages: Shown, built: Path) -> None:
    for listed in pages.register():
        number = listed["number"]
        documents = [pages.school(number), *(pages.alike(number, phase) for phase in listed["phases"])]
        for name, value in _inside(documents):
            assert not (name.startswith("pupils") and isinstance(value, int) and 0 < value < 6), listed
    values = [
        point["value"]
        for name, trends in _inside(pages.school(FEW))
        if name == "trends"
        for trend in trends
        for point in trend["points"]
    ]
    raw = evidence.open(built).table("outcomes", where={"school": FEW, "year": 2023})
    assert raw["cohort"].to_list() == [4.0, 4.0]
    assert not set(raw["value"]) & set(values)


def test_a_school_outside_the_system_has_a_page_with_its_headline_alone(pages: Shown) -> None:
    outside = next(one for one in pages.register() if not one["in_system"])
    page = pages.school(outside["number"])
    assert page is not None
    (phase,) = page["phases"]
    assert not phase["compared"]
    assert [trend["measure"] for trend in phase["trends"]] == ["reading"]
    assert (phase["maps"], phase["themes"], phase["nearest"], phase["family"]) == ([], [], [], None)
    assert pages.alike(outside["number"], phase["phase"]) is None


def test_those_alike_are_nearest_first_with_their_roads(pages: Shown) -> None:
    found = pages.alike(FEW, "primary")
    assert found is not None
    assert found["preset"] == "learned"
    assert found["presets"] == ["learned", "dfe-2026-primary", "families-2011", "fbit-2026"]
    distances = [one["distance"] for one in found["members"]]
    assert distances == sorted(distances)  # type: ignore[type-var]
    assert [one["place"] for one in found["members"]] == list(range(1, len(distances) + 1))
    near = found["members"][0]
    assert near["km"] is not None
    assert near["minutes"] is not None
    assert near["minutes"] >= 5
    assert near["travel"] == "distance"
    assert pages.alike(FEW, "primary", "fbit-2026") is not None
    assert pages.alike(FEW, "primary", "nothing") is None
    assert pages.alike("0", "primary") is None


def test_a_family_is_by_name_and_its_roads_are_from_a_member(pages: Shown) -> None:
    code = next(row["code"] for row in pages.system()["families"] if row["phase"] == "primary")
    found = pages.family("primary", code)
    assert found is not None
    names = [one["name"] for one in found["members"]]
    assert names == sorted(names)
    assert {one["km"] for one in found["members"]} == {None}
    own = found["members"][0]["number"]
    seen = pages.family("primary", code, own)
    assert seen is not None
    # There is no road from a school to itself.
    assert [one["number"] for one in seen["members"] if one["km"] is None] == [own]
    assert pages.family("primary", "nothing") is None


def test_the_system_and_its_authorities_list_schools_by_name(pages: Shown) -> None:
    system = pages.system()
    assert [one["name"] for one in system["authorities"]] == ["Network 1", "Network 2"]
    assert {row["place"] for row in system["glance"]} == {"system", "nation", "difference"}
    assert [row["phase"] for row in system["placed"]] == ["secondary", "primary"]
    network = pages.authority("Network 1")
    assert network is not None
    names = [one["name"] for one in network["schools"]]
    assert names == sorted(names)
    assert network["in_system"]
    assert pages.authority("nowhere") is None
    assert len(pages.dots()) == pages.facts["schools"] == 16


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("school", (FEW,)), ("alike", (FEW, "primary")), ("alike", (FEW, "primary", "fbit-2026")),
        ("family", ("primary", "F001", FEW)), ("search", ("oak",)),
        ("system-glance", ()), ("system-gap", ()), ("system-floor", ()), ("system-families", ()),
        ("system-schools", ()), ("system-schools", ("Network 1",)), ("system-schools", ("", "primary")),
    ],
)  # fmt: skip
def test_a_list_can_be_taken_away(pages: Shown, kind: str, key: tuple[str, ...]) -> None:
    found = pages.table(kind, key)
    assert found is not None
    assert found.date == pages.facts["date"]
    assert json.loads(found.to_json())["rows"] == found.rows()
    assert found.to_csv().splitlines()[0].split(",") == found.columns
    few = found.frame.filter(pl.col("pupils") < 6) if "pupils" in found.columns else pl.DataFrame()
    assert few.is_empty()
    if kind not in ("system-gap", "system-floor"):
        assert found.source
        assert found.frame.height


def test_a_list_that_there_is_not_is_none(pages: Shown) -> None:
    for kind in lists.KINDS:
        if kind in ("school", "alike", "family"):
            assert pages.table(kind, ("0",) if kind == "school" else ("0", "primary")) is None
    assert pages.table("system-schools", ("0",)) is None
    assert pages.table("ranking") is None


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("trend", (FEW, "primary", "reading")), ("trend", (UNKNOWN, "primary", "missed_days")),
        ("alike", (FEW, "primary")), ("family", ("primary", "F001", FEW)), ("family", ("primary", "F001")),
        ("position", (FEW, "primary")), ("places", ()), ("places", ("secondary",)),
    ],
)  # fmt: skip
def test_a_picture_has_its_words_and_its_table(
    pages: Shown, kind: str, key: tuple[str, ...], language: shown.Language
) -> None:
    found = pages.picture(kind, key, language=language)
    assert found is not None
    assert found.sentences
    assert {len(row) for row in found.rows} == {len(found.heads)}
    assert max(found.numeric) < len(found.heads)
    assert "{" not in "".join((found.caption, *found.sentences))
    made = json.loads(found.specification())
    if kind in ("alike", "family") and len(key) > 1 and FEW in key:
        assert next(one["value"] for one in made["params"] if one["name"] == "chosen") == FEW


def test_a_picture_is_drawn(pages: Shown) -> None:
    found = pages.picture("trend", (FEW, "primary", "reading"))
    assert found is not None
    assert found.svg().startswith("<svg")
    assert found.rows[3] == ("2023", "–", "–", "51.9%", "withheld, fewer than six pupils")


def test_a_picture_that_there_is_not_is_none(pages: Shown) -> None:
    assert pages.picture("ranking") is None
    assert pages.picture("trend", (FEW, "primary", "attainment8")) is None
    assert pages.picture("trend", ("0", "primary", "reading")) is None
    assert pages.picture("alike", ("0", "primary")) is None
    assert pages.picture("family", ("primary", "nothing")) is None
    assert pages.picture("position", ("0", "primary")) is None
    assert pages.picture("places", ("middle",)) is None
    assert set(pictures.KINDS) == {"trend", "alike", "family", "position", "places"}


@pytest.mark.parametrize(
    "without",
    [
        ("performance_map",), ("better", "standing"), ("standing",), ("positions", "sensitivity"), ("churn",),
        ("families", "family_report"),
        ("match_quality", "match_gaps", "positions", "sensitivity", "neighbours", "churn", "better"),
    ],
)  # fmt: skip
def test_evidence_without_a_part_gives_pages_without_it(built: Path, without: tuple[str, ...]) -> None:
    opened = evidence.open(built)
    there = [name for name in laying.TABLES if name in opened.manifest.tables and name not in without]
    tables = {name: opened.table(name) for name in there}
    laid = laying.lay_out(tables, facts_of=telling.facts(opened), form=1, report=lambda step, done: None)
    texts = {kind: [row for part in parts for row in part] for kind, parts in laid.many.items()}
    schools = {row[0]: json.loads(row[-1]) for row in texts["school"]}
    (phase,) = schools[FEW]["phases"]
    briefs = [json.loads(row[-1]) for row in texts["brief"]]
    empty = {
        "performance_map": not phase["maps"] and all(brief["map"] is None for brief in briefs),
        "better": not phase["themes"] and not any(brief["strengths"] for brief in briefs),
        "positions": not phase["positions"] and phase["sensitivity"] is None,
        "churn": all(match["kept"] is None for match in phase["matches"]),
        "families": phase["family"] is None and not texts["family"],
        "match_quality": not phase["compared"] and not texts["alike"] and not phase["context"],
        "standing": True,
    }
    assert all(empty[name] for name in without if name in empty)


def test_a_picture_says_what_it_does_without(pages: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    page: Any = pages.school(FEW)
    phase = page["phases"][0]
    for point in phase["trends"][0]["points"]:
        point["value"] = None
    phase["sensitivity"] = None
    monkeypatch.setattr(pages, "school", lambda number: page)
    trend = pages.picture("trend", (FEW, "primary", "reading"))
    position = pages.picture("position", (FEW, "primary"))
    assert trend is not None
    assert position is not None
    assert trend.sentences == ("No year has a figure that may be shown.",)
    assert len(position.sentences) == 1
    phase["sensitivity"] = {"presets": 4, "lowest": 80.0, "highest": 90.0, "claim": "top quarter"}
    position = pages.picture("position", (FEW, "primary"))
    assert position is not None
    assert position.sentences[2].startswith("The place in the top quarter holds")
    family: Any = pages.family("primary", "F001")
    for one in family["members"]:
        one["map"] = None
    monkeypatch.setattr(pages, "family", lambda phase, code: family)
    assert pages.picture("family", ("primary", "F001")) is None


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="there are no published pages here"):
        shown.open(tmp_path)
    with pytest.raises(SaidToPeople, match="there is no evidence here"):
        pipeline.publish(tmp_path, tmp_path / "pages")
