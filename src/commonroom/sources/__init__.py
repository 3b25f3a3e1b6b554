"""Where figures come from: one module per outside source, each with its front verb `read`."""

from __future__ import annotations

from commonroom.sources import bundled, england, table
from commonroom.sources.guess import suggest
from commonroom.sources.reading import Problem, Reading, combine

__all__ = ["Problem", "Reading", "bundled", "combine", "england", "suggest", "table"]
