"""Families: schools alike enough to learn together, and how sure that is."""

from __future__ import annotations

from commonroom.families.neighbours import Families, find
from commonroom.families.presets import CONTEXTUAL, PRESETS, Caliper, Preset, Variable, load_preset
from commonroom.families.quality import churn

__all__ = [
    "CONTEXTUAL",
    "PRESETS",
    "Caliper",
    "Families",
    "Preset",
    "Variable",
    "churn",
    "find",
    "load_preset",
]
