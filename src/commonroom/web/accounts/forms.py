"""What people fill in about themselves and others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.models import Person, Token
from commonroom.web.accounts.roles import Role

WAYS = [("password", _("With a password")), ("passkey", _("With a passkey of this device"))]


class Settings(forms.ModelForm):  # type: ignore[type-arg]
    """What somebody is called, which language they read, and whether they want the digest."""

    class Meta:
        model = Person
        fields = ("name", "language", "digest")
        widgets = {  # noqa: RUF012 - Django's own way
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the form; a name is asked for."""
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class TokenName(forms.ModelForm):  # type: ignore[type-arg]
    """What a token is for."""

    class Meta:
        model = Token
        fields = ("name",)


class Invite(forms.Form):
    """Whom to invite, to which role."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        """Make the form, with the roles that may be given here."""
        super().__init__(*args, **kwargs)
        found: Any = self.fields["role"]
        found.choices = [(role.value, role.label) for role in Role if role in set(roles)]


class Join(forms.Form):
    """Who somebody is, and how they will sign in."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    way = forms.ChoiceField(
        label=_("How will you sign in?"), choices=WAYS, initial="password", widget=forms.RadioSelect
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters; a few words that only you would put together are best."),
    )

    #: A browser must not ask for a password of who chose a passkey.
    use_required_attribute = False

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        """Make the form for an address, which the password must not resemble."""
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].required = self.data.get("way") != "passkey"

    def clean(self) -> dict[str, Any]:
        """Look at the password, where there is to be one."""
        filled = super().clean() or {}
        if filled.get("way") == "passkey":
            filled["password"] = None
        elif filled.get("password"):
            person = Person(email=self.email, name=filled.get("name", ""))
            try:
                password_validation.validate_password(filled["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return filled


class Restore(forms.Form):
    """A new password for somebody who lost the way in."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=Join.base_fields["password"].help_text,
    )

    def clean_password(self) -> str:
        """Look at the password."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password)
        return password
