"""What is kept of every change."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One change: who, when, what was done to what, and how it was before and after."""

    when = models.DateTimeField(auto_now_add=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    action = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    #: Schools whose heads may see the entry, by number, and systems by name.
    schools = models.JSONField(default=list)
    systems = models.JSONField(default=list)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-when", "-pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.key}"
