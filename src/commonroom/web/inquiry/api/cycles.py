"""Cycles of a room, for programs."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status

from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import actions, words
from commonroom.web.inquiry.api.texts import KeyIn, Line, Revision, Said, Text, Title, enter, given
from commonroom.web.inquiry.models import Cycle, Stage
from commonroom.web.partnerships.texts import who

router = Router()
WORK = Action.PARTNERSHIP_WORK


class PlannedIn(KeyIn):
    """What is asked, what is tried, how it will be known, and by when."""

    question: Title
    practice: Line = ""
    trying: Text = ""
    knowing: Text = ""
    plan_by: datetime.date | None = None
    do_by: datetime.date | None = None
    study_by: datetime.date | None = None
    act_by: datetime.date | None = None


class HappenedIn(Schema):
    """What happened."""

    happened: Said


class LearnedIn(Schema):
    """What we learned."""

    learned: Said


class NextIn(Schema):
    """What is next, and why."""

    next: Cycle.Next
    next_why: Said


class CycleOut(Schema):
    """A cycle of joint practice development."""

    id: int
    revision: int
    question: str
    practice: str
    trying: str
    knowing: str
    happened: str
    learned: str
    next: str
    next_why: str
    stage: str
    plan_by: datetime.date | None
    do_by: datetime.date | None
    study_by: datetime.date | None
    act_by: datetime.date | None
    ended: datetime.date | None


@router.get("/partnerships/{int:pk}/cycles", response=list[CycleOut])
def list_cycles(request: HttpRequest, pk: int) -> Any:
    """List the cycles of a room, the last first."""
    return Cycle.objects.filter(partnership=enter(request, pk))


@router.post("/partnerships/{int:pk}/cycles", response={201: CycleOut})
def begin(request: HttpRequest, pk: int, sent: PlannedIn) -> Status[Cycle]:
    """Begin a cycle."""
    made = actions.cycles.begin(
        who=who(request),
        partnership=enter(request, pk, WORK),
        words=words.Planned(**given(sent, "key")),
        today=timezone.localdate(),
        key=sent.key,
    )
    return Status(201, made)


@router.get("/partnerships/{int:pk}/cycles/{int:number}", response=CycleOut)
def read_cycle(request: HttpRequest, pk: int, number: int) -> Any:
    """Return a cycle."""
    return get_object_or_404(Cycle, partnership=enter(request, pk), pk=number)


@router.put("/partnerships/{int:pk}/cycles/{int:number}/plan", response=CycleOut)
def write_plan(request: HttpRequest, pk: int, number: int, revision: Revision, sent: PlannedIn) -> Any:
    """Write in the first stage of a cycle."""
    return _change(request, (pk, number), revision, words.Planned(**given(sent, "key")))


@router.put("/partnerships/{int:pk}/cycles/{int:number}/do", response=CycleOut)
def write_happened(request: HttpRequest, pk: int, number: int, revision: Revision, sent: HappenedIn) -> Any:
    """Write in the second stage of a cycle."""
    return _change(request, (pk, number), revision, words.Done(sent.happened))


@router.put("/partnerships/{int:pk}/cycles/{int:number}/study", response=CycleOut)
def write_learned(request: HttpRequest, pk: int, number: int, revision: Revision, sent: LearnedIn) -> Any:
    """Write in the third stage of a cycle."""
    return _change(request, (pk, number), revision, words.Studied(sent.learned))


@router.post("/partnerships/{int:pk}/cycles/{int:number}/end", response=CycleOut)
def end(request: HttpRequest, pk: int, number: int, revision: Revision, sent: NextIn) -> Any:
    """End a cycle with what is next."""
    return actions.cycles.end(
        who=who(request),
        cycle=_get(request, pk, number),
        words=words.Acted(**given(sent)),
        revision=revision,
        today=timezone.localdate(),
    )


@router.post("/partnerships/{int:pk}/cycles/{int:number}/move", response=CycleOut)
def move(request: HttpRequest, pk: int, number: int, revision: Revision, stage: Stage) -> Any:
    """Move a cycle to another stage, on or back."""
    return actions.cycles.move(
        who=who(request),
        cycle=_get(request, pk, number),
        stage=stage,
        revision=revision,
        today=timezone.localdate(),
    )


@router.post("/partnerships/{int:pk}/cycles/{int:number}/resume", response=CycleOut)
def resume(request: HttpRequest, pk: int, number: int, revision: Revision) -> Any:
    """Take up a cycle again that was ended."""
    cycle, today = _get(request, pk, number), timezone.localdate()
    return actions.cycles.resume(who=who(request), cycle=cycle, revision=revision, today=today)


def _change(
    request: HttpRequest, place: tuple[int, int], revision: int, written: actions.cycles.Words
) -> Cycle:
    return actions.cycles.change(
        who=who(request),
        cycle=_get(request, *place),
        words=written,
        revision=revision,
        today=timezone.localdate(),
    )


def _get(request: HttpRequest, pk: int, number: int) -> Cycle:
    return get_object_or_404(Cycle, partnership=enter(request, pk, WORK), pk=number)
