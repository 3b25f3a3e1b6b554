"""Attainment by improvement, the gap between groups of pupils, and the floor: never a rank."""

from commonroom.performance.floors import FLOOR_RULE, floor
from commonroom.performance.gaps import GAP_RULE, GAPS_RULE, PUPIL_DEVIATIONS, Gap, gap
from commonroom.performance.quadrants import MAP_RULE, map

__all__ = [
    "FLOOR_RULE",
    "GAPS_RULE",
    "GAP_RULE",
    "MAP_RULE",
    "PUPIL_DEVIATIONS",
    "Gap",
    "floor",
    "gap",
    "map",
]
