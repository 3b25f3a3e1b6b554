"""People who write without a rest: what belongs together is written in one transaction."""

from __future__ import annotations

import datetime
import threading
import time

from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.changes import change
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School

#: Of each process.
WRITERS = 5


@change
def agree(receiver: School, provider: School) -> None:
    day = datetime.date(2026, 9, 7)
    made = Partnership.objects.create(
        receiver=receiver, provider=provider, theme="reading", agreed=day, state="closed"
    )
    Moment.objects.create(partnership=made, date=day, kind="agreed", title="Agreed")


def write() -> None:
    """Write until the process ends."""
    receiver, provider = School.objects.all()[:2]

    def go_on() -> None:
        while True:
            agree(receiver, provider)
            # Whoever reads beside them needs some of the machine too.
            time.sleep(0.05)

    threads = [threading.Thread(target=go_on) for _ in range(WRITERS)]
    connection.close()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cast(pairs: int, each: int) -> list[dict[str, object]]:
    """Make pairs of schools with a partnership and so many heads of each, signed in; say what each writes."""
    at = timezone.now()
    offered = [key for key, _ in themes.choices() if themes.has(key, "secondary")][:each]
    told: list[dict[str, object]] = []
    for number in range(pairs):
        schools = [
            School.objects.create(
                number=f"{90_000 + 2 * number + side}", name=f"{number} {side}", phases="secondary"
            )
            for side in (0, 1)
        ]
        together = Partnership.objects.create(
            receiver=schools[0], provider=schools[1], theme="reading", agreed=at.date()
        )
        for school, other in (schools, schools[::-1]):
            for theme in offered:
                person = Person.objects.create_user(f"{school.pk}.{theme}@example.org", name="Head")
                Membership.objects.create(person=person, role="headteacher", school=school)
                # Who acts has a second step; without one they would be led to set it up first.
                Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
                ask = Ask.objects.create(
                    asker=other, asked=school, theme=theme, phase="secondary", message="?", sent=at
                )
                told.append({"session": sign_in(person), "room": together.pk, "ask": ask.pk, "theme": theme,
                             "school": school.pk})  # fmt: skip
    return told


def sign_in(person: Person) -> str:
    """A session of a person, as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)
