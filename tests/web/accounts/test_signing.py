"""Signing in and out, as a browser does it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Invitation, Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School

MakePerson = Callable[..., Person]
Browse = Callable[..., Client]

PASSWORD = "a long enough password"


def link(kind: str) -> str:
    """The path of the link in the last letter of a kind."""
    letter = Letter.objects.filter(kind=f"accounts.{kind}").latest("pk")
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def test_a_person_signs_in_by_password_and_out(make_person: MakePerson, ashfield: School) -> None:
    person = make_person("teacher", ashfield)
    client = Client()
    page = client.post("/people/login/", {"login": person.email, "password": PASSWORD})
    assert page.headers["Location"] == "/me/"
    assert "Ashfield School" in client.get("/me/").content.decode()
    client.post("/people/logout/")
    assert client.get("/me/").headers["Location"].startswith("/people/login/")


def test_an_invitation_makes_a_person_once(head: Person, ashfield: School, db: None) -> None:
    actions.invite(who=head, email="New@example.org", role="teacher", on=ashfield, now=timezone.now())
    client = Client()
    path = link("invited")
    assert client.get(path).headers["Location"] == "/join/"
    assert "Ashfield School" in client.get("/join/").content.decode()
    filled = {"name": "Nia New", "way": "password", "password": "seven quiet green doors"}
    page = client.post("/join/", filled)
    assert page.headers["Location"] == "/me/"
    assert "Nia New" in client.get("/me/").content.decode()
    assert Membership.objects.filter(person__email="new@example.org", role="teacher").count() == 1
    assert "can no longer be used" in Client().get(path, follow=True).content.decode()
