"""Write down that something was changed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from commonroom.web.audit.models import Entry

#: Fields whose content never stands in an entry.
SECRET = frozenset({"password", "token", "digest_of_token", "secret", "key_hash"})


def record(
    *, who: AbstractBaseUser | None, action: str, thing: models.Model, before: Mapping[str, Any] | None = None
) -> Entry:
    """Write one entry, inside the transaction of the change.

    Arguments: `who` did it (None: the site itself); the `action` (word and verb, as "offer.write"); the
    `thing` as it is now; the fields as they were `before` (`audit.fields(thing)`, taken before the change;
    None: it is new).
    """
    after = fields(thing)
    place = thing.place() if hasattr(thing, "place") else None
    changed = after if before is None else {k: v for k, v in after.items() if before.get(k) != v}
    return Entry.objects.create(
        who_id=None if who is None else who.pk,
        action=action,
        kind=thing._meta.model_name or "",
        key=str(thing.pk),
        schools=sorted(place.schools) if place else [],
        systems=sorted(place.systems) if place else [],
        before=None if before is None else {k: before.get(k) for k in changed},
        after=changed,
    )


def fields(thing: models.Model) -> dict[str, Any]:
    """Return the fields of a thing as plain values, without secrets and what the thing leaves `unsaid`.

    Of a field that names several things, their numbers, in order.
    """
    left_out = SECRET | frozenset(getattr(thing, "unsaid", ()))
    kept: dict[str, Any] = {}
    for field in thing._meta.concrete_fields:
        if field.name not in left_out:
            kept[field.attname] = _plain(field.value_from_object(thing))
    for several in thing._meta.many_to_many:
        if thing.pk and several.name not in left_out:
            kept[several.name] = sorted(getattr(thing, several.name).values_list("pk", flat=True))
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return value.isoformat() if not isinstance(value, datetime.timedelta) else value.total_seconds()
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)
