"""The page of a school says what is known, how sure that is, and where it is from."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import translation

from commonroom.web import evidence
from commonroom.web.schools import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_in_short_it_says_the_figure_attainment_improvement_place_and_how_sure(client: Client) -> None:
    said = text(client, "/schools/143260/")
    for words in (
        "Attainment 8, 2025",
        "Attainment, allowing for who the pupils are",
        "Improvement since 2023",
        "Among the 50 schools most like it",
        "How sure we are",
        "Strong in",
        "May want to ask about",
        "(80% range)",
        "Other published ways to choose schools alike put it from",
    ):
        assert words in said
    assert said.count('<svg class="strip"') == 3
    assert said.count("<h1>") == 1


def test_every_source_that_is_named_is_one_click_away(client: Client) -> None:
    said = text(client, "/schools/143260/")
    named = set(re.findall(r'href="#source-(\d+)"', said))
    listed = set(re.findall(r'id="source-(\d+)"', said))
    assert named
    assert named <= listed


def test_years_without_a_figure_say_why_and_the_sentence_says_which(client: Client) -> None:
    said = text(client, "/schools/143260/")
    assert "No figure for 2020, 2021 and 2022: the line stops there and begins again." in said
    assert "no examinations that year (pandemic)" in said
    assert "Counted in another way from 2017" in said


def test_another_measure_is_shown_when_it_is_asked_for(client: Client) -> None:
    said = text(client, "/schools/143260/?phase=secondary&measure=absence")
    assert '<option value="absence" selected>' in said
    assert "measure=absence" in said.split('<img src="')[1]
    assert '<option value="attainment8" selected>' in text(client, "/schools/143260/?measure=no-such")


def test_it_leads_to_the_family_and_to_a_question(client: Client) -> None:
    said = text(client, "/schools/143260/")
    assert 'href="/schools/143260/alike/?phase=secondary"' in said
    assert 'href="/asks/new/?of=143260"' in said
    assert re.search(r'href="/families/secondary/F\d+/"', said)


def test_an_earlier_number_leads_to_the_school_for_good(client: Client) -> None:
    answer = client.get("/schools/105556/")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/schools/143260/"
    asked = client.get("/schools/105556/?measure=absence")
    assert asked.headers["Location"] == "/schools/143260/?measure=absence"
    assert "105556 (the same school under an earlier number" in text(client, "/schools/143260/")


def test_an_unknown_number_is_a_page_that_is_not_there_with_a_search(client: Client) -> None:
    answer = client.get("/schools/999/")
    assert answer.status_code == 404
    assert 'type="search"' in answer.content.decode()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("100000", "This school is outside Greater Manchester"),
        ("105269", "Only mainstream schools are set beside each other"),
        ("105985", "Too little is known of this school"),
    ],
)
def test_a_school_that_is_not_compared_shows_its_results_and_says_why(
    client: Client, number: str, why: str
) -> None:
    said = text(client, f"/schools/{number}/")
    assert why in said
    assert "Year by year" in said
    assert "/asks/new/" not in said


def test_a_school_without_results_says_so(client: Client) -> None:
    said = text(client, "/schools/100002/")
    assert "No results of this school are in the data" in said
    assert "Take away as CSV" not in said


def test_a_closed_school_says_when_it_closed(client: Client) -> None:
    assert "closed on" in text(client, "/schools/105374/")


def test_what_was_withheld_is_said_with_the_reason(client: Client) -> None:
    said = text(client, "/schools/136458/")
    assert "What was withheld, and why" in said
    assert "withheld because" in said


def test_a_school_of_both_phases_has_a_part_for_each(client: Client) -> None:
    said = text(client, "/schools/100096/?phase=primary")
    assert '<a href="?phase=primary" aria-current="page">Primary</a>' in said
    assert '<a href="?phase=secondary">Secondary</a>' in said


def test_no_page_of_any_school_of_the_system_fails_in_either_language() -> None:
    shown = evidence.shown()
    numbers = [one["number"] for one in shown.register() if one["in_system"]][::5]
    assert len(numbers) > 200
    for language in ("en", "cy"):
        with translation.override(language):
            for number in numbers:
                school = shown.school(number)
                assert school is not None
                told = page.tell(school, shown.facts)
                assert (told.body is None) == (school["phases"] == [])


def test_its_figures_can_be_taken_away(client: Client) -> None:
    answer = client.get("/schools/143260/figures.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "phase,measure,year,value,pupils,nation,missing,source"
    assert any(line.startswith("secondary,attainment8,2025,48.1,") for line in lines)
    assert client.get("/schools/999/figures.csv").status_code == 404
