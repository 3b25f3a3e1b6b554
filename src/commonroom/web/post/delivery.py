"""Taking letters to the mail server, once each."""

from __future__ import annotations

import datetime
import smtplib

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from commonroom.web.post.models import Letter

#: How long to wait after each failure; after the last the letter is given up.
PATIENCE = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
#: Whoever took a letter to send it and did not come back for so long was killed.
LOST = datetime.timedelta(minutes=10)
#: How long it is remembered that a letter was sent.
REMEMBERED = datetime.timedelta(days=60)
FOLDER = "django.core.mail.backends.filebased.EmailBackend"
S = Letter.State


def deliver(key: int, *, now: datetime.datetime) -> datetime.datetime | None:
    """Send one letter if it is due, and return when to try again (None: there is nothing left to do)."""
    open_ones = Letter.objects.filter(state__in=(S.WAITING, S.SENDING), pk=key)
    # Whoever changes the row has the letter: two workers never send the same.
    taken = open_ones.filter(due__lte=now).update(state=S.SENDING, due=now + LOST, tries=F("tries") + 1)
    if not taken:
        return open_ones.values_list("due", flat=True).first()
    letter = Letter.objects.get(pk=key)
    if settings.EMAIL_BACKEND != FOLDER and _is_made_up(letter.to):
        _end(letter, S.KEPT)
        return None
    try:
        _message(letter).send()
    except (OSError, ValueError) as error:
        return _put_off(letter, error, now)
    _end(letter, S.SENT, sent=now)
    return None


def deliver_due(*, now: datetime.datetime) -> int:
    """Send every letter that is due, and return how many were tried."""
    due = Letter.objects.filter(state__in=(S.WAITING, S.SENDING), due__lte=now).order_by("due", "pk")
    keys = list(due.values_list("pk", flat=True))
    for key in keys:
        deliver(key, now=now)
    return len(keys)


def forget(*, now: datetime.datetime) -> int:
    """Remove what is known of letters that were dealt with long ago, and return how many."""
    done = Letter.objects.filter(state__in=(S.SENT, S.KEPT, S.GIVEN_UP), written__lt=now - REMEMBERED)
    return done.delete()[0]


def _message(letter: Letter) -> EmailMultiAlternatives:
    host = settings.ORIGIN.hostname or "localhost"
    headers = {
        **letter.headers,
        "Message-ID": f"<{letter.mark}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
    }
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to], headers=headers)
    message.attach_alternative(letter.html, "text/html")
    return message


def _is_made_up(address: str) -> bool:
    return get_user_model().objects.filter(email=address, made_up=True).exists()


def _put_off(letter: Letter, error: Exception, now: datetime.datetime) -> datetime.datetime | None:
    fault = f"{type(error).__name__} {_number(error) or ''}".strip()
    if _is_final(error) or letter.tries > len(PATIENCE):
        _end(letter, S.GIVEN_UP, fault=fault)
        return None
    due = now + PATIENCE[letter.tries - 1]
    Letter.objects.filter(pk=letter.pk).update(state=S.WAITING, due=due, fault=fault)
    return due


def _number(error: Exception) -> int | None:
    """The number that a mail server answered with, if it did."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return getattr(error, "smtp_code", None)


def _is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the letter cannot be written, or its address is refused for good."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused) and (_number(error) or 0) >= 500
    return refused or (isinstance(error, ValueError) and not isinstance(error, OSError))


def _end(letter: Letter, state: str, *, sent: datetime.datetime | None = None, fault: str = "") -> None:
    """Keep what became of a letter, and forget what it said: it may hold a link that opens a door."""
    Letter.objects.filter(pk=letter.pk).update(
        state=state, sent=sent, fault=fault, subject="", text="", html="", headers={}
    )
