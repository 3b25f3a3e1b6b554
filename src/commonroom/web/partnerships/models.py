"""What two schools agreed to do together, and all that led there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.asks.models import Ask, Message
from commonroom.web.partnerships.board.days.models import SharedDays, Trusts
from commonroom.web.partnerships.board.models import Proposal, Reply, Run
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.partnerships.topics import Topic
from commonroom.web.schools.models import School

__all__ = [
    "Agreement", "Ask", "Capacity", "Message", "Moment", "Offer", "Partnership", "Proposal", "Reply", "Run",
    "SharedDays", "Trusts",
]  # fmt: skip


class Partnership(Topic):
    """Work that two schools agreed on: both heads said yes."""

    class State(models.TextChoices):
        """How far it is."""

        AGREED = "agreed", _("Agreed")
        WORKING = "working", _("At work")
        CLOSED = "closed", _("Closed")

    receiver = models.ForeignKey(School, on_delete=models.PROTECT, related_name="received")
    provider = models.ForeignKey(School, on_delete=models.PROTECT, related_name="provided")
    phase = models.CharField(_("phase"), max_length=12, blank=True)
    aim = models.TextField(_("aim"), max_length=2000, blank=True)
    days = models.DecimalField(_("days agreed"), max_digits=5, decimal_places=1, null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.AGREED)
    agreed = models.DateField(_("agreed on"))
    starts = models.DateField(_("starts on"), null=True, blank=True)
    ends = models.DateField(_("ends on"), null=True, blank=True)
    closed = models.DateField(null=True, blank=True)
    lessons = models.TextField(_("what we learned"), max_length=4000, blank=True)
    #: System leaders who support it: they may enter its room.
    supporters = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="supports", blank=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-agreed", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(receiver=F("provider")), name="a_partner_is_another_school"),
            models.UniqueConstraint(
                fields=["receiver", "provider", "theme", "phase"],
                condition=~Q(state="closed"),
                name="a_pair_works_once_in_a_theme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} – {self.provider}"

    def place(self) -> Place:
        """Return where it belongs: to both schools, their systems, and those who support it."""
        both = frozenset({self.receiver_id, self.provider_id})
        systems = School.systems.through.objects.filter(school_id__in=both).values_list(
            "system_id", flat=True
        )
        return Place(both, frozenset(systems), frozenset(self.supporters.values_list("pk", flat=True)))


class Moment(models.Model):
    """One thing that happened in a partnership: a line of its timeline."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="moments")
    when = models.DateTimeField(auto_now_add=True)
    date = models.DateField(_("date"))
    kind = models.CharField(max_length=24)
    title = models.CharField(max_length=200)
    #: Where it is told in full, as a path of the site.
    path = models.CharField(max_length=200, blank=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]

    def __str__(self) -> str:
        return self.title
