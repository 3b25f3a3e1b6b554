"""The forms of the sign-in library, in this site's words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.models import digest

_LABELS: dict[str, Any] = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code"),
    "name": _("A name for this passkey"),
    "passwordless": _("Sign in with this passkey alone, without a password"),
}


class _Ours(forms.Form):
    """Gives the fields our labels, and leaves nothing written inside them."""

    #: More words about a field, by its name.
    hints: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the form and label its fields."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text if name == "password1" else "")


class SignIn(_Ours, account.LoginForm):  # type: ignore[misc]
    """Address and password."""


class Change(_Ours, account.ChangePasswordForm):  # type: ignore[misc]
    """Another password, for who knows the present one."""


class First(_Ours, account.SetPasswordForm):  # type: ignore[misc]
    """A password for who has none."""


class Forgotten(_Ours, account.ResetPasswordForm):  # type: ignore[misc]
    """An address to send a link to."""


class Anew(_Ours, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """Another password, for who followed the link."""


class Again(_Ours, account.ReauthenticateForm):  # type: ignore[misc]
    """The password, once more before something grave."""


class Address(_Ours, account.AddEmailForm):  # type: ignore[misc]
    """Another address to sign in with."""


class _Once(forms.Form):
    """Takes no code twice, also where the clocks of phone and site differ and it is good for longer."""

    user: Any

    def clean_code(self) -> str:
        """Look at the code, and remember it."""
        code = str(super().clean_code())  # type: ignore[misc]
        longest = settings.MFA_TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        if not cache.add(f"commonroom.code.{self.user.pk}.{digest(code)}", True, timeout=longest):
            raise get_adapter().validation_error("incorrect_code")
        return code


class Code(_Ours, _Once, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second step: a code of the app, or one of recovery."""

    hints = {"code": _("Six digits from your authenticator app, or one of your recovery codes.")}  # noqa: RUF012 - as above


class CodeAgain(_Ours, _Once, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code, once more before something grave."""

    hints = Code.hints


class App(_Ours, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that was just set up."""

    hints = {"code": _("The six digits that your app shows now.")}  # noqa: RUF012 - as above


class Passkey(_Ours, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    hints = {  # noqa: RUF012 - as above
        "passwordless": _("Your device then asks for your fingerprint, face or PIN instead."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the form; a passkey stands for a password unless it is said otherwise."""
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class PasskeyName(_Ours, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """What a passkey is called."""
