"""Offers and requests, for programs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.market import actions, queries
from commonroom.web.partnerships.market.actions import Said
from commonroom.web.partnerships.market.models import Offer
from commonroom.web.partnerships.market.queries import Wanted
from commonroom.web.partnerships.sides import Phase
from commonroom.web.partnerships.texts import Days, Name, Number, SchoolOut, Short, who
from commonroom.web.schools.models import School

router = Router(tags=["partnerships"])


class SaidIn(Schema):
    """What a school says of itself in a theme."""

    says: Offer.Says
    theme: Name
    phase: Phase
    words: Short = ""
    days: Days | None = None
    until: datetime.date | None = None


class OfferOut(Schema):
    """What a school says of itself, in its own words."""

    id: int
    school: SchoolOut
    says: str
    theme: str
    phase: str
    words: str
    days: Decimal | None
    until: datetime.date | None
    written: datetime.datetime


class WantedIn(Schema):
    """What of the list is wanted; empty: all."""

    says: Offer.Says | None = None
    theme: Name | None = None
    phase: Phase | None = None
    authority: Short | None = None


class DaysIn(Schema):
    """How many days a year a school can give in all."""

    days: Days


@router.get("/offers", response=list[OfferOut], url_name="offers")
def list_offers(request: HttpRequest, wanted: Query[WantedIn]) -> Any:
    """List offers and requests that the person may see."""
    given = Wanted(**{name: value or "" for name, value in wanted.dict().items()})
    return queries.market(who(request), day=timezone.localdate(), wanted=given)


@router.get("/offers/ours", response=list[OfferOut], url_name="offers-own")
def list_own(request: HttpRequest) -> Any:
    """List what the person's schools say of themselves."""
    return queries.own(who(request))


@router.post("/schools/{number}/offers", response={201: OfferOut}, url_name="offer-new")
def write(request: HttpRequest, number: Number, said: SaidIn) -> Any:
    """Write what a school says of itself in a theme."""
    school = get_object_or_404(_seen(request), pk=number)
    made = actions.write(who=who(request), school=school, said=_said(said), today=timezone.localdate())
    return Status(201, made)


@router.put("/offers/{int:pk}", response=OfferOut, url_name="offer-change")
def revise(request: HttpRequest, pk: int, said: SaidIn) -> Any:
    """Change what a school says of itself in a theme."""
    offer = _get(request, pk)
    return actions.revise(who=who(request), offer=offer, said=_said(said), today=timezone.localdate())


@router.delete("/offers/{int:pk}", response={204: None}, url_name="offer-withdraw")
def withdraw(request: HttpRequest, pk: int) -> Any:
    """Withdraw what a school says of itself."""
    actions.withdraw(who=who(request), offer=_get(request, pk))
    return Status(204, None)


@router.put("/schools/{number}/days", response=DaysIn, url_name="offer-days")
def set_capacity(request: HttpRequest, number: Number, given: DaysIn) -> Any:
    """Say how many days a year a school can give in all."""
    school = get_object_or_404(_seen(request), pk=number)
    return actions.set_capacity(who=who(request), school=school, days=given.days)


def _said(said: SaidIn) -> Said:
    return Said(**{**said.dict(), "says": said.says.value, "phase": said.phase.value})


def _seen(request: HttpRequest) -> schools.Schools:
    """The schools that the person belongs to in any role."""
    return School.objects.filter(pk__in=permissions.schools(who(request), Action.MARKET_SEE))


def _get(request: HttpRequest, pk: int) -> Offer:
    return get_object_or_404(queries.own(who(request)), pk=pk)
