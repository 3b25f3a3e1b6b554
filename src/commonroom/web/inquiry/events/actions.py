"""Changes by a file of events: it is sent, saved, or thrown away."""

from __future__ import annotations

import datetime
from typing import cast

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.inquiry.actions import visits
from commonroom.web.inquiry.events import columns, looking
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.events.reading import Table
from commonroom.web.inquiry.words import Came
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School

#: So many files that were not saved are kept of a person, and so long.
KEPT, LONG = 10, datetime.timedelta(days=60)


@change
def send(*, who: Person, school: School, table: Table, now: datetime.datetime) -> EventFile:
    """Keep what stands in a file, to be looked at; no event is saved.

    Raises SaidToPeople when columns are missing, and then nothing is kept.
    """
    permissions.check(who, Action.IMPORT, school)
    columns.find(table.heads)
    made = EventFile.objects.create(
        who=who, school=school, name=table.name, heads=table.heads, rows=table.rows, sent=now
    )
    audit.record(who=who, action="events.send", thing=made)
    waiting = EventFile.objects.filter(who=who, saved=None).order_by("-sent", "-pk")
    old = set(waiting.values_list("pk", flat=True)[KEPT:]) | set(
        waiting.filter(sent__lt=now - LONG).values_list("pk", flat=True)
    )
    EventFile.objects.filter(pk__in=old).delete()
    return made


@change
def save(*, who: Person, file: EventFile, leave_out: bool, now: datetime.datetime) -> EventFile:
    """Save every new event of a file, all of them or none.

    Arguments: `leave_out` says that rows to be mended may be left out; otherwise they stop all. Raises
    SaidToPeople when the file was saved, when rows are to be mended, or when nothing in it is new.
    """
    permissions.check(who, Action.IMPORT, file.school)
    file = EventFile.objects.select_for_update().get(pk=file.pk)
    if file.saved is not None:
        raise SaidToPeople(_("The events of this file are saved already."))
    today = timezone.localdate(now)
    looked = looking.look(who, file, today=today)
    if looked.refused and not leave_out:
        raise SaidToPeople(
            _("There are rows to be mended, so nothing was saved."),
            remedy=_("Mend them and send the file again, or say that they are to be left out."),
        )
    if not looked.new:
        raise SaidToPeople(_("There is nothing new in this file, so nothing was saved."))
    before = audit.fields(file)
    for row in looked.new:
        _save_row(who, row, today)
    file.saved, file.added, file.left_out = now, len(looked.new), len(looked.refused)
    file.save(update_fields=["saved", "added", "left_out"])
    audit.record(who=who, action="events.save", thing=file, before=before)
    return file


def _save_row(who: Person, row: looking.Row, today: datetime.date) -> None:
    partnership, said = cast(Partnership, row.partnership), cast(Came, row.words)
    try:
        visits.record(who=who, partnership=partnership, words=said, today=today, key=row.key)
    except (SaidToPeople, IntegrityError) as error:
        raise SaidToPeople(
            error.what if isinstance(error, SaidToPeople) else _("Somebody else saved it just now."),
            where=_("row %(number)d") % {"number": row.number},
            remedy=_("Nothing was saved. Look at the rows again."),
        ) from None


@change
def throw_away(*, who: Person, file: EventFile) -> None:
    """Throw a file away whose events were not saved; those of a file that was stay."""
    permissions.check(who, Action.IMPORT, file.school)
    audit.record(who=who, action="events.throw", thing=file, before=audit.fields(file))
    file.delete()
