"""The story of a school system, in plain words, for each audience."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonroom.narrative.beginning import begin
    from commonroom.narrative.gathering import gather
    from commonroom.narrative.report import tell
    from commonroom.narrative.story import Facts, Story
    from commonroom.narrative.words import Words, WordsError

__all__ = ["Facts", "Story", "Words", "WordsError", "begin", "gather", "tell"]

_PLACES = {
    "beginning": ("begin",),
    "gathering": ("gather",),
    "report": ("tell",),
    "story": ("Facts", "Story"),
    "words": ("Words", "WordsError"),
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a page that only needs words must not wait for models."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"commonroom.narrative.{place}"), name)
    raise AttributeError(f"commonroom.narrative has no {name}")
