"""Changes of what the site tells a person by itself."""

from __future__ import annotations

import datetime

from django.core import signing

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person, make_secret
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.narrative.feeds.models import CalendarAddress
from commonroom.web.narrative.feeds.taking.about import Parcel
from commonroom.web.schools.models import School

#: What the link that turns the digest off is signed for, and nothing else.
SALT = "commonroom.digest.off"


@change
def renew_calendar(*, who: Person) -> str:
    """Make a new secret address of a person's own calendar and return its secret; the one before ends."""
    secret, kept = make_secret()
    CalendarAddress.objects.filter(person=who).delete()
    made = CalendarAddress.objects.create(person=who, digest_of_token=kept)
    audit.record(who=who, action="calendar.renew", thing=made)
    return secret


@change
def end_calendar(*, who: Person) -> None:
    """End the address of a person's own calendar; programs that read it find nothing from then on."""
    there = CalendarAddress.objects.filter(person=who).first()
    if there is not None:
        audit.record(who=who, action="calendar.end", thing=there, before=audit.fields(there))
        there.delete()


def sign(person: Person) -> str:
    """Return what stands in a person's letters, so that one click turns the digest off without signing in."""
    return signing.dumps(person.pk, salt=SALT)


def read_sign(token: str) -> Person | None:
    """Return whose digest a link turns off; None: nobody's."""
    try:
        return Person.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


@change
def switch_digest(*, who: Person, on: bool) -> Person:
    """Turn a person's own weekly letter on or off; said twice, it is said once."""
    person = Person.objects.get(pk=who.pk)
    if person.digest != on:
        before = audit.fields(person)
        person.digest = on
        person.save(update_fields=["digest"])
        audit.record(who=who, action="digest.on" if on else "digest.off", thing=person, before=before)
    return person


@change
def take_away(*, who: Person, school: School, now: datetime.datetime) -> Parcel:
    """Let a person take away what a school owns, and write down that they did."""
    permissions.check(who, Action.EXPORT, school)
    audit.record(who=who, action="work.export", thing=school, before=audit.fields(school))
    return Parcel(who, school, now)
