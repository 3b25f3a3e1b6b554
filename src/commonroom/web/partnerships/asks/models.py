"""A question of one school to another, and what the two write to each other about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.topics import Topic
from commonroom.web.schools.models import School


class Ask(Topic):
    """One school asks another for help in a theme, in the name of its head."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Waiting for an answer")
        YES = "yes", _("Yes")
        LATER = "later", _("Not now")
        NO = "no", _("No")
        WITHDRAWN = "withdrawn", _("Taken back")

    asker = models.ForeignKey(School, on_delete=models.PROTECT, related_name="asked_others")
    asked = models.ForeignKey(School, on_delete=models.PROTECT, related_name="asked_by_others")
    message = models.TextField(_("your message"), max_length=4000)
    sent = models.DateTimeField(default=timezone.now)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="asks_sent"
    )
    #: The version of the evidence whose figures are on the page to bring.
    evidence = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    until = models.DateField(_("ask again from"), null=True, blank=True)
    answered = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="asks_answered"
    )
    #: What a yes led to: several questions may lead to the same terms.
    agreement = models.ForeignKey(
        "commonroom.Agreement", on_delete=models.PROTECT, null=True, blank=True, related_name="asks"
    )
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-sent", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="one_asks_another_school"),
            models.UniqueConstraint(
                fields=["asker", "asked", "theme", "phase"],
                condition=Q(state="open"),
                name="one_open_ask_in_a_theme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker} – {self.asked}: {self.theme_label}"

    def place(self) -> Place:
        """Return where it belongs: to the two schools and nobody else."""
        return Place(schools=frozenset({self.asker_id, self.asked_id}))


class Message(models.Model):
    """What somebody of one of the two schools writes under a question."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="messages")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    text = models.TextField(_("message"), max_length=4000)
    when = models.DateTimeField(default=timezone.now)
    #: Made by the form that wrote it, so that a second click writes nothing.
    once = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["when", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ask", "once"], condition=~Q(once=""), name="a_message_is_written_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def place(self) -> Place:
        """Return where it belongs: where the question does."""
        return self.ask.place()
