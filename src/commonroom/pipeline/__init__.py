"""The steps in order, and the questions that interfaces ask of the evidence."""

from commonroom.pipeline.answers import estimate, find, floor, gap, group, judge, left_out_year, map
from commonroom.pipeline.build import build
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
