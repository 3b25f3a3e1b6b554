"""What the made-up town's story leaves out, so that every page is met: done by the site's own actions."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

import web_board
from commonroom.errors import SaidToPeople
from commonroom.web.accounts import actions as people
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Role
from commonroom.web.example.people import COLLEAGUES, HEADS, SYSTEM
from commonroom.web.impact import actions as impact
from commonroom.web.inquiry import words
from commonroom.web.inquiry.actions import cycles, files, reviews, rooms, visits
from commonroom.web.inquiry.events import actions as events
from commonroom.web.inquiry.events import reading
from commonroom.web.jobs import actions as jobs
from commonroom.web.jobs import working
from commonroom.web.jobs.models import Job
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions as asks
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.board import actions as board
from commonroom.web.partnerships.board import tasks
from commonroom.web.partnerships.board.days import actions as days
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.schools.models import School, System

SECONDARY = "secondary"
#: Who looks after the site.
KEEPER = "Ada Moss"


@dataclass(frozen=True)
class Town:
    """Who lives in the made-up town, heads in the order of their schools."""

    heads: tuple[Person, ...]
    schools: tuple[School, ...]
    officer: Person
    system: System
    teacher: Person
    today: datetime.date


def find(today: datetime.date) -> Town:
    """Find the made-up people again."""
    named = {person.name: person for person in Person.objects.filter(made_up=True)}
    heads = tuple(named[name] for name in HEADS)
    schools = tuple(head.memberships.get().school for head in heads)
    officer = named[SYSTEM[0][1]]
    return Town(heads, schools, officer, officer.memberships.get().system, named[COLLEAGUES[0][1]], today)


def play(town: Town) -> None:
    """Bring the town into all of the states."""
    broker(town)
    agree(town)
    question(town)
    fill_rooms(town)
    bring_in(town)
    invite(town)


def broker(town: Town) -> None:
    """Two runs of a board, what was sent of them and answered; elsewhere one failed, is at work, waits."""
    others = {slug: System.objects.get(slug=slug) for slug in ("bolton", "bury", "oldham", "rochdale")}
    for system in others.values():
        Membership.objects.create(person=town.officer, role=Role.AUTHORITY_OFFICER, system=system)
    pairs = [(2, 3), (2, 4), (6, 3), (4, 3), (6, 2), (3, 1), (1, 2), (5, 6), (3, 6)]
    rows = [
        web_board.row(town.schools[receiver].pk, town.schools[provider].pk) for receiver, provider in pairs
    ]
    left = ({"school": town.schools[0].name, "theme": "writing", "phase": "primary"},)
    plan = web_board.plan(*rows)
    for told in (*plan.unmatched, *plan.changes):
        told |= {"receiver": town.schools[0].pk, "receiver_name": town.schools[0].name}
    run(town, town.system, (plan, ()))
    again = web_board.plan(*rows[:-1], web_board.row(town.schools[0].pk, town.schools[6].pk), version="p2")
    run(town, town.system, (again, left))
    sent = [find_proposal(town, pair) for pair in pairs[:6]]
    board.send(who=town.officer, system=town.system, proposals=[one.pk for one in sent], now=timezone.now())
    for pair, side, answer in (
        ((2, 4), Side.RECEIVER, Answer.YES),
        ((6, 3), Side.RECEIVER, Answer.YES),
        ((6, 3), Side.PROVIDER, Answer.YES),
        ((4, 3), Side.PROVIDER, Answer.NO),
        ((6, 2), Side.PROVIDER, Answer.LATER),
    ):
        who = town.heads[pair[0] if side is Side.RECEIVER else pair[1]]
        web_board.reply(find_proposal(town, pair), who, side, answer, "We have other plans this year.")
    board.take_back(who=town.officer, proposal=find_proposal(town, (3, 1)))
    run(town, others["bolton"], SaidToPeople("The evidence has no school of this system."))
    job = board.run(who=town.officer, system=others["bury"], day=town.today).job
    jobs.take_up(job=job)
    jobs.progress(job=job, share=0.4, step="Finding who could help whom")
    board.run(who=town.officer, system=others["oldham"], day=town.today)
    stated = days.Stated(days.Kind.LEADER, "", Decimal(20))
    trusts = {school.pk: "Made-up Trust" for school in town.schools[:2]}
    days.set_trusts(who=town.officer, system=town.system, trusts=trusts, revision=0)
    days.set_days(who=town.officer, system=town.system, stated=stated)


def run(town: Town, system: System, outcome: Any) -> None:
    """Run a proposal of a board that comes to what is given."""
    board.run(who=town.officer, system=system, day=town.today)
    with mock.patch.object(tasks, "propose", side_effect=[outcome]):
        working.run_waiting()


def find_proposal(town: Town, pair: tuple[int, int]) -> Proposal:
    receiver, provider = (town.schools[place] for place in pair)
    return Proposal.objects.get(receiver=receiver, provider=provider)


def agree(town: Town) -> None:
    """Terms that one head put on the table, terms that nobody pursues, and a partnership that is closed."""
    day = town.today + datetime.timedelta(days=7)
    terms = agreements.Terms("We look at each other's mornings.", Decimal(4), day)
    first = find_agreement(town, (6, 3))
    voice = agreements.Voice(town.heads[6], Side.RECEIVER)
    agreements.set_terms(voice=voice, agreement=first, terms=terms, version=first.version)
    ask(town, (1, 3), Answer.YES)
    voice = agreements.Voice(town.heads[1], Side.RECEIVER)
    agreements.drop(voice=voice, agreement=find_agreement(town, (1, 3)), reason="The year is too full.")
    ask(town, (4, 2), Answer.YES)
    ended = find_agreement(town, (4, 2))
    voices = agreements.Voice(town.heads[4], Side.RECEIVER), agreements.Voice(town.heads[2], Side.PROVIDER)
    ended = agreements.set_terms(voice=voices[0], agreement=ended, terms=terms, version=ended.version)
    ended = agreements.say_yes(voice=voices[1], agreement=ended, version=ended.version, today=town.today)
    rooms.begin(who=town.heads[4], partnership=ended.partnership, today=town.today)
    rooms.close(
        who=town.heads[4], partnership=ended.partnership, lesson=("Begin with one form.", 0), today=town.today
    )


def find_agreement(town: Town, pair: tuple[int, int]) -> Agreement:
    receiver, provider = (town.schools[place] for place in pair)
    return Agreement.objects.get(receiver=receiver, provider=provider, state=Agreement.State.OPEN)


def ask(town: Town, pair: tuple[int, int], answer: Answer | None, theme: str = "attendance") -> Ask:
    """Have one school ask another, which answers."""
    asker, asked = pair
    said = asks.Question(town.schools[asked], theme, SECONDARY, "May two of us come for a morning?")
    made = asks.ask(who=town.heads[asker], asker=town.schools[asker], question=said, now=timezone.now())
    if answer is not None:
        reply = Answered(answer, "" if answer is Answer.YES else "We have no day left.")
        made = asks.answer(who=town.heads[asked], ask=made, said=reply, now=timezone.now())
    return made


def question(town: Town) -> None:
    """A question that is answered with no, one with messages, and one that is taken back."""
    ask(town, (2, 5), Answer.NO)
    talked = ask(town, (3, 5), Answer.YES)
    for place in (3, 5):
        asks.write(who=town.heads[place], ask=talked, school=town.schools[place], text="Is Tuesday good?")
    asks.withdraw(who=town.heads[5], ask=ask(town, (5, 2), None))


def fill_rooms(town: Town) -> None:
    """A file, a review, a visit to come, a cycle that ended, and impact plans in each of their states."""
    room = Partnership.objects.get(state=Partnership.State.WORKING)
    head, other = town.heads[0], town.heads[1]
    sent = SimpleUploadedFile("card.txt", b"Three questions.\n", "text/plain")
    files.add(who=head, partnership=room, sent=(sent, words.Filed()), today=town.today)
    year = town.today.year + (town.today.month >= 9)
    looked = words.Reviewed(year, "autumn", "Calls are made.", "Too many forms.", "Fewer forms.", "Go on.")
    reviews.write(who=head, partnership=room, words=looked, today=town.today)
    later = words.Came(town.today + datetime.timedelta(days=3), "To sit in", people=(town.teacher, other))
    visits.record(who=other, partnership=room, words=later, today=town.today)
    begun = cycles.begin(
        who=head, partnership=room, words=words.Planned("Do letters help?"), today=town.today
    )
    for stage in ("do", "study", "act"):
        begun = cycles.move(who=head, cycle=begun, stage=stage, revision=begun.revision, today=town.today)
    acted = words.Acted("abandon", "Nobody reads them.")
    cycles.end(who=head, cycle=begun, words=acted, revision=begun.revision, today=town.today)
    for reason in ("", "The first could not be made.", "The head changed."):
        asked = impact.Asked(
            "attainment8", year + 1, year + 2, Decimal("0.2"), "Did it help?", "Nothing changes.", reason
        )
        plan = impact.ask(who=head, partnership=room, words=asked, today=town.today)
        if plan.number == 1:
            impact.refuse(plan=plan, why="No results are published for the years.")
        elif plan.number == 2:
            said = {"points": 2.4, "unit": "points", "last_outcome": 2024, "evidence": "e1"}
            impact.lock(plan=plan, hash="a" * 64, said=said, today=town.today)


def bring_in(town: Town) -> None:
    """A file of events with rows to be mended, and one that is saved."""
    day = town.today.isoformat()
    good = f"partner,date,kind,purpose\n{town.schools[1].name},{day},visit,See the first hour\n"
    for name, text in (("saved.csv", good), ("to-mend.csv", good + "Nowhere School,yesterday,party,\n")):
        table = reading.read(io.BytesIO(text.encode()), name=name, size=len(text))
        made = events.send(who=town.heads[0], school=town.schools[0], table=table, now=timezone.now())
        if name == "saved.csv":
            events.save(who=town.heads[0], file=made, leave_out=False, now=timezone.now())


def invite(town: Town) -> None:
    """Invitations that wait, of a school, a system and the site."""
    now, keeper = timezone.now(), Person.objects.get(name=KEEPER)
    for who, role, on in (
        (town.heads[0], Role.TEACHER, town.schools[0]),
        (keeper, Role.ANALYST, town.system),
        (keeper, Role.ADMINISTRATOR, None),
    ):
        people.invite(who=who, email=f"new.{role}@example.org", role=role, on=on, now=now)


def addresses(town: Town, name: str) -> list[str]:
    """Where somebody begins, so that jobs, proposals and boards are met in each of their states."""
    of_jobs = {job.state: job.get_absolute_url() for job in Job.objects.filter(who=town.officer)}
    of_proposals = {one.state: f"/proposals/{one.pk}/" for one in Proposal.objects.all()}
    assert set(of_jobs) == set(Job.State)
    assert set(of_proposals) == set(Proposal.State)
    boards = [f"/systems/{one.system_id}/board/" for one in town.officer.memberships.all()]
    again = f"{of_jobs[Job.State.FAILED]}again/"
    of = {town.officer.name: [*of_jobs.values(), *of_proposals.values(), *boards], KEEPER: [again]}
    return of.get(name, [])
