"""Kinds of values of a room that programs send and are told, and the way in."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, StringConstraints

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import queries
from commonroom.web.inquiry.models import MOST_HOURS, Cycle
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.texts import who

#: Text without the one character that no database keeps.
_KEPT = r"^[^\x00]*$"
Title = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_KEPT, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(max_length=200, pattern=_KEPT)]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=_KEPT)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=_KEPT, strip_whitespace=True)]
Hours = Annotated[Decimal, Field(ge=0, le=MOST_HOURS, max_digits=5, decimal_places=1)]
#: Numbers of things, as the database counts them.
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Revision = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PersonOut(Schema):
    """A person, by the name that they entered themselves."""

    id: int
    name: str


class KeyIn(Schema):
    """What is new: sent again with the same key, it is the same thing."""

    key: uuid.UUID | None = None


def enter(request: HttpRequest, pk: int, action: Action = Action.PARTNERSHIP_SEE) -> Partnership:
    """Return a partnership whose room the person may enter; raise Http404 or PermissionDenied."""
    partnership = queries.room(who(request), pk)
    permissions.check(who(request), action, partnership)
    return partnership


def cycle_of(partnership: Partnership, number: int | None) -> Cycle | None:
    """Return a cycle of the room by its number; raise SaidToPeople when it has no such cycle."""
    if number is None:
        return None
    found = Cycle.objects.filter(partnership=partnership, pk=number).first()
    if found is None:
        raise SaidToPeople(_("There is no such cycle in this room."), where="cycle")
    return found


def people_of(*numbers: int) -> tuple[Person, ...]:
    """Return people by number; raise SaidToPeople where there is no such one.

    Whether they belong to the room is for the action to say.
    """
    found = tuple(Person.objects.filter(pk__in=numbers).order_by("pk"))
    if len(found) < len(set(numbers)):
        raise SaidToPeople(_("There is no such person in this room."), where="people")
    return found


def given(sent: Schema, *but: str) -> dict[str, Any]:
    """Return the fields of what was sent, without some."""
    return {name: getattr(sent, name) for name in type(sent).model_fields if name not in but}
