"""Changes of cycles: begin, write on, move, end, take up again."""

from __future__ import annotations

import datetime
import uuid

from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.writing import claim, enter, once, put, tell
from commonroom.web.inquiry.models import Cycle, Move, Stage
from commonroom.web.partnerships.models import Partnership

Words = wordings.Planned | wordings.Done | wordings.Studied | wordings.Acted


@changes
def begin(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Planned,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Cycle:
    """Begin a cycle, in its first stage; a `key` sent before gives the cycle that is there."""
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    made = Cycle(partnership=partnership, who=who, key=key or uuid.uuid4())
    put(made, words)
    cycle, new = once(made)
    if new:
        Move.objects.create(cycle=cycle, stage=Stage.PLAN, date=today, who=who)
        audit.record(who=who, action="cycle.begin", thing=cycle)
        tell(partnership, "cycle.begun", cycle.question, told=(who, today), path=_path(cycle))
    return cycle


@changes
def change(*, who: Person, cycle: Cycle, words: Words, revision: int, today: datetime.date) -> Cycle:
    """Write on in a stage of a cycle; raise Overtaken when somebody else did meanwhile."""
    enter(who, Action.PARTNERSHIP_WORK, cycle.partnership)
    before = _take(cycle, revision)
    put(cycle, words)
    cycle.save()
    _tell(who, cycle, before, told=("cycle.change", "cycle.changed", today))
    return cycle


@changes
def move(*, who: Person, cycle: Cycle, stage: str, revision: int, today: datetime.date) -> Cycle:
    """Move a cycle to another stage, on or back; whatever was written stays."""
    enter(who, Action.PARTNERSHIP_WORK, cycle.partnership)
    before = _take(cycle, revision)
    if stage == cycle.stage:
        raise SaidToPeople(_("The cycle is at this stage already."))
    cycle.stage = Stage(stage)
    cycle.save()
    Move.objects.create(cycle=cycle, stage=cycle.stage, date=today, who=who)
    _tell(who, cycle, before, told=("cycle.move", f"cycle.{cycle.stage.value}", today))
    return cycle


@changes
def end(*, who: Person, cycle: Cycle, words: wordings.Acted, revision: int, today: datetime.date) -> Cycle:
    """End a cycle with what is next: adopt, adapt or abandon."""
    enter(who, Action.PARTNERSHIP_WORK, cycle.partnership)
    before = _take(cycle, revision)
    put(cycle, words)
    if cycle.stage != Stage.ACT:
        Move.objects.create(cycle=cycle, stage=Stage.ACT, date=today, who=who)
    cycle.stage, cycle.next, cycle.ended = Stage.ACT, Cycle.Next(words.next), today
    cycle.save()
    _tell(who, cycle, before, told=("cycle.end", f"cycle.{cycle.next.value}", today))
    return cycle


@changes
def resume(*, who: Person, cycle: Cycle, revision: int, today: datetime.date) -> Cycle:
    """Take up a cycle again that was ended; what was decided stays written."""
    enter(who, Action.PARTNERSHIP_WORK, cycle.partnership)
    claim(cycle, revision)
    if cycle.ended is None:
        raise SaidToPeople(_("This cycle is open."))
    before = audit.fields(cycle)
    cycle.ended = None
    cycle.save()
    _tell(who, cycle, before, told=("cycle.resume", "cycle.resumed", today))
    return cycle


def _take(cycle: Cycle, revision: int) -> dict[str, object]:
    """Take an open cycle for a change, and return its fields as they were."""
    claim(cycle, revision)
    if cycle.ended is not None:
        raise SaidToPeople(_("This cycle was ended."), remedy=_("Take it up again to write in it."))
    return audit.fields(cycle)


def _tell(
    who: Person, cycle: Cycle, before: dict[str, object], *, told: tuple[str, str, datetime.date]
) -> None:
    """Write the change down: in the audit, and in the timeline."""
    action, kind, today = told
    audit.record(who=who, action=action, thing=cycle, before=before)
    tell(cycle.partnership, kind, cycle.question, told=(who, today), path=_path(cycle))


def _path(cycle: Cycle) -> str:
    return reverse("room-cycle", args=[cycle.partnership_id, cycle.pk])
