"""A sheet for each partnership: what the figures say, what to ask, bring and agree, on one page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from commonroom.narrative import partnerships
from commonroom.narrative.partnerships import school_page, school_pages, sheet
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import ALONE, PROPOSAL, STANDING, fill, frames, told, voice


def _sheet(language: Any = "en", *, asked: Any = None, side: Any = None, **changed: Any) -> str:
    """The page of the school that is helped, with its proposal changed; `side`: the standing of either."""
    found = frames() | {"proposals": fill(tables.PROPOSALS, PROPOSAL | changed)}
    found |= {} if side is None else {"standing": side}
    return unescape(school_page("1", found, told=asked or told(), language=language))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_sheet_needs_nothing_else_and_is_the_same_twice(language: Any) -> None:
    first, second = (school_page("1", frames(), told=told(), language=language) for _ in range(2))
    assert first == second
    assert "<script" not in first
    assert not re.search(r'(?:src|href)="(?!#)', first)
    assert "<b>" not in first
    assert "Abbey &lt;b&gt;&amp; Mill" in first
    assert "{" not in re.sub(r"<style>.*?</style>", "", first, flags=re.DOTALL)


def test_each_partnership_is_a_page_of_its_own() -> None:
    style = (Path(partnerships.__file__).parents[1] / "templates" / "sheet.css").read_text(encoding="utf-8")
    assert "A4" in style
    assert re.search(r"(?:break-after|break-before|page-break-after): *(?:page|always)", style)
    assert school_page("1", frames(), told=told(), language="en").count("<article") == 2


def test_both_schools_have_the_sheet_and_who_is_alone_has_the_reason() -> None:
    pages = dict(school_pages(frames(), told=told(), language="en"))
    assert list(pages) == ["1", "2", "3", "4"]
    assert "Would help: Birch (Bury)" in pages["1"]
    assert "Would help: Birch (Bury)" in pages["2"]
    assert "One sheet follows." in pages["2"]
    assert "2 sheets follow" in pages["1"]
    assert "There is no proposal for Cedar (Bolton) in this plan." in pages["3"]
    assert "no partner for Cedar (Bolton) yet, because the schools that could help" in pages["3"]
    assert "no partner" not in pages["4"]


def test_a_school_that_is_not_in_the_plan_has_a_page_that_says_so() -> None:
    assert "There is no proposal for Elm in this plan." in school_page(
        "5", frames(), told=told(), language="en"
    )


def test_a_school_with_sheets_and_needs_alone_has_both() -> None:
    found = frames() | {"unmatched": fill(tables.UNMATCHED, ALONE | {"receiver": "2"})}
    text = school_page("2", found, told=told(), language="en")
    assert "Needs without a partner: Birch (Bury)" in text


def test_the_figures_of_both_sides_have_their_ranges() -> None:
    said = _sheet()
    assert "similar measured context. The gap is 8.0 points (95% range 4.0 to 12.0)." in said
    assert "(probability 97%), by 5.0 points (95% range 3.0 to 7.0)." in said
    assert "<dd>1.0 (0.2–2.0) points</dd>" in said
    assert "5.2 km, about 12 minutes one way; that leaves 82% of the gain" in said
    assert "The two schools have much the same kind of pupils; that leaves 98% of the gain" in said
    assert '<svg class="strip"' in said
    assert "Source: Tables 2024; Tables 2025." in said


@pytest.mark.parametrize(
    ("changed", "english"),
    [
        ({"cohort": 5.0}, "The figure is withheld, because it would be about fewer than 6 pupils."),
        ({"why": "said", "gap": None, "gain": None}, "The school asks for this itself. No figure speaks"),
        ({"why": "keys", "keys": True}, "The school is a Keys to Success school: it is helped because"),
        ({"why": "keys", "gap": None}, "No figure speaks of this here."),
        ({"keys": True}, "The school is a Keys to Success school"),
        ({"measure": "absence", "spread": 1.5}, "The gap is 1.2 percentage points (95% range 0.6 to 1.8)."),
        ({"provider_cohort": 5.0}, "The figure is withheld"),
        ({"strength": "said", "probability": 0.7}, "that it is a strength is taken to be 70% probable."),
        ({"probability": None}, "No figure speaks of this here."),
        ({"third": "4"}, "Dale (Bury) would learn beside Abbey <b>& Mill."),
        ({"swap": "attendance"}, "In turn, Abbey <b>& Mill would help Birch in Attendance: there is"),
        ({"days": 1.0}, "Days (one day planned) and whose"),
        ({"state": "running"}, "State: running"),
        ({"source": None}, "<p class=\"source\"> Evidence version"),
    ],
)  # fmt: skip
def test_a_sheet_says_what_it_knows(changed: dict[str, Any], english: str) -> None:
    assert english in _sheet(**changed)
    assert english not in _sheet()
    assert english not in _sheet("cy", **changed) or english.startswith("<p")


@pytest.mark.parametrize(
    ("side", "said"),
    [
        (tables.STANDING.empty(), "How much better is not in this plan."),
        (fill(tables.STANDING, STANDING | {"effect": None}), "How much better is not in this plan."),
        (fill(tables.STANDING, STANDING | {"measure": "progress8", "spread": 0.5}),
         "pupils here made more progress than pupils in schools with similar measured context (probability "
         "97%), by 0.25 grade"),
    ],
)  # fmt: skip
def test_a_strength_is_as_large_as_its_standing_says(side: pl.DataFrame, said: str) -> None:
    text = _sheet(side=side)
    assert said in text
    assert '<svg class="strip"' not in text


def test_what_a_measure_does_not_say_is_noted() -> None:
    noted = told(notes={("attainment", "secondary"): "Only of those who sat it."})
    assert '<p class="quiet">Only of those who sat it.</p>' in _sheet(asked=noted)
    assert "Only of those" not in _sheet()


def test_a_sheet_of_few_pupils_has_no_picture_of_them() -> None:
    few = [STANDING, STANDING | {"school": "1", "effect": -0.6, "cohort": 5.0}]
    assert '<svg class="strip"' not in _sheet(cohort=5.0, side=fill(tables.STANDING, *few))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_theme_has_three_questions(language: str) -> None:
    speaking = voice(language)
    own = {key.split(".")[0] for key in speaking.words.group("partners.ask")}
    for theme in own:
        asked = sheet.questions(theme, speaking)
        assert len(set(asked)) == 3
        assert all(question.endswith("?") for question in asked)
    assert sheet.questions("gardening", speaking) == sheet.questions("generic", speaking)
    assert sheet.questions("reading", speaking) != sheet.questions("generic", speaking)
