"""The report as a page: self-contained, accessible, in two languages, the same each time."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from commonroom import disclosure, narrative
from commonroom.narrative import (
    Story,
    cards,
    comparisons,
    glance,
    limits,
    page,
    places,
    quality,
    report,
    words,
)

#: Elements that HTML lets stand without an end.
VOID = {"meta", "input", "br", "img", "link", "col", "hr"}


class Outline(HTMLParser):
    """What a reader of the page meets: elements with attributes, and the rows of each table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.names: list[list[str]] = []
        self._in_name = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a new table begins a new list of names."""
        self.elements.append((tag, dict(attrs)))
        if tag == "tbody":
            self.names.append([])
        self._in_name = tag == "th" and dict(attrs).get("scope") == "row"
        if self._in_name:
            self.names[-1].append("")

    def handle_data(self, data: str) -> None:
        """Note the first cell of a row."""
        if self._in_name:
            self.names[-1][-1] += data.strip()

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def _without_scripts(text: str) -> str:
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)


def test_two_builds_give_the_same_bytes(story: Story, english: str) -> None:
    assert narrative.tell(story, language="en") == english


def test_the_page_asks_nothing_of_any_other_place(english: str) -> None:
    for _, attributes in Outline(english).elements:
        assert not {"src", "srcset", "data", "background"} & set(attributes)
    assert Outline(english).of("link") == []
    assert re.findall(r"url\(|@import", "".join(re.findall(r"<style>.*?</style>", english, re.DOTALL))) == []


def test_the_policy_allows_these_scripts_and_nothing_else(english: str) -> None:
    policy = next(a["content"] for a in Outline(english).of("meta") if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", english, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_says_its_language_and_has_all_parts(story: Story, language: str) -> None:
    told = narrative.tell(story, language=language)  # type: ignore[arg-type]
    outline = Outline(told)
    assert outline.of("html")[0]["lang"] == language
    found = [attributes["id"] for attributes in outline.of("section")]
    assert found == [
        "glance",
        "find",
        "map",
        "families",
        "better",
        "pupils",
        "gap",
        "floor",
        "unknown",
        "quality",
        "methods",
    ]
    assert "{" not in _without_scripts(told)


def test_every_link_of_the_page_leads_somewhere_and_every_name_is_once(english: str) -> None:
    outline = Outline(_without_scripts(english))
    names = [a["id"] for _, a in outline.elements if a.get("id")]
    assert len(names) == len(set(names))
    inside = {str(a["href"])[1:] for a in outline.of("a") if str(a["href"]).startswith("#")}
    assert inside <= set(names)


def test_landmarks_headings_and_tables_are_for_everybody(english: str) -> None:
    outline = Outline(_without_scripts(english))
    tags = [tag for tag, _ in outline.elements]
    for landmark in ("header", "nav", "main", "footer"):
        assert tags.count(landmark) == 1
    assert tags.count("h1") == 1
    assert tags.count("table") == tags.count("caption") > 10
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(a.get("aria-label") for a in outline.of("div") if a.get("role") == "img")


def test_names_of_schools_stand_in_order_of_name_and_never_of_result(story: Story, english: str) -> None:
    known = set(story.schools.frame["name"])
    lists = [names for names in Outline(english).names if set(names) & known]
    assert len(lists) >= 4
    for names in lists:
        assert names == sorted(names)


def test_text_of_the_data_is_escaped_everywhere(english: str) -> None:
    assert "Zion &lt;b&gt;School" in english
    assert "Zion <b>School" not in english
    assert "Zion \\u003cb>School" in english


def test_a_withheld_figure_is_not_in_the_page_and_the_reason_is(story: Story, english: str) -> None:
    assert story.map is not None
    assert "about fewer than 6 pupils" in english
    shown = json.loads(re.findall(r'id="cards">(.*?)</script>', english, re.DOTALL)[0])
    abbey = next(one for one in shown["schools"] if one[:4] == ["2", "Abbey School", "Bolton", "secondary"])
    assert abbey[4] is None
    assert abbey[5] == [80, 60, 95, 60, 63]


def test_a_card_has_likeness_claims_and_nearest(english: str) -> None:
    shown = json.loads(re.findall(r'id="cards">(.*?)</script>', english, re.DOTALL)[0])
    mill = next(one for one in shown["schools"] if one[0] == "4" and one[3] == "secondary")
    assert mill[8] == [shown["names"].index("Far School, Bolton")]
    assert mill[9] == [[0, "Absence: +0.1 to +1.3 percentage points; probability 98%"]]


def test_needs_are_not_listed_by_name(english: str) -> None:
    better = re.findall(r'<section id="better".*?</section>', english, re.DOTALL)[0]
    assert "Abbey School" in better
    assert "Mill School" not in better


def test_a_part_that_is_missing_says_so(story: Story) -> None:
    parts = {"map": places.map, "families": places.families, "better": comparisons.better,
             "gap": comparisons.gap, "floor": comparisons.floor}  # fmt: skip
    bare = dataclasses.replace(story, **dict.fromkeys(parts))
    for tell in parts.values():
        section = tell(bare, words.load("en"))
        assert "not in the evidence" in section.blocks[0].sentences[0]


@pytest.mark.usefixtures("undrawn")
def test_a_story_of_the_panel_alone_is_a_whole_page(
    tables: dict[str, pl.DataFrame], facts: narrative.Facts
) -> None:
    kept = {
        name: tables[name] for name in ("schools", "outcomes", "context", "joins", "problems", "left_out")
    }
    kept["left_out"], kept["problems"] = kept["left_out"].clear(), kept["problems"].clear()
    kept["outcomes"] = kept["outcomes"].filter(pl.col("value").is_not_null(), pl.col("measure") != "absence")
    told = narrative.tell(narrative.gather(kept, facts=facts), language="cy")
    assert "Ni adawyd yr un ffigur allan." in told
    assert "Ni chafwyd hyd i'r un broblem".replace("'", "&#39;") in told


@pytest.mark.usefixtures("undrawn")
def test_a_system_of_too_many_schools_has_pictures_but_no_lists(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LISTED", 3)
    monkeypatch.setattr(cards, "MOST", 3)
    told = narrative.tell(story, language="en")
    assert "The picture shows one school in 2" in told
    assert "There are too many schools here" in told
    assert "Siôn School" not in _without_scripts(told)


def test_what_the_build_did_not_do_is_told_in_its_own_language(story: Story) -> None:
    noted = dataclasses.replace(
        story, facts=dataclasses.replace(story.facts, notes=("Absence has 2 years.",))
    )
    section = quality.tell(noted, words.load("cy"))
    assert section.blocks[-1].grids[0].rows == (("Absence has 2 years.",),)
    assert section.blocks[-1].grids[0].language == "en"


@pytest.mark.usefixtures("undrawn")
def test_a_list_that_is_cut_says_how_much_is_left(
    tables: dict[str, pl.DataFrame], facts: narrative.Facts
) -> None:
    tables["problems"] = pl.concat([tables["problems"]] * 230)
    told = narrative.tell(narrative.gather(tables, facts=facts), language="en")
    assert "and 30 more rows in the evidence folder" in told


@pytest.mark.usefixtures("undrawn")
def test_positions_may_be_missing(story: Story) -> None:
    assert story.families is not None
    empty = story.families.frame.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in ("position", "lowest", "highest")
    )
    blank = dataclasses.replace(story.families, frame=empty)
    told = narrative.tell(dataclasses.replace(story, families=blank, groups=None), language="en")
    assert 'id="moves-' not in told


@pytest.mark.usefixtures("undrawn")
def test_a_difference_is_sure_only_when_its_range_says_so(story: Story) -> None:
    def beside(low: float, high: float) -> str:
        apart = pl.col("place") == "difference"
        frame = story.glance.frame.with_columns(
            value=pl.when(apart).then((low + high) / 2).otherwise("value"),
            low=pl.when(apart).then(low).otherwise("low"),
            high=pl.when(apart).then(high).otherwise("high"),
        )
        changed = dataclasses.replace(story, glance=dataclasses.replace(story.glance, frame=frame))
        return narrative.tell(changed, language="en")

    assert "<strong>above England</strong>" in beside(1.0, 3.0)
    assert "<strong>below England</strong>" in beside(-3.0, -1.0)
    assert "<strong>too small to be sure of</strong>" in beside(-1.0, 3.0)


def test_a_system_that_is_the_whole_nation_stands_beside_nothing(
    tables: dict[str, pl.DataFrame], facts: narrative.Facts
) -> None:
    tables["schools"] = tables["schools"].with_columns(in_system=pl.lit(True))
    section = glance.tell(narrative.gather(tables, facts=facts), words.load("en"))
    assert "difference" not in " ".join(section.blocks[1].sentences)


@pytest.mark.usefixtures("undrawn")
def test_a_change_larger_than_chance_is_said(story: Story) -> None:
    moved = (pl.col("place") == "difference") & (pl.col("year") == 2018)
    frame = story.glance.frame.with_columns(
        value=pl.when(moved).then(30.0).otherwise("value"),
        low=pl.when(moved).then(29.0).otherwise("low"),
        high=pl.when(moved).then(31.0).otherwise("high"),
    )
    changed = dataclasses.replace(story, glance=dataclasses.replace(story.glance, frame=frame))
    assert "It has changed by more than chance would explain." in narrative.tell(changed, language="en")


@pytest.mark.usefixtures("undrawn")
def test_gap_and_forecast_say_when_there_is_nothing_to_say(story: Story) -> None:
    assert story.gap is not None
    assert story.forecast is not None
    nation = dataclasses.replace(story.gap, frame=story.gap.frame.filter(pl.col("place") == "nation"))
    unscored = story.forecast.frame.filter(pl.col("model") == "ours").with_columns(
        cover80=pl.lit(None, dtype=pl.Float64)
    )
    forecast = dataclasses.replace(story.forecast, frame=unscored)
    told = narrative.tell(dataclasses.replace(story, gap=nation, forecast=forecast), language="en")
    assert "No year has figures for disadvantaged pupils" in told
    assert "closer than if one had taken" not in told
    assert "of ten results" not in told.lower()


def test_a_forecast_that_is_worse_than_last_year_is_said_to_be_so(story: Story) -> None:
    assert story.forecast is not None
    turned = story.forecast.frame.with_columns(crps=1.0 - pl.col("crps"))
    forecast = dataclasses.replace(story.forecast, frame=turned)
    section = limits.tell(dataclasses.replace(story, forecast=forecast), words.load("en"))
    assert "further away" in section.blocks[1].sentences[1]


def test_withheld_figures_are_counted_by_reason_in_the_language_of_the_page() -> None:
    rule = disclosure.Rule(keys=("school",), figures={"value": "pupils"})
    frame = pl.DataFrame({"school": ["1", "2"], "value": [1.0, 2.0], "pupils": [3.0, None]})
    said = page.withheld_note(disclosure.release(frame, rule=rule), words.load("en"))
    assert said == "Withheld: 2 figures: 1 (about fewer than 6 pupils), 1 (number of pupils unknown)."


def test_cutting_what_was_released_keeps_only_what_was_withheld_from_it() -> None:
    rule = disclosure.Rule(keys=("school",), figures={"value": "pupils"})
    frame = pl.DataFrame({"school": ["1", "2"], "value": [1.0, 2.0], "pupils": [3.0, 4.0]})
    released = disclosure.release(frame, rule=rule, source="Tables")
    part = page.cut(released, released.frame.filter(school="1"))
    assert (part.withheld.height, part.source) == (1, "Tables")
    assert page.cut(released, released.frame.select("value")).withheld.height == 2


def test_only_stars_make_a_sentence_strong() -> None:
    assert page.text("**a** <b>") == "<strong>a</strong> &lt;b&gt;"


def test_words_of_another_system_are_shown_as_they_are() -> None:
    assert page.theme(words.load("cy"), "music") == "music"


def test_data_cannot_end_a_script() -> None:
    assert "</script" not in report.data({"name": "</script><script>alert(1)"})


def test_joins_are_listed_until_they_are_too_many(story: Story) -> None:
    assert story.joined is not None
    row = {"name": None, "school": "1", "number": "90", "rule": "merged", "date": None}
    for count, listed, said in ((1, 1, 1), (1001, 1000, 2)):
        frame = pl.DataFrame([row] * count, schema=story.joined.frame.schema)
        many = dataclasses.replace(story, joined=dataclasses.replace(story.joined, frame=frame))
        block = quality.tell(many, words.load("en")).blocks[2]
        assert len(block.grids[1].rows) == listed
        assert len(block.sentences) == said
    nobody = dataclasses.replace(story, joined=None)
    assert len(quality.tell(nobody, words.load("en")).blocks[2].grids) == 1
