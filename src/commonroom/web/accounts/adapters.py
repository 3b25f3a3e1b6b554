"""What the sign-in library does in this site's way: nobody signs up, and all it says is ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts import actions, ciphers, letters, permissions, queries
from commonroom.web.accounts.models import Invitation
from commonroom.web.accounts.roles import ACTING, Role

#: What is said after a step, by the end of the library's name for it; of a step left out nothing is said.
SAID: dict[str, str | Promise] = {
    "logged_out": _("You have signed out."),
    "email_confirmation_sent": _("We have sent a letter to {email}: follow the link in it."),
    "email_confirmed": _("You have confirmed {email}."),
    "email_confirmation_failed": _("{email} could not be confirmed: somebody else signs in with it."),
    "email_deleted": _("{email} was removed."),
    "cannot_delete_primary_email": _("You sign in with {email}: it cannot be removed."),
    "primary_email_set": _("You now sign in with this address."),
    "unverified_primary_email": _("Confirm the address first."),
    "password_changed": _("Your password is changed. Everywhere else you are signed out."),
    "password_set": _("You have a password now."),
    "totp_activated": _("Your authenticator app is set up."),
    "totp_deactivated": _("Your authenticator app is no longer asked for."),
    "webauthn_added": _("Your passkey is set up."),
    "webauthn_removed": _("The passkey is removed."),
    "recovery_codes_generated": _("These are your new recovery codes. Keep them safe: they are shown once."),
    "sessions_logged_out": _("You are signed out everywhere else."),
    "account_connected": _("You can now sign in this way too."),
    "account_connected_updated": _("You can sign in this way already."),
    "account_connected_other": _("Somebody else signs in this way."),
    "account_disconnected": _("You can no longer sign in this way."),
}


class People(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by password, and what is written to people about it."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Your sign-in is switched off."),
        "duplicate_email": _("You sign in with this address already."),
        "email_password_mismatch": _("Address and password do not belong together."),
        "enter_current_password": _("This is not your password."),
        "incorrect_code": _("This code is wrong, or no longer good."),
        "incorrect_password": _("This is not your password."),
        "invalid_login": _("Address and password do not belong together."),
        "invalid_password_reset": _("This link was used already, or is too old."),
        "rate_limited": _("Too many tries. Wait some minutes, then try again."),
        "too_many_login_attempts": _("Too many tries. Wait some minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: people come by invitation alone."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **others: Any) -> HttpResponse:
        """Count a sign-in that was just made as proof of who it is, before something grave."""
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY)
        if records:
            request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
                *records[:-1],
                records[-1] | {"reauthenticated": True},
            ]
        response: HttpResponse = super().post_login(request, user, **others)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send our letter of that kind, as for any other address; of some kinds there is none."""
        kind = _last(template_prefix)
        if kind not in letters.SAID:
            return
        values = {name: value for name, value in context.items() if isinstance(value, str)}
        values["url"] = context.get("password_reset_url") or context.get("activate_url") or ""
        values["provider"] = getattr(context.get("provider"), "name", "")
        letters.send(kind=kind, to=email, values=values)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the letter, at the site's own address whatever the request was sent to."""
        return _at_origin(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link of the letter, as for a new password."""
        return _at_origin(super().get_email_confirmation_url(request, emailconfirmation))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str = "",
        message_context: dict[str, Any] | None = None,
        **others: Any,
    ) -> None:
        """Say our own sentence after a step, or the one that a form has to say."""
        said = others.get("message") or SAID.get(_last(message_template))
        if said:
            messages.add_message(request, level, str(said).format_map(message_context or {}))


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step: its secrets are kept enciphered, and who must have one keeps one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "You act for others here, so you keep a second step. Set up another first."
        ),
        "cannot_generate_recovery_codes": _("Set up a second step first."),
        "incorrect_code": _("This code is wrong, or no longer good."),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as the database holds it."""
        return ciphers.encipher(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret as it was."""
        return ciphers.decipher(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Say no to the last one of somebody who acts for a school or system."""
        person = authenticator.user
        steps = Authenticator.objects.filter(user=person, type__in=queries.STEPS)
        acting = any(Role(one.role) in ACTING for one in permissions.memberships(person))
        return not acting or steps.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Return a name for a new passkey, until the person gives it a better one."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in with another provider: for people who are here already, or were invited."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": _("Set a password first: without one you could not get in again."),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Say no: whoever is neither here nor invited stays outside."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Take in somebody who was invited, when the provider vouches for the very address."""
        if sociallogin.is_existing:
            return
        vouched = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
        now = timezone.now()
        waiting = Invitation.objects.open(now).filter(email__in=vouched, recovery=False)
        invitation = waiting.select_related("school", "system", "by").first()
        if invitation is None:
            return
        person = actions.join(
            invitation=invitation,
            name=str(sociallogin.account.extra_data.get("userinfo", {}).get("name", ""))[:120],
            password=None,
            language=(get_language() or "en")[:2],
            now=now,
        )
        sociallogin.connect(request, person)


def _last(name: str) -> str:
    """The end of the library's name for a letter or message."""
    return name.rpartition("/")[2].removesuffix(".txt")


def _at_origin(url: str) -> str:
    return letters.origin() + urlsplit(url).path
