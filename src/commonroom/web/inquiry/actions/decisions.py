"""Changes of decisions."""

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
from commonroom.web.inquiry.actions.writing import belong, claim, enter, once, put, tell
from commonroom.web.inquiry.models import Decision
from commonroom.web.partnerships.models import Partnership


@changes
def take(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Decided,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Decision:
    """Write a decision down; a `key` sent before gives the one that is there."""
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    _check(partnership, words, today)
    made = Decision(partnership=partnership, who=who, key=key or uuid.uuid4())
    put(made, words)
    decision, new = once(made)
    if new:
        audit.record(who=who, action="decision.take", thing=decision)
        tell(partnership, "decision.taken", decision.what, told=(who, decision.date), path=_path(decision))
    return decision


@changes
def change(
    *, who: Person, decision: Decision, words: wordings.Decided, revision: int, today: datetime.date
) -> Decision:
    """Put a decision differently; raise Overtaken when another did meanwhile."""
    enter(who, Action.PARTNERSHIP_WORK, decision.partnership)
    _check(decision.partnership, words, today)
    claim(decision, revision)
    before = audit.fields(decision)
    put(decision, words)
    decision.save()
    audit.record(who=who, action="decision.change", thing=decision, before=before)
    tell(decision.partnership, "decision.changed", decision.what, told=(who, today), path=_path(decision))
    return decision


def _check(partnership: Partnership, words: wordings.Decided, today: datetime.date) -> None:
    belong(partnership, words.cycle)
    if words.date > today:
        raise SaidToPeople(
            _("A decision cannot have been taken in the future."), remedy=_("Give today or an earlier day.")
        )


def _path(decision: Decision) -> str:
    return f"{reverse('room-decisions', args=[decision.partnership_id])}#decision-{decision.pk}"
