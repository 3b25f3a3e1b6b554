"""The example of the demo: made up, marked as such, once, and open only to whoever sits at the machine."""

from __future__ import annotations

import itertools
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from commonroom.errors import SaidToPeople
from commonroom.web import evidence
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Role
from commonroom.web.example import story
from commonroom.web.inquiry.models import Cycle, Note, Visit
from commonroom.web.partnerships.models import Agreement, Ask, Moment, Offer, Partnership
from commonroom.web.schools.models import School, System

TODAY = date(2026, 11, 22)


@pytest.fixture
def register(db: None, shown_pages: Path) -> None:
    """The register as far as the example needs it: a few schools of the system."""
    shown = evidence.shown()
    system = System.objects.create(
        slug=shown.facts["system_name"], name="Greater Manchester", kind=System.Kind.CITY
    )
    rows = (row for row in shown.register() if row["in_system"] and "secondary" in row["phases"])
    for row in itertools.islice(rows, 20):
        made = School.objects.create(
            number=row["number"], name=row["name"], phases="secondary", in_system=True
        )
        made.systems.add(system)


def test_everything_is_made_up_and_marked_as_such(register: None) -> None:
    assert story.make(today=TODAY) == Person.objects.count() == 15
    for model in (Person, Offer, Ask, Agreement, Partnership):
        assert model._default_manager.exists()
        assert not model._default_manager.filter(made_up=False).exists()
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert Partnership.objects.count() == 2
    assert Cycle.objects.get().stage == "study"
    assert Note.objects.count() == 3
    assert Visit.objects.count() == 2
    assert not Person.objects.exclude(password__startswith="!").exists()


def test_what_is_old_is_no_news(register: None) -> None:
    story.make(today=TODAY)
    for moment in Moment.objects.filter(date__lt=TODAY):
        assert moment.when.date() == moment.date


def test_it_is_made_up_once(register: None) -> None:
    said = StringIO()
    call_command("example", stdout=said)
    call_command("example", stdout=said)
    assert said.getvalue().splitlines() == ["15 people were made up.", "The example is there already."]
    assert Person.objects.count() == 15


def test_it_does_not_mix_with_real_people(register: None) -> None:
    Person.objects.create_user("real@example.org")
    with pytest.raises(SaidToPeople, match="a work folder of its own"):
        story.make(today=TODAY)
    assert Person.objects.count() == 1


def test_too_few_schools_are_said(register: None) -> None:
    School.objects.update(in_system=False)
    with pytest.raises(SaidToPeople, match="too few secondary schools"):
        story.make(today=TODAY)
    assert not Person.objects.exists()


@pytest.fixture
def person(register: None, settings: Settings) -> Person:
    settings.EXAMPLE = True
    story.make(today=TODAY)
    return Person.objects.get(name="Asha Patel")


def test_whoever_sits_at_the_machine_is_let_in(person: Person) -> None:
    client = Client()
    assert "Sign in as Asha Patel" in client.get("/example/").content.decode()
    answer = client.post(f"/example/{person.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    # A head without a second step, since nobody is there to hold one.
    assert "Asha Patel" in client.get("/me/").content.decode()


@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_nobody_else_is(person: Person, where: dict[str, str]) -> None:
    assert Client().get("/example/", **where).status_code == 404  # type: ignore[arg-type]
    assert Client().post(f"/example/{person.pk}/", **where).status_code == 404  # type: ignore[arg-type]


def test_nobody_is_on_another_site(person: Person, settings: Settings) -> None:
    settings.EXAMPLE = False
    assert Client().get("/example/").status_code == 404
    assert Client().post(f"/example/{person.pk}/").status_code == 404


def test_nobody_signs_in_as_somebody_who_is_real(person: Person) -> None:
    real = Person.objects.create_user("real@example.org")
    assert Client().post(f"/example/{real.pk}/").status_code == 404
    assert Client().get(f"/example/{person.pk}/").status_code == 405
