"""Pieces of forms that several words here share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships.sides import Side
from commonroom.web.schools.models import School


class Day(forms.DateInput):
    """A date that the browser helps to choose."""

    input_type = "date"

    def __init__(self) -> None:
        """Write the date as browsers read it."""
        super().__init__(format="%Y-%m-%d")


class SideForm(forms.Form):
    """For which of two schools somebody speaks."""

    side = forms.ChoiceField(label=_("You speak for the school that"), choices=Side.choices)

    def __init__(self, *args: Any, sides: list[Side], **kwargs: Any) -> None:
        """Offer the sides that the person may speak for; do not ask where there is one."""
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = [(one.value, one.label) for one in sides]  # type: ignore[attr-defined]
        if len(sides) == 1:
            self.fields["side"].widget = forms.HiddenInput()
            self.initial["side"] = sides[0].value


def offer_schools(form: forms.Form, name: str, some: QuerySet[School]) -> None:
    """Offer schools to speak for, in the field of a name; do not ask where there is one."""
    form.fields[name].queryset = some  # type: ignore[attr-defined]
    if len(some) == 1:
        form.fields[name].widget = forms.HiddenInput()
        form.initial.setdefault(name, some[0].pk)
