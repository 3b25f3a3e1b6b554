"""Run a proposal for a system, send what it proposes to schools, and answer in a school's name."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.jobs import actions as jobs
from commonroom.web.partnerships import answers, letters, schools
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.board import runs, tasks
from commonroom.web.partnerships.board.models import Proposal, Reply, Run
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.post.plain import Passage
from commonroom.web.schools.models import System


@change
def run(*, who: Person, system: System, day: datetime.date) -> Run:
    """Start a proposal for a system in the background; raise SaidToPeople while one is being made."""
    permissions.check(who, Action.BOARD_WORK, system)
    System.objects.select_for_update().get(pk=system.pk)
    for other in Run.objects.filter(system=system, state__in=runs.ACTIVE).select_related("job", "who"):
        if other.is_active:
            raise SaidToPeople(
                _("A proposal for this system is being made already."), remedy=_("Wait until it is done.")
            )
        runs.fail(run=other, said=other.why)
    made = Run.objects.create(system=system, who=who, day=day)
    made.job = jobs.start(who=who, task=tasks.solve, about=made, arguments={"run": made.pk})
    made.save(update_fields=["job"])
    audit.record(who=who, action="run.start", thing=made)
    return made


@change
def send(*, who: Person, system: System, proposals: Iterable[int], now: datetime.datetime) -> list[Proposal]:
    """Send proposals of the last run to the heads of both schools; those sent before are passed over."""
    permissions.check(who, Action.BOARD_WORK, system)
    System.objects.select_for_update().get(pk=system.pk)
    found = to_send(Proposal.objects.filter(system=system, pk__in=proposals))
    sent = list(found.select_related("receiver", "provider"))
    if not sent:
        raise SaidToPeople(
            _("None of these can be sent: they were sent before, or the last run no longer has them."),
            remedy=_("Choose others."),
        )
    for one in sent:
        before = audit.fields(one)
        one.state, one.sent, one.sent_by = Proposal.State.SENT, now, who
        one.save(update_fields=["state", "sent", "sent_by"])
        audit.record(who=who, action="proposal.send", thing=one, before=before)
        for own, other in ((one.receiver, one.provider), (one.provider, one.receiver)):
            letters.to_heads(
                own, Action.PROPOSAL_ANSWER, "proposed", school=other.name, theme=one.theme,
                system=str(system), path=reverse("proposal", args=[one.pk]),
            )  # fmt: skip
    return sent


def to_send(some: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Return those of some proposals that may be sent: new in the last plan, and not sent before."""
    return some.filter(state=Proposal.State.DRAFT, gone=None, planned__in=runs.OPEN_IN_PLAN)


@change
def take_back(*, who: Person, proposal: Proposal) -> Proposal:
    """Take a proposal back that is not decided yet."""
    permissions.check(who, Action.BOARD_WORK, proposal.system)
    _begin(proposal)
    before = audit.fields(proposal)
    proposal.state = Proposal.State.TAKEN_BACK
    proposal.save(update_fields=["state"])
    audit.record(who=who, action="proposal.take_back", thing=proposal, before=before)
    return proposal


@change
def reply(*, who: Person, proposal: Proposal, side: Side, said: Answered, now: datetime.datetime) -> Proposal:
    """Answer a proposal in a school's name: with the yes of both, the heads agree on aim, days and start.

    One school's no, with its reason, or not now settles it; a yes may be taken back until the other answers.
    """
    own, other = proposal.receiver, proposal.provider
    if side is Side.PROVIDER:
        own, other = other, own
    permissions.check(who, Action.PROPOSAL_ANSWER, own)
    _begin(proposal)
    said = answers.check(said, today=timezone.localdate(now))
    before = audit.fields(proposal)
    made, _made = Reply.objects.update_or_create(
        proposal=proposal,
        side=side.value,
        defaults={
            "answer": said.answer.value, "reason": said.reason, "until": said.until, "who": who, "when": now,
        },
    )  # fmt: skip
    audit.record(who=who, action="proposal.answer", thing=made)
    _settle(proposal, before)
    letters.to_heads(
        other, Action.PROPOSAL_ANSWER, f"replied_{said.answer.value}", school=own.name, theme=proposal.theme,
        reason=Passage(said.reason), until=said.until, path=reverse("proposal", args=[proposal.pk]),
        agreed=proposal.state == Proposal.State.AGREED,
    )  # fmt: skip
    return proposal


def _begin(proposal: Proposal) -> None:
    """Hold both schools, and refuse what is settled."""
    schools.hold(proposal.receiver_id, proposal.provider_id)
    proposal.refresh_from_db()
    if proposal.state == Proposal.State.TAKEN_BACK:
        raise SaidToPeople(_("This proposal was taken back."), remedy=_("There is nothing to answer."))
    if proposal.state == Proposal.State.DRAFT:
        raise SaidToPeople(_("This proposal was not sent yet."), remedy=_("Send it to both schools first."))
    if proposal.state != Proposal.State.SENT:
        raise SaidToPeople(
            _("This proposal is settled already."), remedy=_("Its page says what the two schools answered.")
        )


def _settle(proposal: Proposal, before: dict[str, object]) -> None:
    """Say what the answers of the two come to."""
    given = set(proposal.replies.values_list("answer", flat=True))
    count = proposal.replies.count()
    if Answer.NO in given:
        proposal.state = Proposal.State.DECLINED
    elif Answer.LATER in given:
        proposal.state = Proposal.State.LATER
    elif count == len(Side):
        proposal.state = Proposal.State.AGREED
        days = None if proposal.days is None else Decimal(str(round(proposal.days, 1)))
        agreements.open_between(of=proposal, days=days)
    else:
        return
    proposal.save(update_fields=["state", "agreement"])
    audit.record(who=None, action="proposal.settle", thing=proposal, before=before)
