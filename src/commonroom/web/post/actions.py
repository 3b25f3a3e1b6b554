"""Writing to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.post import plain, tasks, writing
from commonroom.web.post.models import Letter


class Receiver(Protocol):
    """Somebody who can be written to: a Person."""

    @property
    def email(self) -> str:
        """The address."""
        ...

    @property
    def language(self) -> str:
        """The language that they chose."""
        ...


def send(
    *,
    to: Receiver | str,
    kind: str,
    context: Mapping[str, Any],
    language: str = "",
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """Write a letter from its templates; it goes out in the background once the change around it is kept.

    Arguments: `to` a person, or an address; the `kind`, word and name ("partnerships.asked": the templates
    commonroom/partnerships/letters/asked.subject.txt and asked.txt); the `context`, of plain values (text
    comes out as one line; `plain.Passage` of several, as a quotation); the `language` (that of the person,
    or of the page that is shown); more `headers`. Raises SaidToPeople when the address is none.
    """
    language = _language(to, language)
    return _keep(to, kind, writing.write(kind, context, language), language, headers)


def send_written(*, to: Receiver | str, kind: str, subject: str, text: str, language: str = "") -> Letter:
    """Send a letter whose subject and text are written already; otherwise as `send`."""
    language = _language(to, language)
    return _keep(to, kind, writing.lay_out(subject, text, language), language, None)


def _keep(
    to: Receiver | str,
    kind: str,
    written: writing.Written,
    language: str,
    headers: Mapping[str, str] | None,
) -> Letter:
    """Keep a letter beside the change that it tells of: both are there, or neither."""
    with transaction.atomic():
        letter = Letter.objects.create(
            kind=kind,
            to=_address(to),
            language=language,
            subject=written.subject,
            text=written.text,
            html=written.html,
            headers={plain.line(name): plain.line(value) for name, value in (headers or {}).items()},
        )
        tasks.deliver.enqueue(letter.pk)
    return letter


def _language(to: Receiver | str, language: str) -> str:
    own = "" if isinstance(to, str) else to.language
    wanted = language or own or get_language() or ""
    return wanted[:2] if wanted[:2] in dict(settings.LANGUAGES) else "en"


def _address(to: Receiver | str) -> str:
    address = to if isinstance(to, str) else to.email
    try:
        validate_email(address)
    except ValidationError:
        raise SaidToPeople(
            _("This is no e-mail address."), remedy=_("Write it like name@school.org, and nothing else.")
        ) from None
    return address
