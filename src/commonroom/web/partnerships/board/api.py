"""The brokering board and proposals, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from commonroom.web.jobs import queries as jobs
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.board import actions, queries
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.partnerships.sides import Side
from commonroom.web.partnerships.texts import AnswerIn, SchoolOut, Slug, who
from commonroom.web.schools.models import System

router = Router(tags=["partnerships"])

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


class RunOut(Schema):
    """A run: how far it is, why it failed, and what it came to, as the plan tells it."""

    id: int
    state: str
    day: datetime.date
    evidence: str
    version: str
    why: str
    progress: dict[str, Any] | None
    headline: dict[str, list[str]]
    equity: list[dict[str, Any]]
    load: list[dict[str, Any]]
    unmatched: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    left_out: list[dict[str, str]]

    @staticmethod
    def resolve_progress(run: Run) -> dict[str, Any] | None:
        """Return how far its job is."""
        return jobs.tell(run.job) if run.job is not None else None


class BoardOut(Schema):
    """The last run of which something came, what differs from the one before, and the newest run."""

    last: RunOut | None
    newest: RunOut | None
    compared: dict[str, int]


class ReplyOut(Schema):
    """What one of the two schools answered."""

    side: str
    answer: str
    reason: str
    until: datetime.date | None
    when: datetime.datetime


class ProposalOut(Schema):
    """Two schools that a plan brings together, with the plan's own sentences in both languages."""

    id: int
    receiver: SchoolOut
    provider: SchoolOut
    theme: str
    phase: str
    planned: str
    state: str
    sentences: dict[str, dict[str, str]]
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    minutes: float | None
    days: float | None
    stays: float | None
    source: str
    evidence: str
    sent: datetime.datetime | None
    replies: list[ReplyOut]

    @staticmethod
    def resolve_replies(proposal: Proposal) -> list[Any]:
        """Return what the two schools answered."""
        return list(proposal.replies.all())


class SendIn(Schema):
    """Which proposals to send."""

    proposals: list[Key] = Field(min_length=1, max_length=2000)


class ReplyIn(AnswerIn):
    """What a school answers to a proposal."""

    side: Side
    until: datetime.date | None = None


@router.get("/systems/{slug}/board", response=BoardOut, url_name="board")
def show_board(request: HttpRequest, slug: Slug) -> Any:
    """Give the last run of a system, and the newest."""
    system = _system(request, slug)
    last = queries.last(system)
    return {"last": last, "newest": queries.newest(system), "compared": queries.compare(last) if last else {}}


@router.get("/systems/{slug}/board/proposals", response=list[ProposalOut], url_name="board-proposals")
def list_board(request: HttpRequest, slug: Slug) -> Any:
    """List the proposals of a board."""
    return queries.on_board(_system(request, slug))


@router.post("/systems/{slug}/board/runs", response={202: RunOut}, url_name="board-run")
def run(request: HttpRequest, slug: Slug) -> Any:
    """Start a proposal in the background."""
    made = actions.run(who=who(request), system=_system(request, slug), day=timezone.localdate())
    return Status(202, made)


@router.post("/systems/{slug}/board/send", response=list[ProposalOut], url_name="board-send")
def send(request: HttpRequest, slug: Slug, given: SendIn) -> Any:
    """Send proposals to the heads of both schools."""
    system = _system(request, slug)
    return actions.send(who=who(request), system=system, proposals=given.proposals, now=timezone.now())


@router.get("/proposals", response=list[ProposalOut], url_name="proposals")
def list_proposals(request: HttpRequest) -> Any:
    """List the proposals sent to the person's schools."""
    return queries.proposals(who(request))


@router.get("/proposals/{int:pk}", response=ProposalOut, url_name="proposal")
def show(request: HttpRequest, pk: int) -> Any:
    """Give a proposal with what the two schools answered."""
    return _get(request, pk)


@router.post("/proposals/{int:pk}/answer", response=ProposalOut, url_name="proposal-answer")
def reply(request: HttpRequest, pk: int, given: ReplyIn) -> Any:
    """Answer a proposal in a school's name."""
    said = Answered(given.answer, given.reason, given.until)
    found = _get(request, pk)
    return actions.reply(who=who(request), proposal=found, side=given.side, said=said, now=timezone.now())


@router.post("/proposals/{int:pk}/take-back", response=ProposalOut, url_name="proposal-take-back")
def take_back(request: HttpRequest, pk: int) -> Any:
    """Take a proposal back that is not decided yet."""
    return actions.take_back(who=who(request), proposal=_get(request, pk))


def _system(request: HttpRequest, slug: str) -> System:
    return get_object_or_404(queries.systems(who(request)), pk=slug)


def _get(request: HttpRequest, pk: int) -> Proposal:
    return get_object_or_404(queries.seen(who(request)), pk=pk)
