"""Files of events that a person may look at, the schools they may send them for, and the rooms these mean."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import queries
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School


def files(person: Person | AnonymousUser) -> QuerySet[EventFile]:
    """Return the files that a person sent for schools whose events they may still bring in."""
    numbers = permissions.schools(person, Action.IMPORT)
    return EventFile.objects.filter(who=person.pk, school__in=numbers).select_related("school")


def school(person: Person, number: str) -> School:
    """Return a school whose events a person may bring in; raise Http404 or PermissionDenied."""
    # No database is asked for what cannot be a number.
    if not number.isprintable():
        raise Http404
    found = get_object_or_404(School, pk=number)
    permissions.check(person, Action.IMPORT, found)
    return found


def rooms(person: Person, school: School) -> QuerySet[Partnership]:
    """Return the partnerships of a school whose rooms a person may enter: those that a file may speak of."""
    return queries.rooms(person).filter(Q(receiver=school) | Q(provider=school))
