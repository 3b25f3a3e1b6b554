"""Letters about somebody's own sign-in: each kind has a subject and a text, in English and Welsh."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.models import Person
from commonroom.web.post import actions as post
from commonroom.web.post import plain

_NOT_YOU = _(
    "If this was not you, set a new password at {origin}/people/password/reset/ at once, "
    "and tell whoever invited you."
)
_NOTHING = _("If you did not ask for this, you need do nothing.")

#: What each kind says: subject, text, and the last line.
SAID: dict[str, tuple[str | Promise, ...]] = {
    "invited": (
        _("You are invited to Commonroom: {at}"),
        _("{by} invites you to Commonroom as {role}: {at}."),
        _("Accept with this link, which works once, until {until}:\n{url}"),
        _("If you do not know what this is about, you need do nothing."),
    ),
    "recovery": (
        _("A way back into Commonroom"),
        _(
            "{by} sends you a way back in. It sets a new password, and removes your second step, "
            "your passkeys and your tokens."
        ),
        _("Use this link, which works once, until {until}:\n{url}"),
        _("If you did not ask {by} for this, do not use the link, and tell them."),
    ),
    "password_reset_key": (
        _("Set a new password"),
        _("Somebody, you we hope, asked for a new password for this address. Set it here:\n{url}"),
        _NOTHING,
    ),
    "unknown_account": (
        _("Set a new password"),
        _(
            "Somebody, you we hope, asked for a new password for this address. Nobody signs in to Commonroom "
            "with it. Try the address of your school, or ask for an invitation."
        ),
        _NOTHING,
    ),
    "email_confirmation": (
        _("Confirm your e-mail address"),
        _("Somebody, you we hope, wants to sign in to Commonroom with this address. Confirm it here:\n{url}"),
        _NOTHING,
    ),
    "account_already_exists": (
        _("Confirm your e-mail address"),
        _(
            "Somebody wants to sign in to Commonroom with this address, and somebody does so already. "
            "If both are you, sign in with this address."
        ),
        _NOTHING,
    ),
    "email_changed": (
        _("Your e-mail address was changed"),
        _("You now sign in with {to_email}, and no longer with {from_email}."),
        _NOT_YOU,
    ),
    "password_changed": (_("Your password was changed"), _("Your password was changed."), _NOT_YOU),
    "password_reset": (_("Your password was changed"), _("You have set a new password."), _NOT_YOU),
    "password_set": (_("You have a password now"), _("You have set a password."), _NOT_YOU),
    "recovery_codes_generated": (
        _("New recovery codes"),
        _("You made new recovery codes. The old ones no longer work."),
        _NOT_YOU,
    ),
    "totp_activated": (
        _("A second step was set up"),
        _("You now sign in with a code from your app as well."),
        _NOT_YOU,
    ),
    "totp_deactivated": (
        _("The second step was removed"),
        _("You no longer need a code from your app to sign in."),
        _NOT_YOU,
    ),
    "webauthn_added": (_("A passkey was added"), _("A passkey was added to your sign-in."), _NOT_YOU),
    "webauthn_removed": (
        _("A passkey was removed"),
        _("A passkey was removed from your sign-in."),
        _NOT_YOU,
    ),
    "account_connected": (
        _("Another way to sign in"),
        _("You can now sign in with {provider}."),
        _NOT_YOU,
    ),
    "account_disconnected": (
        _("A way to sign in was removed"),
        _("You can no longer sign in with {provider}."),
        _NOT_YOU,
    ),
}


def origin() -> str:
    """Return where people find the site, without a last stroke."""
    return str(settings.ORIGIN.geturl()).rstrip("/")


def send(*, kind: str, to: str, values: Mapping[str, Any]) -> None:
    """Send a letter of a kind, in the language of whom it goes to, or that of the page.

    Arguments: the `kind`, one of SAID; the address `to`; the `values` that stand in braces in what it says.
    """
    person = Person.objects.filter(email__iexact=to).first()
    language = person.language if person else (get_language() or "en")
    with override(language):
        plain_values = {"origin": origin()} | {name: _plain(value) for name, value in values.items()}
        subject, *lines = (str(part).format_map(plain_values) for part in SAID[kind])
    post.send_written(
        to=to, kind=f"accounts.{kind}", subject=subject, text="\n\n".join(lines), language=language
    )


def _plain(value: Any) -> str:
    """A value as one line, in the language of the letter."""
    if isinstance(value, datetime):
        value = date_format(timezone.localtime(value), "DATE_FORMAT")
    return plain.line(value)
