"""What schools add, pupil by pupil, on the page."""

from __future__ import annotations

import dataclasses

import pytest

from commonroom import narrative
from commonroom.narrative import page, pupils, words


@pytest.mark.usefixtures("undrawn")
def test_schools_whose_whole_range_is_on_one_side_are_counted(story: narrative.Story) -> None:
    section = pupils.tell(story, words.load("en"))
    assert section is not None
    said = " ".join(section.blocks[1].sentences)
    assert "Outcome: score at 16" in said
    assert "Of 3 schools, <strong>1 are clearly above</strong>" in said
    assert "<strong>1 clearly below</strong>; for 1" in said
    assert "For one school no figure is shown, because it would be about fewer than 6 pupils." in said
    (grid,) = section.blocks[1].grids
    assert [row[0] for row in grid.rows] == sorted(row[0] for row in grid.rows)
    assert grid.rows[-1][3:5] == ("–", "–")


def test_a_story_without_pupils_has_no_such_part(story: narrative.Story, english: str) -> None:
    without = dataclasses.replace(story, pupils=None)
    assert pupils.tell(without, words.load("en")) is None
    assert 'id="pupils"' in english
    assert 'id="pupils"' not in narrative.tell(without, language="en")


@pytest.mark.usefixtures("undrawn")
def test_a_nation_is_drawn_by_every_so_many_and_not_listed(
    story: narrative.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LISTED", 2)
    section = pupils.tell(story, words.load("cy"))
    assert section is not None
    assert section.blocks[1].grids == ()
    assert any("2" in sentence for sentence in section.blocks[1].sentences[3:])
