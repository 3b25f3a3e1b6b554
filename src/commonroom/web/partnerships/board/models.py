"""Runs of a proposal for a system, what they proposed, and what schools answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.partnerships.topics import Topic
from commonroom.web.schools.models import School, System


class Run(models.Model):
    """One time that a proposal was made for a system."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    asked = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    day = models.DateField(_("date of the plan"))
    #: The job that does it, and says how far it is.
    job = models.ForeignKey("commonroom.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    #: Why it failed, in one sentence.
    said = models.TextField(blank=True)
    evidence = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=40, blank=True)
    #: What the plan tells, as it tells it: sentences in both languages, who gets help, load, needs alone.
    headline = models.JSONField(default=dict)
    equity = models.JSONField(default=list)
    load = models.JSONField(default=list)
    unmatched = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_run_of_a_system_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.day}"

    def place(self) -> Place:
        """Return where it belongs: to its system."""
        return Place(systems=frozenset({self.system_id}))

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs; one whose job ended without a word does neither."""
        active = self.state in (self.State.WAITING, self.State.RUNNING)
        return active and not (self.job is not None and self.job.is_finished)

    @property
    def has_failed(self) -> bool:
        """Whether nothing came of it."""
        return not self.is_active and self.state != self.State.DONE

    @property
    def why(self) -> str:
        """In a sentence why it failed."""
        return self.said or (self.job.why if self.job is not None else "")

    @property
    def sentences(self) -> list[str]:
        """What the plan comes to, in the language of the page."""
        return list(self.headline.get(language(), []))


class Proposal(Topic):
    """Two schools that a plan of a system brings together in a theme, from run to run."""

    class State(models.TextChoices):
        """What became of it."""

        DRAFT = "draft", _("Not sent")
        SENT = "sent", _("Sent")
        AGREED = "agreed", _("Both said yes")
        DECLINED = "declined", _("Declined")
        LATER = "later", _("Not now")
        TAKEN_BACK = "taken_back", _("Taken back")

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="proposals")
    receiver = models.ForeignKey(School, on_delete=models.PROTECT, related_name="proposed_to_receive")
    provider = models.ForeignKey(School, on_delete=models.PROTECT, related_name="proposed_to_provide")
    #: The last run that proposed it, the first of the runs in a row that did, and the one that no more did.
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="proposals")
    first = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="went")
    #: As the plan of the last run tells it.
    planned = models.CharField(max_length=12)
    sentences = models.JSONField(default=dict)
    why = models.CharField(max_length=12, blank=True)
    keys = models.BooleanField(default=False)
    gain = models.FloatField(null=True)
    gain_low = models.FloatField(null=True)
    gain_high = models.FloatField(null=True)
    minutes = models.FloatField(null=True)
    days = models.FloatField(null=True)
    stays = models.FloatField(null=True)
    source = models.TextField(blank=True)
    evidence = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    sent = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    #: What the yes of both led to; the proposals of two systems may lead to the same terms.
    agreement = models.ForeignKey(
        "commonroom.Agreement", on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["receiver__name", "phase", "theme", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(receiver=F("provider")), name="two_schools_are_proposed"),
            models.UniqueConstraint(
                fields=["system", "receiver", "provider", "theme", "phase"],
                name="a_pair_is_proposed_once_in_a_theme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} – {self.provider}: {self.theme_label}"

    @property
    def told(self) -> dict[str, Any]:
        """The plan's sentences (what, because, brings) in the language of the page."""
        return dict(self.sentences.get(language(), {}))

    @property
    def receiver_answer(self) -> str:
        """What the school that would receive help answered; empty while it has not."""
        return self._answer(Side.RECEIVER)

    @property
    def provider_answer(self) -> str:
        """What the school that would give help answered; empty while it has not."""
        return self._answer(Side.PROVIDER)

    def _answer(self, side: Side) -> str:
        return next((reply.answer for reply in self.replies.all() if reply.side == side), "")

    def place(self) -> Place:
        """Return where it belongs: to the system; to the two schools as well once it was sent."""
        sent = self.state != self.State.DRAFT
        schools = frozenset({self.receiver_id, self.provider_id}) if sent else frozenset()
        return Place(schools, frozenset({self.system_id}))


class Reply(models.Model):
    """What one of the two schools answered to a proposal, in the name of its head."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="replies")
    side = models.CharField(max_length=8, choices=Side.choices)
    answer = models.CharField(_("answer"), max_length=5, choices=Answer.choices)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    until = models.DateField(_("ask again from"), null=True, blank=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    when = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["side"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "side"], name="a_school_answers_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.get_answer_display()}"

    def place(self) -> Place:
        """Return where it belongs: where the proposal does."""
        return self.proposal.place()


def language() -> str:
    """Return the language of the page: English or Welsh."""
    return "cy" if get_language() == "cy" else "en"
