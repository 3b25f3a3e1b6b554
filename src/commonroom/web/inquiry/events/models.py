"""A file of events that somebody sent, until they say that it is to be saved."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from commonroom.web.accounts.permissions import Place
from commonroom.web.schools.models import School


class EventFile(models.Model):
    """The cells of a file as they were sent; what they mean is found out each time anew."""

    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="event_files")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="event_files")
    name = models.CharField(max_length=150)
    sent = models.DateTimeField(default=timezone.now)
    #: The names of its columns; and of each row its number in the file, and the cells.
    heads = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    #: When its events were saved, how many were new, and how many rows were left out.
    saved = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    #: The file may hold anything: no audit entry repeats it.
    unsaid: ClassVar = frozenset({"heads", "rows"})

    class Meta:
        ordering: ClassVar = ["-sent", "-pk"]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return where it belongs: to its school."""
        return Place(schools=frozenset({self.school_id}))
