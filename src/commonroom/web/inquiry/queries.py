"""What a person may read in the room of a partnership."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet, Sum
from django.http import Http404

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Action, Role
from commonroom.web.inquiry import kinds
from commonroom.web.inquiry.models import (
    ActionPoint,
    Attachment,
    Cycle,
    Lesson,
    Note,
    Review,
    Stage,
    Visibility,
    Visit,
)
from commonroom.web.partnerships.models import Moment, Partnership

#: Hours of a day: days used are hours of the school that helps, divided by them.
HOURS = 6
#: What both heads agree on.
AIM = ("aim", "days", "starts", "ends")
#: Kinds of moments that say that something was written on: left out of what is latest.
_SMALL = (
    "cycle.changed", "note.changed", "visit.changed", "point.changed", "decision.changed", "impact.asked",
)  # fmt: skip

Anyone = Person | AnonymousUser


def room(person: Anyone, pk: int) -> Partnership:
    """Return a partnership that a person may know of; raise Http404 when it is none of theirs."""
    found = Partnership.objects.select_related("receiver", "provider").filter(pk=pk).first()
    if found is None or not permissions.may(person, Action.PARTNERSHIP_SUMMARY, found):
        raise Http404
    return found


def rooms(person: Anyone) -> QuerySet[Partnership]:
    """Return the partnerships whose rooms a person may enter."""
    schools = permissions.schools(person, Action.PARTNERSHIP_SEE)
    mine = Q(receiver__in=schools) | Q(provider__in=schools)
    if isinstance(person, Person) and person.is_active and permissions.memberships(person):
        mine |= Q(supporters=person)
    return Partnership.objects.filter(mine).select_related("receiver", "provider").distinct()


def notes(person: Anyone, partnership: Partnership) -> QuerySet[Note]:
    """Return the notes of a room that a person may read: those of both, and their school's own."""
    found = Note.objects.filter(partnership=partnership).filter(_readable(person))
    return found.select_related("who", "school", "cycle")


def files(person: Anyone, partnership: Partnership) -> QuerySet[Attachment]:
    """Return the files of a room that a person may read: those of both, and their school's own."""
    found = Attachment.objects.filter(partnership=partnership).filter(_readable(person))
    return found.select_related("who", "school", "cycle")


def _readable(person: Anyone) -> Q:
    own = permissions.schools(person, Action.NOTES_SEE)
    return Q(visibility=Visibility.BOTH) | Q(visibility=Visibility.SCHOOL, school__in=own)


def people(partnership: Partnership) -> QuerySet[Person]:
    """Return the people of a room: those of both schools, and those who support it; by name."""
    both = (partnership.receiver_id, partnership.provider_id)
    of_schools = Membership.objects.in_force().filter(school__in=both).values("person")
    found = Person.objects.filter(Q(pk__in=of_schools) | Q(supports=partnership), is_active=True)
    return found.distinct().order_by("name", "email")


def supporters_to_choose(partnership: Partnership) -> QuerySet[Person]:
    """Return the system leaders of the two schools' systems, by name."""
    held = Membership.objects.in_force().filter(
        role=Role.SYSTEM_LEADER,
        system__schools__in=(partnership.receiver_id, partnership.provider_id),
    )
    return Person.objects.filter(pk__in=held.values("person"), is_active=True).order_by("name", "email")


def revision_of_aim(partnership: Partnership) -> int:
    """Return a number that is another one as soon as aim, days or dates are."""
    return _revision([getattr(partnership, name) for name in AIM])


def revision_of_supporters(partnership: Partnership) -> int:
    """Return a number that is another one as soon as somebody else supports the partnership."""
    return _revision(sorted(partnership.supporters.values_list("pk", flat=True)))


def _revision(values: Iterable[object]) -> int:
    # Days are 10 as they were typed and 10.0 as they are kept.
    plain = [float(one) if isinstance(one, int | Decimal) else str(one) for one in values]
    return zlib.crc32(repr(plain).encode()) >> 1


def school_year(day: datetime.date) -> int:
    """Return the calendar year in which the school year of a day ends."""
    return day.year + (day.month >= 9)


def hours(partnership: Partnership) -> dict[str, Decimal]:
    """Return the hours of visits and meetings that took place: of each school, and on the road."""
    held = Visit.objects.filter(partnership=partnership, state=Visit.State.HELD)
    names = ("receiver_hours", "provider_hours", "travel_hours")
    found = held.aggregate(**{name.removesuffix("_hours"): Sum(name) for name in names})
    return {name: value or Decimal(0) for name, value in found.items()}


def days_used(partnership: Partnership) -> Decimal:
    """Return the days used: the hours of the school that helps, six to a day."""
    return (hours(partnership)["provider"] / HOURS).quantize(Decimal("0.1"), ROUND_HALF_UP)


def lessons_of_both(partnership: Partnership) -> str:
    """Return what both schools learned, each under its name."""
    found = Lesson.objects.filter(partnership=partnership).select_related("school").order_by("school__name")
    return "\n\n".join(f"{one.school}: {one.text}" for one in found)


def moments(partnership: Partnership, *, word: str = "", latest: bool = False) -> QuerySet[Moment]:
    """Return the timeline of a room, the last first: of one `word`, or the `latest` without small changes."""
    found = Moment.objects.filter(partnership=partnership).select_related("who")
    if latest:
        found = found.exclude(kind__in=_SMALL)
    if not word:
        return found
    of_word = Q(kind__startswith=f"{word}.")
    return found.filter(of_word | Q(kind="agreed") if word == "room" else of_word)


@dataclass(frozen=True)
class Overview:
    """What a room shows at first: for somebody who has ten seconds."""

    days: Decimal
    cycle: Cycle | None
    cycles_open: int
    following: str
    next_visit: Visit | None
    unconfirmed: list[Visit]
    points: list[ActionPoint]
    overdue: int
    latest: list[tuple[Moment, str]]
    people: list[Person]
    review: Review | None


def overview(partnership: Partnership, *, today: datetime.date) -> Overview:
    """Return what matters now in a room."""
    open_cycles = list(partnership.cycles.filter(ended=None))
    dated = sorted(open_cycles, key=lambda one: (one.due is None, one.due or today, one.pk))
    cycle = dated[0] if dated else None
    planned = partnership.visits.filter(state=Visit.State.PLANNED)
    open_points = partnership.actionpoints.filter(done=None).select_related("owner")
    points = list(open_points.order_by(F("due").asc(nulls_last=True), "pk"))
    return Overview(
        days=days_used(partnership),
        cycle=cycle,
        cycles_open=len(open_cycles),
        following=following(cycle.stage) if cycle else "",
        next_visit=planned.filter(date__gte=today).order_by("date", "begins", "pk").first(),
        unconfirmed=list(planned.filter(date__lt=today).order_by("date", "pk")),
        points=points,
        overdue=sum(point.is_overdue(today) for point in points),
        latest=[(one, kinds.label(one.kind)) for one in moments(partnership, latest=True)[:6]],
        people=list(people(partnership)),
        review=partnership.reviews.first(),
    )


def following(stage: str) -> str:
    """Return the stage that comes after another; nothing after the last."""
    order = list(Stage.values)
    place = order.index(stage) + 1
    return order[place] if place < len(order) else ""
