"""The pages of who belongs to a school, to a system, or looks after the site."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions, queries
from commonroom.web.accounts.models import Invitation, Membership, Person
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]
Browse = Callable[..., Client]

ASHFIELD = "/schools/900001/people/"
SYSTEM = "/systems/greater-manchester/people/"


@pytest.fixture
def everybody(
    make_person: MakePerson, head: Person, other_head: Person, stranger: Person, officer: Person,
    ashfield: School, system: System, other_system: System,
) -> dict[str, Person]:  # fmt: skip
    """One of each who might ask."""
    return {
        "head": head,
        "governor": make_person("governor", ashfield),
        "teacher": make_person("teacher", ashfield),
        "other_head": other_head,
        "stranger": stranger,
        "officer": officer,
        "leader": make_person("system_leader", system),
        "other_officer": make_person("authority_officer", other_system),
        "administrator": make_person("administrator"),
    }


@pytest.mark.parametrize(
    ("path", "seen", "invites"),
    [
        (ASHFIELD, {"head", "governor", "officer", "administrator"}, {"head", "officer", "administrator"}),
        (SYSTEM, {"officer", "administrator"}, {"officer", "administrator"}),
        ("/site/people/", {"administrator"}, {"administrator"}),
    ],
)
def test_people_are_shown_to_whom_the_table_says(
    path: str, seen: set[str], invites: set[str], everybody: dict[str, Person], browse: Browse
) -> None:
    csv_path = path.removesuffix("/") + ".csv"
    for name, person in everybody.items():
        client = browse(person)
        assert client.get(path).status_code == (200 if name in seen else 403), name
        assert client.get(csv_path).status_code == (200 if name in seen else 403), name
        assert client.get(f"{path}invite/").status_code == (200 if name in invites else 403), name
        if name in seen:
            assert ("invite/" in client.get(path).content.decode()) is (name in invites), name
    assert browse().get(path).headers["Location"] == f"/people/login/?next={path}"


def test_there_are_no_people_where_there_is_no_place(make_person: MakePerson, browse: Browse) -> None:
    client = browse(make_person("administrator"))
    for path in (
        "/schools/1/people/",
        "/schools/%00/people/",
        "/systems/nowhere/people/",
        "/schools/1/people/invite/",
        "/memberships/99999999999999999999/end/",
        "/invitations/99999999999999999999/withdraw/",
    ):
        assert client.get(path).status_code == 404, path


def test_a_head_invites_a_colleague_and_withdraws_it(
    head: Person, stranger: Person, browse: Browse, ashfield: School
) -> None:
    client = browse(head)
    page = client.get(f"{ASHFIELD}invite/").content.decode()
    assert 'value="teacher"' in page
    assert 'value="headteacher"' not in page
    page = client.post(f"{ASHFIELD}invite/", {"email": "nia@example.org", "role": "headteacher"})
    assert page.status_code == 422
    page = client.post(f"{ASHFIELD}invite/", {"email": "nia@example.org", "role": "teacher"}, follow=True)
    assert page.redirect_chain == [(ASHFIELD, 303)]
    assert "We have sent a letter to nia@example.org" in page.content.decode()
    assert "Withdraw" in page.content.decode()
    path = f"/invitations/{Invitation.objects.get().pk}/withdraw/"
    assert browse(stranger).post(path).status_code == 404
    assert "nia@example.org" in client.get(path).content.decode()
    assert client.post(path).headers["Location"] == ASHFIELD
    assert "Withdraw" not in client.get(ASHFIELD).content.decode()


def test_who_may_see_an_invitation_but_not_give_its_role_is_refused(
    head: Person, make_person: MakePerson, browse: Browse, ashfield: School
) -> None:
    made = actions.invite(who=head, email="nia@example.org", role="teacher", on=ashfield, now=timezone.now())
    governor = browse(make_person("governor", ashfield))
    assert "nia@example.org" in governor.get(ASHFIELD).content.decode()
    assert governor.post(f"/invitations/{made.pk}/withdraw/").status_code == 403


def test_the_answer_is_the_same_whether_somebody_is_here_or_not(
    head: Person, stranger: Person, browse: Browse, ashfield: School
) -> None:
    client, answers = browse(head), []
    for email in (stranger.email, "nobody@example.org"):
        page = client.post(f"{ASHFIELD}invite/", {"email": email, "role": "teacher"}, follow=True)
        answers.append((page.status_code, email in page.content.decode()))
    assert answers[0] == answers[1]
    assert Letter.objects.count() == 2


def test_a_membership_is_ended_on_a_page(
    head: Person, stranger: Person, make_person: MakePerson, browse: Browse, ashfield: School
) -> None:
    teacher = make_person("teacher", ashfield)
    path = f"/memberships/{Membership.objects.get(person=teacher).pk}/end/"
    assert path in browse(head).get(ASHFIELD).content.decode()
    assert browse(stranger).post(path).status_code == 404
    assert browse(make_person("governor", ashfield)).post(path).status_code == 403
    assert "What they wrote stays" in browse(head).get(path).content.decode()
    assert browse(head).post(path).headers["Location"] == ASHFIELD
    assert browse(head).post(path).status_code == 404
    own = Membership.objects.get(person=head)
    assert browse(head).post(f"/memberships/{own.pk}/end/").headers["Location"] == "/me/"
    assert browse(head).get(ASHFIELD).status_code == 403


def test_a_way_back_in_is_sent_from_a_page(
    head: Person, stranger: Person, make_person: MakePerson, browse: Browse, ashfield: School
) -> None:
    teacher = make_person("teacher", ashfield)
    path = f"/memberships/{Membership.objects.get(person=teacher).pk}/recover/"
    assert browse(stranger).post(path).status_code == 404
    assert browse(make_person("governor", ashfield)).post(path).status_code == 403
    assert teacher.email in browse(head).get(path).content.decode()
    assert browse(head).post(path).headers["Location"] == ASHFIELD
    assert Letter.objects.get().to == teacher.email
    assert "way back in" in browse(head).get(ASHFIELD).content.decode()


def test_people_are_listed_by_name_and_taken_away_without_formulas(
    head: Person, make_person: MakePerson, browse: Browse, ashfield: School
) -> None:
    for name in ("Zoe", "Ann", "=HYPERLINK(1)", "-1"):
        person = make_person("teacher", ashfield)
        Person.objects.filter(pk=person.pk).update(name=name)
    page = browse(head).get("/schools/900001/people.csv")
    assert page.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(page.content.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["name", "e-mail address", "role", "since"]
    assert [row[0] for row in rows[1:]] == ["'-1", "'=HYPERLINK(1)", "Ann", head.name, "Zoe"]


def test_reading_is_asked_for_permission_where_it_is_done(stranger: Person, ashfield: School) -> None:
    with pytest.raises(PermissionDenied):
        queries.people(stranger, ashfield)
    with pytest.raises(PermissionDenied):
        queries.invitations(stranger, ashfield)
