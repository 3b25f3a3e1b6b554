"""Terms on the table, and partnerships, as a person may read them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Side
from commonroom.web.schools.models import School


def agreements(person: Person | AnonymousUser) -> QuerySet[Agreement]:
    """Return the terms on the table of a person's schools."""
    own = permissions.schools(person, Action.ASK_SEE)
    found = Agreement.objects.filter(Q(receiver_id__in=own) | Q(provider_id__in=own))
    return found.select_related("receiver", "provider", "receiver_yes", "provider_yes", "partnership")


def sides(person: Person | AnonymousUser, agreement: Agreement) -> list[Side]:
    """Return the sides that a person may speak for."""
    own = permissions.schools(person, Action.PARTNERSHIP_LEAD)
    both = {Side.RECEIVER: agreement.receiver_id, Side.PROVIDER: agreement.provider_id}
    return [side for side, number in both.items() if number in own]


def waiting(person: Person | AnonymousUser, agreement: Agreement) -> list[Side]:
    """Return the sides that a person may speak for and that have not said yes to the terms."""
    return [side for side in sides(person, agreement) if not agreement.said(side)]


def partnerships(person: Person | AnonymousUser) -> QuerySet[Partnership]:
    """Return the partnerships of which a person may see at least aim, days and state."""
    own = permissions.schools(person, Action.PARTNERSHIP_SUMMARY)
    systems = permissions.systems(person, Action.PARTNERSHIP_SUMMARY)
    near = School.systems.through.objects.filter(system_id__in=systems).values("school_id")
    seen = Q(receiver_id__in=own) | Q(provider_id__in=own) | Q(receiver__in=near) | Q(provider__in=near)
    if isinstance(person, Person):
        seen |= Q(pk__in=Partnership.supporters.through.objects.filter(person=person).values("partnership"))
    return Partnership.objects.filter(seen).select_related("receiver", "provider")
