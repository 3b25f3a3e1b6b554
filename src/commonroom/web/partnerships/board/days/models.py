"""Days of many together, and which trust each school belongs to, as those who work a board say."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.schools.models import System

#: Days a year of many together, at most.
MOST = 36_600


class SharedDays(models.Model):
    """How many days a year a trust's or authority's schools, or system leaders, can give together.

    No leader is named: a plan takes only what they have together, and names of staff are their own to give.
    """

    class Kind(models.TextChoices):
        """Whose days they are."""

        TRUST = "trust", _("Trust")
        AUTHORITY = "authority", _("Authority")
        LEADER = "leader", _("System leaders")

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="shared_days")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    #: Of the trust or authority; of leaders the authority that they serve, empty: all that none is named for.
    name = models.CharField(_("name"), max_length=120, blank=True)
    days = models.DecimalField(
        _("days a year together"),
        max_digits=6,
        decimal_places=1,
        validators=[MinValueValidator(0), MaxValueValidator(MOST)],
    )
    written = models.DateTimeField(default=timezone.now)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "kind", "name"],
                condition=Q(withdrawn=None),
                name="days_are_shared_once",
            ),
        ]

    def __str__(self) -> str:
        return say(self.kind, self.name)

    def place(self) -> Place:
        """Return where it belongs: to its system."""
        return self.system.place()


class Trusts(models.Model):
    """Which trust each school of a system belongs to: one list, changed as a whole."""

    system = models.OneToOneField(System, on_delete=models.PROTECT, primary_key=True, related_name="trusts")
    #: The name of the trust by the number of the school.
    schools = models.JSONField(default=dict)
    #: Counts the changes: a list that somebody read is not put in the place of one that they did not.
    revision = models.PositiveIntegerField(default=0)
    written = models.DateTimeField(default=timezone.now)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    def __str__(self) -> str:
        return str(self.system)

    def place(self) -> Place:
        """Return where it belongs: to its system."""
        return self.system.place()


def say(kind: str, name: str) -> str:
    """Return whose days they are, in words."""
    whose = name or _("all authorities that are not named")
    return f"{SharedDays.Kind(kind).label}: {whose}"
