"""What every form of a room has: who writes where, under which key, and which revision was read."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.text import capfirst

from commonroom.web.accounts.models import Person
from commonroom.web.inquiry.actions.writing import Overtaken
from commonroom.web.inquiry.models import Cycle
from commonroom.web.partnerships.models import Partnership

#: Fields that nobody sees.
HIDDEN = ("key", "revision")


def take(model: type[models.Model], name: str, **others: Any) -> forms.Field:
    """Return the form's field of a field of a model, with its label and limits."""
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    if isinstance(field, models.DateField):
        others.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    if isinstance(field, models.TimeField):
        others.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    if isinstance(field, models.TextField):
        others.setdefault("widget", forms.Textarea(attrs={"rows": 5}))
    return cast(forms.Field, field.formfield(**others))


class RoomForm(forms.Form):
    """A form of a room: it knows who writes where, under which key, and which revision was read."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: Person,
        partnership: Partnership,
        initial: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        """Open the form with what stands, or with what was typed."""
        first = {"key": uuid.uuid4(), **(initial or {})}
        super().__init__(data, files, initial=first)
        self.person, self.partnership = person, partnership
        for field in self.fields.values():
            field.label = field.label and capfirst(field.label)
        #: What stands now of a thing that somebody else changed meanwhile: label and text.
        self.theirs: list[tuple[str, str]] = []
        if "cycle" in self.fields:
            choice = cast("forms.ModelChoiceField[Cycle]", self.fields["cycle"])
            choice.queryset = Cycle.objects.filter(partnership=partnership)

    @property
    def read(self) -> int:
        """The revision that was read."""
        return int(self.cleaned_data.get("revision") or 0)

    @classmethod
    def standing(cls, thing: models.Model) -> dict[str, Any]:
        """Return what stands in a thing, for the form to be opened with."""
        names = (name for name in cls.base_fields if name != "key" and hasattr(thing, name))
        return {name: _value(thing, name) for name in names}

    def show_theirs(self, overtaken: Overtaken) -> None:
        """Show what stands now beside what was typed, which the next save will put in its place."""
        thing = overtaken.thing
        if thing is None:
            return
        typed = cast("QueryDict", self.data).copy()
        typed["revision"] = str(overtaken.revision)
        self.data = typed
        for name, field in self.fields.items():
            if name in HIDDEN or not hasattr(thing, name):
                continue
            if _value(thing, name) != _listed(self.cleaned_data.get(name)):
                self.theirs.append((str(field.label), self.say(thing, name)))

    def say(self, thing: models.Model, name: str) -> str:
        """Return what stands in a field, as people read it."""
        display = getattr(thing, f"get_{name}_display", None)
        value = display() if display else _value(thing, name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if isinstance(value, datetime.date):
            return date_format(value, "DATE_FORMAT")
        return str(value) if value not in (None, "") else "–"

    def made(self, form: type[Any], *names: str, **others: Any) -> Any:
        """Return what was typed in fields of these names, as an action takes it."""
        return form(**{name: self.cleaned_data[name] for name in names}, **others)


def _value(thing: models.Model, name: str) -> Any:
    """What stands in a field; of one that names several, all of them by name."""
    value = getattr(thing, name)
    return _listed(value.all()) if isinstance(value, models.Manager) else value


def _listed(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, models.QuerySet) else value
