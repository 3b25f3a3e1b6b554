"""Secrets of second steps, as the database holds them: enciphered with the secret of the site."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople


class Unreadable(SaidToPeople):
    """Said where a second step was enciphered with a secret that the site no longer has."""

    status = 500

    def __init__(self) -> None:
        """Say it, in the language of the person."""
        super().__init__(
            _("Your second step cannot be read, because the site has another secret than it had."),
            remedy=_("Ask whoever invited you for a way back in, and tell who looks after the site."),
        )


def encipher(text: str) -> str:
    """Return a secret as the database holds it."""
    return _cipher().encrypt(text.encode()).decode()


def decipher(text: str) -> str:
    """Return a secret as it was; raise Unreadable where it was enciphered with another secret."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def count_unreadable() -> int:
    """Return how many people have a second step that cannot be read."""
    kept = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("user", "data")
    return len({person for person, data in kept.iterator() if not _is_readable(data)})


def _is_readable(data: dict[str, str]) -> bool:
    try:
        for name in ("secret", "seed"):
            if name in data:
                decipher(data[name])
    except Unreadable:
        return False
    return True


def _cipher() -> MultiFernet:
    """The cipher of the site's secret, which reads what an earlier secret wrote."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(b"second step " + str(secret).encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
