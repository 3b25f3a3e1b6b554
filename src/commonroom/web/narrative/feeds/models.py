"""Where a person's calendar is read, and which weeks they were written to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from commonroom.web.accounts.permissions import Place


class CalendarAddress(models.Model):
    """The secret address at which programs read a person's calendar; the secret itself is kept nowhere."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_address"
    )
    digest_of_token = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"calendar of {self.person_id}"

    def place(self) -> Place:
        """Return where it belongs: to its person, and to no school or system."""
        return Place(people=frozenset({self.person_id}))


class Digest(models.Model):
    """A week in which it was looked whether there is anything to write to a person, and whether there was."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    #: The Monday of the week.
    week = models.DateField()
    #: What happened until then was told, or was nothing.
    when = models.DateTimeField(default=timezone.now)
    written = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-week"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "week"], name="one_digest_of_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.week}"
