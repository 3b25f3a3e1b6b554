"""Two people of whom one acts in the middle of what the other does, each with a connection of their own.

The first stops where it has read, or written and not yet kept, what it goes by; the second then has all the
time it takes, unless it is made to wait. Whatever comes of it must be what comes of one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import connection
from django.utils import timezone

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.actions import Terms, Voice
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions as asks
from commonroom.web.partnerships.asks.actions import Question
from commonroom.web.partnerships.board import actions as board
from commonroom.web.partnerships.board import runs
from commonroom.web.partnerships.models import Agreement, Ask, Partnership, Proposal, Run
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.schools.models import School, System
from web_board import plan, row

DAY = date(2026, 11, 22)
NO = "For a reason."
#: Seconds that the second has before the first goes on: with a guard it waits, and this changes nothing.
TIME = 1.5
#: Where the first stops: when it has read what it goes by, or has written and not yet kept it.
READ, WRITTEN = "commonroom.web.audit.actions.fields", "commonroom.web.partnerships.letters.to_heads"
TOLD = "commonroom.web.partnerships.board.runs._tell"
Act = Callable[[], Any]


def meet(first: Act, second: Act, *, at: str) -> list[str]:
    """Do the second in the middle of the first, and return what was said to each."""
    inside, over = threading.Event(), threading.Event()
    said = ["", ""]
    module, _, name = at.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)

    def stop(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        if threading.current_thread() is one and not inside.is_set():
            inside.set()
            over.wait(TIME)
        return found

    def do(place: int, act: Act) -> None:
        if place:
            inside.wait()
        try:
            act()
        except SaidToPeople as error:
            said[place] = error.what
        finally:
            (over if place else inside).set()
            connection.close()

    one, two = (threading.Thread(target=do, args=(place, act)) for place, act in enumerate((first, second)))
    with mock.patch(at, stop):
        for thread in (one, two):
            thread.start()
        for thread in (one, two):
            thread.join()
    return said


class Room:
    """Two schools, their heads, and an officer."""

    def __init__(self) -> None:
        self.system = System.objects.create(slug="here", name="Here", kind="city")
        self.one, self.two = (
            School.objects.create(number=f"90000{n}", name=f"School {n}", phases="secondary", seen="v")
            for n in (1, 2)
        )
        self.system.schools.set([self.one, self.two])
        self.head, self.other = (self._person("headteacher", school=at) for at in (self.one, self.two))
        self.officer = self._person("authority_officer", system=self.system)
        self.count = 0

    def _person(self, role: str, **at: Any) -> Person:
        made = Person.objects.create_user(f"{role}{Person.objects.count()}@example.org")
        Membership.objects.create(person=made, role=role, **at)
        return made

    def theme(self) -> str:
        """A theme that nobody has spoken of."""
        self.count += 1
        return [name for name, _label in themes.choices() if themes.has(name, "secondary")][self.count]

    def ask(self, theme: str) -> Ask:
        question = Question(self.two, theme, "secondary", "May we come?")
        return asks.ask(who=self.head, asker=self.one, question=question, now=timezone.now())

    def answer(self, ask: Ask, answer: Answer) -> Act:
        said = Answered(answer, NO)
        fresh = Ask.objects.get(pk=ask.pk)
        return lambda: asks.answer(who=self.other, ask=fresh, said=said, now=timezone.now())

    def sent(self, theme: str) -> Proposal:
        run = Run.objects.create(system=self.system, day=DAY, state="done")
        return Proposal.objects.create(
            system=self.system, receiver=self.one, provider=self.two, theme=theme, phase="secondary",
            run=run, first=run, planned="new", state="sent", days=5,
        )  # fmt: skip

    def reply(self, proposal: Proposal, side: Side, answer: Answer) -> Act:
        who = self.head if side is Side.RECEIVER else self.other
        fresh, said = Proposal.objects.get(pk=proposal.pk), Answered(answer, NO)
        return lambda: board.reply(who=who, proposal=fresh, side=side, said=said, now=timezone.now())

    def solve(self, proposal: Proposal) -> Act:
        run = Run.objects.create(system=self.system, day=DAY, state="running")
        found = plan(row(self.one.pk, self.two.pk, proposal.theme))
        return lambda: runs.save(run=run, board=found, left_out=())


def two_answers(room: Room) -> dict[str, Any]:
    """Two people of the school asked answer yes and no."""
    ask = room.ask(room.theme())
    said = meet(room.answer(ask, Answer.YES), room.answer(ask, Answer.NO), at=READ)
    ask.refresh_from_db()
    return {"said": said, "state": ask.state, "agreements": Agreement.objects.filter(asks=ask).count()}


def taken_back(room: Room) -> dict[str, Any]:
    """A question is taken back while it is answered."""
    ask = room.ask(room.theme())
    fresh = Ask.objects.get(pk=ask.pk)
    said = meet(room.answer(ask, Answer.NO), lambda: asks.withdraw(who=room.head, ask=fresh), at=WRITTEN)
    ask.refresh_from_db()
    return {"said": said, "state": ask.state}


def both_say_yes(room: Room) -> dict[str, Any]:
    """Both heads say yes to a proposal."""
    proposal = room.sent(room.theme())
    yes = [room.reply(proposal, side, Answer.YES) for side in Side]
    said = meet(*yes, at=WRITTEN)
    proposal.refresh_from_db()
    return {"said": said, "state": proposal.state, "agreed": proposal.agreement is not None}


def solved_while_answered(room: Room) -> dict[str, Any]:
    """A run is kept while a head answers."""
    proposal = room.sent(room.theme())
    said = meet(room.reply(proposal, Side.PROVIDER, Answer.NO), room.solve(proposal), at=WRITTEN)
    proposal.refresh_from_db()
    return {"said": said, "state": proposal.state}


def answered_while_solved(room: Room) -> dict[str, Any]:
    """A head answers while a run is kept."""
    proposal = room.sent(room.theme())
    said = meet(room.solve(proposal), room.reply(proposal, Side.PROVIDER, Answer.NO), at=TOLD)
    proposal.refresh_from_db()
    return {"said": said, "state": proposal.state}


def recalled(room: Room) -> dict[str, Any]:
    """A proposal is taken back while a head answers."""
    proposal = room.sent(room.theme())
    fresh = Proposal.objects.get(pk=proposal.pk)
    said = meet(
        room.reply(proposal, Side.PROVIDER, Answer.NO),
        lambda: board.take_back(who=room.officer, proposal=fresh),
        at=WRITTEN,
    )
    proposal.refresh_from_db()
    return {"said": said, "state": proposal.state}


def other_terms(room: Room) -> dict[str, Any]:
    """One head puts other terms on the table while the other says yes to those that stand."""
    agreement = agreements.open_between(of=room.ask(room.theme()))
    mine, theirs = Voice(room.head, Side.RECEIVER), Voice(room.other, Side.PROVIDER)
    terms, other = (Terms(aim, Decimal(5), DAY) for aim in ("One.", "Another."))
    agreements.set_terms(voice=mine, agreement=agreement, terms=terms, version=1)
    old, new = (Agreement.objects.get(pk=agreement.pk) for _ in range(2))
    said = meet(
        lambda: agreements.say_yes(voice=theirs, agreement=old, version=2, today=DAY),
        lambda: agreements.set_terms(voice=mine, agreement=new, terms=other, version=2),
        at=WRITTEN,
    )
    agreement.refresh_from_db()
    made = Partnership.objects.get(agreement=agreement)
    return {"said": said, "aim": agreement.aim, "agreed": made.aim}


def play() -> dict[str, Any]:
    """Play every meeting, and return what came of each."""
    room = Room()
    meetings = (
        two_answers, taken_back, both_say_yes, solved_while_answered, answered_while_solved, recalled,
        other_terms,
    )  # fmt: skip
    return {one.__name__: one(room) for one in meetings}
