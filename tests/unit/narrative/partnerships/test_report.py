"""A plan in the evidence is a part of the report, in the words of people's own themes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from commonroom import narrative
from commonroom.narrative import words
from commonroom.narrative.partnerships import section
from commonroom.tables import partnerships as tables_of_plans
from unit.narrative.partnerships.made_plans import PROPOSAL, fill, frames

Tables = dict[str, pl.DataFrame]


@pytest.fixture
def planned(tables: Tables) -> Tables:
    few = fill(tables_of_plans.PROPOSALS, PROPOSAL, PROPOSAL | {"receiver": "3", "cohort": 5.0})
    return tables | frames() | {"proposals": few}


def test_evidence_without_a_plan_has_no_such_part(story: narrative.Story) -> None:
    assert story.partnerships is None
    assert section.tell(story, words.load("en")) is None


def test_the_plan_of_the_evidence_is_released_before_it_is_told(
    planned: Tables, facts: narrative.Facts
) -> None:
    found = narrative.gather(planned, facts=facts).partnerships
    assert found is not None
    assert found["proposals"].frame.filter(receiver="3")["gain"].to_list() == [None]
    assert found["proposals"].frame.filter(receiver="1")["gain"].to_list() == [0.1]
    assert found["schools"].frame.columns == ["school", "name", "authority", "easting", "northing"]


def test_the_report_tells_of_the_plan_in_each_language(planned: Tables, facts: narrative.Facts) -> None:
    own = replace(facts, themes={"attainment": ("Getting on", "Dod ymlaen")})
    story = narrative.gather(planned, facts=own)
    for language, title, theme in (
        ("en", "Who could help whom", "Getting on (secondary)"),
        ("cy", "Pwy allai helpu pwy", "Dod ymlaen (uwchradd)"),
    ):
        part = section.tell(story, words.load(language))  # type: ignore[arg-type]
        assert part is not None
        assert (part.name, part.title) == ("partners", title)
        assert {row[1] for row in part.blocks[2].grids[0].rows} == {theme}
        # No school of this evidence has a place.
        assert part.blocks[0].picture is None


@pytest.mark.usefixtures("undrawn")
def test_the_page_of_the_report_has_the_plan_and_escapes_its_names(
    planned: Tables, facts: narrative.Facts
) -> None:
    text = narrative.tell(narrative.gather(planned, facts=facts), language="en")
    assert '<section id="partners"' in text
    assert "Zion <b>School</b>" not in text
    assert "Zion &lt;b&gt;School&lt;/b&gt;" in text
