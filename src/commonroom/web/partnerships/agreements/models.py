"""What two heads agree on: aim, days and start; it binds nobody before both have said yes to the same."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.sides import Side
from commonroom.web.partnerships.topics import DAYS, Topic
from commonroom.web.schools.models import School


class Agreement(Topic):
    """Terms on the table between two schools, and which of the two heads said yes to them."""

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("Being agreed")
        AGREED = "agreed", _("Agreed")
        DROPPED = "dropped", _("Not pursued")

    receiver = models.ForeignKey(School, on_delete=models.PROTECT, related_name="agreements_to_receive")
    provider = models.ForeignKey(School, on_delete=models.PROTECT, related_name="agreements_to_provide")
    aim = models.TextField(_("aim"), max_length=2000, blank=True)
    days = models.DecimalField(_("days in all"), null=True, blank=True, **DAYS)
    starts = models.DateField(_("starts on"), null=True, blank=True)
    ends = models.DateField(_("ends on"), null=True, blank=True)
    #: Counts the terms: a yes is to the terms that somebody read, and to no others.
    version = models.PositiveIntegerField(default=1)
    receiver_yes = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    provider_yes = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    receiver_said = models.DateTimeField(null=True, blank=True)
    provider_said = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    partnership = models.OneToOneField(
        "commonroom.Partnership", on_delete=models.PROTECT, null=True, blank=True, related_name="agreement"
    )
    opened = models.DateTimeField(default=timezone.now)
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-opened", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(receiver=F("provider")), name="two_schools_agree"),
            models.UniqueConstraint(
                fields=["receiver", "provider", "theme", "phase"],
                condition=Q(state="open"),
                name="one_open_agreement_of_a_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed")
                | Q(receiver_said__isnull=False, provider_said__isnull=False, partnership__isnull=False),
                name="agreed_by_both_heads",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} – {self.provider}: {self.theme_label}"

    def place(self) -> Place:
        """Return where it belongs: to the two schools and nobody else."""
        return Place(schools=frozenset({self.receiver_id, self.provider_id}))

    def said(self, side: Side) -> bool:
        """Whether the head of that side said yes to the terms as they are."""
        return (self.receiver_said if side is Side.RECEIVER else self.provider_said) is not None
