"""The board: who runs, sends, answers and takes back, and that nothing is doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.jobs.models import Job
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.actions import Voice
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.board import actions, queries, runs
from commonroom.web.partnerships.board.models import Proposal, Reply, Run
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import System
from web_board import DAY, NOW, plan, reply, row

Browse = Callable[[Person | None], Client]

S = Proposal.State
BOARD = "/systems/greater-manchester/board/"


def test_a_run_is_started_once_at_a_time(officer: Person, system: System) -> None:
    made = actions.run(who=officer, system=system, day=DAY)
    assert (str(made), made.place(), made.is_active) == (
        "Greater Manchester 2026-11-22",
        system.place(),
        True,
    )
    with pytest.raises(SaidToPeople, match="being made already"):
        actions.run(who=officer, system=system, day=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(system=system, day=DAY)
    assert (Run.objects.count(), Job.objects.count()) == (1, 1)
    assert Entry.objects.filter(action="run.start").count() == 1


def test_a_run_whose_job_was_given_up_makes_room(officer: Person, system: System) -> None:
    lost = actions.run(who=officer, system=system, day=DAY)
    Job.objects.update(state="failed", said="The worker was lost.")
    again = actions.run(who=officer, system=system, day=DAY)
    lost.refresh_from_db()
    assert (lost.state, lost.why, lost.has_failed, again.is_active) == (
        "failed",
        "The worker was lost.",
        True,
        True,
    )


@pytest.mark.parametrize("role", ["system_leader", "analyst"])
def test_who_only_sees_a_board_neither_runs_nor_sends(
    role: str, proposal: Proposal, make_person: Callable[..., Person], head: Person, browse: Browse
) -> None:
    person = make_person(role, proposal.system)
    for who in (person, head):
        with pytest.raises(PermissionDenied):
            actions.run(who=who, system=proposal.system, day=DAY)
        with pytest.raises(PermissionDenied):
            actions.send(who=who, system=proposal.system, proposals=[proposal.pk], now=NOW)
    page = browse(person).get(BOARD)
    assert page.status_code == 200
    assert "Run a proposal again" not in page.text
    assert browse(person).post(f"{BOARD}run/").status_code == 403
    assert browse(person).post(f"{BOARD}send/", {"proposals": proposal.pk}).status_code == 403
    assert browse(head).get(BOARD).status_code == 404


def test_what_is_new_what_stays_and_what_went(run: Run, officer: Person, system: System) -> None:
    again = actions.run(who=officer, system=system, day=DAY)
    both = plan(row("900001", "900002", state="kept"), row("900002", "900001", "reading"), version="p2")
    runs.save(run=again, board=both, left_out=())
    assert queries.compare(again) == {"new": 1, "stay": 1, "went": 0}
    third = actions.run(who=officer, system=system, day=DAY)
    runs.save(run=third, board=plan(row("900001", "900002", state="kept"), version="p3"), left_out=())
    assert queries.compare(third) == {"new": 0, "stay": 1, "went": 1}
    fourth = actions.run(who=officer, system=system, day=DAY)
    runs.save(run=fourth, board=both, left_out=())
    assert queries.compare(fourth) == {"new": 1, "stay": 1, "went": 0}
    assert Proposal.objects.count() == 2


def test_a_proposal_goes_once_to_both_heads(sent: Proposal, officer: Person) -> None:
    assert (sent.state, sent.sent_by, str(sent)) == (
        "sent",
        officer,
        "Ashfield School – Birchwood School: Attendance",
    )
    with pytest.raises(SaidToPeople, match="None of these can be sent"):
        actions.send(who=officer, system=sent.system, proposals=[sent.pk], now=NOW)
    letters = Letter.objects.filter(kind="partnerships.proposed")
    assert {one.to for one in letters} == {"head.ashfield@example.org", "head.birchwood@example.org"}
    assert letters.count() == 2
    assert Entry.objects.filter(action="proposal.send").count() == 1


@pytest.mark.parametrize("planned", ["running", "accepted", "paused"])
def test_what_stands_already_is_not_sent(planned: str, proposal: Proposal, officer: Person) -> None:
    Proposal.objects.update(planned=planned)
    with pytest.raises(SaidToPeople):
        actions.send(who=officer, system=proposal.system, proposals=[proposal.pk], now=NOW)


def test_nothing_is_binding_without_both_heads(sent: Proposal, head: Person, other_head: Person) -> None:
    for _ in range(2):
        reply(sent, head, Side.RECEIVER, Answer.YES)
    assert (sent.state, Agreement.objects.count(), Reply.objects.count()) == (S.SENT, 0, 1)
    reply(sent, other_head, Side.PROVIDER, Answer.YES)
    assert sent.state == S.AGREED
    assert Agreement.objects.get().days == 10
    assert not Partnership.objects.exists()
    with pytest.raises(SaidToPeople, match="settled already"):
        reply(sent, other_head, Side.PROVIDER, Answer.NO, "We changed our mind.")
    letters = Letter.objects.filter(kind="partnerships.replied_yes").order_by("pk")
    assert ["Both schools have said yes" in one.text for one in letters] == [False, False, True]


def test_a_yes_may_become_a_no_until_the_other_answers(sent: Proposal, head: Person) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    reply(sent, head, Side.RECEIVER, Answer.NO, "We have found somebody.")
    assert sent.state == S.DECLINED
    assert [str(one) for one in Reply.objects.all()] == ["receives: No"]
    assert Reply.objects.get().place() == sent.place()


def test_not_now_settles_it_until_a_day(sent: Proposal, other_head: Person) -> None:
    reply(sent, other_head, Side.PROVIDER, Answer.LATER)
    assert sent.state == S.LATER
    assert Reply.objects.get().until == date(2027, 5, 23)


def test_who_put_off_is_asked_anew_by_a_later_run(
    sent: Proposal, other_head: Person, officer: Person
) -> None:
    reply(sent, other_head, Side.PROVIDER, Answer.LATER)
    again = actions.run(who=officer, system=sent.system, day=date(2027, 6, 1))
    runs.save(run=again, board=plan(row("900001", "900002")), left_out=())
    sent.refresh_from_db()
    assert (sent.state, Reply.objects.count()) == (S.DRAFT, 0)


def test_what_was_agreed_and_is_over_may_be_proposed_anew(
    sent: Proposal, head: Person, other_head: Person, officer: Person
) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    reply(sent, other_head, Side.PROVIDER, Answer.YES)
    made = Partnership.objects.create(
        receiver=sent.receiver, provider=sent.provider, theme=sent.theme, phase=sent.phase, agreed=DAY
    )
    Agreement.objects.update(state="agreed", partnership=made, receiver_said=NOW, provider_said=NOW)

    def run_again(planned: str) -> Proposal:
        again = actions.run(who=officer, system=sent.system, day=DAY)
        runs.save(run=again, board=plan(row("900001", "900002", state=planned)), left_out=())
        return Proposal.objects.get()

    assert run_again("running").state == S.AGREED
    Partnership.objects.update(state="closed", closed=DAY)
    anew = run_again("new")
    assert (anew.state, anew.agreement, anew.replies.count()) == (S.DRAFT, None, 0)
    assert Entry.objects.filter(action="proposal.anew").count() == 1


def test_who_works_together_already_is_not_brought_together_again(
    sent: Proposal, partnership: Partnership, head: Person, other_head: Person, officer: Person
) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    with pytest.raises(SaidToPeople, match="work together in this theme already"):
        reply(sent, other_head, Side.PROVIDER, Answer.YES)
    assert (Agreement.objects.count(), Reply.objects.count()) == (0, 1)
    assert actions.take_back(who=officer, proposal=sent).state == S.TAKEN_BACK


def test_two_boards_that_propose_the_same_pair_lead_to_one_agreement(
    sent: Proposal, head: Person, other_head: Person, other_system: System
) -> None:
    other = Proposal.objects.get(pk=sent.pk)
    other.pk, other.system = None, other_system
    other.save()
    for one in (sent, other):
        reply(one, head, Side.RECEIVER, Answer.YES)
        reply(one, other_head, Side.PROVIDER, Answer.YES)
    agreement = Agreement.objects.get()
    assert {sent.agreement, other.agreement} == {agreement}
    agreements.drop(voice=Voice(head, Side.RECEIVER), agreement=agreement, reason="Too far.")
    assert set(Proposal.objects.values_list("state", flat=True)) == {S.DECLINED}


def test_each_head_answers_for_their_own_school(
    sent: Proposal, head: Person, officer: Person, stranger: Person
) -> None:
    for who in (head, officer, stranger):
        with pytest.raises(PermissionDenied):
            reply(sent, who, Side.PROVIDER, Answer.YES)


def test_what_is_not_sent_or_taken_back_is_not_answered(
    proposal: Proposal, head: Person, officer: Person
) -> None:
    with pytest.raises(SaidToPeople, match="not sent yet"):
        reply(proposal, head, Side.RECEIVER, Answer.YES)
    actions.send(who=officer, system=proposal.system, proposals=[proposal.pk], now=NOW)
    actions.take_back(who=officer, proposal=proposal)
    with pytest.raises(SaidToPeople, match="taken back"):
        reply(proposal, head, Side.RECEIVER, Answer.YES)


def test_the_board_on_pages(
    run: Run, officer: Person, head: Person, other_head: Person, browse: Browse
) -> None:
    client = browse(officer)
    page = client.get(BOARD).text
    assert "900002 would help 900001." in page
    assert "One school has a partner." in page
    assert "Elm School: Reading, Primary" in page
    assert "Nobody is strong in it." in client.get(f"{BOARD}alone/").text
    assert "Nobody is strong in it." in client.get(f"{BOARD}alone.csv").text
    share = client.get(f"{BOARD}share/").text
    assert "Quarter by need: most" in share
    assert "Birchwood School" in share
    assert "900002 would help" in client.get(f"{BOARD}?state=draft&since=new&school=ashfield").text
    assert "There is no such proposal." in client.get(f"{BOARD}?state=sent").text
    assert "900002 would help" in client.get(f"{BOARD}?state=unheard-of").text
    nothing = client.post(f"{BOARD}send/")
    assert (nothing.status_code, "Choose at least one proposal." in nothing.text) == (422, True)
    pk = Proposal.objects.get().pk
    assert f"{BOARD}send/all/?run={run.pk}&amp;state=draft" in client.get(f"{BOARD}?state=draft").text
    assert client.post(f"{BOARD}send/", {"proposals": [pk]}).status_code == 303
    assert client.post(f"{BOARD}send/", {"proposals": [pk]}).status_code == 400
    assert "DfE 2024/25" in client.get("/systems/greater-manchester/board.csv").text
    client.cookies["django_language"] = "cy"
    assert "Byddai 900002 yn helpu 900001." in client.get(BOARD).text


def test_the_whole_list_is_sent_at_once(
    run: Run, officer: Person, head: Person, other_head: Person, browse: Browse
) -> None:
    client, other = browse(officer), row("900002", "900001", "reading")
    again = actions.run(who=officer, system=run.system, day=DAY)
    runs.save(run=again, board=plan(row("900001", "900002"), other), left_out=())
    # Whoever looked at the plan before looks at this one first.
    assert client.post(f"{BOARD}send/all/?run={run.pk}").status_code == 303
    assert "There is a newer proposal." in client.get(BOARD).text
    path = f"{BOARD}send/all/?run={again.pk}&theme=reading"
    assert "Send 1 proposal?" in client.get(path).text
    assert client.post(path).status_code == 303
    assert [one.theme for one in Proposal.objects.filter(state="sent")] == ["reading"]
    assert browse(head).post(path).status_code == 404


def test_a_run_is_followed_on_the_page(
    officer: Person, system: System, make_person: Callable[..., Person], browse: Browse
) -> None:
    client = browse(officer)
    assert "No proposal has been made" in client.get(BOARD).text
    assert "There is none." in client.get(f"{BOARD}alone/").text
    assert "There is none." in client.get(f"{BOARD}share/").text
    assert client.post(f"{BOARD}run/").status_code == 303
    run = Run.objects.get()
    Job.objects.update(state="running", share=0.4, step="Finding who could help whom")
    page = client.get(BOARD).text
    assert f"{BOARD}runs/{run.pk}/progress" in page
    assert "Finding who could help whom" in page
    # Whoever sees the board sees how far it is, not only who started it.
    analyst = browse(make_person("analyst", system))
    assert analyst.get(f"{BOARD}runs/{run.pk}/progress").json()["share"] == 0.4
    assert client.post(f"{BOARD}run/").status_code == 400
    Job.objects.all().delete()
    assert client.get(f"{BOARD}runs/{run.pk}/progress").json() == {"finished": True}


def test_a_proposal_is_answered_on_pages(
    sent: Proposal, head: Person, other_head: Person, officer: Person, browse: Browse
) -> None:
    path = f"/proposals/{sent.pk}/"
    mine, theirs, board = browse(head), browse(other_head), browse(officer)
    assert path in mine.get("/proposals/").text
    assert "Ashfield School" in mine.get("/proposals.csv").text
    assert "900002 would help 900001." in mine.get(path).text
    assert mine.get(f"{path}answer/").status_code == 200
    assert mine.post(f"{path}answer/", {"answer": "no", "side": "receiver"}).status_code == 422
    assert mine.post(f"{path}answer/", {"answer": "yes", "side": "receiver"}).status_code == 303
    late = {"answer": "later", "side": "provider", "reason": "In spring."}
    assert theirs.post(f"{path}answer/", late).status_code == 303
    assert "In spring." in board.get(path).text
    assert mine.get(f"{path}page/").status_code == 200
    assert board.get(f"{path}page/").status_code == 200


def test_a_proposal_is_taken_back_on_a_page(sent: Proposal, officer: Person, browse: Browse) -> None:
    path = f"/proposals/{sent.pk}/take-back/"
    assert "Take this proposal back?" in browse(officer).get(path).text
    assert browse(officer).post(path).status_code == 303
    assert browse(officer).post(path).status_code == 400
    sent.refresh_from_db()
    assert sent.state == S.TAKEN_BACK


def test_both_yes_lead_to_the_terms_for_the_schools_and_not_for_the_board(
    sent: Proposal, head: Person, other_head: Person, officer: Person, browse: Browse
) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    reply(sent, other_head, Side.PROVIDER, Answer.YES)
    link = f"/agreements/{Agreement.objects.get().pk}/"
    assert link in browse(head).get(f"/proposals/{sent.pk}/").text
    assert link not in browse(officer).get(f"/proposals/{sent.pk}/").text


def test_pages_are_refused_to_others(
    proposal: Proposal,
    head: Person,
    stranger: Person,
    officer: Person,
    make_person: Callable[..., Person],
    browse: Browse,
) -> None:
    path = f"/proposals/{proposal.pk}/"
    # A draft is the board's own.
    assert browse(head).get(path).status_code == 404
    actions.send(who=officer, system=proposal.system, proposals=[proposal.pk], now=NOW)
    assert browse(head).get(path).status_code == 200
    for page in ("", "page/", "answer/", "take-back/"):
        assert browse(stranger).get(path + page).status_code == 404
    teacher = make_person("teacher", proposal.receiver)
    assert browse(teacher).get(f"{path}answer/").status_code == 403
    assert browse(head).get(f"{path}take-back/").status_code == 403
    assert browse(officer).get(f"{path}answer/").status_code == 403
    assert browse(officer).get("/proposals/").status_code == 403


def test_a_school_whose_head_is_not_here_is_marked(
    sent: Proposal, other_head: Person, officer: Person, browse: Browse
) -> None:
    Membership.objects.filter(person=other_head).update(until=NOW)
    assert "a head is not on the site" in browse(officer).get(BOARD).text
    page = browse(officer).get(f"/proposals/{sent.pk}/").text
    assert "its head is not on the site" in page
    assert "/schools/900002/people/invite/" in page


def test_a_run_that_is_done_is_noted_and_does_not_fail_afterwards(run: Run) -> None:
    entry = Entry.objects.get(action="run.done")
    assert (entry.before["state"], entry.after["state"], entry.after["version"]) == ("running", "done", "p1")
    runs.fail(run=run, said="Too late.")
    assert (run.state, run.said) == ("done", "")
