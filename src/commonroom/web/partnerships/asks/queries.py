"""Questions between schools, as a person may read them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.schools.models import System


def asks(person: Person | AnonymousUser) -> QuerySet[Ask]:
    """Return the questions that a person's schools asked or were asked."""
    own = permissions.schools(person, Action.ASK_SEE)
    found = Ask.objects.filter(Q(asker_id__in=own) | Q(asked_id__in=own))
    return found.select_related("asker", "asked", "who", "answered_by", "agreement")


def reach(ask: Ask) -> dict[str, Any]:
    """Return whether anybody can answer for the school asked, and the systems that could invite its head."""
    reached = schools.who_may(Action.ASK_ANSWER, ask.asked).exists()
    inviting = System.objects.none() if reached else ask.asked.systems.all()
    return {"reached": reached, "systems": inviting}
