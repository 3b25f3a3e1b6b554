"""Schools as the two sides of help: their heads, their phases, and the lock on both."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import TABLE, Action
from commonroom.web.partnerships.sides import Phase
from commonroom.web.schools.models import School

Schools = QuerySet[School]


def hold(*numbers: str) -> None:
    """Wait until nobody else changes what these schools agree with anybody, to the end of the transaction."""
    # Not the whole row: a plan that is kept meanwhile refers to the school, and need not wait.
    list(
        School.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk").values_list("pk")
    )


def who_may(action: Action, school: School) -> QuerySet[Person]:
    """Return the people who may do something by a role held at a school."""
    roles = [role for role, actions in TABLE.items() if action in actions]
    held = Person.objects.filter(
        is_active=True, memberships__school=school, memberships__until=None, memberships__role__in=roles
    )
    return held.distinct().order_by("pk")


def get(number: str, some: Schools | None = None) -> School:
    """Return the school, of some or all, of a number that somebody typed; raise Http404 where none is."""
    if not number.isalnum():
        # PostgreSQL refuses to look for some characters at all.
        raise Http404
    return get_object_or_404(School if some is None else some, pk=number)


def of(person: Person | AnonymousUser, action: Action) -> QuerySet[School]:
    """Return the schools at which a person may do something by a role held there."""
    return School.objects.filter(pk__in=permissions.schools(person, action))


def phases(school: School) -> list[str]:
    """Return the phases of a school; both where the register does not say."""
    known = [phase.value for phase in Phase if phase.value in school.phases]
    return known or [phase.value for phase in Phase]


def may_somewhere(person: Person | AnonymousUser, action: Action) -> bool:
    """Say whether a person may do something at some school or system."""
    return bool(permissions.schools(person, action) or permissions.systems(person, action))


def without(action: Action, some: set[School]) -> set[str]:
    """Return the numbers of those schools at which nobody holds a role that may do something."""
    roles = [role for role, actions in TABLE.items() if action in actions]
    held = Membership.objects.in_force().filter(role__in=roles, person__is_active=True, school__in=some)
    return {school.pk for school in some} - set(held.values_list("school_id", flat=True))
