"""What is kept of long work: the job, what of it is done, and the workers that are alive."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place


class Job(models.Model):
    """One piece of long work that somebody started."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    #: Who started it; nobody: the site itself.
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    #: Where its function is, as the queue names it: "commonroom.web.partnerships.tasks.solve".
    kind = models.CharField(max_length=120)
    #: What starting it twice with the same key leads to: the same job.
    key = models.CharField(max_length=80, null=True, unique=True)
    #: What it was started for: the model's name, and the key there.
    about_kind = models.CharField(max_length=40, blank=True)
    about_key = models.CharField(max_length=64, blank=True)
    arguments = models.JSONField(default=dict)
    #: The line of the queue, and how often a worker took it up.
    result = models.UUIDField(null=True, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    share = models.FloatField(_("share done, from 0 to 1"), default=0)
    step = models.CharField(_("what it is doing"), max_length=300, blank=True)
    #: What came out, as a path of the site.
    path = models.CharField(max_length=300, blank=True)
    #: Why it failed, as a sentence for people; or the number under which it stands in the log.
    said = models.TextField(blank=True)
    noted = models.CharField(max_length=16, blank=True)
    asked = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["about_kind", "about_key"]),
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "running"]), name="job_open"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> str:
        """What it is called, in the language of the reader; its kind where that is no longer known."""
        return str(self._work("title", self.kind))

    @property
    def can_start_again(self) -> bool:
        """Whether it failed, and is of a kind that does no harm when it runs again later."""
        return self.state == self.State.FAILED and bool(self._work("again", False))

    def _work(self, name: str, otherwise: object) -> object:
        """What its function says of itself; something else where that function is no longer there."""
        try:
            return getattr(import_string(self.kind).func, name)
        except (ImportError, AttributeError):
            return otherwise

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int:
        """The share that is done, in whole per cent."""
        return int(self.share * 100)

    @property
    def why(self) -> str:
        """In a sentence why it failed; nothing where it did not."""
        if self.noted:
            return gettext("Something went wrong. It was noted as number %(number)s.") % {
                "number": self.noted
            }
        return gettext(self.said) if self.said else ""

    def get_absolute_url(self) -> str:
        """Return where it is watched."""
        return reverse("job", args=[self.pk])

    def place(self) -> Place:
        """Return where it belongs: to who started it, and to no school or system."""
        return Place(people=frozenset() if self.who_id is None else frozenset({self.who_id}))


class Done(models.Model):
    """One step of a job that is done: written in the same transaction as what it changed."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps_done")
    key = models.CharField(max_length=120, blank=True)
    path = models.CharField(max_length=300, blank=True)
    when = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "key"], name="a_step_is_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.key}"


class Worker(models.Model):
    """A worker that is alive: it writes the time, by the clock of the database, every few seconds."""

    name = models.CharField(primary_key=True, max_length=64)
    host = models.CharField(max_length=120)
    process = models.PositiveIntegerField()
    began = models.DateTimeField(db_default=Now())
    beat = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Turn(models.Model):
    """Something that the workers do now and then, and when its next turn is."""

    name = models.CharField(primary_key=True, max_length=120)
    next = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
