"""Handing a file out: as something to save, never as a page of ours."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.files import keeping


class Lost(SaidToPeople):
    """Said where a file is not kept any more: it is the site that failed, and not who asked."""

    status = 500

    def __init__(self, name: str) -> None:
        """Say it of a file by the name that people gave it."""
        super().__init__(
            _("This file is not where it was kept."),
            where=name,
            remedy=_("Ask whoever looks after the site to restore it from a backup."),
        )


def send(stored: str, *, name: str, media_type: str) -> FileResponse:
    """Return a response that streams a file to be saved; raise Lost when it is not there."""
    try:
        opened = keeping.find(stored).open("rb")
    except FileNotFoundError:
        raise Lost(name) from None
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
