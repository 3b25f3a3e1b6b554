"""Changes of impact plans: ask for one, lock it, or say why it could not be made; none is ever changed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.impact import measures, queries
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.actions.writing import enter, hold, tell
from commonroom.web.jobs import actions as jobs
from commonroom.web.partnerships.models import Partnership

State = ImpactPlan.State


@dataclass(frozen=True)
class Asked:
    """What two heads want to know, before there is anything to see."""

    measure: str
    first: int
    last: int
    smallest: Decimal
    question: str
    failure: str
    reason: str = ""


@changes
def ask(
    *,
    who: Person,
    partnership: Partnership,
    words: Asked,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> ImpactPlan:
    """Ask for a plan, which a job then makes; a `key` sent before gives the one that is there.

    Beside a plan that is locked, another stands with the reason for doing otherwise.
    """
    from commonroom.web.impact.tasks import make

    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    hold(partnership)
    there = ImpactPlan.objects.filter(partnership=partnership, key=key, who=who).first() if key else None
    if there is not None:
        return there
    plans = queries.plans(partnership)
    _check(words, plans)
    for one in ImpactPlan.objects.filter(partnership=partnership, state=State.WAITING):
        refuse(plan=one, **queries.FAILED)
    plan = ImpactPlan.objects.create(
        partnership=partnership,
        who=who,
        key=key or uuid.uuid4(),
        number=len(plans) + 1,
        **vars(words),
    )
    audit.record(who=who, action="impact.ask", thing=plan)
    tell(partnership, "impact.asked", plan.question, told=(who, today), path=_path(plan))
    jobs.start(who=who, task=make, about=plan, arguments={"plan": plan.pk})
    return plan


@changes
def lock(*, plan: ImpactPlan, hash: str, said: dict[str, Any], today: datetime.date) -> ImpactPlan:
    """Lock a plan that was made: its hash, and what can be read in it; one that is locked stays as it is."""
    plan = ImpactPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.state == State.LOCKED:
        return plan
    plan.state, plan.hash, plan.said, plan.locked = State.LOCKED, hash, said, today
    return _end(plan, "impact.lock", "impact.locked")


@changes
def refuse(*, plan: ImpactPlan, why: str, reasons: Sequence[Mapping[str, Any]] = ()) -> ImpactPlan:
    """Say why a plan could not be made: in a sentence, and by the `reasons` as `reasons.say` takes them."""
    plan = ImpactPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != State.WAITING:
        return plan
    plan.state, plan.said = State.REFUSED, {"why": why, "reasons": list(reasons)}
    return _end(plan, "impact.refuse", "impact.refused")


def _end(plan: ImpactPlan, action: str, kind: str) -> ImpactPlan:
    before = audit.fields(ImpactPlan.objects.get(pk=plan.pk))
    plan.save()
    audit.record(who=plan.who, action=action, thing=plan, before=before)
    day = plan.locked or timezone.localdate(plan.written)
    tell(plan.partnership, kind, plan.question, told=(plan.who, day), path=_path(plan))
    return plan


def _check(words: Asked, plans: list[ImpactPlan]) -> None:
    """Refuse what cannot be asked, in one sentence."""
    if any(plan.state == State.WAITING for plan in plans):
        raise SaidToPeople(_("A plan is being made just now."), remedy=_("Wait until it is there."))
    if words.measure not in measures.known():
        raise SaidToPeople(_("There is no such measure."), remedy=_("Choose one from the list."))
    if words.last < words.first:
        raise SaidToPeople(
            _("The last year of results is before the first."), remedy=_("Give a later last year.")
        )
    if words.smallest <= 0:
        raise SaidToPeople(
            _("The smallest effect that matters is more than nought."), remedy=_("Such as 0.2.")
        )
    if not words.reason and any(plan.state == State.LOCKED for plan in plans):
        raise SaidToPeople(
            _("A plan is locked already, and it stays."),
            remedy=_("Say why you do otherwise than planned: both plans then stand beside each other."),
        )


def _path(plan: ImpactPlan) -> str:
    return f"{reverse('room-impact', args=[plan.partnership_id])}#plan-{plan.number}"
