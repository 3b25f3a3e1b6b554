"""What a school says of itself: what it offers, asks for, and how many days it has."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.topics import DAYS, Topic
from commonroom.web.schools.models import School


class Offer(Topic):
    """One thing that a school says of itself in a theme: an offer, a request, or that it wants neither."""

    class Says(models.TextChoices):
        """What it says."""

        OFFER = "offer", _("We can help")
        REQUEST = "request", _("We would like help")
        NO_OFFER = "no offer", _("We cannot help in this")
        NO_NEED = "no need", _("We need no help in this")

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="offers")
    says = models.CharField(_("what the school says"), max_length=8, choices=Says.choices)
    words = models.TextField(_("in your own words"), max_length=1000, blank=True)
    days = models.DecimalField(_("days a year"), null=True, blank=True, **DAYS)
    until = models.DateField(_("until"), null=True, blank=True)
    written = models.DateTimeField(default=timezone.now)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    withdrawn = models.DateTimeField(null=True, blank=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["theme", "phase", "school__name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "phase", "theme"],
                condition=Q(withdrawn=None),
                name="one_word_of_a_school_in_a_theme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_says_display()}: {self.theme_label}"

    def place(self) -> Place:
        """Return where it belongs: where its school does."""
        return self.school.place()


class Capacity(models.Model):
    """How many days a year a school can give in all."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="capacity")
    days = models.DecimalField(_("days a year in all"), **DAYS)
    written = models.DateTimeField(default=timezone.now)
    made_up = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.school}: {self.days}"

    def place(self) -> Place:
        """Return where it belongs: where its school does."""
        return self.school.place()
