"""The pictures of public pages: the sentences in front of each, the table behind it, and how it is drawn.

What stands in words is made without data frames or drawing: a page carries it. The picture itself is drawn
when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from commonroom.narrative import words as languages
from commonroom.narrative.pages.pictures import alike, places, positions, trend
from commonroom.narrative.pages.pictures.picture import Picture
from commonroom.narrative.pages.pictures.voice import Source, Voice

if TYPE_CHECKING:
    from commonroom.narrative.words import Language

__all__ = ["KINDS", "Picture", "Source", "Voice", "draw"]

#: Pictures by kind, with what names one: trend (number, phase, measure); alike (number, phase, preset);
#: family (phase, code, and the school to mark); position (number, phase); places (phase, or nothing for all).
KINDS: dict[str, Callable[..., Picture | None]] = {
    "trend": trend.tell,
    "alike": alike.near,
    "family": alike.stable,
    "position": positions.tell,
    "places": places.tell,
}


def draw(source: Source, kind: str, key: tuple[str, ...], *, language: Language) -> Picture | None:
    """Return a picture by its kind and key (KINDS), or None where there is nothing to draw.

    Arguments: the `source` of documents, and the `language` of the words.
    """
    if kind not in KINDS:
        return None
    voice = Voice(source.facts, languages.load(language).beside(source.facts["nation"][language]))
    return KINDS[kind](source, voice, *key)
