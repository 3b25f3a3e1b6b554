"""The file of events that somebody sends."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("File of events"),
        help_text=_(
            "CSV or Excel (xlsx), at most 2 MB and 2,000 rows. You see every row before anything is saved."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )


class SaveForm(forms.Form):
    """What is done with rows that are to be mended."""

    leave_out = forms.BooleanField(
        label=_("Leave out the rows that are to be mended; I will mend them and send the file again"),
        required=False,
    )
