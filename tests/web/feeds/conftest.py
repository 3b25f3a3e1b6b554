"""A partnership with something of every kind in it, for whatever is told of it."""

from __future__ import annotations

import datetime

import pytest

from commonroom.web.inquiry import words
from commonroom.web.inquiry.actions import cycles, decisions, notes, points, visits
from commonroom.web.partnerships.models import Agreement, Ask, Message, Proposal, Run

TODAY = datetime.date(2026, 11, 23)


def at(day, hour=9):
    return datetime.datetime(2026, 11, day, hour, tzinfo=datetime.UTC)


@pytest.fixture
def visit(other_head, partnership):
    came = words.Came(
        date=datetime.date(2026, 11, 30),
        purpose="See tutor time",
        begins=datetime.time(9, 30),
        ends=datetime.time(12),
        location="Birchwood School, hall",
    )
    return visits.record(who=other_head, partnership=partnership, words=came, today=TODAY)


@pytest.fixture
def point(other_head, head, partnership):
    said = words.Point(what="Send the list", owner=head, due=datetime.date(2026, 11, 20))
    return points.agree(who=other_head, partnership=partnership, words=said, today=TODAY)


@pytest.fixture
def cycle(other_head, partnership):
    planned = words.Planned(question="Do calls home help?", plan_by=datetime.date(2026, 11, 23))
    return cycles.begin(who=other_head, partnership=partnership, words=planned, today=TODAY)


@pytest.fixture
def decision(other_head, partnership):
    said = words.Decided(what="We go on in spring", date=datetime.date(2026, 11, 20))
    return decisions.take(who=other_head, partnership=partnership, words=said, today=TODAY)


@pytest.fixture
def own_note(other_head, partnership, birchwood):
    """What Birchwood keeps to itself."""
    said = words.Noted(text="BIRCHWOOD ALONE", date=TODAY, visibility="school", school=birchwood)
    return notes.write(who=other_head, partnership=partnership, words=said, today=TODAY)


@pytest.fixture
def ask(ashfield, birchwood, other_head):
    return Ask.objects.create(
        asker=birchwood,
        asked=ashfield,
        theme="attendance",
        phase="secondary",
        message="Could we\ncome and see?",
        who=other_head,
        sent=at(20),
    )


@pytest.fixture
def message(ask, birchwood, other_head):
    return Message.objects.create(ask=ask, school=birchwood, who=other_head, text="Any day.", when=at(21))


@pytest.fixture
def proposal(system, ashfield, birchwood):
    run = Run.objects.create(system=system, day=TODAY, state=Run.State.DONE)
    return Proposal.objects.create(
        system=system,
        receiver=ashfield,
        provider=birchwood,
        theme="attendance",
        phase="secondary",
        run=run,
        first=run,
        planned="new",
        state=Proposal.State.SENT,
        sent=at(19),
    )


@pytest.fixture
def agreement(ashfield, birchwood):
    return Agreement.objects.create(
        receiver=ashfield, provider=birchwood, theme="attendance", phase="secondary", opened=at(18)
    )
