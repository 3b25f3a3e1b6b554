"""What the made-up people did: offers, requests, questions, answers, and two partnerships."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from commonroom.errors import SaidToPeople
from commonroom.web import evidence
from commonroom.web.accounts.models import Person
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.example import work
from commonroom.web.example.people import HEADS, Cast, invent
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions as asks
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.market import actions as market
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.schools.models import School, System

SECONDARY = "secondary"
#: What schools offer, or ask for, one after the other: theme, words, days.
OFFERS = (
    (
        "attendance",
        "Our attendance team will show how we work with families in the first week of absence.",
        6,
    ),
    ("ebacc", "Come and see how we plan languages from year 7 to year 11.", 4),
    ("disadvantaged-pupils", "Two of our heads of year can share how we follow up every child.", 5),
    ("english-and-mathematics", "Our departments plan lessons together, and visitors may sit in.", 8),
)
REQUESTS = (
    ("attendance", "We would like to hear how others win Fridays back."),
    ("disadvantaged-pupils", "Who has found a way to keep older pupils in after-school study?"),
    ("writing", "We look for a school that writes in every subject."),
)


@change
def make(*, today: datetime.date) -> int:
    """Make the example up, once, and return how many people it has; nothing where it is there already.

    Raises SaidToPeople when the published evidence has too few secondary schools for it, or the site is that
    of real people.
    """
    if Person.objects.filter(made_up=True).exists():
        return 0
    if Person.objects.exists():
        raise SaidToPeople(
            "this site has people of its own, among whom nobody is made up.",
            where=str(settings.WORK),
            remedy="Give the demo a work folder of its own: COMMONROOM_WORK=another-folder.",
        )
    system = System.objects.get(slug=evidence.shown().facts["system_name"])
    cast = invent(_schools(system), system)
    _say(cast, today)
    _ask(cast, today)
    work.at_work(cast, _agree(cast, (0, 1), AIMS[0], today - datetime.timedelta(days=60)), today)
    _agree(cast, (5, 4), AIMS[1], today - datetime.timedelta(days=3))
    for model in (Offer, Capacity, Ask, Agreement, Partnership):
        model._default_manager.update(made_up=True)
    for moment in Moment.objects.filter(date__lt=today):
        # Written today, and told as if on its day: what is old is not news of this week.
        told = datetime.datetime.combine(moment.date, datetime.time(12), tzinfo=datetime.UTC)
        Moment.objects.filter(pk=moment.pk).update(when=told)
    for person in Person.objects.filter(made_up=True):
        audit.record(who=None, action="example.make", thing=person)
    return Person.objects.filter(made_up=True).count()


def _schools(system: System) -> tuple[School, ...]:
    """The first secondary schools of the system by number: chosen by nothing that they are good or bad at."""
    found = School.objects.filter(systems=system, in_system=True, phases__contains=SECONDARY).order_by("pk")
    chosen = tuple(itertools.islice(filter(_is_compared, found), len(HEADS)))
    if len(chosen) < len(HEADS):
        raise SaidToPeople(
            "the published evidence has too few secondary schools for the example.",
            remedy="Publish the evidence of a larger system.",
        )
    return chosen


def _is_compared(school: School) -> bool:
    """Whether the evidence compares a school with schools alike: a mainstream one with results."""
    found = evidence.shown().school(school.pk)
    return found is not None and any(one["compared"] for one in found["phases"] if one["phase"] == SECONDARY)


def _say(cast: Cast, today: datetime.date) -> None:
    """Schools offer and ask; each says how many days a year it has."""
    for place, (theme, words, days) in enumerate(OFFERS):
        school, head = cast.schools[place + 1], cast.heads[place + 1]
        market.set_capacity(who=head, school=school, days=Decimal(12))
        said = market.Said("offer", theme, SECONDARY, words, days=Decimal(days))
        market.write(who=head, school=school, said=said, today=today)
    for place, (theme, words) in zip((0, 5, 6), REQUESTS, strict=True):
        said = market.Said("request", theme, SECONDARY, words)
        market.write(who=cast.heads[place], school=cast.schools[place], said=said, today=today)


def _ask(cast: Cast, today: datetime.date) -> None:
    """One question waits for an answer, another was answered with not now."""
    now = timezone.now() - datetime.timedelta(days=2)
    waiting = asks.Question(
        cast.schools[2], "ebacc", SECONDARY,
        "Your offer on languages is just what we talked about in our last meeting. Could two of us come?",
    )  # fmt: skip
    asks.ask(who=cast.heads[0], asker=cast.schools[0], question=waiting, now=now)
    later = asks.Question(
        cast.schools[3], "disadvantaged-pupils", SECONDARY,
        "We would like to learn how you follow up every child. Might you have a day for us this term?",
    )  # fmt: skip
    asked = asks.ask(who=cast.heads[6], asker=cast.schools[6], question=later, now=now)
    said = Answered(
        Answer.LATER, "We are in the middle of a review. After the break we would be glad to.",
        today + datetime.timedelta(days=60),
    )  # fmt: skip
    asks.answer(who=cast.heads[3], ask=asked, said=said, now=timezone.now())


#: What the two partnerships are for: theme and aim.
AIMS = (
    (
        "attendance",
        "More pupils of years 9 and 10 in school on Fridays, by what we do in the first days away.",
    ),
    (
        "english-and-mathematics",
        "Our departments plan six lessons together, and watch each other teach them.",
    ),
)


def _agree(cast: Cast, pair: tuple[int, int], aim: tuple[str, str], day: datetime.date) -> Partnership:
    """One school asks another, which says yes; both agree on terms."""
    receiver, provider = (cast.schools[place] for place in pair)
    head, other = (cast.heads[place] for place in pair)
    theme, words = aim
    now = timezone.now() - (timezone.localdate() - day)
    question = asks.Question(provider, theme, SECONDARY, "We have read your offer, and would like to begin.")
    asked = asks.ask(who=head, asker=receiver, question=question, now=now)
    asks.answer(who=other, ask=asked, said=Answered(Answer.YES), now=now)
    terms = agreements.Terms(words, Decimal(6), day + datetime.timedelta(days=7))
    assert asked.agreement is not None  # noqa: S101 - a yes leads to one
    agreement = agreements.set_terms(
        voice=agreements.Voice(head, Side.RECEIVER),
        agreement=asked.agreement,
        terms=terms,
        version=asked.agreement.version,
    )
    voice = agreements.Voice(other, Side.PROVIDER)
    agreement = agreements.say_yes(voice=voice, agreement=agreement, version=agreement.version, today=day)
    assert agreement.partnership is not None  # noqa: S101 - both have said yes
    return agreement.partnership
