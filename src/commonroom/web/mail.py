"""Where mail goes: to a mail server, or into a folder to be read there."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from commonroom.errors import SaidToPeople


def choose(address: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings of mail for the server at `address`, or for a `folder` when it is empty.

    Raises SaidToPeople when the address is of no mail server.
    """
    if not address:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SaidToPeople(
            "this is no address of a mail server.",
            where="COMMONROOM_MAIL",
            remedy="Write smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS from the start.",
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.hostname not in ("127.0.0.1", "localhost"),
        "EMAIL_TIMEOUT": 20,
    }
