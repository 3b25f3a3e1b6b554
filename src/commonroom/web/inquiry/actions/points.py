"""Changes of actions that somebody is to do by a day."""

from __future__ import annotations

import datetime
import uuid

from django.urls import reverse

from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.writing import belong, check_people, claim, enter, once, put, tell
from commonroom.web.inquiry.models import ActionPoint
from commonroom.web.partnerships.models import Partnership


@changes
def agree(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Point,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> ActionPoint:
    """Agree on something to be done; a `key` sent before gives what is there."""
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    _check(partnership, words, already=None)
    made = ActionPoint(partnership=partnership, who=who, key=key or uuid.uuid4())
    put(made, words)
    point, new = once(made)
    if new:
        audit.record(who=who, action="point.agree", thing=point)
        tell(partnership, "point.agreed", point.what, told=(who, today), path=_path(point))
    return point


@changes
def change(
    *, who: Person, point: ActionPoint, words: wordings.Point, revision: int, today: datetime.date
) -> ActionPoint:
    """Change what is to be done, by whom or by when; raise Overtaken when another did meanwhile."""
    enter(who, Action.PARTNERSHIP_WORK, point.partnership)
    _check(point.partnership, words, already=point.owner_id)
    claim(point, revision)
    before = audit.fields(point)
    put(point, words)
    point.save()
    audit.record(who=who, action="point.change", thing=point, before=before)
    tell(point.partnership, "point.changed", point.what, told=(who, today), path=_path(point))
    return point


@changes
def tick(*, who: Person, point: ActionPoint, done: bool, today: datetime.date) -> ActionPoint:
    """Say that something was done, or that it was not; said twice, it is said once."""
    enter(who, Action.PARTNERSHIP_WORK, point.partnership)
    point = ActionPoint.objects.select_for_update().get(pk=point.pk)
    if (point.done is not None) == done:
        return point
    claim(point, point.revision)
    before = audit.fields(point)
    point.done = today if done else None
    point.save()
    audit.record(who=who, action="point.tick", thing=point, before=before)
    kind = "point.done" if done else "point.undone"
    tell(point.partnership, kind, point.what, told=(who, today), path=_path(point))
    return point


def _check(partnership: Partnership, words: wordings.Point, *, already: int | None) -> None:
    belong(partnership, words.cycle)
    if words.owner is not None:
        check_people(partnership, [words.owner], already=[] if already is None else [already])


def _path(point: ActionPoint) -> str:
    return f"{reverse('room-points', args=[point.partnership_id])}#point-{point.pk}"
