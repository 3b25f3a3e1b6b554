"""What every change in a room does: enter, write once, write over nobody, tell the timeline."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import queries
from commonroom.web.inquiry.models import Written
from commonroom.web.partnerships.models import Moment, Partnership

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound=Written)

#: So many characters of a title stand in the timeline.
TITLE = 200


class Closed(SaidToPeople):
    """Said when somebody writes in a room that is closed."""

    status = 409

    def __init__(self) -> None:
        """Say it, in the language of the person."""
        super().__init__(
            _("This partnership is closed, and its room can only be read."),
            remedy=_("A head of either school can open it again."),
        )


class Overtaken(SaidToPeople):
    """Said when somebody else changed a thing meanwhile; it has the `thing` and `revision` of now."""

    status = 409

    def __init__(self, thing: models.Model | None, *, revision: int = 0, among: Collection[str] = ()) -> None:
        """Say what was changed and by whom, and keep the thing as it is now.

        Arguments: the `thing`, None when it is there no longer; its `revision`; the fields `among` which
        something changed, where others do not matter.
        """
        self.thing, self.revision = thing, revision
        if thing is None:
            super().__init__(
                _("Somebody else removed this while you were writing."),
                remedy=_("What you wrote is still below: copy it, and write it anew."),
            )
            return
        entry = _last_change(thing, among)
        who = str(entry.who) if entry and entry.who else _("Somebody else")
        changed = [name for name in (entry.after or {}) if name in among or not among] if entry else []
        what = ", ".join(_labels(thing, changed))
        said = (
            _("%(who)s changed this while you were writing: %(what)s.")
            if what
            else _("%(who)s changed this while you were writing.")
        )
        super().__init__(
            said % {"who": who, "what": what},
            remedy=_("Nothing that you wrote is lost: put both together, and save again."),
        )


def _last_change(thing: models.Model, among: Collection[str]) -> Entry | None:
    """The entry of the audit on the last change of a thing, or of one of some fields."""
    found = Entry.objects.filter(kind=thing._meta.model_name, key=str(thing.pk)).select_related("who")
    return next((one for one in found if not among or set(among) & set(one.after or ())), None)


def _labels(thing: models.Model, names: Iterable[str]) -> list[str]:
    """What fields are called: those that have a name for people."""
    fields = [thing._meta.get_field(name) for name in names]
    called = [field.verbose_name for field in fields if isinstance(field, models.Field)]
    return [str(one) for one in called if isinstance(one, Promise)]


def enter(who: Person, action: Action, partnership: Partnership) -> None:
    """Let a person write in a room; raise PermissionDenied, or Closed when it is closed."""
    permissions.check(who, action, partnership)
    state = Partnership.objects.values_list("state", flat=True).get(pk=partnership.pk)
    if state == Partnership.State.CLOSED:
        raise Closed


def own_schools(who: Person, action: Action, partnership: Partnership) -> frozenset[str]:
    """Return which of the two schools a person may do something at."""
    both = {partnership.receiver_id, partnership.provider_id}
    return permissions.schools(who, action) & both


def once(made: T) -> tuple[T, bool]:
    """Save something new, and say whether it is; what was sent before under its key is the same thing."""
    there = _sent_before(made)
    if there is not None:
        return there, False
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        there = _sent_before(made)
        if there is None:
            raise
        return there, False
    return made, True


def _sent_before(made: T) -> T | None:
    found: T | None = (
        type(made)
        ._default_manager.filter(key=made.key, partnership=made.partnership_id, who=made.who_id)
        .first()
    )
    return found


def claim(thing: T, revision: int) -> None:
    """Take a thing for a change, as its `revision` was read; raise Overtaken when it is another now."""
    all_of_them = type(thing)._default_manager
    if not all_of_them.filter(pk=thing.pk, revision=revision).update(revision=revision + 1):
        there = all_of_them.filter(pk=thing.pk).first()
        raise Overtaken(there, revision=there.revision if there else 0)
    thing.refresh_from_db()


def hold(partnership: Partnership) -> None:
    """Let nobody else change a partnership until this change is done, and read it as it is."""
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    partnership.refresh_from_db()


def put(thing: Written, words: DataclassInstance, *, but: tuple[str, ...] = ()) -> None:
    """Set the fields of a thing to what was written, all `but` some."""
    for field in dataclasses.fields(words):
        if field.name not in but:
            setattr(thing, field.name, getattr(words, field.name))


def belong(partnership: Partnership, *things: Any) -> None:
    """Refuse things of another room; None is of no room."""
    if any(thing is not None and thing.partnership_id != partnership.pk for thing in things):
        raise SaidToPeople(_("This belongs to another partnership."), remedy=_("Choose one of this room."))


def check_people(partnership: Partnership, people: Iterable[Person], *, already: Iterable[int]) -> None:
    """Refuse people who do not belong to the room, unless they were named before (`already`)."""
    known = {*already, *queries.people(partnership).values_list("pk", flat=True)}
    if any(person.pk not in known for person in people):
        raise SaidToPeople(
            _("Somebody who is named does not belong to this partnership."),
            remedy=_("Choose people of the two schools, or those who support them."),
        )


def tell(
    partnership: Partnership,
    kind: str,
    title: str,
    *,
    told: tuple[Person | None, datetime.date],
    path: str = "",
) -> Moment:
    """Add a line to the timeline.

    Arguments: the `partnership`; the `kind` (inquiry.kinds); the `title`, people's own words; who did it and
    the day (`told`); the `path` of the page where it stands in full.
    """
    who, date = told
    return Moment.objects.create(
        partnership=partnership, kind=kind, title=title[:TITLE], who=who, date=date, path=path
    )
