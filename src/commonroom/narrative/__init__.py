"""The story of a school system, in plain words, for each audience."""

from commonroom.narrative.beginning import begin
from commonroom.narrative.gathering import gather
from commonroom.narrative.report import tell
from commonroom.narrative.story import Facts, Story
from commonroom.narrative.words import Words, WordsError

__all__ = ["Facts", "Story", "Words", "WordsError", "begin", "gather", "tell"]
