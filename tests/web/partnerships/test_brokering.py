"""An officer brokers ten real schools: a run, answers, a run again that keeps to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from commonroom import pipeline
from commonroom.store import evidence
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import Failed
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.actions import Terms, Voice
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.board import actions, queries, tasks
from commonroom.web.partnerships.board.days import actions as days
from commonroom.web.partnerships.board.days.actions import Kind, Stated
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.partnerships.market import actions as market
from commonroom.web.partnerships.market.actions import Said
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

Browse = Callable[[Person | None], Client]

DAY = date(2026, 11, 22)
S = Proposal.State


def work(run: Run) -> Run:
    """Do the job of a run, as a worker does."""
    assert run.job is not None
    tasks.solve.func(run.job.pk, run=run.pk)
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def ten(manchester: Path, system: System, settings: Any, tmp_path: Path) -> list[School]:
    """Ten schools of Bury and Bolton, half of them strong in attainment and half in need of it."""
    settings.EVIDENCE, settings.WORK = manchester, tmp_path
    opened = evidence.open(manchester)
    near = opened.table("schools").filter(authority="Bolton").select("school", "name")
    stands = opened.table("standing").filter(phase="primary", theme="attainment").join(near, on="school")
    chosen = [
        row for kind in ("need", "strength") for row in stands.filter(kind=kind).head(5).iter_rows(named=True)
    ]
    made = [
        School.objects.create(
            number=row["school"], name=row["name"], phases="primary", in_system=True, seen="v"
        )
        for row in chosen
    ]
    system.schools.set(made)
    return made


@pytest.fixture
def heads(ten: list[School], make_person: Callable[..., Person]) -> dict[str, Person]:
    return {school.pk: make_person("headteacher", school) for school in ten}


def answer(one: Proposal, heads: dict[str, Person], side: Side, said: Answered) -> None:
    school = one.receiver_id if side is Side.RECEIVER else one.provider_id
    actions.reply(who=heads[school], proposal=one, side=side, said=said, now=timezone.now())


def test_an_officer_brokers_ten_schools(
    ten: list[School], heads: dict[str, Person], officer: Person, system: System, browse: Browse
) -> None:
    # A head's own word counts for more than any figure.
    for school, says in ((ten[0], "request"), (ten[9], "offer")):
        market.write(
            who=heads[school.pk],
            school=school,
            said=Said(says, "writing", "primary", days=Decimal(20) if says == "offer" else None),
            today=DAY,
        )
    market.set_capacity(who=heads[ten[9].pk], school=ten[9], days=Decimal(20))
    # What the evidence cannot place is left out, and said.
    School.objects.filter(pk=ten[1].pk).update(phases="primary secondary")
    ten[1].refresh_from_db()
    market.write(who=heads[ten[1].pk], school=ten[1], said=Said("offer", "reading", "secondary"), today=DAY)

    first = work(actions.run(who=officer, system=system, day=DAY))
    assert (first.state, first.version != "", first.job and first.job.state) == ("done", True, "done")
    assert first.left_out == [{"school": ten[1].name, "theme": "reading", "phase": "secondary"}]
    numbers = {school.pk for school in ten}
    found = list(Proposal.objects.all())
    assert {one.receiver_id for one in found} | {one.provider_id for one in found} <= numbers
    writing = Proposal.objects.get(theme="writing")
    assert (writing.receiver, writing.provider, writing.why) == (ten[0], ten[9], "said")
    assert "Writing" in writing.sentences["en"]["what"]
    assert "Ysgrifennu" in writing.sentences["cy"]["what"]
    figures = [one for one in found if one.why == "evidence"]
    assert len(figures) >= 3
    assert all(one.gain_low <= one.gain <= one.gain_high for one in figures if one.gain is not None)
    assert queries.compare(first) == {"new": len(found), "stay": 0, "went": 0}

    sent = actions.send(who=officer, system=system, proposals=[one.pk for one in found], now=timezone.now())
    assert Letter.objects.filter(kind="partnerships.proposed").count() == 2 * len(sent) == 2 * len(found)
    declined, put_off = figures[:2]
    answer(writing, heads, Side.RECEIVER, Answered(Answer.YES))
    assert not agreements.Agreement.objects.exists()
    answer(writing, heads, Side.PROVIDER, Answered(Answer.YES))
    answer(declined, heads, Side.PROVIDER, Answered(Answer.NO, "We have no cover this year."))
    answer(put_off, heads, Side.RECEIVER, Answered(Answer.LATER, until=date(2028, 9, 1)))
    agreement = agreements.Agreement.objects.get()
    assert (writing.agreement, agreement.days) == (agreement, Decimal(str(writing.days)))

    second = work(actions.run(who=officer, system=system, day=date(2026, 12, 15)))
    states = dict(Proposal.objects.filter(gone=None).values_list("pk", "planned"))
    assert states[writing.pk] == "accepted"
    assert declined.pk not in states
    assert put_off.pk not in states
    assert queries.compare(second)["went"] >= 2
    assert second.changes
    assert second.unmatched or second.equity

    voice = Voice(heads[ten[0].pk], Side.RECEIVER)
    agreements.set_terms(
        voice=voice, agreement=agreement, terms=Terms("Better stories.", Decimal(8), DAY), version=1
    )
    agreements.say_yes(
        voice=Voice(heads[ten[9].pk], Side.PROVIDER), agreement=agreement, version=2, today=DAY
    )
    Partnership.objects.update(state="closed", closed=date(2027, 2, 1))
    market.withdraw(who=heads[ten[0].pk], offer=market.Offer.objects.get(school=ten[0]))
    last = work(actions.run(who=officer, system=system, day=date(2027, 3, 1)))
    assert not Proposal.objects.filter(theme="writing", gone=None).exists()

    pages = browse(officer)
    for page in ("", "alone/", "share/"):
        for language in ("en", "cy"):
            pages.cookies["django_language"] = language
            assert pages.get(f"/systems/greater-manchester/board/{page}").status_code == 200
    assert declined.receiver.name in pages.get("/systems/greater-manchester/board/?since=went").text
    assert last.evidence in pages.get("/systems/greater-manchester/board/").text


def test_a_run_asks_no_more_of_an_authority_than_it_has(
    ten: list[School], officer: Person, system: System, browse: Browse
) -> None:
    School.objects.update(authority="Bolton")
    trusts = {school.pk: ("North Trust", "South Trust")[at % 2] for at, school in enumerate(ten)}
    days.set_trusts(who=officer, system=system, trusts=trusts, revision=0)
    told = ((Kind.AUTHORITY, "Bolton", 20), (Kind.TRUST, "North Trust", 100), (Kind.LEADER, "Bolton", 400))
    for kind, name, count in told:
        days.set_days(who=officer, system=system, stated=Stated(kind, name, Decimal(count)))
    limited = work(actions.run(who=officer, system=system, day=DAY))
    # Ten days are one partnership.
    assert (limited.said, Proposal.objects.filter(gone=None).count()) == ("", 2)
    School.objects.update(authority="Elsewhere")
    again = work(actions.run(who=officer, system=system, day=DAY))
    assert {"kind": "authority", "name": "Bolton"} in again.left_out
    assert Proposal.objects.filter(gone=None).count() > 2
    page = browse(officer).get("/systems/greater-manchester/board/").text
    assert "<li>Authority: Bolton</li>" in page


def test_a_run_that_fails_says_why_and_keeps_the_last(
    ten: list[School], officer: Person, system: System, browse: Browse
) -> None:
    first = work(actions.run(who=officer, system=system, day=DAY))
    there = set(Proposal.objects.values_list("pk", flat=True))
    plan = tasks.settings.WORK / "plans" / system.pk / "plan.json"
    plan.write_text("changed by hand")
    second = actions.run(who=officer, system=system, day=DAY)
    with pytest.raises(Failed):
        work(second)
    second.refresh_from_db()
    assert second.state == "failed"
    assert "the plan is missing, damaged or changed" in second.said
    assert queries.last(system) == first
    assert set(Proposal.objects.filter(gone=None).values_list("pk", flat=True)) == there
    page = browse(officer).get("/systems/greater-manchester/board/").text
    assert "What was proposed before stays as it is." in page


def test_a_fault_of_ours_is_noted_and_the_run_ends(
    ten: list[School], officer: Person, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_folder: Path) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(pipeline, "compared", broken, raising=False)
    run = actions.run(who=officer, system=system, day=DAY)
    with pytest.raises(Failed):
        work(run)
    run.refresh_from_db()
    assert run.said == "Something went wrong, and it was noted."


def test_a_system_without_schools_has_no_proposal(ten: list[School], officer: Person, system: System) -> None:
    system.schools.clear()
    run = actions.run(who=officer, system=system, day=DAY)
    with pytest.raises(Failed):
        work(run)
    run.refresh_from_db()
    assert run.said.startswith("The evidence has no school of this system.")


def test_a_job_done_by_another_worker_leaves_the_run_alone(
    ten: list[School], officer: Person, system: System
) -> None:
    run = work(actions.run(who=officer, system=system, day=DAY))
    assert run.job is not None
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.RUNNING)
    with pytest.raises(tasks.jobs.AlreadyDone):
        # The line that it is done is found when it would save.
        tasks.solve.func.__wrapped__(run.job, run=run.pk)
    run.refresh_from_db()
    assert run.state == "done"
    assert Entry.objects.filter(action="run.done").count() == 1


def test_membership_that_ended_opens_no_board(officer: Person, system: System, browse: Browse) -> None:
    Membership.objects.filter(person=officer).update(until=timezone.now())
    assert browse(officer).get("/systems/greater-manchester/board/").status_code == 404
