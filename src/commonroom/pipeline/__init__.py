"""The steps in order, and the questions that interfaces ask of the evidence."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonroom.pipeline.answers import estimate, find, floor, gap, group, judge, left_out_year, map
    from commonroom.pipeline.building import build
    from commonroom.pipeline.given import Source
    from commonroom.pipeline.looking import read, suggest
    from commonroom.pipeline.telling import Summary, demo, story, tell

__all__ = [
    "Source",
    "Summary",
    "build",
    "demo",
    "estimate",
    "find",
    "floor",
    "gap",
    "group",
    "judge",
    "left_out_year",
    "map",
    "read",
    "story",
    "suggest",
    "tell",
]

_PLACES = {
    "answers": ("estimate", "find", "floor", "gap", "group", "judge", "left_out_year", "map"),
    "building": ("build",),
    "given": ("Source",),
    "looking": ("read", "suggest"),
    "telling": ("Summary", "demo", "story", "tell"),
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a sum of pupils must not wait for trees and charts."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"commonroom.pipeline.{place}"), name)
    raise AttributeError(f"commonroom.pipeline has no {name}")
