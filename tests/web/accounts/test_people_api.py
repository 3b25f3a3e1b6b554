"""People, memberships, invitations and tokens, as programs ask for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Invitation, Membership, Person, Token
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]
Program = Callable[[Person], Client]


@pytest.fixture
def program() -> Program:
    """A program that acts for a person by a token."""

    def make(person: Person) -> Client:
        _, text = actions.make_token(who=person, name="program", now=timezone.now())
        return Client(headers={"authorization": f"Bearer {text}"})

    return make


def test_who_has_no_token_is_turned_away(head: Person) -> None:
    assert Client().get("/api/me").status_code == 401
    assert Client(headers={"authorization": "Bearer nonsense"}).get("/api/me").status_code == 401


def test_a_program_sees_and_changes_what_its_person_may(head: Person, program: Program) -> None:
    client = program(head)
    assert client.get("/api/me").json()["email"] == head.email
    given = {"name": "Hannah", "language": "cy", "digest": False}
    changed = client.put("/api/me", given, content_type="application/json")
    assert changed.json() == {"id": head.pk, "email": head.email} | given
    wrong = client.put("/api/me", given | {"language": "fr"}, content_type="application/json")
    assert wrong.status_code == 422
    for name in ("", "a\0b", "a\nb", "x" * 121, "\ud800"):
        wrong = client.put("/api/me", given | {"name": name}, content_type="application/json")
        assert wrong.status_code == 422, repr(name)
    held = client.get("/api/me/memberships").json()
    assert [(one["role"], one["school"], one["system"]) for one in held] == [("headteacher", "900001", None)]


def test_a_program_sees_and_revokes_tokens_and_makes_none(
    head: Person, stranger: Person, program: Program
) -> None:
    client = program(head)
    (token,) = client.get("/api/me/tokens").json()
    assert set(token) == {"id", "name", "made", "used", "expires"}
    assert client.post("/api/me/tokens", {"name": "x"}, content_type="application/json").status_code == 405
    assert program(stranger).delete(f"/api/me/tokens/{token['id']}").status_code == 404
    assert client.delete(f"/api/me/tokens/{token['id']}").status_code == 204
    assert client.get("/api/me").status_code == 401
    assert Token.objects.get(pk=token["id"]).revoked


def test_a_program_invites_and_withdraws(
    head: Person, stranger: Person, program: Program, ashfield: School
) -> None:
    client, path = program(head), "/api/people/school/900001/invitations"
    given = {"email": "nia@example.org", "role": "teacher"}
    made = client.post(path, given, content_type="application/json")
    assert made.status_code == 201
    assert {"digest_of_token", "token"}.isdisjoint(made.json())
    assert [one["id"] for one in client.get(path).json()] == [made.json()["id"]]
    for wrong, status in (
        (given | {"role": "headteacher"}, 403),
        (given | {"role": "king"}, 422),
        (given | {"email": "a@b.c\nBcc: d@e.f"}, 422),
    ):
        assert client.post(path, wrong, content_type="application/json").status_code == status
    other = program(stranger)
    assert other.get(path).status_code == 403
    assert other.post(path, given, content_type="application/json").status_code == 403
    assert other.delete(f"/api/invitations/{made.json()['id']}").status_code == 404
    assert client.delete(f"/api/invitations/{made.json()['id']}").status_code == 204
    assert Invitation.objects.get().withdrawn


def test_a_program_sees_people_and_ends_memberships(
    head: Person,
    stranger: Person,
    make_person: MakePerson,
    program: Program,
    ashfield: School,
    system: System,
) -> None:
    teacher = make_person("teacher", ashfield)
    client = program(head)
    found = client.get("/api/people/school/900001/memberships").json()
    assert {one["person"]["email"] for one in found} == {head.email, teacher.email}
    assert client.get("/api/people/system/greater-manchester/memberships").status_code == 403
    assert client.get("/api/people/site/all/memberships").status_code == 403
    assert client.get("/api/people/school/1/memberships").status_code == 404
    assert client.get("/api/people/school/%00/memberships").status_code == 404
    held = Membership.objects.get(person=teacher)
    assert program(stranger).delete(f"/api/memberships/{held.pk}").status_code == 404
    assert client.delete(f"/api/memberships/{held.pk}").status_code == 204
    assert client.delete(f"/api/memberships/{held.pk}").status_code == 404
    administrator = program(make_person("administrator"))
    assert len(administrator.get("/api/people/site/all/memberships").json()) == 1
