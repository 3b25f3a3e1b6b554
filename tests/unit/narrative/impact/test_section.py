"""The part of the report: what the lowest did next without anybody's help, and what was found so far."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from commonroom import narrative
from commonroom.narrative import words
from commonroom.narrative.impact import returns, section
from commonroom.tables import impact as tables
from commonroom.tables import panel
from unit.narrative.impact.made_evaluations import built, fill

EN, CY = words.load("en"), words.load("cy")
FINDING: dict[str, Any] = {
    "plan": "abc", "role": "receiver", "who": "Reading <b>together", "theme": "", "practice": "",
    "measure": "attainment8", "phase": "secondary", "effect": 0.21, "low": 0.05, "high": 0.37, "strength": 3,
    "verdict": "helped", "deviations": 0, "date": datetime.date(2026, 1, 1),
}  # fmt: skip


def _tables(
    years: tuple[int, ...] = (2023, 2024, 2025), *, lift: float = 8.0, inside: int = 60, cohort: float = 100.0
) -> dict[str, pl.DataFrame]:
    """Sixty schools of a system and forty others, spread evenly; the lowest of the first year rise by `lift`.

    Which school is lowest has nothing to do with its number.
    """
    schools = [
        {"school": f"s{at:03}", "name": f"School {at}", "kind": "mainstream", "in_system": at < inside}
        for at in range(100)
    ]
    outcomes = [
        {"school": f"s{at:03}", "year": year, "phase": "secondary", "measure": "attainment8", "group": "all",
         "value": 30.0 + at * 37 % 100 * 0.3
         + (lift * (1 + at % 3 / 10) if year > years[0] and at * 37 % 100 < 20 else 0.0),
         "cohort": cohort, "release": f"Tables {year}"}
        for year in years
        for at in range(100)
    ]  # fmt: skip
    return {"schools": _fill(panel.SCHOOLS, schools), "outcomes": _fill(panel.OUTCOMES, outcomes)}


def _fill(table: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(table.schema) | row for row in rows], schema=table.schema)


def _story(story: narrative.Story, made: dict[str, pl.DataFrame] | None, *findings: Any) -> narrative.Story:
    found = None if made is None else returns(made, facts=story.facts)
    frame = fill(tables.FINDINGS, *(FINDING | one for one in findings)) if findings else None
    told = narrative.gathering._plain(frame)
    return replace(story, returns=found, findings=told)


def test_the_lowest_fifth_is_that_of_the_first_year() -> None:
    released = returns(_tables(), facts=built())
    assert released is not None
    lowest = released.frame.filter(pl.col("fifth") == "lowest")
    assert lowest["year"].to_list() == [2023, 2024, 2025]
    assert lowest["schools"].to_list() == [12, 12, 12]
    assert lowest["change"][0] == 0.0
    assert lowest["change_low"][-1] > 0
    assert released.source == "Tables 2023; Tables 2024; Tables 2025"


def test_figures_stand_beside_the_middle_of_all_schools() -> None:
    released = returns(_tables(lift=0.0), facts=built())
    assert released is not None
    made = _tables(lift=0.0)["outcomes"].filter(pl.col("year") == 2023)
    middle = made["value"].mean()
    own = made.filter(pl.col("school") < "s060").sort("value").head(12)["value"].mean()
    lowest = released.frame.filter(pl.col("fifth") == "lowest")
    assert lowest["value"].to_list() == pytest.approx([own - middle] * 3)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("made", "years"),
    [
        (_tables((2016, 2017, 2018, 2019, 2023)), None),
        (_tables((2017, 2018, 2019)), [2017, 2018, 2019]),
        (_tables((2016, 2017, 2018, 2019)), [2017, 2018, 2019]),
        (_tables((2018, 2024, 2025)), [2024, 2025]),
        (_tables(inside=20), None),
    ],
)
def test_only_years_that_follow_each_other_and_enough_schools_count(
    made: dict[str, pl.DataFrame], years: list[int] | None
) -> None:
    released = returns(made, facts=built())
    found = None if released is None else released.frame["year"].unique().sort().to_list()
    assert found == years


def test_schools_without_all_results_are_not_in_it() -> None:
    made = _tables()
    gone = made["outcomes"].filter(~((pl.col("school") < "s050") & (pl.col("year") == 2025)))
    released = returns(made | {"outcomes": gone}, facts=built())
    assert released is None


def test_the_section_says_how_far_the_lowest_came(story: narrative.Story) -> None:
    for spoken, title, sentence in (
        (EN, "Did it help?", "came"), (CY, "A wnaeth wahaniaeth?", "yn nes o"),
    ):  # fmt: skip
        part = section(_story(story, _tables()), spoken)
        assert part is not None
        assert (part.name, part.title) == ("impact", title)
        (block,) = part.blocks
        assert sentence in block.sentences[1]
        assert "commonroom impact plan" in block.sentences[0]
        assert block.picture is not None
        assert "<svg" in block.picture.still
        assert len(block.picture.still) < 5000
        assert block.grids[0].rows[0][5] == "–"
        assert len(block.grids[0].rows) == 6


@pytest.mark.parametrize(
    ("lift", "sentence"), [(8.0, "tend to rise"), (0.0, "cannot be told here"), (-8.0, "do not always rise")]
)
def test_it_says_what_the_figures_say(story: narrative.Story, lift: float, sentence: str) -> None:
    part = section(_story(story, _tables(lift=lift)), EN)
    assert part is not None
    assert sentence in part.blocks[0].sentences[1]
    assert "−" not in part.blocks[0].sentences[1]
    assert ("Had a programme gone" in part.blocks[0].sentences[-1]) == (lift > 0)


def test_two_phases_that_say_the_same_say_it_once(story: narrative.Story) -> None:
    made = _tables()
    primary = made["outcomes"].with_columns(phase=pl.lit("primary"), measure=pl.lit("rwm_expected"))
    both = made | {"outcomes": pl.concat([made["outcomes"], primary])}
    part = section(_story(story, both), EN)
    assert part is not None
    said = " ".join(part.blocks[0].sentences)
    assert said.count("tend to rise by themselves") == 1
    assert "Secondary schools: the fifth" in said
    assert "Primary schools: the fifth" in said


def test_figures_about_few_pupils_are_not_told(story: narrative.Story) -> None:
    part = section(_story(story, _tables(cohort=0.2)), EN)
    assert part is not None
    (block,) = part.blocks
    assert block.picture is None
    assert block.grids == ()
    assert "Withheld: " in block.sources[-1]
    only = _tables()
    low = only["outcomes"].filter(pl.col("year") == 2023).sort("value").filter(pl.col("school") < "s060")
    few = pl.when(pl.col("school") == low["school"][0]).then(2.0).otherwise("cohort")
    half = section(_story(story, only | {"outcomes": only["outcomes"].with_columns(cohort=few)}), EN)
    assert half is not None
    assert {row[1] for row in half.blocks[0].grids[0].rows} == {"highest fifth"}
    assert "lowest in" not in " ".join(half.blocks[0].sentences[1:])


def test_findings_come_first_with_range_and_strength(story: narrative.Story) -> None:
    other = {"role": "provider", "measure": "own_measure", "strength": 1}
    part = section(_story(story, _tables(), {}, other), EN)
    assert part is not None
    assert len(part.blocks) == 2
    assert "Nobody has asked" not in " ".join(part.blocks[1].sentences)
    rows = part.blocks[0].grids[0].rows
    assert rows[1] == (
        "Reading <b>together: the schools that were helped", "Attainment 8", "+0.21 sd (+0.05 to +0.37)",
        "Suggestive",
    )  # fmt: skip
    assert rows[0][1] == "own_measure"
    welsh = section(_story(story, None, {}), CY)
    assert welsh is not None
    assert welsh.blocks[0].grids[0].rows[0][1:] == (
        "Cyrhaeddiad 8", "+0.21 gs (+0.05 i +0.37)", "Awgrymog",
    )  # fmt: skip


def test_without_either_there_is_no_section(story: narrative.Story) -> None:
    assert section(_story(story, None), EN) is None


@pytest.mark.usefixtures("undrawn")
def test_the_report_has_the_section_and_its_method(story: narrative.Story, english: str) -> None:
    text = narrative.tell(_story(story, _tables(), {}), language="en")
    assert '<section id="impact"' in text
    assert '<h3 id="how-impact">' in text
    assert "Reading &lt;b&gt;together" in text
    start = text.index('<section id="impact"')
    assert text.index("</section>", start) - start < 15_000
    assert 'id="how-impact"' not in english
