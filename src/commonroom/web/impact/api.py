"""Impact plans of a partnership, for programs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from commonroom.web.accounts.roles import Action
from commonroom.web.impact import actions, queries
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.api.texts import KeyIn, enter, given
from commonroom.web.partnerships.texts import who

router = Router(tags=["impact"])
Year = Annotated[int, Field(ge=2016, le=2100)]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$", strip_whitespace=True)
]


class PlanIn(KeyIn):
    """What two heads want to know, before there is anything to see."""

    measure: Annotated[str, StringConstraints(max_length=80, pattern=r"^[a-z0-9_]+$")]
    first: Year
    last: Year
    smallest: Annotated[Decimal, Field(gt=0, le=10, max_digits=4, decimal_places=2)]
    question: Words
    failure: Words
    reason: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class PlanOut(Schema):
    """A plan: waiting, locked with its hash, or refused with the reason."""

    number: int
    state: str
    measure: str
    first: int
    last: int
    smallest: Decimal
    question: str
    failure: str
    reason: str
    said: dict[str, Any]
    hash: str
    locked: datetime.date | None


@router.get("/partnerships/{int:pk}/impact", response=list[PlanOut])
def list_plans(request: HttpRequest, pk: int) -> Any:
    """List the plans of a partnership, the last first."""
    return queries.plans(enter(request, pk))


@router.post("/partnerships/{int:pk}/impact", response={202: PlanOut})
def ask_for_plan(request: HttpRequest, pk: int, sent: PlanIn) -> Status[ImpactPlan]:
    """Ask for a plan, which a job then makes."""
    made = actions.ask(
        who=who(request),
        partnership=enter(request, pk, Action.PARTNERSHIP_LEAD),
        words=actions.Asked(**given(sent, "key")),
        today=timezone.localdate(),
        key=sent.key,
    )
    return Status(202, made)
