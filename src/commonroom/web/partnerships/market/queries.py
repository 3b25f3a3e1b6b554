"""What schools say of themselves, as a person may read it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships.market.models import Offer
from commonroom.web.schools.models import School

SHOWN = (Offer.Says.OFFER, Offer.Says.REQUEST)


@dataclass(frozen=True)
class Wanted:
    """What of the list somebody wants to see; empty: all."""

    says: str = ""
    theme: str = ""
    phase: str = ""
    authority: str = ""


def schools_seen(person: Person | AnonymousUser) -> QuerySet[School]:
    """Return the schools whose offers and requests a person may see: those of the systems they belong to."""
    own = permissions.schools(person, Action.MARKET_SEE)
    systems = permissions.systems(person, Action.MARKET_SEE)
    near = School.systems.through.objects.filter(
        Q(system_id__in=systems)
        | Q(system_id__in=School.systems.through.objects.filter(school_id__in=own).values("system_id"))
    )
    return School.objects.filter(Q(pk__in=own) | Q(pk__in=near.values("school_id")))


def in_force(day: datetime.date) -> QuerySet[Offer]:
    """Return everything that schools say on a day: not withdrawn, and not over."""
    return Offer.objects.filter(withdrawn=None).filter(Q(until=None) | Q(until__gte=day))


def market(
    person: Person | AnonymousUser, *, day: datetime.date, wanted: Wanted | None = None
) -> QuerySet[Offer]:
    """Return offers and requests that a person may see, by theme, phase and name of the school."""
    found = in_force(day).filter(says__in=SHOWN, school__in=schools_seen(person)).select_related("school")
    if wanted is None:
        return found
    exact = {"says": wanted.says, "theme": wanted.theme, "phase": wanted.phase}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    return found.filter(school__authority=wanted.authority) if wanted.authority else found


def authorities(person: Person | AnonymousUser) -> list[str]:
    """Return the authorities of the schools that a person may see."""
    named = schools_seen(person).exclude(authority="").order_by("authority")
    return list(named.values_list("authority", flat=True).distinct())


def own(person: Person | AnonymousUser) -> QuerySet[Offer]:
    """Return what the schools say whose words a person writes: everything that was not withdrawn."""
    numbers = permissions.schools(person, Action.OFFER_WRITE)
    return Offer.objects.filter(school_id__in=numbers, withdrawn=None).select_related("school")
