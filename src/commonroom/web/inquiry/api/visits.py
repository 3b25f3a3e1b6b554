"""Visits, meetings, actions and decisions of a room, for programs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status

from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import actions, words
from commonroom.web.inquiry.api.texts import (
    Hours,
    KeyIn,
    Line,
    Number,
    PersonOut,
    Revision,
    Text,
    Title,
    cycle_of,
    enter,
    given,
    people_of,
)
from commonroom.web.inquiry.models import ActionPoint, Decision, Visit
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.texts import who

router = Router()
WORK = Action.PARTNERSHIP_WORK


class VisitIn(KeyIn):
    """A visit or a meeting; hours are those of all people of a school together."""

    date: datetime.date
    purpose: Title
    kind: Visit.Kind = Visit.Kind.VISIT
    state: Visit.State = Visit.State.PLANNED
    begins: datetime.time | None = None
    ends: datetime.time | None = None
    location: Line = ""
    outcome: Text = ""
    receiver_hours: Hours = Decimal(0)
    provider_hours: Hours = Decimal(0)
    travel_hours: Hours = Decimal(0)
    people: tuple[Number, ...] = ()
    others: Line = ""
    cycle: Number | None = None


class VisitOut(Schema):
    """A visit or a meeting."""

    id: int
    revision: int
    date: datetime.date
    purpose: str
    kind: str
    state: str
    begins: datetime.time | None
    ends: datetime.time | None
    location: str
    outcome: str
    receiver_hours: Decimal
    provider_hours: Decimal
    travel_hours: Decimal
    people: list[PersonOut]
    others: str
    cycle_id: int | None


class PointIn(KeyIn):
    """Something to be done, by whom and by when."""

    what: Title
    owner: Number | None = None
    due: datetime.date | None = None
    cycle: Number | None = None


class PointOut(Schema):
    """Something to be done."""

    id: int
    revision: int
    what: str
    owner: PersonOut | None
    due: datetime.date | None
    done: datetime.date | None
    cycle_id: int | None


class DecisionIn(KeyIn):
    """A decision."""

    what: Title
    date: datetime.date
    why: Text = ""
    by: Decision.By = Decision.By.HEADS
    cycle: Number | None = None


class DecisionOut(Schema):
    """A decision."""

    id: int
    revision: int
    what: str
    date: datetime.date
    why: str
    by: str
    cycle_id: int | None


@router.get("/partnerships/{int:pk}/visits", response=list[VisitOut])
def list_visits(request: HttpRequest, pk: int) -> Any:
    """List visits and meetings, the last first."""
    return Visit.objects.filter(partnership=enter(request, pk)).prefetch_related("people")


@router.post("/partnerships/{int:pk}/visits", response={201: VisitOut})
def record_visit(request: HttpRequest, pk: int, sent: VisitIn) -> Status[Visit]:
    """Record a visit or meeting, planned or held."""
    partnership = enter(request, pk, WORK)
    came, today = _came(partnership, sent), timezone.localdate()
    made = actions.visits.record(
        who=who(request), partnership=partnership, words=came, today=today, key=sent.key
    )
    return Status(201, made)


@router.put("/partnerships/{int:pk}/visits/{int:number}", response=VisitOut)
def change_visit(request: HttpRequest, pk: int, number: int, revision: Revision, sent: VisitIn) -> Any:
    """Change a visit or meeting."""
    partnership = enter(request, pk, WORK)
    return actions.visits.change(
        who=who(request),
        visit=get_object_or_404(Visit, partnership=partnership, pk=number),
        words=_came(partnership, sent),
        revision=revision,
        today=timezone.localdate(),
    )


@router.post("/partnerships/{int:pk}/visits/{int:number}/join", response=VisitOut)
def join_visit(request: HttpRequest, pk: int, number: int) -> Any:
    """Say of oneself that one took part."""
    found = get_object_or_404(Visit, partnership=enter(request, pk, WORK), pk=number)
    return actions.visits.join(who=who(request), visit=found, today=timezone.localdate())


@router.get("/partnerships/{int:pk}/actions", response=list[PointOut])
def list_points(request: HttpRequest, pk: int) -> Any:
    """List what is to be done, and what is done."""
    return ActionPoint.objects.filter(partnership=enter(request, pk)).select_related("owner")


@router.post("/partnerships/{int:pk}/actions", response={201: PointOut})
def agree_point(request: HttpRequest, pk: int, sent: PointIn) -> Status[ActionPoint]:
    """Agree on something to be done."""
    partnership = enter(request, pk, WORK)
    point, today = _point(partnership, sent), timezone.localdate()
    made = actions.points.agree(
        who=who(request), partnership=partnership, words=point, today=today, key=sent.key
    )
    return Status(201, made)


@router.put("/partnerships/{int:pk}/actions/{int:number}", response=PointOut)
def change_point(request: HttpRequest, pk: int, number: int, revision: Revision, sent: PointIn) -> Any:
    """Change what is to be done, by whom or by when."""
    partnership = enter(request, pk, WORK)
    return actions.points.change(
        who=who(request),
        point=get_object_or_404(ActionPoint, partnership=partnership, pk=number),
        words=_point(partnership, sent),
        revision=revision,
        today=timezone.localdate(),
    )


@router.post("/partnerships/{int:pk}/actions/{int:number}/tick", response=PointOut)
def tick_point(request: HttpRequest, pk: int, number: int, done: bool = True) -> Any:
    """Say that something was done, or that it was not."""
    found = get_object_or_404(ActionPoint, partnership=enter(request, pk, WORK), pk=number)
    return actions.points.tick(who=who(request), point=found, done=done, today=timezone.localdate())


@router.get("/partnerships/{int:pk}/decisions", response=list[DecisionOut])
def list_decisions(request: HttpRequest, pk: int) -> Any:
    """List what was decided, the last first."""
    return Decision.objects.filter(partnership=enter(request, pk))


@router.post("/partnerships/{int:pk}/decisions", response={201: DecisionOut})
def take_decision(request: HttpRequest, pk: int, sent: DecisionIn) -> Status[Decision]:
    """Write a decision down."""
    partnership = enter(request, pk, WORK)
    decided, today = _decided(partnership, sent), timezone.localdate()
    made = actions.decisions.take(
        who=who(request), partnership=partnership, words=decided, today=today, key=sent.key
    )
    return Status(201, made)


@router.put("/partnerships/{int:pk}/decisions/{int:number}", response=DecisionOut)
def change_decision(request: HttpRequest, pk: int, number: int, revision: Revision, sent: DecisionIn) -> Any:
    """Put a decision differently."""
    partnership = enter(request, pk, WORK)
    return actions.decisions.change(
        who=who(request),
        decision=get_object_or_404(Decision, partnership=partnership, pk=number),
        words=_decided(partnership, sent),
        revision=revision,
        today=timezone.localdate(),
    )


def _came(partnership: Partnership, sent: VisitIn) -> words.Came:
    plain = given(sent, "key", "people", "cycle")
    for name in ("begins", "ends"):
        # A time of day is that of the place; one with a zone is not.
        plain[name] = plain[name] and plain[name].replace(tzinfo=None)
    cycle, people = cycle_of(partnership, sent.cycle), people_of(*sent.people)
    return words.Came(**plain, cycle=cycle, people=people)


def _point(partnership: Partnership, sent: PointIn) -> words.Point:
    owner = None if sent.owner is None else people_of(sent.owner)[0]
    return words.Point(sent.what, owner, sent.due, cycle_of(partnership, sent.cycle))


def _decided(partnership: Partnership, sent: DecisionIn) -> words.Decided:
    return words.Decided(**given(sent, "key", "cycle"), cycle=cycle_of(partnership, sent.cycle))
