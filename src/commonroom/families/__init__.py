"""Families: schools alike enough to learn together, and how sure that is."""

from __future__ import annotations

from commonroom.families.expectation import expect, score
from commonroom.families.judgement import judge
from commonroom.families.metric import Learned, learn
from commonroom.families.neighbours import Families, Nearest, find
from commonroom.families.pairs import between
from commonroom.families.partition import Groups, group
from commonroom.families.positions import Sensitivity, sensitivity
from commonroom.families.presets import CONTEXTUAL, PRESETS, Caliper, Preset, Variable, load_preset
from commonroom.families.quality import churn
from commonroom.families.standing import compare

__all__ = [
    "CONTEXTUAL",
    "PRESETS",
    "Caliper",
    "Families",
    "Groups",
    "Learned",
    "Nearest",
    "Preset",
    "Sensitivity",
    "Variable",
    "between",
    "churn",
    "compare",
    "expect",
    "find",
    "group",
    "judge",
    "learn",
    "load_preset",
    "score",
    "sensitivity",
]
