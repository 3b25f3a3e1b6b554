"""The part of the report that asks whether it helped."""

from __future__ import annotations

from commonroom.narrative.page import Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words


def section(story: Story, words: Words) -> Section | None:
    """Return the findings so far, and what the lowest schools did next, or nothing where neither is there."""
    raise NotImplementedError
