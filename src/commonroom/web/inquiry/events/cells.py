"""From what is written in a cell to a day, a time, or a number of hours."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.inquiry.models import MOST_HOURS

#: Years that a day may be in: another is a slip of the keyboard.
YEARS = (2000, 2100)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
_SCHOOL_YEAR = re.compile(r"\d{4}(\s*[-/–—]\s*(\d{4}|\d{2}))?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?::\d{2})?)?\s*(am|pm)?", re.IGNORECASE)


def day(text: str) -> datetime.date:
    """Return the day that is written: 2026-11-30, or 30/11/2026 with the day first."""
    written = re.sub(r"[T ]\d{1,2}:\d\d(:\d\d)?.*$", "", text)
    for form in _DAYS:
        try:
            found = datetime.datetime.strptime(written, form).date()
        except ValueError:
            continue
        if YEARS[0] <= found.year <= YEARS[1]:
            return found
    if _SCHOOL_YEAR.fullmatch(text):
        raise SaidToPeople(
            _("“%(text)s” is a year, and an event has a day.") % {"text": text},
            remedy=_("Write the day, like 2026-11-30 or 30/11/2026."),
        )
    raise SaidToPeople(
        _("“%(text)s” is not a date.") % {"text": text}, remedy=_("Write it like 2026-11-30, or 30/11/2026.")
    )


def time(text: str) -> datetime.time:
    """Return the time of day that is written: 14:30, 14.30, 2.30 pm, 9am."""
    found = _TIME.fullmatch(text)
    if found and (found[2] or found[3]):
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 24
        if hour < 24 and minute < 60:
            return datetime.time(hour, minute)
    raise SaidToPeople(
        _("“%(text)s” is not a time of day.") % {"text": text}, remedy=_("Write it like 14:30.")
    )


def hours(text: str) -> Decimal:
    """Return the hours that are written, with a point or a comma, to a tenth."""
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= MOST_HOURS:
        raise SaidToPeople(
            _("“%(text)s” is not a number of hours from 0 to %(most)d.") % {"text": text, "most": MOST_HOURS},
            remedy=_("Write it in figures, such as 1.5."),
        )
    return found.quantize(Decimal("0.1"))
