"""The page of the system, its list of schools, and the pages on methods."""

from __future__ import annotations

import re
import runpy
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from commonroom.web.narrative import methods, page, quality
from commonroom.web.narrative.methods import summaries

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_at_a_glance_it_says_how_it_stands_and_how_sure_that_is(client: Client) -> None:
    said = text(client, "/system/")
    assert "842 primary schools and 175 secondary schools in 10 authorities." in said
    assert re.search(r"Too close to England to be sure|(Above|Below) England, by more than chance", said)
    assert "likely range" in said
    assert "Disadvantaged and other pupils" in said
    assert "there was no floor on the measures at hand, and none is invented here." in said
    assert "were below the floor" in said
    assert "Sources, and what was left out" in said
    assert "There is no league table here" in said
    assert said.count("<h1>") == 1


def test_what_the_build_did_not_do_is_said_in_the_language_that_it_was_written_in(client: Client) -> None:
    client.cookies["django_language"] = "cy"
    said = text(client, "/system/")
    assert '<html lang="cy">' in said
    assert '</summary><ul lang="en"><li>' in said


def test_its_schools_are_listed_by_name_a_hundred_at_a_time(client: Client) -> None:
    first = text(client, "/system/schools/")
    names = re.findall(r'<a class="name" href="/schools/\d+/">([^<]*)</a>', first)
    assert len(names) == 100
    assert names == sorted(names, key=str.casefold)
    second = re.findall(
        r'<a class="name" href="/schools/\d+/">([^<]*)</a>', text(client, "/system/schools/?page=2")
    )
    assert names[-1].casefold() <= second[0].casefold()
    for wish in ("attainment", "-name", "value"):
        assert (
            re.findall(r'class="name" href="[^"]*">([^<]*)<', text(client, f"/system/schools/?sort={wish}"))
            == names
        )


def test_the_list_is_narrowed_by_authority_and_phase(client: Client) -> None:
    said = text(client, "/system/schools/?authority=352&phase=secondary")
    assert "Parrs Wood High School" in said
    assert '<option value="352" selected>Manchester</option>' in said
    assert "Oldham · " not in said
    assert client.get("/system/schools/?authority=999").status_code == 404


def test_a_school_whose_name_is_not_known_stands_at_the_end_and_nothing_is_said_twice(client: Client) -> None:
    said = text(client, "/system/schools/?page=13")
    *_others, last = re.findall(r'href="/schools/(\d+)/">([^<]*)</a> <span[^>]*>([^<]*)<', said)
    number, called, about = last
    assert called == number
    assert "its name is not known" in about
    assert number not in about
    assert "· ·" not in said
    rows = client.get("/system/schools.csv").content.decode().split("\r\n\r\n")[0].split("\r\n")
    assert rows[-1].startswith(f"{number},{number},")


def test_an_authority_without_such_schools_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonroom.web.narrative.queries.schools", lambda *_asked: [])
    assert "No school here has results in this phase." in text(client, "/system/schools/?phase=primary")


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/system/glance.csv", "phase,measure,year,place"),
        ("/system/gap.csv", "phase,measure,year,place"),
        ("/system/floor.csv", "phase,measure,year,place"),
        ("/system/families.csv", "phase,code,schools"),
        ("/system/schools.csv", "school,name,authority"),
        ("/system/schools.csv?authority=352", "school,name,authority"),
    ],
)
def test_every_list_can_be_taken_away(client: Client, path: str, head: str) -> None:
    lines = client.get(path).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith(head)
    assert any(line.startswith("Evidence,") for line in lines)


@pytest.mark.parametrize("asked", ["", "?phase=primary", "?authority=352&phase=secondary", "?phase=no-such"])
def test_a_file_of_schools_has_the_schools_of_the_page(client: Client, asked: str) -> None:
    lines = client.get(f"/system/schools.csv{asked}").content.decode("utf-8-sig").split("\r\n\r\n")[0]
    if "no-such" not in asked:
        said = re.search(r"<p>([\d,]+) schools\.", text(client, f"/system/schools/{asked}"))
        assert said is not None
        assert len(lines.split("\r\n")) - 1 == int(said[1].replace(",", ""))


def test_a_list_that_there_is_not_is_not_there(client: Client) -> None:
    assert client.get("/system/ranking.csv").status_code == 404
    assert client.get("/system/schools.csv?authority=999").status_code == 404


def test_the_map_of_places_is_a_picture(client: Client) -> None:
    assert client.get("/system/places.svg").content.startswith(b"<svg")


def test_a_system_of_which_little_is_known_says_little() -> None:
    empty = {
        "counts": [], "authorities": [], "glance": [], "gap": [], "floor": [], "placed": [], "families": [],
        "left_out": [], "joins": [], "missing": [], "problems": 2,
    }  # fmt: skip
    facts = {
        "phases": ["primary"], "headline": {"primary": "reading"}, "releases": [],
        "system": {"en": "Here", "cy": "Yma"}, "nation": {"en": "There", "cy": "Acw"},
        "measures": {"reading": {"label": "Reading", "label_cy": "", "digits": 1, "unit": "points"}},
    }  # fmt: skip
    part = page.tell(empty, facts)[0]  # type: ignore[arg-type]
    assert (part.said, part.gap, part.floor, part.placed) == (None, None, None, ())
    tables = quality.tell(empty, facts)  # type: ignore[arg-type]
    assert [table.sentences for table in tables][-1] == ("2 problems were found in the files.",)


FIGURE = {"value": 1.0, "low": 0.5, "high": 1.5}


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        ({"value": 1.0, "low": 0.5, "high": 1.5}, "Above There, by more than chance would explain"),
        ({"value": -1.0, "low": -1.5, "high": -0.5}, "Below There, by more than chance would explain"),
        ({"value": 0.1, "low": -0.5, "high": 0.7}, "Too close to There to be sure of a difference"),
        (None, "Here"),
    ],
)
def test_a_difference_is_named_only_when_chance_would_not_explain_it(
    difference: dict[str, float] | None, verdict: str
) -> None:
    facts = {
        "headline": {"primary": "reading"},
        "system": {"en": "Here", "cy": "Yma"}, "nation": {"en": "There", "cy": "Acw"},
        "measures": {"reading": {"label": "Reading", "label_cy": "", "digits": 1, "unit": "points"}},
    }  # fmt: skip
    figures = {"system": FIGURE, "difference": difference}
    rows = [
        {
            "phase": "primary",
            "measure": "reading",
            "year": 2025,
            "place": place,
            "figure": figure,
            "schools": 3,
        }
        for place, figure in figures.items()
        if figure is not None
    ]
    said = page._headline("primary", rows, facts)  # type: ignore[arg-type]
    assert said is not None
    assert said[0] == verdict


def test_a_gap_without_figures_of_the_system_says_so() -> None:
    rows = [{"measure": "reading", "year": 2025, "place": "nation", "gap": FIGURE}]
    said = page._gap_said(rows, {}, {"system": "Here", "nation": "There"})  # type: ignore[arg-type]
    assert said == ("No year has figures for disadvantaged pupils of Here.",)


def test_every_document_on_methods_is_listed_and_can_be_read(client: Client) -> None:
    said = text(client, "/methods/")
    for one in methods.listed():
        assert f'href="/methods/{one.name}/"' in said
        read = text(client, f"/methods/{one.name}/")
        assert f"<h1>{one.title}</h1>" in read
        assert read.count("<h1") == 1
    assert client.get("/methods/no-such/").status_code == 404


def test_documents_are_in_english_and_say_so_on_welsh_pages(client: Client) -> None:
    client.cookies["django_language"] = "cy"
    said = text(client, "/methods/families/")
    assert '<h1 lang="en">Schools alike</h1>' in said
    assert '<article lang="en">' in said
    assert "Mae ysgolion yn debyg pan fo'u disgyblion yn debyg" in said
    assert 'href="/methods/families/" lang="en">Schools alike</a>' in text(client, "/methods/")


def test_every_document_has_a_summary_and_no_summary_is_of_none() -> None:
    assert set(summaries.SUMMARIES) == {file.stem for file in methods.FOLDER.glob("*.md")}


def test_no_link_of_a_document_leads_nowhere(client: Client) -> None:
    for one in methods.listed():
        for path in re.findall(r'href="(/[^"#]*)', one.html):
            assert client.get(path).status_code == 200, (one.name, path)
        assert "<img" not in one.html


def test_the_documents_on_the_site_are_those_of_the_repository() -> None:
    pages = runpy.run_path(str(ROOT / "scripts/methods.py"))["pages"]()
    there = {file.name: file.read_text(encoding="utf-8") for file in methods.FOLDER.glob("*.md")}
    assert there == pages, "Write them again: python scripts/methods.py"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("#errors", "#errors"),
        ("../METHODS.md#9-impact", "/methods/methods/#9-impact"),
        ("families.md", "/methods/families/"),
        ("../how-to/families.md", ""),
        ("nowhere.md", ""),
    ],
)
def test_a_link_leads_where_the_site_has_it(link: str, address: str) -> None:
    assert methods._address(link) == address
