"""Events: who took part in what, since when, as people write it down."""

from __future__ import annotations

from commonroom.sources.events.pairs import convert, holds_decisions
from commonroom.sources.events.reading import read, read_usable
from commonroom.sources.events.starts import LATEST_START, first_results

__all__ = ["LATEST_START", "convert", "first_results", "holds_decisions", "read", "read_usable"]
