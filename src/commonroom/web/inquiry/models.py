"""What two schools do together: cycles, notes, files, visits, action points, decisions, reviews, lessons."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School

#: Hours that a visit can take, of all people of a school together: more is a slip of the keyboard.
MOST_HOURS = 500


class Stage(models.TextChoices):
    """Where a cycle is: plan, do, study, act."""

    PLAN = "plan", _("Plan")
    DO = "do", _("Do")
    STUDY = "study", _("Study")
    ACT = "act", _("Act")


class Visibility(models.TextChoices):
    """Who reads a note or a file."""

    BOTH = "both", _("Both schools")
    SCHOOL = "school", _("My school only")


class Written(models.Model):
    """Something written in the room of a partnership; its key makes a form sent twice one thing."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="%(class)ss")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    revision = models.PositiveIntegerField(default=1)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    written = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def place(self) -> Place:
        """Return where it belongs: where its partnership does."""
        return self.partnership.place()


class Own(Written):
    """Something that is for both schools, or that one school keeps to itself."""

    visibility = models.CharField(
        _("who can read it"), max_length=6, choices=Visibility.choices, default=Visibility.BOTH
    )
    #: The school of who wrote it; none for somebody who supports both.
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def is_own(self) -> bool:
        """Whether one school keeps it to itself."""
        return self.visibility == Visibility.SCHOOL

    @property
    def unsaid(self) -> frozenset[str]:
        """Fields that no audit entry repeats: what a school keeps to itself is told nowhere else."""
        return frozenset({"text", "name"}) if self.is_own else frozenset()

    def place(self) -> Place:
        """Return where it belongs: to both schools, or to the one that keeps it to itself."""
        if self.is_own:
            return Place(schools=frozenset({str(self.school_id)}))
        return self.partnership.place()


class Cycle(Written):
    """A cycle of joint practice development: something is tried, and looked at, and judged."""

    class Next(models.TextChoices):
        """What is done with the practice that was tried."""

        ADOPT = "adopt", _("Adopt: keep it as it is")
        ADAPT = "adapt", _("Adapt: keep it, changed")
        ABANDON = "abandon", _("Abandon: leave it")

    question = models.CharField(_("question"), max_length=300)
    practice = models.CharField(_("professional practice that is tried"), max_length=200, blank=True)
    trying = models.TextField(_("what we will try"), max_length=4000, blank=True)
    knowing = models.TextField(_("how we will know"), max_length=4000, blank=True)
    happened = models.TextField(_("what happened"), max_length=4000, blank=True)
    learned = models.TextField(_("what we learned"), max_length=4000, blank=True)
    next = models.CharField(_("what next"), max_length=8, choices=Next.choices, blank=True)
    next_why = models.TextField(_("why, and what we do about it"), max_length=4000, blank=True)
    stage = models.CharField(_("stage"), max_length=5, choices=Stage.choices, default=Stage.PLAN)
    plan_by = models.DateField(_("plan ready by"), null=True, blank=True)
    do_by = models.DateField(_("tried by"), null=True, blank=True)
    study_by = models.DateField(_("looked at by"), null=True, blank=True)
    act_by = models.DateField(_("decided by"), null=True, blank=True)
    #: The day on which it was ended; none while it is open.
    ended = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-written", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended=None) | ~Q(next=""), name="a_cycle_ends_with_what_is_next"
            )
        ]

    def __str__(self) -> str:
        return self.question

    def by(self, stage: str) -> date | None:
        """Return the day by which a stage is to be finished."""
        found: date | None = getattr(self, f"{stage}_by")
        return found

    @property
    def due(self) -> date | None:
        """The day by which the stage it is in is to be finished; none when it was ended."""
        return None if self.ended else self.by(self.stage)


class Move(models.Model):
    """A cycle came to a stage, on or back: what was there before stays."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="moves")
    stage = models.CharField(max_length=5, choices=Stage.choices)
    date = models.DateField(_("date"))
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.date}"


class Note(Own):
    """A small dated note, of a stage of a cycle or of the partnership."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    stage = models.CharField(_("stage"), max_length=5, choices=Stage.choices, blank=True)
    date = models.DateField(_("date"))
    text = models.TextField(_("note"), max_length=8000)

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(visibility=Visibility.BOTH) | Q(school__isnull=False),
                name="an_own_note_is_a_school_s",
            )
        ]

    def __str__(self) -> str:
        return f"{_('Note')} {self.date}"


class Visit(Written):
    """A visit or a meeting: when, where, what for, who, and the hours it took."""

    class Kind(models.TextChoices):
        """What kind of coming together it is."""

        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")
        SUPPORT = "support", _("Support day")

    class State(models.TextChoices):
        """Whether it took place."""

        PLANNED = "planned", _("Planned")
        HELD = "held", _("Took place")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.VISIT)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PLANNED)
    date = models.DateField(_("date"))
    begins = models.TimeField(_("begins at"), null=True, blank=True)
    ends = models.TimeField(_("ends at"), null=True, blank=True)
    location = models.CharField(_("place"), max_length=200, blank=True)
    purpose = models.CharField(_("what for"), max_length=300)
    outcome = models.TextField(_("what came of it"), max_length=4000, blank=True)
    #: Hours of all people of a school together: two people for three hours are six.
    receiver_hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    provider_hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    #: Hours on the road, of both schools: beside the hours above, not among them.
    travel_hours = models.DecimalField(max_digits=5, decimal_places=1, default=0)
    #: People of the site who took part, by the names they entered themselves.
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="visits")
    #: Who else took part, without names.
    others = models.CharField(_("who else, without names"), max_length=300, blank=True)
    cycle = models.ForeignKey(Cycle, on_delete=models.SET_NULL, null=True, blank=True, related_name="visits")

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]

    def __str__(self) -> str:
        return self.purpose


class ActionPoint(Written):
    """Something to be done, by somebody, by a day."""

    what = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="action_points"
    )
    due = models.DateField(_("due on"), null=True, blank=True)
    done = models.DateField(_("done on"), null=True, blank=True)
    cycle = models.ForeignKey(
        Cycle, on_delete=models.SET_NULL, null=True, blank=True, related_name="action_points"
    )

    class Meta:
        ordering: ClassVar = ["due", "pk"]

    def __str__(self) -> str:
        return self.what

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been done before today and is not."""
        return self.done is None and self.due is not None and self.due < today


class Decision(Written):
    """What was decided, by whom, and when."""

    class By(models.TextChoices):
        """Who decided."""

        HEADS = "heads", _("Both heads")
        MEETING = "meeting", _("Everybody who was at the meeting")
        RECEIVER = "receiver", _("The school that is helped")
        PROVIDER = "provider", _("The school that helps")

    what = models.CharField(_("what was decided"), max_length=300)
    why = models.TextField(_("why"), max_length=4000, blank=True)
    by = models.CharField(_("who decided"), max_length=8, choices=By.choices, default=By.HEADS)
    date = models.DateField(_("date"))
    cycle = models.ForeignKey(
        Cycle, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions"
    )

    class Meta:
        ordering: ClassVar = ["-date", "-pk"]

    def __str__(self) -> str:
        return self.what


class Attachment(Own):
    """A file that was sent: what it is called and is; its content lies outside the web root."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, null=True, blank=True, related_name="files")
    stage = models.CharField(_("stage"), max_length=5, choices=Stage.choices, blank=True)
    name = models.CharField(_("name"), max_length=150)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    #: Where it lies under the folder of files: a random name.
    stored = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering: ClassVar = ["-written", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(visibility=Visibility.BOTH) | Q(school__isnull=False),
                name="an_own_file_is_a_school_s",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Review(Written):
    """A short look back at the end of a term."""

    class Term(models.TextChoices):
        """The term that ended."""

        AUTUMN = "autumn", _("Autumn term")
        SPRING = "spring", _("Spring term")
        SUMMER = "summer", _("Summer term")

    #: The calendar year in which the school year ends.
    year = models.PositiveSmallIntegerField(_("school year"))
    term = models.CharField(_("term"), max_length=6, choices=Term.choices)
    well = models.TextField(_("what goes well"), max_length=4000)
    badly = models.TextField(_("what does not"), max_length=4000, blank=True)
    change = models.TextField(_("what we change"), max_length=4000, blank=True)
    #: Days used when it was written.
    days = models.DecimalField(_("days used"), max_digits=6, decimal_places=1)
    receiver_word = models.TextField(max_length=2000, blank=True)
    provider_word = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "-written"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "year", "term"], name="a_term_is_reviewed_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_term_display()} {self.school_year}"

    @property
    def school_year(self) -> str:
        """The school year as people write it."""
        return f"{self.year - 1}/{self.year % 100:02d}"


class Lesson(Written):
    """What one school learned from the partnership, in its head's words."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="lessons_of_schools")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="lessons")
    text = models.TextField(_("what we learned"), max_length=4000)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partnership", "school"], name="a_school_s_lessons_stand_once")
        ]

    def __str__(self) -> str:
        return f"{self.school}: {_('what we learned')}"
