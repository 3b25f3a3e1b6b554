"""Letters that wait to be sent, and what became of those that were."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One letter to one address; what it says is forgotten as soon as it is sent."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Not sent: the person is made up")
        GIVEN_UP = "given_up", _("Could not be sent")

    #: Names the letter to mail servers, so that one sent twice after a crash is seen to be the same.
    mark = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    to = models.EmailField()
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    written = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    #: Not sent before; and, while it is being sent, when whoever sends it is taken for dead.
    due = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True, blank=True)
    #: What went wrong the last time: the kind of fault and the server's number, never an address or a word.
    fault = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["-written", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due"])]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
