"""Effects when schools join in different years (Callaway & Sant'Anna 2021), and what they add up to."""

from __future__ import annotations

from commonroom.impact.staggered.aggregation import Combined, Kind, aggregate
from commonroom.impact.staggered.bootstrap import bands, critical, spread
from commonroom.impact.staggered.cells import Against, estimate

__all__ = ["Against", "Combined", "Kind", "aggregate", "bands", "critical", "estimate", "spread"]
