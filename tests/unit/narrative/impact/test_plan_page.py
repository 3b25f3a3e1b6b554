"""The page of a plan: to be read in a minute, printed and signed, before any result."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from commonroom.narrative.impact import plan, planned
from unit.narrative.impact import made_evaluations as made


def _page(language: Any = "en", *, asked: Any = None, **changed: pl.DataFrame) -> str:
    return plan(made.frames() | changed, told=asked or made.told(), language=language)


@pytest.fixture(scope="module")
def english() -> str:
    return _page()


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.usefixtures("undrawn")
def test_the_page_needs_nothing_else(language: str) -> None:
    text = _page(language)
    assert f'<html lang="{language}">' in text
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))
    assert "<b>" not in text
    assert text == _page(language)


def test_it_says_what_was_agreed_with_hash_and_date(english: str) -> None:
    found = made.planned()
    for text in (
        f"Plan {found.short}, 1 September 2023", found.hash, "Did Reading together raise Attainment 8",
        "12 schools that are helped and 6 schools that help, in 6 partnerships",
        "results of 2024 to 2025 count",
        "1.0 points", "the whole 95% range of the effect lies on the better side", "nobody can tell",
    ):  # fmt: skip
        assert text in english
    assert english.count('<svg class="still"') == 2
    assert "Too small to be sure of" in english
    assert "For a school that is helped" in english
    assert "For a school that helps" in english


@pytest.mark.usefixtures("undrawn")
def test_the_planners_own_words_stand_beside_those_of_the_page() -> None:
    text = _page("cy")
    assert "A wellodd Cyrhaeddiad 8" in text
    assert '<span class="own" lang="en">“Did Reading together raise' in text
    assert '<span class="own" lang="en">“Did Reading together raise' not in _page()


@pytest.mark.usefixtures("undrawn")
def test_schools_stand_by_partnership_authority_and_name(english: str) -> None:
    rows = re.findall(r"<tr><th scope=row>(P\d)<td>([^<]+)<td>([^<]+)<td>2024", english)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert [row[2] for row in rows[:3]] == ["is helped", "is helped", "helps"]
    assert "Schools that cannot be counted" in english
    left_out = made.frames()["left_out"].filter(pl.col("side") != "joined")
    assert "Schools that cannot be counted" not in _page(left_out=left_out)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ({"sd": 0.08}, "Large enough"),
        ({"sd": 0.22}, "Too small to be sure of"),
        ({"sd": 0.1}, "Large enough"),
        ({"sd": None}, "Too small to see anything"),
        (None, "What it could see was not worked out"),
    ],
)
def test_whether_it_is_large_enough_is_said(seen: dict[str, Any] | None, sentence: str) -> None:
    base = made.planned()
    power = () if seen is None else tuple(one.model_copy(update=seen) for one in base.power)
    asked = made.told(plan=base.model_copy(update={"power": power, "roles": ("receiver",)}))
    text = _page(asked=asked)
    assert sentence in text
    assert "<h3>The schools that were helped</h3>" not in text


@pytest.mark.usefixtures("undrawn")
def test_each_role_has_its_own_curve_and_without_one_there_is_no_picture() -> None:
    curve = made.frames()["power"]
    both = pl.concat(
        [curve.with_columns(role=pl.lit(role)) for role in ("receiver", "provider")], how="vertical"
    )
    assert _page(power=both).count("The figures behind the curve") > 2
    assert "figure id" not in _page(power=both.clear())


def test_sizes_with_a_name_lie_on_the_curve() -> None:
    curve = pl.DataFrame({"effect": [0.2, 0.0], "power": [0.8, 0.0]})
    marked = planned.marked(curve, {0.1: "matters"})
    assert marked.rows() == [(0.0, 0.0, ""), (0.1, pytest.approx(0.4), "matters"), (0.2, 0.8, "")]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("design", "sentence"),
    [("synthetic", "with a mix of other schools"), ("dr", "with all other schools of the phase")],
)
def test_each_design_says_how_it_compares(design: str, sentence: str) -> None:
    asked = made.told(plan=made.planned().model_copy(update={"design": design}))
    assert sentence in _page(asked=asked)


@pytest.mark.usefixtures("undrawn")
def test_a_window_of_one_year_is_one_year() -> None:
    one = made.planned(window=(2025, 2025))
    assert "results of 2025 count" in _page(asked=made.told(plan=one))


def test_a_plan_is_told_of_where_there_is_one() -> None:
    with pytest.raises(ValueError, match="where there is one"):
        plan({}, told=replace(made.told(), plan=None), language="en")
