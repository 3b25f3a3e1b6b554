"""The steps in order, and the questions that interfaces ask of the evidence."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonroom.impact.refusals import Refusal
    from commonroom.partnerships.terms import Terms
    from commonroom.pipeline.agreed import Files
    from commonroom.pipeline.answers import estimate, find, floor, gap, group, judge, left_out_year, map
    from commonroom.pipeline.asking import Question
    from commonroom.pipeline.boarding import Board, board, compared
    from commonroom.pipeline.brokering import Asked, Written, explain, propose
    from commonroom.pipeline.building import build
    from commonroom.pipeline.deciding import decide
    from commonroom.pipeline.evaluating import Kept, collect, evaluate, plan_impact
    from commonroom.pipeline.given import Source
    from commonroom.pipeline.looking import read, suggest
    from commonroom.pipeline.publishing import publish
    from commonroom.pipeline.pupils import (
        Draws,
        Pupils,
        Small,
        estimate_pupils,
        foresee,
        pool,
        read_plan,
        sum_pupils,
        tell_estimates,
        write_estimates,
        write_plan,
    )
    from commonroom.pipeline.telling import Summary, demo, story, tell
    from commonroom.value_added.plans import PlanOptions, plan
    from commonroom.value_added.pupils import Model

__all__ = [
    "Asked",
    "Board",
    "Draws",
    "Files",
    "Kept",
    "Model",
    "PlanOptions",
    "Pupils",
    "Question",
    "Refusal",
    "Small",
    "Source",
    "Summary",
    "Terms",
    "Written",
    "board",
    "build",
    "collect",
    "compared",
    "decide",
    "demo",
    "estimate",
    "estimate_pupils",
    "evaluate",
    "explain",
    "find",
    "floor",
    "foresee",
    "gap",
    "group",
    "judge",
    "left_out_year",
    "map",
    "plan",
    "plan_impact",
    "pool",
    "propose",
    "publish",
    "read",
    "read_plan",
    "story",
    "suggest",
    "sum_pupils",
    "tell",
    "tell_estimates",
    "write_estimates",
    "write_plan",
]

_PLACES = {
    "pipeline.answers": ("estimate", "find", "floor", "gap", "group", "judge", "left_out_year", "map"),
    "impact.refusals": ("Refusal",),
    "partnerships.terms": ("Terms",),
    "pipeline.agreed": ("Files",),
    "pipeline.boarding": ("Board", "board", "compared"),
    "pipeline.brokering": ("Asked", "Written", "explain", "propose"),
    "pipeline.asking": ("Question",),
    "pipeline.building": ("build",),
    "pipeline.deciding": ("decide",),
    "pipeline.evaluating": ("Kept", "collect", "evaluate", "plan_impact"),
    "pipeline.given": ("Source",),
    "pipeline.looking": ("read", "suggest"),
    "pipeline.publishing": ("publish",),
    "pipeline.pupils": (
        "Draws", "Pupils", "Small", "estimate_pupils", "foresee", "pool", "read_plan", "sum_pupils",
        "tell_estimates", "write_estimates", "write_plan",
    ),
    "pipeline.telling": ("Summary", "demo", "story", "tell"),
    "value_added.plans": ("PlanOptions", "plan"),
    "value_added.pupils": ("Model",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a sum of pupils must not wait for trees and charts."""
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"commonroom.{place}"), name)
    raise AttributeError(f"commonroom.pipeline has no {name}")
