"""Where figures come from: one module per outside source, each with its front verb `read`."""

from __future__ import annotations

from commonroom.sources import england
from commonroom.sources.reading import Problem, Reading, combine

__all__ = ["Problem", "Reading", "combine", "england"]
