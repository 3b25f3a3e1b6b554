"""What a school owns: every kind of thing that belongs to it, and which of them it may take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.models import Invitation, Membership
from commonroom.web.accounts.roles import Action
from commonroom.web.audit.models import Entry
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import (
    ActionPoint,
    Attachment,
    Cycle,
    Decision,
    Lesson,
    Move,
    Note,
    Review,
    Visibility,
    Visit,
)
from commonroom.web.partnerships.models import (
    Agreement,
    Ask,
    Capacity,
    Message,
    Moment,
    Offer,
    Partnership,
    Proposal,
    Reply,
)
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Owned:
    """One kind of thing: what its sheet is called, who may read it, and which of it is a school's."""

    name: str
    label: str | Promise
    model: type[Model]
    need: Action
    whose: Callable[[School], Q]

    def rows(self, school: School) -> QuerySet[Any]:
        """Return the things of a school, in the order in which they were made."""
        found: QuerySet[Any] = self.model._default_manager.filter(self.whose(school))
        return found.order_by("pk")


def _of(*paths: str) -> Callable[[School], Q]:
    """Things that lead to the school on one of these paths."""

    def whose(school: School) -> Q:
        found = Q()
        for path in paths:
            found |= Q(**{path: school.pk})
        return found

    return whose


_ROOM = _of("partnership__receiver", "partnership__provider")


def _readable(school: School) -> Q:
    """What stands in the rooms of a school and the other school does not keep to itself."""
    return _ROOM(school) & (Q(visibility=Visibility.BOTH) | Q(school=school.pk))


def _sent(school: School) -> Q:
    """Proposals that were sent: a draft is the system's."""
    return _of("receiver", "provider")(school) & ~Q(state=Proposal.State.DRAFT)


def _replied(school: School) -> Q:
    """The school's own answers to proposals."""
    return Q(proposal__receiver=school.pk, side="receiver") | Q(proposal__provider=school.pk, side="provider")


def _noted(school: School) -> Q:
    """Entries that name the school; no database looks into lists in the same way, all find text."""
    entries = Entry.objects.annotate(named=Cast("schools", TextField()))
    return Q(pk__in=entries.filter(named__contains=f'"{school.pk}"').values("pk"))


A = Action
#: Every kind of thing that belongs to a school. A test compares it with all models there are.
OWNED = (
    Owned("school", _("School"), School, A.EXPORT, _of("pk")),
    Owned("people", _("People"), Membership, A.PEOPLE_SEE, _of("school")),
    Owned("invitations", _("Invitations"), Invitation, A.PEOPLE_SEE, _of("school")),
    Owned("offers", _("Offers and requests"), Offer, A.MARKET_SEE, _of("school")),
    Owned("capacity", _("Days a year"), Capacity, A.MARKET_SEE, _of("school")),
    Owned("asks", _("Questions asked"), Ask, A.ASK_SEE, _of("asker", "asked")),
    Owned("messages", _("Messages"), Message, A.ASK_SEE, _of("ask__asker", "ask__asked")),
    Owned("proposals", _("Proposals"), Proposal, A.ASK_SEE, _sent),
    Owned("answers", _("Answers to proposals"), Reply, A.ASK_SEE, _replied),
    Owned("agreements", _("Agreements"), Agreement, A.ASK_SEE, _of("receiver", "provider")),
    Owned("partnerships", _("Partnerships"), Partnership, A.PARTNERSHIP_SEE, _of("receiver", "provider")),
    Owned("timeline", _("Timeline"), Moment, A.PARTNERSHIP_SEE, _ROOM),
    Owned("cycles", _("Cycles"), Cycle, A.PARTNERSHIP_SEE, _ROOM),
    Owned(
        "stages",
        _("Stages of cycles"),
        Move,
        A.PARTNERSHIP_SEE,
        _of("cycle__partnership__receiver", "cycle__partnership__provider"),
    ),
    Owned("notes", _("Notes"), Note, A.NOTES_SEE, _readable),
    Owned("files", _("Files"), Attachment, A.NOTES_SEE, _readable),
    Owned("visits", _("Visits and meetings"), Visit, A.PARTNERSHIP_SEE, _ROOM),
    Owned("actions", _("Actions"), ActionPoint, A.PARTNERSHIP_SEE, _ROOM),
    Owned("decisions", _("Decisions"), Decision, A.PARTNERSHIP_SEE, _ROOM),
    Owned("reviews", _("Reviews of terms"), Review, A.PARTNERSHIP_SEE, _ROOM),
    Owned("lessons", _("What we learned"), Lesson, A.PARTNERSHIP_SEE, _ROOM),
    Owned("impact-plans", _("Impact plans"), ImpactPlan, A.PARTNERSHIP_SEE, _ROOM),
    Owned("event-files", _("Files of events"), EventFile, A.IMPORT, _of("school")),
    Owned("changes", _("Who changed what"), Entry, A.AUDIT_SEE, _noted),
)
