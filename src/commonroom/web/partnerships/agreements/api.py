"""What two heads agree on, and partnerships, for programs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema

from commonroom.web.partnerships.agreements import actions, queries
from commonroom.web.partnerships.agreements.actions import Terms, Voice
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.sides import Side
from commonroom.web.partnerships.texts import Days, Reason, SchoolOut, who

router = Router(tags=["partnerships"])


class PairOut(Schema):
    """Two schools and a theme."""

    id: int
    receiver: SchoolOut
    provider: SchoolOut
    theme: str
    phase: str
    aim: str
    days: Decimal | None
    starts: datetime.date | None
    ends: datetime.date | None
    state: str


class AgreementOut(PairOut):
    """Terms on the table, and which head said yes to them when."""

    version: int
    receiver_said: datetime.datetime | None
    provider_said: datetime.datetime | None
    reason: str
    partnership: int | None = Field(None, alias="partnership_id")


class PartnershipOut(PairOut):
    """Work that two schools agreed on: what anybody of their systems may know of it."""

    agreed: datetime.date
    closed: datetime.date | None


class SideIn(Schema):
    """For which of the two schools somebody speaks, and which terms they read."""

    side: Side
    version: int = Field(ge=1, le=2**31 - 1)


class TermsIn(SideIn):
    """What the two are to agree on."""

    aim: Reason = Field(min_length=1)
    days: Days
    starts: datetime.date
    ends: datetime.date | None = None


class DropIn(Schema):
    """Why somebody does not go on."""

    side: Side
    reason: Reason = Field(min_length=1)


@router.get("/partnerships", response=list[PartnershipOut], url_name="partnerships")
def list_partnerships(request: HttpRequest) -> Any:
    """List the partnerships of the person's schools and systems."""
    return queries.partnerships(who(request))


@router.get("/agreements", response=list[AgreementOut], url_name="agreements")
def list_agreements(request: HttpRequest) -> Any:
    """List what the person's schools are agreeing on, and agreed."""
    return queries.agreements(who(request))


@router.get("/agreements/{int:pk}", response=AgreementOut, url_name="agreement")
def show(request: HttpRequest, pk: int) -> Any:
    """Give the terms on the table."""
    return _get(request, pk)


@router.put("/agreements/{int:pk}/terms", response=AgreementOut, url_name="agreement-terms")
def set_terms(request: HttpRequest, pk: int, given: TermsIn) -> Any:
    """Put terms on the table."""
    terms = Terms(given.aim, given.days, given.starts, given.ends)
    agreement = _get(request, pk)
    return actions.set_terms(
        voice=Voice(who(request), given.side), agreement=agreement, terms=terms, version=given.version
    )


@router.post("/agreements/{int:pk}/yes", response=AgreementOut, url_name="agreement-yes")
def say_yes(request: HttpRequest, pk: int, given: SideIn) -> Any:
    """Say yes to the terms on the table."""
    agreement = _get(request, pk)
    voice = Voice(who(request), given.side)
    return actions.say_yes(
        voice=voice, agreement=agreement, version=given.version, today=timezone.localdate()
    )


@router.post("/agreements/{int:pk}/drop", response=AgreementOut, url_name="agreement-drop")
def drop(request: HttpRequest, pk: int, given: DropIn) -> Any:
    """Leave the terms on the table unpursued."""
    voice = Voice(who(request), given.side)
    return actions.drop(voice=voice, agreement=_get(request, pk), reason=given.reason)


def _get(request: HttpRequest, pk: int) -> Agreement:
    return get_object_or_404(queries.agreements(who(request)), pk=pk)
