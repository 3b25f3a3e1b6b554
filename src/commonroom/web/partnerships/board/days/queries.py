"""Days of trusts, authorities and system leaders, as a board shows them."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from commonroom.web.partnerships.board.days.models import SharedDays, Trusts
from commonroom.web.schools.models import System


def days(system: System) -> QuerySet[SharedDays]:
    """Return the days of a system that are in force."""
    return SharedDays.objects.filter(system=system, withdrawn=None)


def trusts(system: System) -> Trusts:
    """Return which trust each school of a system belongs to; an empty list where nobody said."""
    return Trusts.objects.filter(system=system).first() or Trusts(system=system)


def names(system: System) -> list[tuple[str, int]]:
    """Return the trusts of a system and how many of its schools are in each, by name."""
    numbers = set(system.schools.values_list("pk", flat=True))
    held = trusts(system).schools
    return sorted(Counter(trust for number, trust in held.items() if number in numbers).items())


def authorities(system: System) -> list[str]:
    """Return the authorities of a system's schools, by name."""
    named = system.schools.exclude(authority="").order_by("authority")
    return list(named.values_list("authority", flat=True).distinct())
