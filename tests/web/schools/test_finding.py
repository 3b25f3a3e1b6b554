"""A school is found by name, place or number, with the form alone and with suggestions."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from commonroom.web.schools.downloads import disarmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_page_says_what_the_site_is_and_asks_for_a_name(client: Client) -> None:
    page = text(client, "/")
    assert '<input type="search" id="q" name="q"' in page
    assert "Greater Manchester at a glance" in page


@pytest.mark.parametrize(
    "asked", ["Parrs Wood High School", "parrs wod", "143260", "105556", "parrs manchester"]
)
def test_a_name_a_slip_of_the_pen_a_number_and_an_earlier_number_find_the_school(
    client: Client, asked: str
) -> None:
    page = text(client, f"/?q={asked}")
    assert '<a class="name" href="/schools/143260/">Parrs Wood High School</a>' in page
    assert "found for “" in page


def test_a_place_finds_its_schools_and_says_that_there_are_more(client: Client) -> None:
    page = text(client, "/schools/?q=oldham")
    assert page.count('class="name"') == 30
    assert "There may be more" in page


def test_what_was_found_says_what_kind_of_school_it_is(client: Client) -> None:
    assert "Manchester · 143260 · Secondary school" in text(client, "/?q=143260")
    assert "Rutland · 120355 · special school" in text(client, "/?q=120355")


def test_what_is_only_near_says_so(client: Client) -> None:
    assert "Nothing is written quite like that." in text(client, "/?q=parrs wod hihg")


def test_nothing_found_says_what_was_searched_and_what_to_do(client: Client) -> None:
    page = text(client, "/?q=zzqqxx")
    assert "No school found for “zzqqxx”" in page
    assert "schools were searched by name, place and number." in page
    assert "/system/schools/" in page


def test_what_was_typed_is_text_and_never_markup(client: Client) -> None:
    page = text(client, "/?q=<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_suggestions_name_a_school_and_where_its_page_is(client: Client) -> None:
    found = json.loads(text(client, "/schools/suggestions.json?q=parrs"))["found"]
    assert {"name": "Parrs Wood High School", "place": "Manchester", "path": "/schools/143260/"} in found
    assert json.loads(text(client, "/schools/suggestions.json"))["found"] == []


def test_a_nul_in_what_was_typed_is_left_out(client: Client) -> None:
    assert "Parrs Wood High School" in text(client, "/?q=parrs%00 wood")


def test_what_was_found_can_be_taken_away_with_its_source(client: Client) -> None:
    answer = client.get("/schools/found.csv?q=parrs wood")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="schools-')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["school", "name", "authority"]
    assert ["143260", "Parrs Wood High School", "Manchester"] in [row[:3] for row in rows]
    assert {"Source", "Date", "Note", "Evidence"} <= {row[0] for row in rows if row}


def test_a_file_of_what_was_found_begins_with_what_the_page_shows(client: Client) -> None:
    shown = re.findall(r'class="name" href="/schools/(\d+)/"', text(client, "/?q=oldham"))
    lines = client.get("/schools/found.csv?q=oldham").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1 : len(shown) + 1]] == shown


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("=1+1", "'=1+1"), ("+44", "+44"), ("-1.5", "-1.5"), ("@x", "'@x"), ("-x", "'-x"), ("St Ann", "St Ann")],
)
def test_a_cell_is_no_formula_and_a_number_stays_a_number(cell: str, kept: str) -> None:
    assert disarmed(cell) == kept


def test_without_published_pages_one_sentence_says_so(
    client: Client, settings: object, tmp_path: Path
) -> None:
    settings.PAGES = tmp_path  # type: ignore[attr-defined]
    answer = client.get("/")
    assert answer.status_code != 200
    assert "Traceback" not in answer.content.decode()
