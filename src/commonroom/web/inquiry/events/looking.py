"""What each row of a file of events means, or what is to be mended in it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.inquiry import words
from commonroom.web.inquiry.events import cells, columns, queries, rooms
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import Visit
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.spelling import plain

T = TypeVar("T")

#: Names events, so that one that is sent twice is seen to be the same.
_EVENTS = uuid.UUID("5d3f0a50-3f0c-4f3e-9d53-6a55f2a4a4c1")
NONE = Decimal(0)


@dataclass(frozen=True)
class Slip:
    """One thing to be mended in a row: in which column, what, and how."""

    column: str
    what: str
    remedy: str


@dataclass
class Row:
    """One row: its number in the file, its cells, and what it means or what is to be mended."""

    number: int
    cells: Sequence[str]
    partnership: Partnership | None = None
    words: words.Came | None = None
    slips: list[Slip] = field(default_factory=list)
    #: Why it adds nothing, though nothing in it is wrong.
    there: str = ""

    @property
    def key(self) -> uuid.UUID | None:
        """What names the event, in whatever file it comes."""
        if self.partnership is None or self.words is None:
            return None
        return name(self.partnership.pk, self.words)

    @property
    def kind_label(self) -> str:
        """What kind of event it is, in words."""
        return "" if self.words is None else str(Visit.Kind(self.words.kind).label)

    @property
    def state_label(self) -> str:
        """Whether it took place, in words."""
        return "" if self.words is None else str(Visit.State(self.words.state).label)


@dataclass(frozen=True)
class Looked:
    """All rows of a file: new events, events that are there already, and rows to be mended."""

    heads: list[str]
    new: list[Row]
    there: list[Row]
    refused: list[Row]
    unread: list[str]


def name(partnership: int, event: words.Came | Visit) -> uuid.UUID:
    """Return what names an event: its partnership, day, time and purpose, however it was typed."""
    begins = event.begins.isoformat("minutes") if event.begins else ""
    said = (str(partnership), event.date.isoformat(), event.kind, begins, plain(event.purpose))
    return uuid.uuid5(_EVENTS, "|".join(said))


def look(person: Person, file: EventFile, *, today: datetime.date) -> Looked:
    """Return what each row of a file means, as things are now."""
    found = columns.find(file.heads)
    mine = queries.rooms(person, file.school)
    known = rooms.Rooms(file.school, list(mine))
    held = Visit.objects.filter(partnership__in=mine)
    there = {name(visit.partnership_id, visit) for visit in held} | set(held.values_list("key", flat=True))
    first: dict[uuid.UUID, int] = {}
    looked = Looked(file.heads, [], [], [], found.unread)
    for number, values in file.rows:
        row = _look_at(Row(number, values), found.places, known, today)
        _sort(row, looked, there, first)
    return looked


def _sort(row: Row, looked: Looked, there: set[uuid.UUID], first: dict[uuid.UUID, int]) -> None:
    key = row.key
    if row.slips or key is None:
        looked.refused.append(row)
        return
    if key in there:
        row.there = _("It is there already.")
    elif key in first:
        row.there = _("It is the same event as in row %(number)d.") % {"number": first[key]}
    first.setdefault(key, row.number)
    (looked.there if row.there else looked.new).append(row)


def _look_at(row: Row, places: dict[str, int], known: rooms.Rooms, today: datetime.date) -> Row:
    """Find out what a row means, and all that is to be mended in it."""
    said = {word: row.cells[at] for word, at in places.items() if at < len(row.cells)}

    def read(word: str, how: Callable[[str], T], otherwise: T) -> T:
        """What a cell means; where that cannot be, a slip, and something in its place."""
        text = said.get(word, "")
        try:
            return how(text) if text else otherwise
        except SaidToPeople as error:
            row.slips.append(Slip(str(columns.LABELS[word]), error.what, error.remedy))
            return otherwise

    for word in ("date", "purpose"):
        if not said.get(word):
            row.slips.append(Slip(str(columns.LABELS[word]), _("The cell is empty."), _("Fill it.")))
    try:
        row.partnership = known.find(said)
    except SaidToPeople as error:
        row.slips.append(Slip(error.where, error.what, error.remedy))
    date = read("date", cells.day, today)
    row.words = words.Came(
        date=date,
        purpose=read("purpose", _short(300), ""),
        kind=read("kind", _kind, Visit.Kind.VISIT.value),
        state=read("state", _state, _usual(date, today)),
        begins=read("begins", cells.time, None),
        ends=read("ends", cells.time, None),
        location=read("location", _short(200), ""),
        others=read("others", _short(300), ""),
        outcome=read("outcome", _short(4000), ""),
        receiver_hours=read("receiver_hours", cells.hours, NONE),
        provider_hours=read("provider_hours", cells.hours, NONE),
        travel_hours=read("travel_hours", cells.hours, NONE),
    )
    if not row.slips:
        row.slips += _together(row.words, today)
    return row


def _usual(date: datetime.date, today: datetime.date) -> str:
    """What is meant where nothing is said: what is over took place."""
    return Visit.State.HELD.value if date < today else Visit.State.PLANNED.value


def _together(said: words.Came, today: datetime.date) -> list[Slip]:
    """What does not fit together in a row."""
    slips = []
    if said.state == Visit.State.HELD and said.date > today:
        slips.append(
            Slip(
                str(columns.LABELS["state"]),
                _("It cannot have taken place yet: its day is in the future."),
                _("Write planned, or correct the date."),
            )
        )
    if said.ends and not said.begins:
        slips.append(
            Slip(str(columns.LABELS["begins"]), _("It ends, and nothing says when it begins."), _("Fill it."))
        )
    if said.begins and said.ends and said.ends <= said.begins:
        slips.append(
            Slip(str(columns.LABELS["ends"]), _("It ends before it begins."), _("Correct one of the two."))
        )
    return slips


def _kind(text: str) -> str:
    return _one_of(text, columns.KINDS, _("visit, meeting or support day"))


def _state(text: str) -> str:
    return _one_of(text, columns.STATES, _("planned, held or cancelled"))


def _one_of(text: str, meanings: Any, choice: str) -> str:
    found = columns.meaning(text, meanings)
    if not found:
        raise SaidToPeople(
            _("“%(text)s” is not known here.") % {"text": text[:60]},
            remedy=_("Write one of these: %(choice)s.") % {"choice": choice},
        )
    return found


def _short(length: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > length:
            over = len(text) - length
            raise SaidToPeople(
                ngettext("It is %(over)d letter too long.", "It is %(over)d letters too long.", over)
                % {"over": over},
                remedy=_("Say it in %(most)d letters at most.") % {"most": length},
            )
        return text

    return check
