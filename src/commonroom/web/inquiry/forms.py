"""What people type in a room."""

from __future__ import annotations

import datetime
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import queries, words
from commonroom.web.inquiry.actions.reviews import word_of
from commonroom.web.inquiry.actions.writing import Overtaken, own_schools
from commonroom.web.inquiry.models import (
    MOST_HOURS,
    ActionPoint,
    Cycle,
    Decision,
    Note,
    Review,
    Stage,
    Visibility,
    Visit,
)
from commonroom.web.inquiry.sheet import HIDDEN, RoomForm, take
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School


def of_cycle() -> forms.Field:
    """Return the choice of a cycle of the room."""
    return forms.ModelChoiceField(Cycle.objects.none(), label=_("cycle"), required=False)


def of_hours(**others: Any) -> forms.Field:
    """Return a field of hours; nothing is nought."""
    return forms.DecimalField(
        required=False, min_value=0, max_value=MOST_HOURS, max_digits=5, decimal_places=1, **others
    )


class AimForm(RoomForm):
    """What the partnership is for."""

    aim = take(Partnership, "aim", required=True)
    days = take(Partnership, "days", min_value=0)
    starts = take(Partnership, "starts")
    ends = take(Partnership, "ends")

    def words(self) -> words.Aim:
        """Return what was typed."""
        return cast(words.Aim, self.made(words.Aim, "aim", "days", "starts", "ends"))


class SupportersForm(RoomForm):
    """Who supports the partnership."""

    supporters = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=_("system leaders who support us"),
        help_text=_("They may enter this room, read what both schools read, and write."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **others: Any) -> None:
        """Offer the system leaders of the schools' systems."""
        super().__init__(*args, **others)
        choice = cast("forms.ModelMultipleChoiceField[Person]", self.fields["supporters"])
        choice.queryset = queries.supporters_to_choose(self.partnership)


class PlannedForm(RoomForm):
    """The first stage of a cycle."""

    question = take(Cycle, "question", help_text=_("What do we want to find out about our own teaching?"))
    practice = take(
        Cycle, "practice", help_text=_("Its name, such as: retrieval at the start of each lesson.")
    )
    trying = take(Cycle, "trying", help_text=_("Who does what, with which pupils, how often, for how long."))
    knowing = take(
        Cycle, "knowing", help_text=_("What we will look at, and what would tell us that we were wrong.")
    )
    plan_by = take(Cycle, "plan_by")
    do_by = take(Cycle, "do_by")
    study_by = take(Cycle, "study_by")
    act_by = take(Cycle, "act_by")

    def words(self) -> words.Planned:
        """Return what was typed."""
        return cast(words.Planned, self.made(words.Planned, *(n for n in self.fields if n not in HIDDEN)))


class DoneForm(RoomForm):
    """The second stage of a cycle."""

    happened = take(Cycle, "happened", required=True)

    def words(self) -> words.Done:
        """Return what was typed."""
        return words.Done(self.cleaned_data["happened"])


class StudiedForm(RoomForm):
    """The third stage of a cycle."""

    learned = take(
        Cycle,
        "learned",
        required=True,
        help_text=_("What surprised us counts too. Write nothing that tells who a pupil is."),
    )

    def words(self) -> words.Studied:
        """Return what was typed."""
        return words.Studied(self.cleaned_data["learned"])


class ActedForm(RoomForm):
    """The last stage of a cycle."""

    next = forms.ChoiceField(label=_("what next"), choices=Cycle.Next.choices, widget=forms.RadioSelect)
    next_why = take(Cycle, "next_why", required=True)

    def words(self) -> words.Acted:
        """Return what was typed."""
        return cast(words.Acted, self.made(words.Acted, "next", "next_why"))


class OwnForm(RoomForm):
    """Something that is for both schools, or for one's own alone."""

    cycle = of_cycle()
    stage = forms.ChoiceField(
        label=_("stage of the cycle"), choices=[("", "---------"), *Stage.choices], required=False
    )
    visibility = forms.ChoiceField(
        label=_("who can read it"),
        choices=Visibility.choices,
        initial=Visibility.BOTH,
        widget=forms.RadioSelect,
        help_text=_("Your school's own is never shown to the partner, an officer or an administrator."),
    )
    school = forms.ModelChoiceField(School.objects.none(), label=_("school"), required=False)

    def __init__(self, *args: Any, **others: Any) -> None:
        """Offer the person's own schools of the two; nothing to choose where there is one, or none."""
        super().__init__(*args, **others)
        own = own_schools(self.person, Action.NOTES_WRITE, self.partnership)
        if not own:
            del self.fields["visibility"]
        if len(own) > 1:
            choice = cast("forms.ModelChoiceField[School]", self.fields["school"])
            choice.queryset = School.objects.filter(pk__in=own)
            choice.required = True
        else:
            del self.fields["school"]

    def belonging(self) -> dict[str, Any]:
        """Return where it belongs, and who reads it."""
        typed = self.cleaned_data
        return {
            "cycle": typed.get("cycle"),
            "stage": typed["stage"] if typed.get("cycle") else "",
            "visibility": typed.get("visibility", Visibility.BOTH),
            "school": typed.get("school"),
        }


class NoteForm(OwnForm):
    """A note."""

    text = take(Note, "text", help_text=_("Write nothing that tells who a pupil is."))
    date = take(Note, "date")
    field_order = ("text", "date", "visibility", "school", "cycle", "stage")

    def words(self) -> words.Noted:
        """Return what was typed."""
        typed = self.cleaned_data
        return words.Noted(typed["text"], typed["date"], **self.belonging())


class FileForm(OwnForm):
    """A file."""

    file = forms.FileField(
        label=_("file"),
        max_length=500,
        help_text=_(
            "A document (pdf, docx, xlsx, pptx, odt, ods), a picture (png, jpg, webp) or text (txt, csv), "
            "of at most 10 MB. No lists of pupils."
        ),
    )
    field_order = ("file", "visibility", "school", "cycle", "stage")

    def words(self) -> words.Filed:
        """Return where it belongs."""
        return words.Filed(**self.belonging())


class VisitForm(RoomForm):
    """A visit or a meeting."""

    kind = take(Visit, "kind", widget=forms.RadioSelect)
    purpose = take(Visit, "purpose")
    date = take(Visit, "date")
    begins = take(Visit, "begins")
    ends = take(Visit, "ends")
    location = take(Visit, "location")
    state = take(Visit, "state", widget=forms.RadioSelect)
    people = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=_("who took part, or will"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People of this site, by the names that they entered themselves."),
    )
    others = take(
        Visit,
        "others",
        help_text=_("Such as: four teachers of mathematics. People enter their names themselves."),
    )
    receiver_hours = of_hours()
    provider_hours = of_hours()
    travel_hours = of_hours(
        label=_("hours on the road, of both schools"), help_text=_("Beside the hours above, not among them.")
    )
    outcome = take(Visit, "outcome")
    cycle = of_cycle()

    def __init__(self, *args: Any, **others: Any) -> None:
        """Offer the people of the room, and call the hours by the schools' names."""
        super().__init__(*args, **others)
        already = [person.pk for person in self.initial.get("people", ())]
        choice = cast("forms.ModelMultipleChoiceField[Person]", self.fields["people"])
        here = queries.people(self.partnership).values("pk")
        choice.queryset = Person.objects.filter(Q(pk__in=here) | Q(pk__in=already)).order_by("name", "email")
        hours = _("hours of the people of %(school)s, together")
        for side in ("receiver", "provider"):
            field = self.fields[f"{side}_hours"]
            field.label = capfirst(str(hours) % {"school": getattr(self.partnership, side)})
            field.help_text = _("Two people for three hours are six.")

    def words(self) -> words.Came:
        """Return what was typed; no hours are nought."""
        typed = self.cleaned_data
        times = {name: typed[name] or 0 for name in ("receiver_hours", "provider_hours", "travel_hours")}
        names = ("date", "purpose", "kind", "state", "begins", "ends", "location", "outcome")
        people = tuple(typed["people"])
        made = self.made(words.Came, *names, "others", "cycle", people=people, **times)
        return cast(words.Came, made)


class PointForm(RoomForm):
    """Something to be done."""

    what = take(ActionPoint, "what")
    owner = forms.ModelChoiceField(Person.objects.none(), label=_("who does it"))
    due = take(ActionPoint, "due", required=True)
    cycle = of_cycle()

    def __init__(self, *args: Any, **others: Any) -> None:
        """Offer the people of the room, and who has it now."""
        super().__init__(*args, **others)
        choice = cast("forms.ModelChoiceField[Person]", self.fields["owner"])
        owner = self.initial.get("owner")
        here = Q(pk__in=queries.people(self.partnership).values("pk")) | Q(pk=owner and owner.pk)
        choice.queryset = Person.objects.filter(here).order_by("name", "email")

    def words(self) -> words.Point:
        """Return what was typed."""
        return cast(words.Point, self.made(words.Point, "what", "owner", "due", "cycle"))


class DecisionForm(RoomForm):
    """A decision."""

    what = take(Decision, "what")
    why = take(Decision, "why")
    by = take(Decision, "by", widget=forms.RadioSelect)
    date = take(Decision, "date")
    cycle = of_cycle()

    def words(self) -> words.Decided:
        """Return what was typed."""
        return cast(words.Decided, self.made(words.Decided, "what", "date", "why", "by", "cycle"))


class ReviewForm(RoomForm):
    """A look back at a term."""

    year = forms.TypedChoiceField(label=_("school year"), coerce=int)
    term = forms.ChoiceField(label=_("term"), choices=Review.Term.choices, widget=forms.RadioSelect)
    well = take(Review, "well")
    badly = take(Review, "badly")
    change = take(Review, "change")
    word = forms.CharField(
        label=_("your word as head"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, today: datetime.date, **others: Any) -> None:
        """Offer the school years that may be looked back at."""
        super().__init__(*args, **others)
        last = queries.school_year(today)
        years = sorted({last, last - 1, last - 2, self.initial.get("year", last)}, reverse=True)
        cast(forms.TypedChoiceField, self.fields["year"]).choices = [
            (year, f"{year - 1}/{year % 100:02d}") for year in years
        ]

    def show_theirs(self, overtaken: Overtaken) -> None:
        """Show what stands now, also the word of the head's own school, which another may have written."""
        super().show_theirs(overtaken)
        word = getattr(overtaken.thing, word_of(self.person, self.partnership), "")
        if overtaken.thing is not None and word != self.cleaned_data["word"]:
            self.theirs.append((str(self.fields["word"].label), word or "–"))

    def words(self) -> words.Reviewed:
        """Return what was typed."""
        names = ("year", "term", "well", "badly", "change", "word")
        return cast(words.Reviewed, self.made(words.Reviewed, *names))


class LessonForm(RoomForm):
    """What one's own school learned."""

    text = forms.CharField(
        label=_("what we learned"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For the next two schools: what helped, what did not, what you would do otherwise."),
    )
