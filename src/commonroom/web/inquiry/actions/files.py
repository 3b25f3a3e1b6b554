"""Changes of files: add one that was sent and looked at, remove one."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web import files
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.notes import check_change, keep_to
from commonroom.web.inquiry.actions.writing import belong, enter, hold, once, put, tell
from commonroom.web.inquiry.models import Attachment
from commonroom.web.partnerships.models import Moment, Partnership

#: Bytes of all files of a partnership.
ROOM = 200 * 1024 * 1024


def add(
    *,
    who: Person,
    partnership: Partnership,
    sent: tuple[UploadedFile[Any], wordings.Filed],
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Attachment:
    """Look into a file that was sent, keep it, and write down that it is there; all of it, or nothing.

    `sent`: the file, and where it belongs. A `key` sent before gives the file that is there. Raises
    SaidToPeople when the file may not be kept.
    """
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    upload, words = sent
    content = cast(BinaryIO, upload.file)
    checked = files.check(content, name=upload.name or "", size=upload.size or 0)
    kept = files.keep(content)
    made = Attachment(partnership=partnership, who=who, key=key or uuid.uuid4())
    made.name, made.media_type = checked.name, checked.media_type
    made.stored, made.size, made.sha256 = kept.stored, kept.size, kept.sha256
    try:
        attachment = _add(who=who, made=made, words=words, today=today)
    except BaseException:
        files.remove(kept.stored)
        raise
    if attachment.stored != kept.stored:
        files.remove(kept.stored)
    return attachment


@changes
def _add(*, who: Person, made: Attachment, words: wordings.Filed, today: datetime.date) -> Attachment:
    partnership = made.partnership
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    belong(partnership, words.cycle)
    put(made, words)
    keep_to(made, who)
    # Two who send at once are counted one after the other.
    hold(partnership)
    used = Attachment.objects.filter(partnership=partnership).aggregate(all=Sum("size"))["all"] or 0
    if used + made.size > ROOM:
        raise SaidToPeople(
            _("The files of this partnership would come to more than %(megabytes)d MB.")
            % {"megabytes": ROOM // 1024**2},
            remedy=_("Remove some that are no longer needed, and send it again."),
        )
    attachment, new = once(made)
    if new:
        audit.record(who=who, action="file.add", thing=attachment)
        if not attachment.is_own:
            path = f"{reverse('room-files', args=[partnership.pk])}#file-{attachment.pk}"
            tell(partnership, "file.added", attachment.name, told=(who, today), path=path)
    return attachment


@changes
def remove(*, who: Person, attachment: Attachment, today: datetime.date) -> None:
    """Remove a file for good: that it was there stays in the timeline."""
    check_change(who, attachment)
    audit.record(who=who, action="file.remove", thing=attachment, before=audit.fields(attachment))
    partnership, stored = attachment.partnership, attachment.stored
    path = f"{reverse('room-files', args=[partnership.pk])}#file-{attachment.pk}"
    Moment.objects.filter(partnership=partnership, path=path).update(path="")
    if not attachment.is_own:
        tell(partnership, "file.removed", attachment.name, told=(who, today))
    attachment.delete()
    transaction.on_commit(lambda: files.remove(stored))


def sweep() -> int:
    """Remove files that nobody knows of, left by a program that was killed; return how many."""
    return files.sweep(set(Attachment.objects.values_list("stored", flat=True)))
