"""Forms of questions, answers and messages."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships import themes
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks.actions import Question
from commonroom.web.partnerships.forms import Day, offer_schools
from commonroom.web.partnerships.sides import Answer, Phase
from commonroom.web.schools.models import School


class AskForm(forms.Form):
    """What is asked of a school."""

    asker = forms.ModelChoiceField(School.objects.none(), label=_("In the name of"), empty_label=None)
    theme = forms.ChoiceField(label=_("Theme"))
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices)
    message = forms.CharField(
        label=_("Your message"),
        help_text=_(
            "Say what you would like to see or learn, and when you could meet. Leave names of pupils out."
        ),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, askers: QuerySet[School], **kwargs: Any) -> None:
        """Offer the schools that the person asks for."""
        super().__init__(*args, **kwargs)
        offer_schools(self, "asker", askers)
        self.fields["theme"].choices = themes.choices()  # type: ignore[attr-defined]

    def question(self, asked: School) -> Question:
        """Return the question, to a school."""
        said = self.cleaned_data
        return Question(asked, said["theme"], said["phase"], said["message"])


class AnswerForm(forms.Form):
    """What a school answers."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Answer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In your own words"),
        help_text=_("A no needs its reason here. The other school reads it as you write it."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateField(
        label=_("Ask again from"),
        help_text=_("Of “not now”; empty: in half a year."),
        required=False,
        widget=Day(),
    )

    @property
    def said(self) -> Answered:
        """What the form says."""
        given = self.cleaned_data
        return Answered(Answer(given["answer"]), given["reason"], given["until"])


class MessageForm(forms.Form):
    """What somebody writes to the other school."""

    school = forms.ModelChoiceField(School.objects.none(), label=_("In the name of"), empty_label=None)
    text = forms.CharField(label=_("Message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    once = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, own: QuerySet[School], **kwargs: Any) -> None:
        """Offer the schools of the two that the person writes for."""
        super().__init__(*args, **kwargs)
        offer_schools(self, "school", own)
        self.initial.setdefault("once", uuid.uuid4().hex)
