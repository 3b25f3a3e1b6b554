"""Heads and officers who do the same thing at the same moment, each in a thread with its own connection."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.actions import Terms, Voice
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions as asks
from commonroom.web.partnerships.asks.actions import Question
from commonroom.web.partnerships.board import actions as board
from commonroom.web.partnerships.market import actions as market
from commonroom.web.partnerships.market.actions import Said
from commonroom.web.partnerships.models import Agreement, Ask, Message, Offer, Partnership, Proposal, Run
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

TIMES = 6
DAY = date(2026, 11, 22)
YES = Answered(Answer.YES)
Act = Callable[[], Any]


def at_once(*acts: Act) -> Counter[str]:
    """Do things at the same moment, and count how they ended: done, or what was said."""
    begin, ended = threading.Barrier(len(acts)), []

    def do(act: Act) -> None:
        begin.wait()
        try:
            act()
            ended.append("done")
        except (SaidToPeople, PermissionDenied) as error:
            ended.append(getattr(error, "what", "refused"))
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ended)


def person(role: str, **at: Any) -> Person:
    made = Person.objects.create_user(f"{role}{Person.objects.count()}@example.org")
    Membership.objects.create(person=made, role=role, **at)
    return made


def play() -> dict[str, Any]:
    """Play everything, and return what there is afterwards."""
    system = System.objects.create(slug="here", name="Here", kind="city")
    one, two = (
        School.objects.create(number=f"90000{n}", name=f"School {n}", phases="secondary", seen="v")
        for n in (1, 2)
    )
    system.schools.set([one, two])
    head, other = person("headteacher", school=one), person("headteacher", school=two)
    officers = [person("authority_officer", system=system) for _ in range(2)]
    said = {}

    offer = Said("offer", "attendance", "secondary", days=Decimal(5))
    said["offers"] = at_once(*[lambda: market.write(who=other, school=two, said=offer, today=DAY)] * TIMES)
    question = Question(two, "attendance", "secondary", "May we come?")
    said["asks"] = at_once(
        *[lambda: asks.ask(who=head, asker=one, question=question, now=timezone.now())] * TIMES
    )
    ask = Ask.objects.get()

    def answer(what: Answer) -> Act:
        given = Answered(what, "For a reason.")
        return lambda: asks.answer(who=other, ask=Ask.objects.get(pk=ask.pk), said=given, now=timezone.now())

    said["answers"] = at_once(*[answer(Answer.YES)] * TIMES)
    said["messages"] = at_once(
        *[lambda: asks.write(who=head, ask=ask, school=one, text="When?", once="form")] * TIMES
    )
    agreement = Agreement.objects.get()
    receiver, provider = Voice(head, Side.RECEIVER), Voice(other, Side.PROVIDER)
    terms = Terms("More pupils in school.", Decimal(5), DAY)
    agreements.set_terms(voice=receiver, agreement=agreement, terms=terms, version=1)

    def agree(voice: Voice) -> Act:
        return lambda: agreements.say_yes(
            voice=voice, agreement=Agreement.objects.get(pk=agreement.pk), version=2, today=DAY
        )

    said["agreed"] = at_once(*[agree(provider)] * (TIMES // 2), *[agree(receiver)] * (TIMES // 2))
    said["runs"] = at_once(
        *(lambda who=who: board.run(who=who, system=system, day=DAY) for who in officers * (TIMES // 2))  # type: ignore[misc]
    )
    run = Run.objects.get()
    Run.objects.update(state="done")
    proposal = Proposal.objects.create(
        system=system, receiver=one, provider=two, theme="reading", phase="secondary", run=run, first=run,
        planned="new",
    )  # fmt: skip
    said["sent"] = at_once(
        *(
            lambda who=who: board.send(who=who, system=system, proposals=[proposal.pk], now=timezone.now())  # type: ignore[misc]
            for who in officers
        )
    )

    def reply(who: Person, side: Side) -> Act:
        return lambda: board.reply(
            who=who, proposal=Proposal.objects.get(pk=proposal.pk), side=side, said=YES, now=timezone.now()
        )

    said["replies"] = at_once(reply(head, Side.RECEIVER), reply(other, Side.PROVIDER))
    there = (Offer, Ask, Message, Agreement, Partnership, Run)
    letters = Counter(Letter.objects.values_list("kind", flat=True))
    return {
        "said": said,
        "there": {model.__name__: model._default_manager.count() for model in there},
        "letters": {name.removeprefix("partnerships."): count for name, count in letters.items()},
        "proposal": Proposal.objects.get().state,
    }
