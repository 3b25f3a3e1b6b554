"""Changes of visits and meetings."""

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
from commonroom.web.inquiry.actions.writing import belong, check_people, claim, enter, once, put, tell
from commonroom.web.inquiry.models import Visit
from commonroom.web.partnerships.models import Partnership

State = Visit.State


@changes
def record(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Came,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Visit:
    """Record a visit or meeting, planned or held; a `key` sent before gives the one that is there."""
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    _check(partnership, words, today, already=set())
    made = Visit(partnership=partnership, who=who, key=key or uuid.uuid4())
    put(made, words, but=("people",))
    visit, new = once(made)
    if new:
        visit.people.set(words.people)
        audit.record(who=who, action="visit.record", thing=visit)
        date = visit.date if visit.state == State.HELD else today
        tell(
            partnership,
            f"visit.{State(visit.state).value}",
            visit.purpose,
            told=(who, date),
            path=_path(visit),
        )
    return visit


@changes
def change(*, who: Person, visit: Visit, words: wordings.Came, revision: int, today: datetime.date) -> Visit:
    """Change a visit or meeting: another date, that it took place, its hours; raise Overtaken."""
    enter(who, Action.PARTNERSHIP_WORK, visit.partnership)
    _check(visit.partnership, words, today, already=set(visit.people.values_list("pk", flat=True)))
    claim(visit, revision)
    before = audit.fields(visit)
    put(visit, words, but=("people",))
    visit.save()
    visit.people.set(words.people)
    audit.record(who=who, action="visit.change", thing=visit, before=before)
    moved = visit.state != before["state"]
    kind = f"visit.{State(visit.state).value}" if moved else "visit.changed"
    tell(visit.partnership, kind, visit.purpose, told=(who, today), path=_path(visit))
    return visit


@changes
def join(*, who: Person, visit: Visit, today: datetime.date) -> Visit:
    """Say of oneself that one took part."""
    enter(who, Action.PARTNERSHIP_WORK, visit.partnership)
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if visit.people.filter(pk=who.pk).exists():
        return visit
    # Whoever is changing the visit just now is told, and does not leave this person out.
    claim(visit, visit.revision)
    before = audit.fields(visit)
    visit.people.add(who)
    audit.record(who=who, action="visit.join", thing=visit, before=before)
    tell(visit.partnership, "visit.joined", visit.purpose, told=(who, today), path=_path(visit))
    return visit


def _check(
    partnership: Partnership, words: wordings.Came, today: datetime.date, *, already: set[int]
) -> None:
    """Refuse what cannot be, in one sentence."""
    belong(partnership, words.cycle)
    if words.state == State.HELD and words.date > today:
        raise SaidToPeople(
            _("It has not taken place yet: its date is in the future."),
            remedy=_("Say that it is planned, or give the day on which it was."),
        )
    if words.begins and words.ends and words.ends <= words.begins:
        raise SaidToPeople(_("It ends before it begins."), remedy=_("Give a later time for its end."))
    if min(words.receiver_hours, words.provider_hours, words.travel_hours) < 0:
        raise SaidToPeople(_("Hours cannot be below nought."), remedy=_("Give nought or more hours."))
    check_people(partnership, words.people, already=already)


def _path(visit: Visit) -> str:
    return reverse("room-visit", args=[visit.partnership_id, visit.pk])
