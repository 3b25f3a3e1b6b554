"""Entries of what the sign-in library changes, by whom, never a secret; and lines of who came and went."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth

from commonroom.web.accounts.models import Person
from commonroom.web.audit import actions as audit

log = logging.getLogger(__name__)


def connect() -> None:
    """Write an entry whenever the library says that it changed something, a line when somebody signs in."""
    for came, said in (
        (auth.user_logged_in, "person %s signed in"),
        (auth.user_logged_out, "person %s signed out"),
        (auth.user_login_failed, "nobody signed in as person %s"),
    ):
        came.connect(_Line(said), weak=False, dispatch_uid=f"commonroom.{said}")
    for signal, action in (
        (account.password_changed, "password.change"),
        (account.password_set, "password.set"),
        (account.password_reset, "password.reset"),
        (account.email_changed, "email.change"),
        (social.social_account_removed, "provider.remove"),
        (social.social_account_added, "provider.add"),
        (mfa.authenticator_added, "add"),
        (mfa.authenticator_removed, "remove"),
        (mfa.authenticator_reset, "renew"),
    ):
        signal.connect(_Note(action), weak=False, dispatch_uid=f"commonroom.{action}")


class _Line:
    """Writes a line of one kind into the log: with the number of the person, and nothing that names them."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __call__(self, sender: Any, **said: Any) -> None:
        """Write it."""
        person = said.get("user")
        if person is None:
            email = str(said.get("credentials", {}).get("email", "")).lower()
            person = Person.objects.filter(email=email).first()
        log.info(self.said, "nobody" if person is None else person.pk)


class _Note:
    """Writes an entry of one kind."""

    def __init__(self, action: str) -> None:
        self.action = action

    def __call__(self, sender: Any, **said: Any) -> None:
        """Write it."""
        person, before = self._who(said), None
        action = self.action
        if "authenticator" in said:
            action = f"{said['authenticator'].type}.{action}"
        if said.get("from_email_address"):
            before = audit.fields(person) | {"email": said["from_email_address"].email}
        audit.record(who=person, action=action, thing=person, before=before or audit.fields(person))

    def _who(self, said: dict[str, Any]) -> Person:
        for name in ("sociallogin", "socialaccount"):
            if name in said:
                found: Person = said[name].user
                return found
        person: Person = said["user"]
        return person
