"""The one question of permission: may this person do that, here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import NAMED, TABLE, Action, Role


@dataclass(frozen=True)
class Place:
    """Where something belongs: schools by number, systems by name, and people named on it by id."""

    schools: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    people: frozenset[int] = field(default_factory=frozenset)


class Placed(Protocol):
    """Anything that belongs somewhere."""

    def place(self) -> Place:
        """Return where it belongs."""
        ...


def may(person: Person | AnonymousUser, action: Action, on: Placed | None = None) -> bool:
    """Say whether a person may do something, to something.

    Arguments: the `person`; the `action`; what it is done `on` (None: the site as a whole).
    """
    if not isinstance(person, Person) or not person.is_active:
        return False
    held = [one for one in memberships(person) if action in TABLE[Role(one.role)]]
    if on is None:
        return any(Role(one.role) is Role.ADMINISTRATOR for one in held)
    place = on.place()
    if action in NAMED and person.pk in place.people and memberships(person):
        return True
    return any(_covers(one, place) for one in held)


def check(person: Person | AnonymousUser, action: Action, on: Placed | None = None) -> None:
    """Raise PermissionDenied unless `may` says yes."""
    if not may(person, action, on):
        raise PermissionDenied


def _covers(membership: Membership, place: Place) -> bool:
    """Whether what is held is held where this is."""
    if Role(membership.role) is Role.ADMINISTRATOR:
        return True
    if membership.school_id is not None:
        return membership.school_id in place.schools
    return membership.system_id in place.systems


def memberships(person: Person) -> list[Membership]:
    """Return the memberships in force of a person, asked of the database once for each request."""
    if person.in_force is None:
        person.in_force = list(Membership.objects.in_force().filter(person=person).order_by("pk"))
    return person.in_force


def schools(person: Person | AnonymousUser, action: Action) -> frozenset[str]:
    """Return the numbers of the schools at which a person may do something by a role held at that school."""
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    held = (one for one in memberships(person) if action in TABLE[Role(one.role)])
    return frozenset(one.school_id for one in held if one.school_id is not None)


def systems(person: Person | AnonymousUser, action: Action) -> frozenset[str]:
    """Return the names of the systems at which a person may do something by a role held there."""
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    held = (one for one in memberships(person) if action in TABLE[Role(one.role)])
    return frozenset(one.system_id for one in held if one.system_id is not None)
