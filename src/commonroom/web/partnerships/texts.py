"""Kinds of values that programs send and are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, cast

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field, StringConstraints

from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.sides import Answer
from commonroom.web.partnerships.topics import YEAR

#: Text without the one character that no database keeps.
_KEPT = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_KEPT)]
Short = Annotated[str, StringConstraints(max_length=1000, pattern=_KEPT)]
Reason = Annotated[str, StringConstraints(max_length=2000, pattern=_KEPT)]
Letter = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=_KEPT, strip_whitespace=True)
]
Number = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9A-Za-z-]+$")]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")]
Once = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9A-Za-z_-]*$")]
Days = Annotated[Decimal, Field(ge=0, le=YEAR, max_digits=4, decimal_places=1)]


class SchoolOut(Schema):
    """A school by number and name."""

    number: str
    name: str
    authority: str


class AnswerIn(Schema):
    """What a school answers: a no needs a reason, a not now may say from when to ask again."""

    answer: Answer
    reason: Reason = ""


def who(request: HttpRequest) -> Person:
    """Return who asks, by session or by token."""
    return cast(Person, request.auth)  # type: ignore[attr-defined]
