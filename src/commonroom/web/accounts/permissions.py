"""The one question of permission: may this person do that, here."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.places import Place, Placed
from commonroom.web.accounts.roles import HELD_AT, MAY_GIVE, NAMED, TABLE, Action, Role

__all__ = ["Place", "Placed", "check", "may", "memberships", "roles_to_give", "schools", "systems"]


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


def roles_to_give(person: Person | AnonymousUser, on: Placed | None = None) -> frozenset[Role]:
    """Return the roles that a person may give, and end, at a school or system.

    Arguments: the `person`; the school or system `on` (None: the site as a whole).
    """
    if not may(person, Action.PEOPLE_INVITE, on) or not isinstance(person, Person):
        return frozenset()
    place = Place() if on is None else on.place()
    given = [MAY_GIVE[Role(one.role)] for one in memberships(person) if _gives(one, place)]
    at = "site" if on is None else "school" if place.schools else "system"
    return frozenset(role for roles in given for role in roles if at in HELD_AT[role])


def _gives(membership: Membership, place: Place) -> bool:
    """Whether what is held gives roles here."""
    return Role(membership.role) in MAY_GIVE and _covers(membership, place)


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
