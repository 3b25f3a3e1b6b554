"""The page of an evaluation: what stands first, what is never shown alone, the same bytes, both languages."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from commonroom import charts
from commonroom.narrative import words
from commonroom.narrative.impact import answer, evaluation, judged, limits, status
from commonroom.tables import impact as tables
from unit.narrative.impact.made_evaluations import (
    HEADLINE,
    OTHERS,
    PROVIDER,
    fill,
    frames,
    planned,
    pupils,
    shown,
    told,
    voice,
)  # fmt: skip


def _page(language: Any = "en", *, asked: Any = None, **changed: pl.DataFrame) -> str:
    return evaluation(frames() | changed, told=asked or told(), language=language)


@pytest.fixture(scope="module")
def english() -> str:
    return _page()


@pytest.fixture(scope="module")
def welsh() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "svg", lambda chart: "<svg></svg>")
        return _page("cy")


def _headline(**changed: Any) -> pl.DataFrame:
    return fill(tables.HEADLINE, HEADLINE | changed)


def test_the_page_needs_nothing_else(english: str, welsh: str) -> None:
    for text in (english, welsh):
        assert "<script" not in text
        assert "default-src 'none'" in text
        assert not re.search(r'(?:src|href)="(?!#)', text)
        assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))


@pytest.mark.usefixtures("undrawn")
def test_the_same_frames_give_the_same_bytes_in_any_order_of_rows() -> None:
    turned = {name: frame.reverse() for name, frame in frames().items() if name not in ("guards", "balance")}
    assert _page(**turned) == _page()


def test_names_are_escaped(english: str, welsh: str) -> None:
    for text in (english, welsh):
        assert "<b>" not in text
        assert "Abbey &lt;b&gt;&amp; Mill" in text


def test_what_was_planned_stands_before_the_answer(english: str) -> None:
    order = [english.index(text) for text in ("<strong>As planned.", "did better than schools like them")]
    assert order == sorted(order)


def test_each_role_is_a_question_of_its_own(english: str, welsh: str) -> None:
    assert english.index("Did it help the schools that were helped?") < english.index(
        "Did helping cost the helpers?"
    )
    assert "A oedd helpu&#39;n costio i&#39;r rhai a fu&#39;n helpu?" in welsh


def test_no_school_is_put_in_an_order_of_merit(english: str) -> None:
    table = next(
        table
        for table in re.findall(r"<table.*?</table>", english, flags=re.DOTALL)
        if "Stood beside" in table
    )
    towns = re.findall(r"<th scope=row>[^<]*\((\w+)\)", table)
    assert towns == sorted(towns)
    assert len(towns) == 12


def test_every_picture_has_a_table_behind_it(english: str) -> None:
    assert english.count('<svg class="still"') == 7
    for name in ("regress-receiver", "paths-receiver", "effects-provider", "mix-0"):
        figure = english.index(f'<figure id="{name}"')
        assert english.index("<table", figure) < english.index("<h", english.index("<table", figure))
        assert "<details" in english[figure : english.index("<table", figure)]


@pytest.mark.parametrize(
    ("verdict", "english", "welsh"),
    [
        ("helped", "did better than schools like them", "yn well nag ysgolion tebyg"),
        ("harmed", "did less well than schools like them", "yn llai da nag ysgolion tebyg"),
        ("no_difference", "much the same as schools like them", "tua'r un fath ag ysgolion tebyg"),
        ("unclear", "Nobody can tell", "Ni all neb ddweud"),
    ],
)
@pytest.mark.parametrize("role", ["receiver", "provider"])
def test_an_answer_is_never_without_its_range(role: str, verdict: str, english: str, welsh: str) -> None:
    row = HEADLINE | {"role": role, "verdict": verdict, "hidden": False}
    spoken = answer.sentence(row, voice())
    assert "2.1 points higher (95% range: from 0.5 to 3.7 higher)" in spoken
    assert role == "provider" or english in spoken
    assert role == "provider" or welsh in answer.sentence(row, voice("cy"))
    assert "2.1 pwynt yn uwch (ystod 95%: o 0.5 i 3.7 yn uwch)" in answer.sentence(row, voice("cy"))


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "changed",
    [
        {"effect": None, "low": None, "high": None, "verdict": None, "strength": 1},
        {"low": None, "verdict": "helped", "strength": 1},
    ],
)
def test_an_effect_without_a_range_is_not_said(changed: dict[str, Any]) -> None:
    text = _page(headline=_headline(reasons="no_comparison", **changed))
    assert "No fair comparison was possible" in text
    assert "no comparison was possible" in text
    assert '<figure class="reach">' not in text
    assert 'id="limits"' not in text
    assert "<span>1</span> No comparison possible</li>" in text


@pytest.mark.usefixtures("undrawn")
def test_an_evaluation_of_nothing_says_so() -> None:
    for language, sentence in (("en", "There is nothing to tell"), ("cy", "Nid oes dim i&#39;w ddweud")):
        text = evaluation({}, told=told(), language=language)  # type: ignore[arg-type]
        assert sentence in text
        assert "<svg" not in text


@pytest.mark.usefixtures("undrawn")
def test_frames_that_are_not_there_leave_their_part_empty() -> None:
    text = evaluation({"headline": _headline(asked=11)}, told=told(), language="en")
    for sentence in (
        "None of these checks was done", "No comparison schools are named", "The change before and after was "
        "not worked out here", "There is no table of how alike both sides were", "Nobody that took part was",
    ):  # fmt: skip
        assert sentence in text


def test_steps_are_words_and_the_one_that_holds_is_marked(english: str) -> None:
    assert english.count('aria-current="step"') == 2
    assert '<li class="here" aria-current="step"><span>3</span> Suggestive</li>' in english
    assert "it rests on few partnerships" in english


@pytest.mark.usefixtures("undrawn")
def test_evidence_that_nothing_held_down_says_no_reasons() -> None:
    assert "What held it down" not in _page(headline=_headline(strength=5, reasons=""))
    assert "a thing not yet named" in _page(headline=_headline(reasons="a_thing_not_yet_named"))


def test_how_large_it_is_comes_beside_an_ordinary_year() -> None:
    row = HEADLINE | {"hidden": False}
    said = answer.large(row, voice())
    assert "moves by about 4.2 points" in said[0]
    assert "50% of that, and anything from 12% to 88%" in said[0]
    assert said[1] == "An effect of less than 1.0 points is taken to be too small to matter."
    lower = row | {"noise_low": -0.1}
    assert "a minus sign means" in answer.large(lower, voice())[0]
    assert answer.large(row | {"noise": None, "smallest": None}, voice()) == []
    assert answer.large(row | {"low": None}, voice()) == []
    assert answer.rests(row | {"low": None}, voice()) == ""
    one = answer.rests(row | {"last_year": 2024, "clusters": 1}, voice())
    assert "(one partnership)" in one
    assert "results of 2024." in one


@pytest.mark.usefixtures("undrawn")
def test_a_figure_about_few_pupils_is_withheld_and_said_so() -> None:
    few = dict.fromkeys(("s000", "s001"), 2)
    for language, sentence in (
        (
            "en",
            "<strong>Whether it helped is not shown,</strong> because the figure would be",
        ),
        ("cy", "<strong>Ni ddangosir a wnaeth wahaniaeth,</strong>"),
    ):
        text = evaluation(frames(), told=told(pupils=pupils(**few)), language=language)  # type: ignore[arg-type]
        assert sentence in text
        assert "2.1 point" not in text
    english = evaluation(frames(), told=told(pupils=pupils(**few)), language="en")
    assert "The figures of Abbey &lt;b&gt;&amp; Mill (Bolton) are withheld" in english


@pytest.mark.usefixtures("undrawn")
def test_the_status_of_a_plan() -> None:
    late = fill(
        tables.DEVIATIONS,
        {"field": "date", "planned": "before the outcomes of 2024", "done": "on 2025-01-01, when known"},
    )
    other = fill(
        tables.DEVIATIONS,
        {"field": "comparison.reuse", "planned": "10", "done": "5", "why": "too few"},
        {"field": "events_added", "planned": "not there", "done": "s001"},
        {"field": "unheard_of", "planned": "a", "done": "b"},
    )
    cases: tuple[tuple[dict[str, Any], dict[str, Any], str, str], ...] = (
        ({}, {}, "planned", "As planned"),
        ({"deviations": late}, {}, "late", "the plan came late"),
        ({"headline": _headline(planned=False)}, {}, "late", "the plan came late"),
        ({"deviations": other}, {}, "deviations", "3 departures from the plan"),
        ({"deviations": pl.concat([late, other])}, {}, "deviations", "also dated after the results"),
        ({}, {"plan": None}, "none", "There was no plan"),
    )
    for changed, asked, kind, sentence in cases:
        found = status.tell(shown(**changed), voice(**asked))
        assert (found.kind, sentence in found.said) == (kind, True)
    table = status.tell(shown(deviations=other), voice()).grid
    assert table is not None
    assert table.language == "en"
    assert table.rows[0] == ("Comparison: how often one may be used", "10", "5", "too few")
    assert table.rows[1] == ("Schools added", "not there", "Birch", "not said")
    assert table.rows[2][0] == "unheard of"
    one = status.tell(shown(deviations=other.head(1)), voice())
    assert "One departure" in one.said
    assert "{" not in one.said


def test_what_cannot_be_told_is_chosen_by_the_facts() -> None:
    def told_of(changed: dict[str, Any], **asked: Any) -> str:
        parts = shown(**changed)
        return " ".join(limits.tell(parts, voice(**asked)))

    usual = told_of({})
    for part in (
        "not drawn by lot", "Only 6 partnerships", "about 11 schools together", "2020, 2021 and 2022",
        "One that took part", "less than 2.2 points", "disadvantaged pupils", "of 2025",
    ):  # fmt: skip
        assert part in usual
    many = {"headline": _headline(clusters=40, asked=11, detectable=0.05), "balance": tables.BALANCE.empty(),
            "paths": tables.PATHS.empty(), "synthetic": tables.SYNTHETIC.empty()}  # fmt: skip
    other = told_of(many, randomised=True)
    for part in ("drawn by lot", "Only", "missing", "The years between", "A small effect", "disadvantaged"):
        assert part not in other
    assert "Schools alike in all that is measured" in other
    assert "about one school" in told_of({"headline": _headline(schools=1, clusters=None)})
    assert "2 that took part" not in usual


@pytest.mark.usefixtures("undrawn")
def test_a_line_of_brief_for_each_thing_that_matters() -> None:
    lines = judged.brief(frames(), told=told(), language="en")
    assert lines[0] == "Plan: as planned on 1 September 2023"
    assert lines[1].startswith("Did it help the schools that were helped? The schools that were helped did")
    assert lines[2].startswith("Evidence: Suggestive (step 3 of 5), held down because it rests on few")
    assert lines[3].startswith("Before and after alone: 3.4 points higher")
    assert "Schools at the same level without it: 1.7 points higher" in lines[3]
    assert len(lines) == 8
    assert "**" not in "".join(lines)
    alone = judged.brief({"headline": _headline(reasons="")}, told=told(plan=None), language="cy")
    assert alone[0] == "Cynllun: nid oedd un, felly darllenwch hyn fel awgrym"
    assert alone[2] == "Tystiolaeth: Awgrymog (cam 3 o 5)."
    assert len(alone) == 4


def test_one_sd_in_points_is_that_of_the_answer_where_it_is_not_given() -> None:
    assert judged.scaled(shown(), told(spread=None)).spread == pytest.approx(10.0)
    assert judged.scaled(shown(), told(spread=7.0)).spread == pytest.approx(10.0)
    assert judged.scaled(shown(headline=_headline(points=None)), told(spread=7.0)).spread == 7.0
    nothing = shown(headline=_headline(points=None))
    assert judged.scaled(nothing, told(spread=None)).spread is None


@pytest.mark.usefixtures("undrawn")
def test_without_points_figures_are_in_standard_deviations() -> None:
    text = _page(asked=told(spread=None), headline=_headline(points=None))
    assert "+0.21 sd of schools (95% range: +0.05 to +0.37)" in text
    assert "less than 0.10 sd of schools" in text
    assert "Figures in points" not in text


def test_how_it_was_made_names_plan_sources_and_definition(english: str, welsh: str) -> None:
    for text in (english, welsh):
        assert planned().hash in text
        assert "Tables 2024; Tables 2025" in text
        assert "METHODS.md section 9" in text
    assert "Conley and Taber 2011" in english
    assert "Conley a Taber 2011" in welsh
    made = " ".join(judged.made(shown(), voice(plan=None, sources=(), spread=None)))
    assert "Plan: none." in made
    assert "Sources:" not in made
    clusters = shown(headline=_headline(inference="clusters", design="dr"))
    assert "how much partnerships differ" in " ".join(judged.made(clusters, voice()))
    unsaid = shown(headline=_headline(inference=None, design=None))
    assert "Design:" not in " ".join(judged.made(unsaid, voice()))


def test_another_language_is_refused() -> None:
    with pytest.raises(words.WordsError):
        _page("fr")


def test_a_measure_of_which_less_is_better_is_told_in_its_own_sign() -> None:
    absence = told().facts.measures["absence"]
    spoken = voice(measure=absence, spread=2.0)
    effect = HEADLINE | {"points": None}
    assert spoken.figure(effect) == "0.4 percentage points lower (95% range: from 0.1 to 0.7 lower)"
    own = HEADLINE | {"points": -0.9, "points_low": -1.2, "points_high": 0.3}
    assert spoken.figure(own) == "0.9 percentage points lower (95% range: from 1.2 lower to 0.3 higher)"
    assert spoken.end(0.37) == "−0.7"
    assert voice(spread=None).end(0.37) == "+0.37"
    assert voice("cy").measure == "Cyrhaeddiad 8"
    assert voice("cy").system == "Manceinion Fwyaf"
    assert voice(name="").name == "Reading together"
    assert voice(name="", plan=None).name == ""
    assert spoken.figure(HEADLINE | {"low": None}) == "not known"
    assert spoken.chance(0.5) == "50%"
    assert spoken.school("unknown") == "unknown"
    assert PROVIDER["role"] == "provider"
    assert len(OTHERS) == 60
