"""From things to cells: a column for each field, a plain value in each cell."""

from __future__ import annotations

import datetime
import decimal
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonroom.web.audit.actions import SECRET
from commonroom.web.narrative.feeds.taking.owned import Owned
from commonroom.web.schools.downloads import disarmed
from commonroom.web.schools.models import School

#: What no spreadsheet can hold.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Where a file lies on the site is of no use to anybody else; its content is in the archive.
LEFT_OUT = SECRET | {"stored", "job"}

#: Fields whose models give them no name for people.
LABELS: dict[str, str | Promise] = {
    "number": gettext_lazy("number"),
    "id": gettext_lazy("line"),
    "who": gettext_lazy("who"),
    "when": gettext_lazy("when"),
    "written": gettext_lazy("written"),
    "sent": gettext_lazy("sent"),
    "answered": gettext_lazy("answered"),
    "school": gettext_lazy("school"),
    "system": gettext_lazy("system"),
    "person": gettext_lazy("person"),
    "receiver": gettext_lazy("school that is helped"),
    "provider": gettext_lazy("school that helps"),
    "asker": gettext_lazy("school that asks"),
    "asked": gettext_lazy("school that is asked"),
    "partnership": gettext_lazy("partnership"),
    "cycle": gettext_lazy("cycle"),
    "state": gettext_lazy("state"),
    "name": gettext_lazy("name"),
    "title": gettext_lazy("title"),
    "kind": gettext_lazy("kind"),
}


@dataclass(frozen=True)
class Column:
    """One column: its name in data, what it is called, and the field that it is read from."""

    name: str
    label: str
    field: models.Field[Any, Any] | models.ManyToManyField[Any, Any]
    number: bool = False

    def read(self, thing: models.Model) -> Any:
        """Return the cell of a thing."""
        field = self.field
        if isinstance(field, models.ManyToManyField):
            return "; ".join(str(one) for one in getattr(thing, field.name).all())
        if self.number:
            return getattr(thing, field.attname)
        if isinstance(field, models.ForeignKey):
            other = getattr(thing, field.name)
            return None if other is None else str(other)
        if field.choices:
            return force_str(getattr(thing, f"get_{field.name}_display")())
        return plain(field.value_from_object(thing))


def columns(owned: Owned) -> list[Column]:
    """Return the columns of a kind of thing: every field of it but secrets, links by number and by name."""
    found: list[Column] = []
    meta = owned.model._meta
    for field in (*meta.concrete_fields, *meta.many_to_many):
        if field.name in LEFT_OUT:
            continue
        label = str(LABELS.get(field.name) or field.verbose_name)
        if isinstance(field, models.ForeignKey) and not _is_person(field):
            found.append(Column(f"{field.name}_id", _("%(what)s (number)") % {"what": label}, field, True))
        found.append(Column(field.name, label, field))
    return found


def rows(owned: Owned, school: School) -> Iterator[list[Any]]:
    """Yield the cells of each thing of a school."""
    wanted = columns(owned)
    links = [one.field.name for one in wanted if isinstance(one.field, models.ForeignKey)]
    lists = [one.field.name for one in wanted if isinstance(one.field, models.ManyToManyField)]
    found = owned.rows(school).select_related(*dict.fromkeys(links)) if links else owned.rows(school)
    for thing in found.prefetch_related(*lists):
        yield [column.read(thing) for column in wanted]


def plain(value: Any) -> Any:
    """Return a value as a spreadsheet holds it: numbers and days as they are, the rest as safe text."""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or isinstance(value, int | float | decimal.Decimal | datetime.date | datetime.time):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return str(value)


def safe(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula, and every one can hold."""
    return disarmed(_UNFIT.sub("", value)) if isinstance(value, str) else value


def texts(cells: Sequence[Any]) -> list[str]:
    """Return cells as a CSV file has them, days and times as ISO says."""
    found = (safe(cell) for cell in cells)
    return [
        "" if one is None else one.isoformat(" ") if isinstance(one, datetime.datetime) else str(one)
        for one in found
    ]


def _is_person(field: models.ForeignKey[Any, Any]) -> bool:
    """People are told by name alone."""
    return field.related_model is not None and field.related_model._meta.label == "commonroom.Person"
