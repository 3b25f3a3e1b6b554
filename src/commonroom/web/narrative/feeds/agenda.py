"""The days that stand in a person's calendar: visits and meetings, what is due, reviews of terms."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.web.accounts.models import Person
from commonroom.web.inquiry import queries
from commonroom.web.inquiry.models import ActionPoint, Cycle, Review, Visit
from commonroom.web.narrative.feeds import terms
from commonroom.web.partnerships.models import Partnership

MIDNIGHT = datetime.time()


@dataclass(frozen=True)
class Item:
    """One day, and perhaps a time, in a calendar.

    `key` names it for ever; `thing` is what it is a day of; `time` says when it begins and ends, where
    that is known.
    """

    kind: str
    key: str
    day: datetime.date
    title: str
    partnership: Partnership
    path: str
    thing: Any = None
    time: tuple[datetime.time, datetime.time | None] | None = None
    location: str = ""
    cancelled: bool = False

    @property
    def revision(self) -> int:
        """How often it was changed."""
        return max(getattr(self.thing, "revision", 1) - 1, 0)


def between(person: Person, first: datetime.date, last: datetime.date) -> list[Item]:
    """Return what stands in a person's calendar from one day to another, by day."""
    found = [
        *_visits(person, first, last),
        *_points(person, first, last),
        *_cycles(person, first, last),
        *reviews(person, first, last),
    ]
    return sorted(found, key=lambda item: (item.day, item.time[0] if item.time else MIDNIGHT, item.key))


def _visits(person: Person, first: datetime.date, last: datetime.date) -> Iterator[Item]:
    found = Visit.objects.filter(partnership__in=queries.rooms(person), date__range=(first, last))
    for visit in found.select_related("partnership__receiver", "partnership__provider"):
        yield Item(
            kind="visit",
            key=f"visit-{visit.key}",
            day=visit.date,
            title=f"{visit.get_kind_display()}: {visit.purpose}",
            partnership=visit.partnership,
            path=reverse("room-visit", args=[visit.partnership_id, visit.pk]),
            thing=visit,
            time=(visit.begins, visit.ends) if visit.begins else None,
            location=visit.location,
            cancelled=visit.state == Visit.State.CANCELLED,
        )


def _points(person: Person, first: datetime.date, last: datetime.date) -> Iterator[Item]:
    """What the person is to do, and has not done."""
    for point in points(person).filter(due__range=(first, last)):
        yield Item(
            kind="point",
            key=f"action-{point.key}",
            day=point.due or last,
            title=_("To be done: %(what)s") % {"what": point.what},
            partnership=point.partnership,
            path=f"{reverse('room-points', args=[point.partnership_id])}#point-{point.pk}",
            thing=point,
        )


def points(person: Person) -> QuerySet[ActionPoint]:
    """Return what a person is to do in partnerships at work, and has not done."""
    open_rooms = queries.rooms(person).exclude(state=Partnership.State.CLOSED)
    found = ActionPoint.objects.filter(owner=person, done=None, partnership__in=open_rooms)
    return found.select_related("partnership__receiver", "partnership__provider")


def _cycles(person: Person, first: datetime.date, last: datetime.date) -> Iterator[Item]:
    """The stage that a cycle is in, on the day by which it is to be finished."""
    open_rooms = queries.rooms(person).exclude(state=Partnership.State.CLOSED)
    for cycle in Cycle.objects.filter(partnership__in=open_rooms, ended=None).select_related(
        "partnership__receiver", "partnership__provider"
    ):
        if cycle.due is None or not first <= cycle.due <= last:
            continue
        yield Item(
            kind="cycle",
            key=f"cycle-{cycle.key}-{cycle.stage}",
            day=cycle.due,
            title=f"{cycle.get_stage_display()}: {cycle.question}",
            partnership=cycle.partnership,
            path=reverse("room-cycle", args=[cycle.partnership_id, cycle.pk]),
            thing=cycle,
        )


def reviews(person: Person, first: datetime.date, last: datetime.date) -> Iterator[Item]:
    """Yield the terms of a person's partnerships that end between two days and were not looked back at."""
    open_rooms = list(queries.rooms(person).exclude(state=Partnership.State.CLOSED))
    done = set(Review.objects.filter(partnership__in=open_rooms).values_list("partnership", "year", "term"))
    for partnership in open_rooms:
        began = partnership.starts or partnership.agreed
        for end, year, term in terms.between(max(first, began), min(last, partnership.ends or last)):
            if (partnership.pk, year, term.value) in done:
                continue
            yield Item(
                kind="review",
                key=f"review-{partnership.pk}-{year}-{term.value}",
                day=end,
                title=_("Look back at the term: %(term)s") % {"term": term.label},
                partnership=partnership,
                path=reverse("room-reviews", args=[partnership.pk]),
            )
