"""A person's calendar as iCalendar, for the programs that they keep their days in."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

import commonroom
from commonroom.web.accounts.models import Person, digest
from commonroom.web.audit.models import Entry
from commonroom.web.narrative.feeds import agenda
from commonroom.web.narrative.feeds.agenda import Item
from commonroom.web.narrative.feeds.models import CalendarAddress
from commonroom.web.partnerships import themes
from commonroom.web.post.writing import absolute

#: How far back and forward a calendar reaches.
BACK, FORWARD = datetime.timedelta(days=365), datetime.timedelta(days=550)
#: How often programs should look again.
AGAIN = datetime.timedelta(hours=1)
ZONE = ZoneInfo("Europe/London")
#: The clock of the United Kingdom for programs that do not know it by name, by its rule since 1996.
CLOCK = """BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19960331T010000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T020000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
"""


def whose(token: str) -> Person | None:
    """Return whose calendar is read at an address; None: nobody's."""
    held = CalendarAddress.objects.filter(digest_of_token=digest(token), person__is_active=True)
    found = held.select_related("person").first()
    return None if found is None else found.person


def tag(content: bytes) -> str:
    """Return the mark by which a program knows that a calendar is still the same."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def write(person: Person, *, today: datetime.date) -> bytes:
    """Return a person's calendar in their language, the same bytes while nothing in it was changed."""
    with override(person.language):
        items = agenda.between(person, today - BACK, today + FORWARD)
        calendar = icalendar.Calendar()
        calendar.add("prodid", f"-//Commonroom//{commonroom.__version__}//{person.language.upper()}")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        for name in ("name", "x-wr-calname"):
            calendar.add(name, _("Commonroom: my partnerships"))
        calendar.add("x-wr-timezone", ZONE.key)
        calendar.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", icalendar.vDuration(AGAIN))
        calendar.add_component(icalendar.Timezone.from_ical(CLOCK.replace("\n", "\r\n")))
        changed = _changes(items)
        for item in items:
            calendar.add_component(_event(item, changed))
    return bytes(calendar.to_ical())


def _event(item: Item, changed: dict[tuple[str, str], datetime.datetime]) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{item.key}@{settings.ORIGIN.hostname or 'localhost'}")
    stamp = _stamp(item, changed)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", item.revision)
    event.add("summary", _line(item.title))
    event.add("description", "\n".join(_lines(item)))
    event.add("url", absolute(item.path))
    event.add("status", "CANCELLED" if item.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if item.location:
        event.add("location", _line(item.location))
    _put_time(event, item)
    return event


def _put_time(event: icalendar.Event, item: Item) -> None:
    """A time of day in Europe/London; or the whole day, that leaves the person free."""
    if item.time is None:
        event.add("dtstart", item.day)
        event.add("dtend", item.day + datetime.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    begins, ends = item.time
    event.add("dtstart", datetime.datetime.combine(item.day, begins, ZONE))
    if ends and ends > begins:
        event.add("dtend", datetime.datetime.combine(item.day, ends, ZONE))
    event.add("transp", "TRANSPARENT" if item.cancelled else "OPAQUE")


def _lines(item: Item) -> list[str]:
    said = [
        _line(str(item.partnership)),
        _("Theme: %(theme)s") % {"theme": _line(themes.label(item.partnership.theme))},
    ]
    return [*said, absolute(item.path)]


def _line(text: str) -> str:
    """Text as one line: what a calendar shows in a row."""
    return " ".join(text.split())


def _changes(items: Sequence[Item]) -> dict[tuple[str, str], datetime.datetime]:
    """When each thing was changed last, by kind and key."""
    things = [item.thing for item in items if item.thing is not None]
    kinds = {thing._meta.model_name for thing in things}
    found = Entry.objects.filter(kind__in=kinds, key__in={str(thing.pk) for thing in things})
    rows: Any = found.values_list("kind", "key").annotate(last=Max("when")).order_by()
    return {(kind, key): last for kind, key, last in rows}


def _stamp(item: Item, changed: dict[tuple[str, str], datetime.datetime]) -> datetime.datetime:
    """When it was changed last; of the review of a term, when the partnership was agreed."""
    if item.thing is None:
        return datetime.datetime.combine(item.partnership.agreed, datetime.time(), datetime.UTC)
    key = (item.thing._meta.model_name, str(item.thing.pk))
    last: datetime.datetime = changed.get(key, item.thing.written)
    return last.astimezone(datetime.UTC).replace(microsecond=0)
