"""What people write in a room, as an action takes it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from commonroom.web.accounts.models import Person
from commonroom.web.inquiry.models import Cycle, Decision, Visibility, Visit
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Aim:
    """What the partnership is for, the days agreed, and when it starts and ends."""

    aim: str
    days: Decimal | None = None
    starts: datetime.date | None = None
    ends: datetime.date | None = None


@dataclass(frozen=True)
class Planned:
    """The first stage of a cycle: what is asked, what is tried, how it will be known, and by when."""

    question: str
    practice: str = ""
    trying: str = ""
    knowing: str = ""
    plan_by: datetime.date | None = None
    do_by: datetime.date | None = None
    study_by: datetime.date | None = None
    act_by: datetime.date | None = None


@dataclass(frozen=True)
class Done:
    """The second stage of a cycle."""

    happened: str


@dataclass(frozen=True)
class Studied:
    """The third stage of a cycle."""

    learned: str


@dataclass(frozen=True)
class Acted:
    """The last stage of a cycle: adopt, adapt or abandon."""

    next: str
    next_why: str = ""


@dataclass(frozen=True)
class Noted:
    """A note: of a stage of a cycle, or of the partnership; for both schools, or for one."""

    text: str
    date: datetime.date
    visibility: str = Visibility.BOTH
    school: School | None = None
    cycle: Cycle | None = None
    stage: str = ""


@dataclass(frozen=True)
class Came:
    """A visit or a meeting."""

    date: datetime.date
    purpose: str
    kind: str = Visit.Kind.VISIT
    state: str = Visit.State.PLANNED
    begins: datetime.time | None = None
    ends: datetime.time | None = None
    location: str = ""
    outcome: str = ""
    receiver_hours: Decimal = Decimal(0)
    provider_hours: Decimal = Decimal(0)
    travel_hours: Decimal = Decimal(0)
    people: tuple[Person, ...] = ()
    others: str = ""
    cycle: Cycle | None = None


@dataclass(frozen=True)
class Point:
    """Something to be done."""

    what: str
    owner: Person | None = None
    due: datetime.date | None = None
    cycle: Cycle | None = None


@dataclass(frozen=True)
class Decided:
    """A decision."""

    what: str
    date: datetime.date
    why: str = ""
    by: str = Decision.By.HEADS
    cycle: Cycle | None = None


@dataclass(frozen=True)
class Reviewed:
    """A look back at a term, and the word of the head who writes it."""

    year: int
    term: str
    well: str
    badly: str = ""
    change: str = ""
    word: str = ""


@dataclass(frozen=True)
class Filed:
    """Where a file belongs, and who reads it."""

    visibility: str = Visibility.BOTH
    school: School | None = None
    cycle: Cycle | None = None
    stage: str = ""
