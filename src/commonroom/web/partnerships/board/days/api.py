"""Days of trusts, authorities and system leaders, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from commonroom.web.partnerships.board import queries as boards
from commonroom.web.partnerships.board.days import actions, queries
from commonroom.web.partnerships.board.days.actions import Stated
from commonroom.web.partnerships.board.days.lines import LONGEST
from commonroom.web.partnerships.board.days.models import MOST, SharedDays
from commonroom.web.partnerships.texts import Number, Slug, who
from commonroom.web.schools.models import System

router = Router(tags=["partnerships"])

Trust = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*\S[^\x00]*$")]


class StatedIn(Schema):
    """Whose days, and how many a year together; of leaders `name` is the authority that they serve."""

    kind: SharedDays.Kind
    name: Annotated[str, StringConstraints(max_length=LONGEST, pattern=r"^[^\x00]*$")] = ""
    days: Annotated[Decimal, Field(ge=0, le=MOST, max_digits=6, decimal_places=1)]


class DaysOut(Schema):
    """Days of a trust, an authority or system leaders."""

    id: int
    kind: str
    name: str
    days: Decimal


class TrustsIn(Schema):
    """The trust of each school by the school's number, and the revision of the list that was read."""

    schools: dict[Number, Trust] = Field(max_length=30_000)
    revision: int = Field(ge=0, le=2**31 - 2)


class TrustsOut(Schema):
    """The trust of each school by the school's number, and how often the list was changed."""

    schools: dict[str, str]
    revision: int


@router.get("/systems/{slug}/board/days", response=list[DaysOut], url_name="board-days")
def list_days(request: HttpRequest, slug: Slug) -> Any:
    """List the days that trusts, authorities and system leaders have."""
    return queries.days(_system(request, slug))


@router.put("/systems/{slug}/board/days", response=DaysOut, url_name="board-days-set")
def set_days(request: HttpRequest, slug: Slug, given: StatedIn) -> Any:
    """Say how many days a trust, an authority or system leaders have."""
    stated = Stated(given.kind, given.name, given.days)
    return actions.set_days(who=who(request), system=_system(request, slug), stated=stated)


@router.delete("/systems/{slug}/board/days/{int:pk}", response={204: None}, url_name="board-days-withdraw")
def withdraw(request: HttpRequest, slug: Slug, pk: int) -> Any:
    """Take days back."""
    held = get_object_or_404(queries.days(_system(request, slug)), pk=pk)
    actions.withdraw(who=who(request), held=held)
    return Status(204, None)


@router.get("/systems/{slug}/board/trusts", response=TrustsOut, url_name="board-trusts")
def show_trusts(request: HttpRequest, slug: Slug) -> Any:
    """Give which trust each school is in."""
    return queries.trusts(_system(request, slug))


@router.put("/systems/{slug}/board/trusts", response=TrustsOut, url_name="board-trusts-set")
def set_trusts(request: HttpRequest, slug: Slug, given: TrustsIn) -> Any:
    """Say which trust each school is in."""
    return actions.set_trusts(
        who=who(request), system=_system(request, slug), trusts=given.schools, revision=given.revision
    )


def _system(request: HttpRequest, slug: str) -> System:
    return get_object_or_404(boards.systems(who(request)), pk=slug)
