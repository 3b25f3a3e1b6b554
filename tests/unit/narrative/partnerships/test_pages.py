"""The page of a plan, and its part of the report: whole, escaped, without programs, the same bytes twice."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from commonroom.narrative import page
from commonroom.narrative.partnerships import lists, pictures, plan_page, section
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import (
    ALONE,
    CHANGE,
    PLAN,
    PROPOSAL,
    PROVIDER,
    fill,
    frames,
    shown,
    told,
    voice,
)  # fmt: skip


def _page(language: Any = "en", *, asked: Any = None, **changed: pl.DataFrame) -> str:
    return plan_page(frames() | changed, told=asked or told(), language=language)


@pytest.fixture(scope="module")
def english() -> str:
    return _page()


@pytest.fixture(scope="module")
def welsh() -> str:
    return _page("cy")


def _many(number: int) -> dict[str, pl.DataFrame]:
    """A plan of so many proposals, needs alone and changes."""
    schools = [{"receiver": f"{at:04}"} for at in range(number)]
    return {
        "proposals": fill(tables.PROPOSALS, *(PROPOSAL | one for one in schools)),
        "unmatched": fill(tables.UNMATCHED, *(ALONE | one for one in schools)),
        "changes": fill(tables.CHANGES, *(CHANGE | one for one in schools)),
        "providers": fill(tables.PROVIDERS, *(PROVIDER | {"provider": one["receiver"]} for one in schools)),
    }


def test_the_page_needs_nothing_else(english: str, welsh: str) -> None:
    for text in (english, welsh):
        assert "<script" not in text
        assert "default-src 'none'" in text
        assert not re.search(r'(?:src|href)="(?!#)', text)
        assert not re.search(r"\son\w+=", text)


def test_the_same_plan_gives_the_same_bytes(english: str) -> None:
    assert _page() == english


def test_the_order_of_rows_does_not_matter(english: str) -> None:
    assert _page(**{name: frame.reverse() for name, frame in frames().items() if name != "plan"}) == english


def test_names_are_escaped_everywhere(english: str, welsh: str) -> None:
    for text in (english, welsh):
        assert "<b>&" not in text
        assert "<b>" not in text
        assert "Abbey &lt;b&gt;&amp; Mill" in text


def test_each_language_says_so(english: str, welsh: str) -> None:
    assert '<html lang="en">' in english
    assert "Who could help whom: Greater Manchester" in english
    assert '<html lang="cy">' in welsh
    assert "Pwy allai helpu pwy: Manceinion Fwyaf" in welsh
    assert "{" not in re.sub(r"<style>.*?</style>", "", english + welsh, flags=re.DOTALL)


def test_links_lead_somewhere(english: str) -> None:
    assert set(re.findall(r'href="#([^"]+)"', english)) <= set(re.findall(r'id="([^"]+)"', english))


def test_every_picture_has_a_table_that_says_the_same(english: str) -> None:
    assert english.count('<svg class="still"') == 2
    tables_of_page = re.findall(r"<table.*?</table>", english, flags=re.DOTALL)
    bands = next(table for table in tables_of_page if "Schools that could give so many" in table)
    assert "11–20" in bands
    drawn = set(re.findall(r"<title>([^:<]*) \([^:<]*: (?:helps|is helped)", english))
    assert len(drawn) == 3
    for name in drawn:
        assert any(name in table for table in tables_of_page)


def test_every_proposal_has_its_three_sentences(english: str) -> None:
    assert english.count("<details><summary>Why<") == 2
    assert "next best Cedar (Bolton)" in english
    assert "12 min, 5.2 km" in english
    assert '<td data-h="Travel one way">12 min</td>' in english
    assert "1.0 (0.2–2.0) points" in english


def test_schools_come_by_authority_and_name_and_never_by_a_figure(english: str) -> None:
    titles = re.findall(r"<h3>(.*?)</h3>", english)
    assert titles[:2] == ["Bolton", "Bury"]
    rows = [{"receiver": school, "gain": gain} for school, gain in (("2", 0.9), ("1", 0.1), ("3", 0.5))]
    found = shown(proposals=fill(tables.PROPOSALS, *(PROPOSAL | row for row in rows)))
    ordered = lists.ordered(found.proposals.frame.iter_rows(named=True), voice())
    assert [row["receiver"] for row in ordered] == ["1", "3", "2"]


def test_it_says_what_it_goes_by_and_where_it_is_from(english: str) -> None:
    most = told().definition.travel.most_minutes
    assert "Source: Tables 2024; Tables 2025." in english
    assert f"At most {most:.0f} minutes one way; 10 days for a partnership" in english
    assert "The same evidence and definition give the same plan." in english


@pytest.mark.usefixtures("undrawn")
def test_what_was_withheld_is_said() -> None:
    few = fill(tables.PROPOSALS, PROPOSAL | {"cohort": 5.0})
    assert '<td data-h="Expected gain (95% range)">withheld</td>' in _page(proposals=few)
    assert "fewer than 6" in _page(proposals=few)


def test_a_plan_of_nothing_says_so() -> None:
    for language, sentence in (("en", "There is no proposal in this plan."), ("cy", "Nid oes cynnig")):
        text = plan_page({}, told=told(), language=language)  # type: ignore[arg-type]
        assert sentence in text
        assert "<svg" not in text
        assert 'id="sure"' not in text
    english = plan_page({}, told=told(), language="en")
    assert "Every need has a partner in this plan." in english
    assert "so nothing is listed" in english
    assert "or there was no plan before" in english


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("number", [0, 1, 300])
def test_a_page_has_as_many_proposals_as_the_plan(number: int) -> None:
    assert _page(**_many(number)).count("<details><summary>Why<") == number


@pytest.mark.usefixtures("undrawn")
def test_a_plan_too_large_for_a_page_points_to_its_files() -> None:
    text = _page(**_many(page.LISTED + 1))
    assert f"There are {page.LISTED + 1:,} proposals, too many for one page." in text
    assert "<details><summary>Why<" not in text
    assert "1 more rows are in the files of the plan." in text


@pytest.mark.usefixtures("undrawn")
def test_schools_without_a_place_are_counted() -> None:
    lost = fill(tables.PROPOSALS, PROPOSAL, PROPOSAL | {"receiver": "5"}, PROPOSAL | {"receiver": "99"})
    assert "2 schools are not drawn" in _page(proposals=lost)
    nowhere = told(schools=told().schools.with_columns(northing=pl.lit(None, dtype=pl.Int64)))
    text = _page(asked=nowhere)
    assert 'id="partnerships-map"' not in text
    assert "4 schools are not drawn" in text


def test_what_a_school_does_is_on_the_map() -> None:
    picture, lost = pictures.place(shown(), voice())
    assert picture is not None
    assert lost == 0
    for said in ("Abbey &lt;b&gt;&amp; Mill (Bolton): helps and is helped", "Birch (Bury): helps",
                 "Cedar (Bolton): need without a partner", "Dale (Bury): is helped",
                 "Birch helps Abbey &lt;b&gt;&amp; Mill: Attainment"):  # fmt: skip
        assert f"<title>{said}</title>" in picture.still


def test_groups_are_told_of_in_order_and_shares_only_of_some() -> None:
    primary, secondary = lists.equity(shown(), voice())
    assert [row[0] for row in secondary.rows] == [
        "all needs", "Keys to Success schools", "gaps not known", "the most disadvantaged quarter of schools",
    ]  # fmt: skip
    assert secondary.rows[0] == ("all needs", "4", "3", "75%", "0.10", "12")
    assert primary.rows[0][3:5] == ("–", "–")


def test_the_ends_of_disadvantage_are_told_in_a_sentence() -> None:
    group = {"phase": "primary", "by": "disadvantage", "group": "1", "needs": 1200, "helped": 600}
    found = shown(
        equity=fill(
            tables.EQUITY, group, group | {"group": "4", "helped": 900}, group | {"phase": "secondary"}
        )
    )
    assert lists.told_of_equity(found, voice()) == [
        "Primary schools: **75% (900 of 1,200)** of the needs in the most disadvantaged quarter of schools "
        "have a partner, and **50% (600 of 1,200)** of those in the least disadvantaged quarter."
    ]
    (welsh,) = lists.told_of_equity(found, voice("cy"))
    assert "**75% (900 o 1,200)** o'r anghenion yn y chwarter mwyaf difreintiedig" in welsh
    assert lists.told_of_equity(shown(), voice()) == []


def test_keys_to_success_schools_are_listed_with_or_without_a_partner() -> None:
    found = shown(unmatched=fill(tables.UNMATCHED, ALONE | {"keys": True}))
    assert lists.keys(found, voice()).rows == (
        ("Cedar", "Bolton", "Attendance (secondary)", "no partner yet"),
        ("Dale", "Bury", "Attendance (secondary)", "Abbey <b>& Mill (Bolton)"),
    )


def test_limits_are_told_by_whose_they_are() -> None:
    (grid,) = lists.limits(shown(), voice())
    assert grid.rows == (
        ("schools that one school helps in a theme at once", "Birch, Attainment", "3", "3", "0.02"),
    )
    assert lists.limits(shown(limits=tables.LIMITS.empty()), voice()) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"measure": None}, "0.10 (0.02–0.20) sd"), ({"gain": None, "gap": None}, "–"),
        ({"measure": "rwm_expected"}, "1.0 (0.2–2.0) percentage points"), ({"cohort": 5.0}, "withheld"),
    ],
)  # fmt: skip
def test_a_gain_is_in_the_unit_of_its_measure(changed: dict[str, Any], said: str) -> None:
    row = shown(proposals=fill(tables.PROPOSALS, PROPOSAL | changed)).proposals.frame.row(0, named=True)
    assert lists.gain(row, voice()) == said


@pytest.mark.usefixtures("undrawn")
def test_the_part_of_the_report_is_cut_and_says_so() -> None:
    whole = section.section(shown(), voice())
    assert [block.title for block in whole.blocks][1:] == ["Who gets help", "The proposals"]
    assert len(whole.blocks[2].grids[0].rows) == 2
    assert any("One need has no partner yet." in said for said in whole.blocks[0].sentences)
    many = section.section(shown(**_many(section.CAP + 1)), voice())
    assert len(many.blocks[2].grids[0].rows) == section.CAP
    assert any(f"the first {section.CAP} in order" in said for said in many.blocks[2].sentences)
    assert any("201 needs have no partner yet." in said for said in many.blocks[0].sentences)


@pytest.mark.usefixtures("undrawn")
def test_the_part_of_a_plan_of_nothing_has_no_table() -> None:
    none = {name: table.empty() for name, table in (("proposals", tables.PROPOSALS), ("plan", tables.PLAN))}
    part = section.section(shown(**none), voice("cy"))
    assert part.blocks[2].grids == ()
    assert part.title == "Pwy allai helpu pwy"


@pytest.mark.usefixtures("undrawn")
def test_the_plan_of_one_school_alone_counts_it_as_one() -> None:
    row = PLAN | {"schools": 1, "schools_helped": 1, "needs": 1, "helped": 1}
    assert "<strong>One school</strong> has a need" in _page(plan=fill(tables.PLAN, row))
