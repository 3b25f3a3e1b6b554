"""What waits for a person, what happened since, and what comes."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import kinds
from commonroom.web.inquiry import queries as rooms
from commonroom.web.inquiry.models import Cycle, Visit
from commonroom.web.narrative.feeds import agenda
from commonroom.web.narrative.feeds.agenda import Item
from commonroom.web.partnerships.models import Agreement, Ask, Message, Moment, Partnership, Proposal, Reply
from commonroom.web.partnerships.sides import Side

#: So long before its day a thing that is to be done begins to wait; so long after its end a term is
#: still worth a look back.
SOON, LATE = datetime.timedelta(days=14), datetime.timedelta(days=90)
#: So far back it is told what others did.
LATELY = datetime.timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One line of a list: what it is, between whom, where it is read, and its day."""

    kind: str
    title: str
    about: str
    path: str
    day: datetime.date | None = None
    late: bool = False


def waiting(person: Person, today: datetime.date) -> list[Line]:
    """Return what waits for a person: questions, proposals, agreements, and what is due; late ones first."""
    found = [
        *_asks(person),
        *_proposals(person),
        *_agreements(person),
        *_points(person, today),
        *_visits(person, today),
        *_cycles(person, today),
        *_reviews(person, today),
    ]
    return sorted(
        found, key=lambda line: (not line.late, line.day or datetime.date.max, line.title, line.path)
    )


def happened(person: Person, since: datetime.datetime) -> list[Line]:
    """Return what others did in a person's partnerships and questions since then, the last first."""
    lines = [*_moments(person, since), *_messages(person, since), *_answers(person, since)]
    return [line for _when, line in sorted(lines, key=lambda one: one[0], reverse=True)]


def coming(person: Person, today: datetime.date) -> list[Item]:
    """Return the visits, meetings and days of the next two weeks that were not cancelled."""
    return [item for item in agenda.between(person, today, today + SOON) if not item.cancelled]


def _asks(person: Person) -> Iterator[Line]:
    mine = permissions.schools(person, Action.ASK_ANSWER)
    for ask in Ask.objects.filter(asked__in=mine, state=Ask.State.OPEN).select_related("asker", "asked"):
        yield Line(
            kind="ask",
            title=_("%(school)s asks you for help: %(theme)s")
            % {"school": ask.asker, "theme": ask.theme_label},
            about=str(ask.asked),
            path=reverse("ask", args=[ask.pk]),
            day=timezone.localdate(ask.sent),
        )


def _proposals(person: Person) -> Iterator[Line]:
    """Proposals that were sent and that a school of the person has not answered."""
    mine = permissions.schools(person, Action.PROPOSAL_ANSWER)
    silent = Q()
    for side in Side:
        said = Reply.objects.filter(proposal=OuterRef("pk"), side=side)
        silent |= Q(~Exists(said), **{f"{side.value}__in": mine})
    found = Proposal.objects.filter(silent, state=Proposal.State.SENT)
    for proposal in found.select_related("receiver", "provider"):
        yield Line(
            kind="proposal",
            title=_("A partnership is proposed: %(theme)s") % {"theme": proposal.theme_label},
            about=f"{proposal.receiver} – {proposal.provider}",
            path=reverse("proposal", args=[proposal.pk]),
            day=None if proposal.sent is None else timezone.localdate(proposal.sent),
        )


def _agreements(person: Person) -> Iterator[Line]:
    """Terms on the table to which a school of the person has not said yes."""
    mine = permissions.schools(person, Action.PROPOSAL_ANSWER)
    silent = Q(receiver__in=mine, receiver_said=None) | Q(provider__in=mine, provider_said=None)
    found = Agreement.objects.filter(silent, state=Agreement.State.OPEN)
    for agreement in found.select_related("receiver", "provider"):
        yield Line(
            kind="agreement",
            title=_("Aim and days wait for your yes: %(theme)s") % {"theme": agreement.theme_label},
            about=f"{agreement.receiver} – {agreement.provider}",
            path=reverse("agreement", args=[agreement.pk]),
            day=timezone.localdate(agreement.opened),
        )


def _points(person: Person, today: datetime.date) -> Iterator[Line]:
    for point in agenda.points(person).filter(Q(due=None) | Q(due__lte=today + SOON)):
        yield Line(
            kind="point",
            title=_("To be done: %(what)s") % {"what": point.what},
            about=str(point.partnership),
            path=f"{reverse('room-points', args=[point.partnership_id])}#point-{point.pk}",
            day=point.due,
            late=point.is_overdue(today),
        )


def _open_rooms(person: Person, action: Action) -> list[Partnership]:
    """Rooms at work in which a person may do something."""
    found = rooms.rooms(person).exclude(state=Partnership.State.CLOSED).prefetch_related("supporters")
    return [room for room in found if permissions.may(person, action, room)]


def _visits(person: Person, today: datetime.date) -> Iterator[Line]:
    """Visits whose day is over and of which nobody said whether they took place."""
    mine = _open_rooms(person, Action.PARTNERSHIP_WORK)
    over = Visit.objects.filter(partnership__in=mine, state=Visit.State.PLANNED, date__lt=today)
    for visit in over.select_related("partnership__receiver", "partnership__provider"):
        yield Line(
            kind="visit",
            title=_("Say whether it took place, and what came of it: %(what)s") % {"what": visit.purpose},
            about=str(visit.partnership),
            path=reverse("room-visit", args=[visit.partnership_id, visit.pk]),
            day=visit.date,
            late=True,
        )


def _cycles(person: Person, today: datetime.date) -> Iterator[Line]:
    """Stages of cycles whose day has come."""
    there = Cycle.objects.filter(partnership__in=_open_rooms(person, Action.PARTNERSHIP_WORK), ended=None)
    for cycle in there.select_related("partnership__receiver", "partnership__provider"):
        if cycle.due is not None and cycle.due <= today:
            yield Line(
                kind="cycle",
                title=f"{cycle.get_stage_display()}: {cycle.question}",
                about=str(cycle.partnership),
                path=reverse("room-cycle", args=[cycle.partnership_id, cycle.pk]),
                day=cycle.due,
                late=cycle.due < today,
            )


def _reviews(person: Person, today: datetime.date) -> Iterator[Line]:
    """Terms that are over and were not looked back at, where the person leads."""
    led = {room.pk for room in _open_rooms(person, Action.PARTNERSHIP_LEAD)}
    for item in agenda.reviews(person, today - LATE, today):
        if item.partnership.pk in led:
            yield Line(item.kind, item.title, str(item.partnership), item.path, item.day)


Told = tuple[datetime.datetime, Line]


def _moments(person: Person, since: datetime.datetime) -> Iterator[Told]:
    found = Moment.objects.filter(partnership__in=rooms.rooms(person), when__gt=since).exclude(who=person)
    for moment in found.select_related("partnership__receiver", "partnership__provider"):
        label = kinds.label(moment.kind)
        title = f"{label}: {moment.title}" if label and moment.title else label or moment.title
        path = moment.path or reverse("room", args=[moment.partnership_id])
        yield moment.when, Line("moment", title, str(moment.partnership), path, moment.date)


def _messages(person: Person, since: datetime.datetime) -> Iterator[Told]:
    """What was written under questions of a person's schools, by others."""
    mine = permissions.schools(person, Action.ASK_SEE)
    found = Message.objects.filter(Q(ask__asker__in=mine) | Q(ask__asked__in=mine), when__gt=since)
    for message in found.exclude(who=person).select_related("ask__asker", "ask__asked", "school"):
        title = _("%(school)s wrote about: %(theme)s") % {
            "school": message.school,
            "theme": message.ask.theme_label,
        }
        yield message.when, _line_of(message.ask, title, message.when)


def _answers(person: Person, since: datetime.datetime) -> Iterator[Told]:
    """Answers to questions that a person's schools asked."""
    mine = permissions.schools(person, Action.ASK_SEE)
    found = Ask.objects.filter(asker__in=mine, answered__gt=since).exclude(answered_by=person)
    for ask in found.select_related("asker", "asked"):
        if ask.answered is not None:
            title = _("%(school)s answered: %(answer)s") % {
                "school": ask.asked,
                "answer": ask.get_state_display(),
            }
            yield ask.answered, _line_of(ask, title, ask.answered)


def _line_of(ask: Ask, title: str, when: datetime.datetime) -> Line:
    about = f"{ask.asker} – {ask.asked}"
    return Line("ask", title, about, reverse("ask", args=[ask.pk]), timezone.localdate(when))
