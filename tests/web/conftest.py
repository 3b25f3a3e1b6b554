"""Schools, systems and people that all tests of the site share: made up, with clear places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.fixtures import Settings

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import ACTING, HELD_AT, Role
from commonroom.web.api.assembly import PACE
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def _at_their_own_pace() -> None:
    """Nobody is told to wait for what another test asked."""
    PACE.clear()


@pytest.fixture
def system(db: None) -> System:
    return System.objects.create(slug="greater-manchester", name="Greater Manchester", kind="city")


@pytest.fixture
def other_system(db: None) -> System:
    return System.objects.create(slug="elsewhere", name="Elsewhere", name_cy="Rhywle arall", kind="authority")


def make_school(number: str, name: str, *systems: System) -> School:
    made = School.objects.create(
        number=number, name=name, authority="Oldham", phases="secondary", in_system=True, seen="v1"
    )
    made.systems.set(systems)
    return made


@pytest.fixture
def ashfield(system: System) -> School:
    """A school of the system, that receives."""
    return make_school("900001", "Ashfield School", system)


@pytest.fixture
def birchwood(system: System) -> School:
    """A school of the system, that provides."""
    return make_school("900002", "Birchwood School", system)


@pytest.fixture
def cedar(other_system: System) -> School:
    """A school of another system, that has nothing to do with the two."""
    return make_school("900003", "Cedar School", other_system)


@pytest.fixture
def make_person(db: None) -> MakePerson:
    """Make a person with a role at a school or system: `make_person("headteacher", ashfield)`."""

    def make(role: str | None = None, at: School | System | None = None, *, email: str = "") -> Person:
        count = Person.objects.count()
        person = Person.objects.create_user(
            email or f"{role or 'nobody'}{count}@example.org",
            "a long enough password",
            name=f"Person {count}",
        )
        if role is not None:
            held = HELD_AT[Role(role)][0]
            Membership.objects.create(person=person, role=role, **({} if held == "site" else {held: at}))
            if Role(role) in ACTING:
                # Without a second step they would be led to set one up, whatever they ask for.
                Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
        return person

    return make


@pytest.fixture
def head(make_person: MakePerson, ashfield: School) -> Person:
    """The head of Ashfield."""
    return make_person("headteacher", ashfield, email="head.ashfield@example.org")


@pytest.fixture
def other_head(make_person: MakePerson, birchwood: School) -> Person:
    """The head of Birchwood."""
    return make_person("headteacher", birchwood, email="head.birchwood@example.org")


@pytest.fixture
def stranger(make_person: MakePerson, cedar: School) -> Person:
    """The head of a school that has nothing to do with the two."""
    return make_person("headteacher", cedar, email="head.cedar@example.org")


@pytest.fixture
def officer(make_person: MakePerson, system: System) -> Person:
    """An authority officer of the system."""
    return make_person("authority_officer", system, email="officer@example.org")


@pytest.fixture
def partnership(ashfield: School, birchwood: School) -> Partnership:
    """What Ashfield and Birchwood agreed on."""
    return Partnership.objects.create(
        receiver=ashfield,
        provider=birchwood,
        phase="secondary",
        theme="attendance",
        aim="More pupils in school on Fridays.",
        days=10,
        agreed=date(2026, 9, 7),
    )


@pytest.fixture
def browse() -> Callable[[Person | None], Client]:
    """A test client, signed in as somebody."""

    def open_client(person: Person | None = None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return open_client


@pytest.fixture
def shown_pages(published: Path, settings: Settings) -> Path:
    """The published pages of Greater Manchester are in force."""
    settings.PAGES = published
    return published
