"""The letter of the week: what waits, what happened, what comes; and nothing where there is nothing."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.narrative.feeds import actions, queries
from commonroom.web.narrative.feeds.agenda import Item
from commonroom.web.narrative.feeds.models import Digest
from commonroom.web.narrative.feeds.queries import Line
from commonroom.web.post import actions as post
from commonroom.web.post.writing import absolute

log = logging.getLogger(__name__)

WEEK = datetime.timedelta(days=7)
#: So many lines of a list stand in a letter; the rest are counted.
LISTED = 12


def send_due(*, today: datetime.date, now: datetime.datetime | None = None) -> int:
    """Write to everybody who wants the letter of this week and was not written to; return how many letters.

    However often it runs in a week, each person gets one letter, or none where there is nothing to tell.
    """
    now = now or timezone.now()
    week = today - datetime.timedelta(days=today.weekday())
    belongs = Membership.objects.in_force().filter(person=OuterRef("pk"))
    looked = Digest.objects.filter(person=OuterRef("pk"), week=week)
    wanted = Person.objects.filter(Exists(belongs), ~Exists(looked), is_active=True, digest=True)
    written = 0
    for person in wanted.order_by("pk"):
        try:
            written += _send_once(person, week, today, now)
        except Exception:
            # Whatever is wrong with one person's letter, the others do not wait for it.
            log.exception("the digest of person %s could not be written", person.pk)
    return written


def _send_once(person: Person, week: datetime.date, today: datetime.date, now: datetime.datetime) -> bool:
    """Write to a person unless another worker does; the line of the week and the letter are kept together."""
    before = Digest.objects.filter(person=person).order_by("-week").first()
    since = max(before.when, now - 4 * WEEK) if before else now - WEEK
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = Digest.objects.create(person=person, week=week, when=now)
        except IntegrityError:
            return False
        with override(person.language):
            told = tell(person, since=since, today=today)
        if told is None:
            return False
        off = absolute(reverse("digest-off", args=[actions.sign(person)]))
        post.send(
            to=person,
            kind="feeds.digest",
            context={**told, "off": off},
            headers={"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        kept.written = True
        kept.save(update_fields=["written"])
    return True


def tell(person: Person, *, since: datetime.datetime, today: datetime.date) -> dict[str, Any] | None:
    """Return what the letter tells, in the language in force; None where there is nothing to tell."""
    lists: dict[str, Sequence[Line | Item]] = {
        "waiting": queries.waiting(person, today),
        "happened": queries.happened(person, since),
        "coming": queries.coming(person, today),
    }
    if not any(lists.values()):
        return None
    told: dict[str, Any] = {"name": str(person)}
    for name, lines in lists.items():
        told[name] = [_plain(line) for line in lines[:LISTED]]
        told[f"{name}_more"] = max(len(lines) - LISTED, 0)
    return told


def _plain(line: Line | Item) -> dict[str, Any]:
    about = line.about if isinstance(line, Line) else str(line.partnership)
    late = isinstance(line, Line) and line.late
    return {"title": line.title, "about": about, "day": line.day, "late": late, "link": absolute(line.path)}
