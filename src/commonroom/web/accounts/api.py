"""People, memberships, invitations and tokens, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from commonroom.web.accounts import actions, members, queries
from commonroom.web.accounts.models import Invitation, Person, Token
from commonroom.web.accounts.roles import Role

router = Router(tags=["accounts"])

Kind = Literal["school", "system", "site"]


class PersonOut(Schema):
    """Somebody."""

    id: int
    name: str
    email: str


class SettingsIn(Schema):
    """What somebody wants to be called, which language they read, and whether they want the digest."""

    name: str = Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
    language: Literal["en", "cy"]
    digest: bool


class MeOut(PersonOut):
    """Whoever asks."""

    language: str
    digest: bool


class MembershipOut(Schema):
    """A role that somebody holds; neither school nor system: for the site."""

    id: int
    person: PersonOut
    role: str
    school: str | None = Field(None, alias="school_id")
    system: str | None = Field(None, alias="system_id")
    since: datetime


class InvitationOut(Schema):
    """An invitation that waits; its link is in the letter alone."""

    id: int
    email: str
    role: str
    school: str | None = Field(None, alias="school_id")
    system: str | None = Field(None, alias="system_id")
    recovery: bool
    expires: datetime


class InvitationIn(Schema):
    """Whom to invite, and to which role."""

    email: str = Field(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+$")
    role: Role


class TokenOut(Schema):
    """A token; its text was shown when it was made."""

    id: int
    name: str
    made: datetime
    used: datetime | None
    expires: datetime


def who(request: HttpRequest) -> Person:
    """Return who asks, by session or by token."""
    return cast(Person, request.auth)  # type: ignore[attr-defined]


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> Person:
    """Who asks."""
    return who(request)


@router.put("/me", response=MeOut)
def set_up(request: HttpRequest, given: SettingsIn) -> Person:
    """Change name, language and digest."""
    actions.set_up(who=who(request), **given.dict())
    return who(request)


@router.get("/me/memberships", response=list[MembershipOut])
def mine(request: HttpRequest) -> Any:
    """Where whoever asks belongs."""
    return queries.mine(who(request)).select_related("person")


@router.get("/me/tokens", response=list[TokenOut])
def tokens(request: HttpRequest) -> Any:
    """Tokens of whoever asks; they are made on the site alone."""
    return queries.tokens(who(request))


@router.delete("/me/tokens/{pk}", response={204: None})
def revoke(request: HttpRequest, pk: int) -> Status[None]:
    """Revoke a token."""
    token = get_object_or_404(Token, pk=pk, person=who(request))
    actions.revoke_token(who=who(request), token=token, now=timezone.now())
    return Status(204, None)


@router.get("/people/{kind}/{key}/memberships", response=list[MembershipOut])
def people(request: HttpRequest, kind: Kind, key: str) -> Any:
    """Who belongs to a school (by number), a system (by name), or the site (any key)."""
    return queries.people(who(request), members.place(kind, key))


@router.get("/people/{kind}/{key}/invitations", response=list[InvitationOut])
def invitations(request: HttpRequest, kind: Kind, key: str) -> Any:
    """Who is invited there."""
    return queries.invitations(who(request), members.place(kind, key))


@router.post("/people/{kind}/{key}/invitations", response={201: InvitationOut})
def invite(request: HttpRequest, kind: Kind, key: str, given: InvitationIn) -> Status[Invitation]:
    """Invite somebody."""
    on = members.place(kind, key)
    return Status(201, actions.invite(who=who(request), on=on, now=timezone.now(), **given.dict()))


@router.delete("/invitations/{pk}", response={204: None})
def withdraw(request: HttpRequest, pk: int) -> Status[None]:
    """Withdraw an invitation."""
    invitation = members.known_invitation(who(request), pk)
    actions.withdraw(who=who(request), invitation=invitation, now=timezone.now())
    return Status(204, None)


@router.delete("/memberships/{pk}", response={204: None})
def end(request: HttpRequest, pk: int) -> Status[None]:
    """End a membership."""
    membership = members.known_membership(who(request), pk)
    actions.end_membership(who=who(request), membership=membership, now=timezone.now())
    return Status(204, None)
