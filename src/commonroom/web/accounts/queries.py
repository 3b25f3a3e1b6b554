"""What pages of people ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Invitation, Membership, Person, Token, digest
from commonroom.web.accounts.roles import ACTING, Action, Role

#: A token's last use is written down at most this often.
NOTED = timedelta(minutes=10)
#: What counts as a second step.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def place(kind: str, key: str) -> Any:
    """Return the school or system of that number or name; None: there is none.

    Arguments: `kind` is "school" or "system"; the `key` is its number or name.
    """
    if "\0" in key:
        return None  # PostgreSQL would not even look
    return apps.get_model("commonroom", kind)._default_manager.filter(pk=key).first()


def has_second_step(person: Person) -> bool:
    """Say whether a person signs in with a code or a passkey."""
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=STEPS).exists())


def needs_second_step(person: Person) -> bool:
    """Say whether a person acts for a school or system, and does not yet sign in with a code or passkey."""
    if person.made_up and settings.EXAMPLE:
        return False  # nobody exists who could hold it: the demo has a door of its own, for this machine only
    acting = any(Role(one.role) in ACTING for one in permissions.memberships(person))
    return acting and not has_second_step(person)


def mine(person: Person) -> models.QuerySet[Membership]:
    """Return what a person belongs to now, in the order in which it began."""
    held = Membership.objects.in_force().filter(person=person)
    return held.select_related("school", "system").order_by("since", "pk")


def at(on: Any) -> dict[str, Any]:
    """Return how memberships and invitations name a school or system (None: the site)."""
    kind = None if on is None else on._meta.model_name
    return {name: on if name == kind else None for name in ("school", "system")}


def people(who: Person, on: Any) -> models.QuerySet[Membership]:
    """Return who belongs to a school or system, by name.

    Arguments: `who` asks; `on` is the school or system (None: who looks after the site). Raises
    PermissionDenied.
    """
    permissions.check(who, Action.PEOPLE_SEE, on)
    held = Membership.objects.in_force().filter(**at(on)).select_related("person", "school", "system")
    return held.order_by("person__name", "person__email", "pk")


def invitations(who: Person, on: Any, *, now: datetime | None = None) -> models.QuerySet[Invitation]:
    """Return the invitations to a school or system that can still be accepted; as `people`."""
    permissions.check(who, Action.PEOPLE_SEE, on)
    waiting = Invitation.objects.open(now or timezone.now()).filter(**at(on))
    return waiting.select_related("school", "system", "by")


def invitation_of(text: str, *, now: datetime | None = None) -> Invitation | None:
    """Return the invitation that a link's secret opens, while it can be accepted."""
    waiting = Invitation.objects.open(now or timezone.now()).filter(digest_of_token=digest(text))
    return waiting.select_related("school", "system", "by").first()


def tokens(person: Person, *, now: datetime | None = None) -> models.QuerySet[Token]:
    """Return the good tokens of a person."""
    return Token.objects.good(now or timezone.now()).filter(person=person)


def person_of_token(text: str, *, now: datetime | None = None) -> Person | None:
    """Return in whose name a token's holder acts; None: in nobody's.

    Nobody acts by token who would first be led to set up a second step.
    """
    now = now or timezone.now()
    token = Token.objects.good(now).filter(digest_of_token=digest(text)).select_related("person").first()
    if token is None or not token.person.is_active or needs_second_step(token.person):
        return None
    if token.used is None or now - token.used > NOTED:
        Token.objects.filter(pk=token.pk).update(used=now)
    return token.person
