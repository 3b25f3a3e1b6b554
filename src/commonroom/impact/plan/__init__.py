"""The plan of an evaluation: written down, dated and hashed before the results are there."""

from __future__ import annotations

from commonroom.impact.plan.deviating import deviations
from commonroom.impact.plan.document import Design, Plan, canonical, digest, parse
from commonroom.impact.plan.making import SMALLEST, Asked, Facts, make

__all__ = [
    "SMALLEST", "Asked", "Design", "Facts", "Plan", "canonical", "deviations", "digest", "make", "parse",
]  # fmt: skip
