"""Forms of what two heads agree on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships.agreements.actions import Terms
from commonroom.web.partnerships.market.forms import Day
from commonroom.web.partnerships.market.models import YEAR
from commonroom.web.partnerships.sides import Side


class VersionForm(forms.Form):
    """What every form about terms knows: which terms were read, and for which side the person speaks."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    side = forms.ChoiceField(label=_("You speak for the school that"), choices=Side.choices)

    def __init__(self, *args: Any, sides: list[Side], **kwargs: Any) -> None:
        """Offer the sides that the person may speak for; do not ask where there is one."""
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = [(one.value, one.label) for one in sides]  # type: ignore[attr-defined]
        if len(sides) == 1:
            self.fields["side"].widget = forms.HiddenInput()
            self.initial["side"] = sides[0].value


class TermsForm(VersionForm):
    """What the two are to agree on."""

    aim = forms.CharField(
        label=_("Aim"),
        help_text=_("What will be different for pupils, and how both schools would see it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    days = forms.DecimalField(
        label=_("Days in all"),
        help_text=_("Of the school that helps."),
        min_value=0,
        max_value=YEAR,
        max_digits=4,
        decimal_places=1,
    )
    starts = forms.DateField(label=_("Starts on"), widget=Day())
    ends = forms.DateField(label=_("Ends on"), required=False, widget=Day())

    @property
    def terms(self) -> Terms:
        """What the form says."""
        return Terms(**{name: self.cleaned_data[name] for name in ("aim", "days", "starts", "ends")})


class DropForm(VersionForm):
    """Why the terms are not pursued."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
