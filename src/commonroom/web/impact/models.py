"""The plan by which two schools will judge whether their work helped."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.models import Partnership


class ImpactPlan(models.Model):
    """A plan that was asked for; once it is locked it stays, and another can only stand beside it."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Being made")
        LOCKED = "locked", _("Locked")
        REFUSED = "refused", _("Could not be made")

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="impact_plans")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField()
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    written = models.DateTimeField(default=timezone.now)
    measure = models.CharField(_("what should have changed"), max_length=80)
    first = models.PositiveSmallIntegerField(_("first year of results that counts"))
    last = models.PositiveSmallIntegerField(_("last year of results that counts"))
    smallest = models.DecimalField(_("smallest effect that matters"), max_digits=4, decimal_places=2)
    question = models.TextField(_("question"), max_length=1000, blank=True)
    failure = models.TextField(_("what would count as failure"), max_length=1000, blank=True)
    #: Why it stands beside the plan before: the reason for doing otherwise than planned.
    reason = models.TextField(_("why otherwise than planned"), max_length=2000, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    #: Facts that stand in the plan; why it could not be made, when it was refused.
    said = models.JSONField(default=dict)
    #: SHA-256 of the plan, and when it was locked.
    hash = models.CharField(max_length=64, blank=True)
    locked = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "number"], name="impact_plans_are_counted"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="a_window_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{_('Impact plan')} {self.number}"

    def place(self) -> Place:
        """Return where it belongs: where its partnership does."""
        return self.partnership.place()

    @property
    def short(self) -> str:
        """The first digits of its hash, as people are shown it."""
        return self.hash[:12]
