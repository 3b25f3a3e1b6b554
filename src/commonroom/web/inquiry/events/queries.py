"""Files of events that a person may look at: their own."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry.events.models import EventFile


def files(person: Person | AnonymousUser) -> QuerySet[EventFile]:
    """Return the files that a person sent for schools whose events they may still bring in."""
    numbers = permissions.schools(person, Action.IMPORT)
    return EventFile.objects.filter(who=person.pk, school__in=numbers).select_related("school")
