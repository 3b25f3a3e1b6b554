"""Forms of what two heads agree on."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships.agreements.actions import Terms
from commonroom.web.partnerships.forms import Day, SideForm
from commonroom.web.partnerships.topics import YEAR


class VersionForm(SideForm):
    """For which side somebody speaks, and which terms they read."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


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
