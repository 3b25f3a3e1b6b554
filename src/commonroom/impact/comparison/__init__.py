"""Who stands beside whom: comparison schools alike in context and in the whole path before the start."""

from __future__ import annotations

from commonroom.impact.comparison.matching import Matched, match, whole
from commonroom.impact.comparison.surroundings import aside, minutes, pool, with_minutes

__all__ = ["Matched", "aside", "match", "minutes", "pool", "whole", "with_minutes"]
