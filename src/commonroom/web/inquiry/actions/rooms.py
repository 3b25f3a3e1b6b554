"""Changes of the partnership itself: aim and days, supporters, begin, close, open again, lessons."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import queries
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.writing import (
    Overtaken,
    claim,
    enter,
    hold,
    own_schools,
    tell,
)
from commonroom.web.inquiry.models import Lesson
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School

State = Partnership.State


@changes
def set_aim(
    *, who: Person, partnership: Partnership, words: wordings.Aim, revision: int, today: datetime.date
) -> Partnership:
    """Agree on the aim, the days, and when it starts and ends; raise Overtaken when another did meanwhile."""
    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    if words.starts and words.ends and words.ends <= words.starts:
        raise SaidToPeople(_("It ends before it starts."), remedy=_("Give a later day for its end."))
    if words.days is not None and words.days < 0:
        raise SaidToPeople(_("Days cannot be below nought."), remedy=_("Give nought or more days."))
    before = _take(partnership)
    now = queries.revision_of_aim(partnership)
    if revision != now:
        raise Overtaken(partnership, revision=now, among=queries.AIM)
    for name, value in vars(words).items():
        setattr(partnership, name, value)
    partnership.save(update_fields=list(vars(words)))
    _tell(who, partnership, before, told=("partnership.change", "room.changed", today))
    return partnership


@changes
def name_supporters(
    *, who: Person, partnership: Partnership, people: Sequence[Person], revision: int, today: datetime.date
) -> Partnership:
    """Name the system leaders who support the partnership, and may enter its room; others no longer may.

    Raises Overtaken when another named others meanwhile.
    """
    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    known = set(queries.supporters_to_choose(partnership).values_list("pk", flat=True))
    if any(person.pk not in known for person in people):
        raise SaidToPeople(
            _("Somebody who is named is no system leader of the schools' systems."),
            remedy=_("Choose from the list."),
        )
    before = _take(partnership)
    now = queries.revision_of_supporters(partnership)
    if revision != now:
        raise Overtaken(partnership, revision=now, among=("supporters",))
    partnership.supporters.set(people)
    _tell(who, partnership, before, told=("partnership.supporters", "room.supporters", today))
    return partnership


@changes
def begin(*, who: Person, partnership: Partnership, today: datetime.date) -> Partnership:
    """Begin the work; begun twice, it is begun once."""
    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    before = _take(partnership)
    if partnership.state == State.WORKING:
        return partnership
    partnership.state, partnership.starts = State.WORKING, partnership.starts or today
    partnership.save(update_fields=["state", "starts"])
    _tell(who, partnership, before, told=("partnership.begin", "room.begun", today))
    return partnership


@changes
def close(
    *, who: Person, partnership: Partnership, lesson: tuple[str, int], today: datetime.date
) -> Partnership:
    """Close the partnership with what the head's own school learned; the room can then only be read.

    `lesson`: as `write_lesson` takes it. Who heads both schools writes it for the one that is helped, and
    that of the other afterwards.
    """
    enter(who, Action.PARTNERSHIP_LEAD, partnership)
    before = _take(partnership)
    _write_lesson(who, partnership, own_school(who, partnership), lesson)
    partnership.state, partnership.closed = State.CLOSED, today
    partnership.lessons = queries.lessons_of_both(partnership)
    partnership.save(update_fields=["state", "closed", "lessons"])
    _tell(who, partnership, before, told=("partnership.close", "room.closed", today))
    return partnership


@changes
def reopen(*, who: Person, partnership: Partnership, today: datetime.date) -> Partnership:
    """Open a closed room again, by the head of either school, unless another took its place."""
    permissions.check(who, Action.PARTNERSHIP_LEAD, partnership)
    before = _take(partnership)
    if partnership.state != State.CLOSED:
        return partnership
    partnership.state, partnership.closed = State.WORKING, None
    try:
        with transaction.atomic():
            partnership.save(update_fields=["state", "closed"])
    except IntegrityError:
        raise SaidToPeople(
            _("The two schools have begun another partnership on this theme since."),
            remedy=_("Go on there; what was written here can still be read."),
        ) from None
    _tell(who, partnership, before, told=("partnership.reopen", "room.reopened", today))
    return partnership


@changes
def write_lesson(
    *, who: Person, partnership: Partnership, school: School, lesson: tuple[str, int], today: datetime.date
) -> Lesson:
    """Write what a school learned, in its head's name; after the close too, so that both heads can.

    `lesson`: the text, and the revision that was read (0: there was none). Raises Overtaken.
    """
    permissions.check(who, Action.PARTNERSHIP_LEAD, partnership)
    if school.pk not in own_schools(who, Action.PARTNERSHIP_LEAD, partnership):
        raise PermissionDenied
    before = _take(partnership)
    held = _write_lesson(who, partnership, school, lesson)
    partnership.lessons = queries.lessons_of_both(partnership)
    partnership.save(update_fields=["lessons"])
    _tell(who, partnership, before, told=("partnership.lessons", "room.lessons", today))
    return held


def own_school(who: Person, partnership: Partnership) -> School:
    """Return the school in whose name a head leads; of who heads both: the one that is helped."""
    own = own_schools(who, Action.PARTNERSHIP_LEAD, partnership)
    return partnership.receiver if partnership.receiver_id in own else partnership.provider


def _write_lesson(who: Person, partnership: Partnership, school: School, lesson: tuple[str, int]) -> Lesson:
    text, revision = lesson
    held = Lesson.objects.filter(partnership=partnership, school=school).first()
    if held is None:
        held, before = Lesson(partnership=partnership, school=school), None
    else:
        claim(held, revision)
        before = audit.fields(held)
    held.text, held.who = text, who
    held.save()
    audit.record(who=who, action="lesson.write", thing=held, before=before)
    return held


def _take(partnership: Partnership) -> dict[str, object]:
    """Hold the partnership until the change is done, and return its fields as they are."""
    hold(partnership)
    return audit.fields(partnership)


def _tell(
    who: Person, partnership: Partnership, before: dict[str, object], *, told: tuple[str, str, datetime.date]
) -> None:
    """Write the change down: in the audit, and in the timeline."""
    action, kind, today = told
    audit.record(who=who, action=action, thing=partnership, before=before)
    path = reverse("room", args=[partnership.pk])
    tell(partnership, kind, "", told=(who, today), path=path)
