"""One of everything that two schools have with each other, so that others can be refused it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from commonroom.web.accounts.models import Invitation, Membership, Person, Token
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import (
    ActionPoint,
    Attachment,
    Cycle,
    Decision,
    Lesson,
    Note,
    Review,
    Visibility,
    Visit,
)
from commonroom.web.jobs.models import Job
from commonroom.web.partnerships.models import (
    Agreement,
    Ask,
    Message,
    Moment,
    Offer,
    Partnership,
    Proposal,
    Run,
    SharedDays,
    Trusts,
)
from commonroom.web.schools.models import School, System

#: Stands in every text of theirs: where others see it, something leaked.
MARK = "zebra-kept-between-us"
DAY = datetime.date(2026, 10, 5)


@dataclass(frozen=True)
class World:
    """Two schools with all that they have, a head of one, and people to whom it is nothing.

    `keys`: what the part of an address in brackets stands for, by the address up to there; `routes`: the same
    of the interface for programs.
    """

    head: Person
    outsiders: tuple[Person, ...]
    keys: dict[str, Any] = field(default_factory=dict)
    routes: dict[str, Any] = field(default_factory=dict)


def second_step(person: Person) -> Person:
    """Give a person a second step, without which whoever acts gets nowhere."""
    given = {"data": {"secret": "made up"}}
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, defaults=given)
    return person


def outsiders(cedar: School, other_system: System) -> tuple[Person, ...]:
    """A head and a teacher of a school elsewhere, an officer of a system elsewhere, and one who left."""
    made = []
    for role, at in (("headteacher", cedar), ("teacher", cedar), ("authority_officer", other_system)):
        person = second_step(Person.objects.create_user(f"{role}@elsewhere.example"))
        Membership.objects.create(person=person, role=role, **{at._meta.model_name: at})
        made.append(person)
    left = second_step(Person.objects.create_user("left@elsewhere.example"))
    Membership.objects.create(person=left, role="headteacher", school=cedar, until=timezone.now())
    return (*made, left)


def make(partnership: Partnership, head: Person, cedar: School, other_system: System) -> World:
    """Make one of everything between the two schools of the partnership."""
    second_step(head)
    receiver, provider = partnership.receiver, partnership.provider
    Partnership.objects.update(aim=MARK, lessons=MARK)
    keys = _of_people(head, receiver) | _of_room(partnership, head)
    pair = {"theme": "attendance", "phase": "secondary"}
    offer = Offer.objects.create(school=receiver, who=head, says="request", words=MARK, **pair)
    ask = Ask.objects.create(asker=receiver, asked=provider, who=head, message=MARK, reason=MARK, **pair)
    Message.objects.create(ask=ask, school=receiver, who=head, text=MARK)
    agreement = Agreement.objects.create(receiver=receiver, provider=provider, aim=MARK, reason=MARK, **pair)
    system = receiver.systems.get()
    run = Run.objects.create(system=system, who=head, day=DAY, said=MARK, headline={"en": [MARK]})
    proposal = Proposal.objects.create(
        system=system, receiver=receiver, provider=provider, run=run, first=run, planned="new",
        sentences={"en": {"what": MARK}, "cy": {"what": MARK}}, state=Proposal.State.SENT, **pair,
    )  # fmt: skip
    days = SharedDays.objects.create(system=system, kind="trust", name=MARK, days=1)
    Trusts.objects.create(system=system, schools={receiver.pk: MARK}, revision=1)
    job = Job.objects.create(who=head, kind="made.up", step=MARK, said=MARK)
    file = EventFile.objects.create(**_event_file(head, partnership))
    keys |= {
        "offers/<int:pk>": offer.pk,
        "offers/days/<str:number>": receiver.pk,
        "asks/<int:pk>": ask.pk,
        "agreements/<int:pk>": agreement.pk,
        "proposals/<int:pk>": proposal.pk,
        "systems/<slug:slug>/board/runs/<int:pk>": run.pk,
        "systems/<slug:slug>/board/days/<int:pk>": days.pk,
        "jobs/<int:pk>": job.pk,
        "systems/<slug:slug>": system.pk,
        "systems/<slug:key>": system.pk,
        "schools/<str:key>": receiver.pk,
        "schools/<str:number>": receiver.pk,
        "events/<int:pk>": file.pk,
    }
    return World(head, outsiders(cedar, other_system), keys=keys, routes=_routes(keys, receiver))


def _routes(keys: dict[str, Any], school: School) -> dict[str, Any]:
    """The same for the interface, which writes its addresses otherwise, and has some of its own."""
    same = {re.sub(r"<\w+:(\w+)>", r"{\1}", key): value for key, value in keys.items()}
    own = {"people/{kind}": "school", "people/{kind}/{key}": school.pk}
    return {**same, **own, "event-files/{pk}": keys["events/<int:pk>"]}


def _event_file(head: Person, partnership: Partnership) -> dict[str, Any]:
    """Only what the model asks for: which fields those are is its own affair."""
    given = {"who": head, "person": head, "school": partnership.receiver, "partnership": partnership}
    named = {one.name for one in EventFile._meta.concrete_fields}
    return {name: value for name, value in given.items() if name in named}


def _of_people(head: Person, school: School) -> dict[str, Any]:
    session = UserSession.objects.create(
        user=head, session_key="a-session-elsewhere", ip="127.0.0.1", user_agent=MARK
    )
    week = timezone.now() + datetime.timedelta(days=7)
    token = Token.objects.create(person=head, name=MARK, digest_of_token="a" * 64, expires=week)
    invitation = Invitation.objects.create(
        email="new@example.org",
        role="teacher",
        school=school,
        by=head,
        digest_of_token="b" * 64,
        expires=week,
    )
    return {
        "me/sessions/<int:pk>": session.pk,
        "me/tokens/<int:pk>": token.pk,
        "memberships/<int:pk>": head.memberships.get().pk,
        "invitations/<int:pk>": invitation.pk,
    }


def _of_room(partnership: Partnership, head: Person) -> dict[str, Any]:
    base = {"partnership": partnership, "who": head}
    cycle = Cycle.objects.create(question=MARK, trying=MARK, **base)
    note = Note.objects.create(
        text=MARK, date=DAY, visibility=Visibility.SCHOOL, school=partnership.receiver, **base
    )
    visit = Visit.objects.create(purpose=MARK, outcome=MARK, date=DAY, **base)
    point = ActionPoint.objects.create(what=MARK, owner=head, **base)
    decision = Decision.objects.create(what=MARK, date=DAY, **base)
    review = Review.objects.create(year=2027, term="autumn", well=MARK, days=1, **base)
    file = Attachment.objects.create(
        name=f"{MARK}.txt", media_type="text/plain", size=4, sha256="c" * 64, stored="none",
        school=partnership.receiver, **base,
    )  # fmt: skip
    Lesson.objects.create(partnership=partnership, school=partnership.receiver, text=MARK)
    ImpactPlan.objects.create(
        number=1, measure="absence", first=2027, last=2028, smallest=1, question=MARK, **base
    )
    Moment.objects.create(partnership=partnership, date=DAY, kind="note", title=MARK, who=head)
    room = "partnerships/<int:pk>"
    return {
        room: partnership.pk,
        f"{room}/lessons/<str:school>": partnership.receiver_id,
        f"{room}/cycles/<int:number>": cycle.pk,
        f"{room}/cycles/<int:number>/to/<slug:stage>": "do",
        f"{room}/cycles/<int:number>/<slug:stage>": "do",
        f"{room}/notes/<int:number>": note.pk,
        f"{room}/visits/<int:number>": visit.pk,
        f"{room}/actions/<int:number>": point.pk,
        f"{room}/decisions/<int:number>": decision.pk,
        f"{room}/reviews/<int:number>": review.pk,
        f"{room}/files/<int:number>": file.pk,
        f"{room}/<slug:what>": "notes",
    }
