"""The plans of a partnership, as things are."""

from __future__ import annotations

from typing import Any

from commonroom.web.impact.models import ImpactPlan
from commonroom.web.jobs import queries as jobs
from commonroom.web.partnerships.models import Partnership

State = ImpactPlan.State
#: What is said of a plan whose job failed.
FAILED: dict[str, Any] = {
    "why": "",
    "reasons": [{"key": "failed", "measure": "", "year": None, "last": None}],
}


def plans(partnership: Partnership) -> list[ImpactPlan]:
    """Return the plans of a partnership, the last first; one whose job failed as what could not be made."""
    found = ImpactPlan.objects.filter(partnership=partnership)
    shown = list(found.select_related("who", "partnership__receiver"))
    for one in shown:
        if one.state == State.WAITING and not jobs.about(one).filter(finished=None).exists():
            one.state, one.said = State.REFUSED, FAILED
    return shown
