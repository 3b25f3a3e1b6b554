"""Rows of many kinds for a site: made up, with values that a copy could lose."""

from __future__ import annotations

import datetime
import io
import uuid
from decimal import Decimal

from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.files import keep
from commonroom.web.inquiry.models import Attachment
from commonroom.web.jobs.models import Done, Job, Turn
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School, System

MOMENT = datetime.datetime(2026, 9, 7, 12, 30, 15, 123456, tzinfo=datetime.UTC)


def fill(people: int = 30) -> None:
    """Write them."""
    system = System.objects.create(
        slug="gwynedd", name="Gwynedd", name_cy="Gwynedd – â ô ŵ", kind="authority"
    )
    schools = [
        School.objects.create(number=f"90{n:04}", name=f'Ysgol {n}\nline "two" 🏫', in_system=bool(n % 2))
        for n in range(4)
    ]
    for school in schools:
        school.systems.add(system)
    persons = [Person.objects.create_user(f"person{n}@example.org", name=f"Siân {n}") for n in range(people)]
    Membership.objects.create(person=persons[0], role="headteacher", school=schools[0], since=MOMENT)
    Membership.objects.create(person=persons[1], role="administrator")
    together = Partnership.objects.create(
        receiver=schools[0],
        provider=schools[1],
        theme="attendance",
        days=Decimal("7.5"),
        agreed=MOMENT.date(),
    )
    together.supporters.set(persons[2:4])
    Moment.objects.create(
        partnership=together, date=MOMENT.date(), kind="agreed", title="Cytunwyd", who=persons[0]
    )
    Entry.objects.create(
        who=None, action="x", kind="y", key="1", before=None, after={"b": [1.5, None], "a": "é\\"}
    )
    Entry.objects.create(
        who=persons[0], action="x", kind="y", key="2", schools=["900001"], before={}, after=[]
    )
    Authenticator.objects.create(user=persons[0], type="totp", data={"secret": "kept"}, last_used_at=MOMENT)
    job = Job.objects.create(
        kind="k", arguments={"run": 3}, result=uuid.uuid4(), share=0.1 + 0.2, started=MOMENT
    )
    Done.objects.create(job=job, path="/done/")
    Turn.objects.create(name="clear", next=MOMENT)
    SessionStore().save()
    for n in range(3):
        kept = keep(io.BytesIO(bytes([n]) * 100_000))
        Attachment.objects.create(
            partnership=together, name=f"notes {n}.txt", media_type="text/plain", size=kept.size,
            sha256=kept.sha256, stored=kept.stored, who=persons[0],
        )  # fmt: skip
