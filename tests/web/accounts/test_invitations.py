"""How people come, how they find back in, and how they leave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client
from django.utils import timezone, translation

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import actions, permissions
from commonroom.web.accounts.models import INVITATION, Invitation, Membership, Person, Token
from commonroom.web.accounts.roles import HELD_AT, MAY_GIVE, Role
from commonroom.web.audit.models import Entry
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]
SignIn = Callable[..., Client]
Browse = Callable[..., Client]
Link = Callable[[str], str]

NEW = {"name": "Nia New", "way": "password", "password": "seven quiet green doors"}


def invite(who: Person, on: Any, role: str = "teacher", email: str = "nia@example.org") -> Invitation:
    return actions.invite(who=who, email=email, role=role, on=on, now=timezone.now())


@pytest.mark.parametrize("given", Role)
@pytest.mark.parametrize("role", Role)
def test_a_role_is_given_by_whom_the_table_says_where_they_hold_theirs(
    role: Role, given: Role, make_person: MakePerson, ashfield: School, cedar: School, system: System
) -> None:
    held = HELD_AT[role][0]
    person = make_person(role, system if held == "system" else ashfield)
    gives = given in MAY_GIVE.get(role, frozenset())
    at_school, at_system = ("school" in HELD_AT[given]), ("system" in HELD_AT[given])
    assert (given in permissions.roles_to_give(person, ashfield)) is (gives and at_school)
    assert (given in permissions.roles_to_give(person, cedar)) is (gives and at_school and held == "site")
    assert (given in permissions.roles_to_give(person, system)) is (gives and at_system and held != "school")
    alone = gives and held == "site" and HELD_AT[given] == ("site",)
    assert (given in permissions.roles_to_give(person, None)) is alone


def test_an_invitation_is_refused_to_whom_the_table_gives_no_such_role(
    head: Person, stranger: Person, officer: Person, ashfield: School, cedar: School, system: System
) -> None:
    for who, on, role in (
        (head, ashfield, "headteacher"),
        (stranger, ashfield, "teacher"),
        (officer, cedar, "headteacher"),
        (officer, system, "authority_officer"),
        (head, None, "administrator"),
        (head, system, "analyst"),
    ):
        with pytest.raises(PermissionDenied):
            invite(who, on, role)
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()
    assert not Entry.objects.exists()


def test_an_invitation_makes_a_person_once(head: Person, ashfield: School, link: Link) -> None:
    made = invite(head, ashfield, email="Nia@Example.org")
    entry = Entry.objects.get(action="invitation.make")
    assert (entry.who, entry.schools) == (head, ["900001"])
    assert made.digest_of_token not in repr(entry.after)
    path, client = link("invited"), Client()
    assert path.split("/")[2] not in (made.digest_of_token, repr(entry.after))
    assert client.get(path).headers["Location"] == "/join/"
    page = client.get("/join/").content.decode()
    assert "Ashfield School" in page
    assert "Teacher" in page
    before = client.cookies["sessionid"].value
    assert client.post("/join/", NEW).headers["Location"] == "/me/"
    assert client.cookies["sessionid"].value != before
    assert "Nia New" in client.get("/me/").content.decode()
    person = Person.objects.get(email="nia@example.org")
    assert [(one.role, one.school) for one in person.memberships.all()] == [("teacher", ashfield)]
    made.refresh_from_db()
    assert made.accepted_by == person
    actions_kept = set(Entry.objects.values_list("action", flat=True))
    assert {"person.join", "invitation.accept", "membership.begin"} <= actions_kept
    assert "can no longer be used" in Client().get(path, follow=True).content.decode()
    with pytest.raises(SaidToPeople):
        actions.join(invitation=made, name="x", password="y", language="en", now=timezone.now())


def test_a_form_that_is_not_well_filled_in_is_shown_again(head: Person, ashfield: School, link: Link) -> None:
    invite(head, ashfield)
    client = Client()
    client.get(link("invited"))
    page = client.post("/join/", NEW | {"password": "nia@example.org"})
    assert page.status_code == 422
    assert "too similar" in page.content.decode()
    assert "Nia New" in page.content.decode()
    assert client.post("/join/", NEW | {"password": ""}).status_code == 422
    assert not Person.objects.filter(email="nia@example.org").exists()


def test_somebody_with_a_passkey_in_mind_is_led_to_set_it_up(
    head: Person, ashfield: School, link: Link
) -> None:
    invite(head, ashfield)
    client = Client()
    client.get(link("invited"))
    page = client.post("/join/", NEW | {"way": "passkey"})
    assert page.headers["Location"] == "/people/2fa/webauthn/add/"
    assert "passkey-options" in client.get(page.headers["Location"]).content.decode()
    assert not Person.objects.get(email="nia@example.org").has_usable_password()


def test_somebody_who_is_here_gets_the_role_after_signing_in(
    head: Person, ashfield: School, make_person: MakePerson, link: Link
) -> None:
    person = make_person(email="nia@example.org")
    invite(head, ashfield)
    client = Client()
    client.get(link("invited"))
    page = client.get("/join/")
    assert page.headers["Location"] == "/people/login/?next=/join/"
    given = {"login": person.email, "password": "a long enough password", "next": "/join/"}
    assert client.post("/people/login/", given).headers["Location"] == "/join/"
    assert "You are invited" in client.get("/join/").content.decode()
    assert client.post("/join/").headers["Location"] == "/me/"
    assert Membership.objects.get(person=person).school == ashfield
    assert client.get("/join/").status_code == 200


def test_an_invitation_is_for_one_address_alone(
    head: Person, stranger: Person, ashfield: School, browse: Browse, link: Link
) -> None:
    made = invite(head, ashfield)
    client = browse(stranger)
    client.get(link("invited"))
    assert "for somebody else" in client.get("/join/").content.decode()
    assert "for somebody else" in client.post("/join/").content.decode()
    with pytest.raises(PermissionDenied):
        actions.accept(who=stranger, invitation=made, now=timezone.now())


def test_an_invitation_runs_out(head: Person, ashfield: School) -> None:
    made = invite(head, ashfield)
    assert timedelta(days=14) == INVITATION
    with pytest.raises(SaidToPeople):
        actions.join(invitation=made, name="x", password="y", language="en", now=timezone.now() + INVITATION)
    assert not Person.objects.filter(email="nia@example.org").exists()


def test_a_new_invitation_takes_the_place_of_the_old(head: Person, ashfield: School, link: Link) -> None:
    invite(head, ashfield)
    first = link("invited")
    invite(head, ashfield)
    assert "can no longer be used" in Client().get(first, follow=True).content.decode()
    assert "Ashfield School" in Client().get(link("invited"), follow=True).content.decode()


def test_an_invitation_can_be_withdrawn(head: Person, stranger: Person, ashfield: School, link: Link) -> None:
    made, now = invite(head, ashfield), timezone.now()
    with pytest.raises(PermissionDenied):
        actions.withdraw(who=stranger, invitation=made, now=now)
    actions.withdraw(who=head, invitation=made, now=now)
    assert Entry.objects.filter(action="invitation.withdraw", who=head).count() == 1
    assert "can no longer be used" in Client().get(link("invited"), follow=True).content.decode()
    with pytest.raises(SaidToPeople):
        actions.withdraw(who=head, invitation=made, now=now)


def test_a_role_that_is_held_is_not_offered_again(
    head: Person, make_person: MakePerson, ashfield: School
) -> None:
    teacher = make_person("teacher", ashfield)
    with pytest.raises(SaidToPeople, match="already"):
        invite(head, ashfield, email=teacher.email)


def test_a_role_that_was_got_in_the_meantime_stays_one(
    head: Person, make_person: MakePerson, ashfield: School
) -> None:
    person = make_person(email="nia@example.org")
    made = invite(head, ashfield)
    held = Membership.objects.create(person=person, role="teacher", school=ashfield)
    assert actions.accept(who=person, invitation=made, now=timezone.now()) == held
    assert not Entry.objects.filter(action="membership.begin").exists()


def test_nobody_sends_letters_without_end(
    head: Person, ashfield: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "WAITING", 2)
    for count in range(2):
        invite(head, ashfield, email=f"who{count}@example.org")
    with pytest.raises(SaidToPeople, match="waiting"):
        invite(head, ashfield)


def test_no_header_is_slipped_into_a_letter(head: Person, ashfield: School, browse: Browse) -> None:
    head.name = "Hal\nBcc: all@example.org"
    head.save()
    client = browse(head)
    given = {"email": "nia@example.org\nBcc: all@example.org", "role": "teacher"}
    assert client.post("/schools/900001/people/invite/", given).status_code == 422
    invite(head, ashfield)
    letter = Letter.objects.get()
    assert "\n" not in letter.subject
    assert "Hal Bcc: all@example.org invites you" in letter.text


def test_the_letter_is_in_the_language_of_who_reads_it(
    head: Person, make_person: MakePerson, ashfield: School
) -> None:
    make_person(email="nia@example.org")
    Person.objects.filter(email="nia@example.org").update(language="cy")
    invite(head, ashfield)
    with translation.override("cy"):
        invite(head, ashfield, email="other@example.org")
    letters = {letter.to: letter.language for letter in Letter.objects.all()}
    assert letters == {"nia@example.org": "cy", "other@example.org": "cy"}


def test_the_first_administrator_is_invited_by_the_site_once(db: None, link: Link) -> None:
    path = actions.found(email="Ada@example.org", now=timezone.now())
    assert path == link("invited")
    client = Client()
    client.get(path)
    assert client.post("/join/", NEW).status_code == 302
    assert Membership.objects.get().role == "administrator"
    assert Entry.objects.get(action="membership.begin").who == Person.objects.get()
    with pytest.raises(SaidToPeople, match="administrator"):
        actions.found(email="eve@example.org", now=timezone.now())


def test_an_administrator_who_is_locked_out_gets_a_way_back_in_from_the_machine(
    make_person: MakePerson, link: Link
) -> None:
    ada = make_person("administrator")
    path = actions.found(email=ada.email.upper(), now=timezone.now())
    assert path == link("recovery")
    client = Client()
    client.get(path)
    assert client.post("/join/", {"password": "seven quiet green doors"}).status_code == 303
    assert not Authenticator.objects.filter(user=ada).exists()
    assert Membership.objects.in_force().filter(person=ada).count() == 1


# Finding back in


def test_somebody_who_lost_everything_finds_back_in(
    head: Person, make_person: MakePerson, ashfield: School, link: Link, sign_in: SignIn
) -> None:
    teacher = make_person("teacher", ashfield)
    old = sign_in(teacher)
    Authenticator.objects.create(user=teacher, type="totp", data={})
    token, _ = actions.make_token(who=teacher, name="old", now=timezone.now())
    held = Membership.objects.get(person=teacher)
    made = actions.recover(who=head, membership=held, now=timezone.now())
    client, path = Client(), link("recovery")
    client.get(path)
    assert "Get back in" in client.get("/join/").content.decode()
    assert client.post("/join/", {"password": "short"}).status_code == 422
    assert (
        client.post("/join/", {"password": "seven quiet green doors"}).headers["Location"] == "/people/login/"
    )
    assert old.get("/me/").status_code == 302
    assert sign_in(teacher, "seven quiet green doors").get("/me/").status_code == 200
    assert not Authenticator.objects.filter(user=teacher).exists()
    token.refresh_from_db()
    assert token.revoked
    assert Membership.objects.get(person=teacher) == held
    assert Entry.objects.filter(action="person.restore", who=teacher).count() == 1
    with pytest.raises(SaidToPeople):
        actions.restore(invitation=made, password="x", now=timezone.now())


def test_a_way_back_in_is_no_way_in(head: Person, make_person: MakePerson, ashfield: School) -> None:
    teacher = make_person("teacher", ashfield)
    held, now = Membership.objects.get(person=teacher), timezone.now()
    first = actions.recover(who=head, membership=held, now=now)
    made = actions.recover(who=head, membership=held, now=now)
    first.refresh_from_db()
    assert first.withdrawn
    with pytest.raises(PermissionDenied):
        actions.accept(who=teacher, invitation=made, now=now)
    with pytest.raises(SaidToPeople):
        actions.join(invitation=made, name="x", password="y", language="en", now=now)
    other = invite(head, ashfield)
    with pytest.raises(SaidToPeople):
        actions.restore(invitation=other, password="y", now=now)


def test_nobody_signed_in_uses_a_way_back_in(
    head: Person, make_person: MakePerson, ashfield: School, browse: Browse, link: Link
) -> None:
    teacher = make_person("teacher", ashfield)
    actions.recover(who=head, membership=Membership.objects.get(person=teacher), now=timezone.now())
    client = browse(teacher)
    client.get(link("recovery"))
    assert client.get("/join/").status_code == 403


def test_a_way_back_in_is_sent_by_whom_could_give_all_their_roles(
    head: Person, officer: Person, make_person: MakePerson, ashfield: School, system: System
) -> None:
    teacher, now = make_person("teacher", ashfield), timezone.now()
    Membership.objects.create(person=teacher, role="analyst", system=system)
    held = Membership.objects.get(person=teacher, role="teacher")
    for who in (head, officer):
        with pytest.raises(PermissionDenied):
            actions.recover(who=who, membership=held, now=now)
    actions.recover(who=make_person("administrator"), membership=held, now=now)
    ended = Membership.objects.get(person=teacher, role="analyst")
    actions.end_membership(who=officer, membership=ended, now=now)
    with pytest.raises(PermissionDenied):
        actions.recover(who=officer, membership=ended, now=now)


# Leaving


def test_a_membership_is_ended_by_whom_could_give_it_or_by_oneself(
    head: Person, other_head: Person, officer: Person, make_person: MakePerson, ashfield: School
) -> None:
    one, two = make_person("teacher", ashfield), make_person("teacher", ashfield)
    now = timezone.now()
    held = Membership.objects.get(person=one)
    for who in (two, other_head, officer):
        with pytest.raises(PermissionDenied):
            actions.end_membership(who=who, membership=held, now=now)
    actions.end_membership(who=head, membership=held, now=now)
    actions.end_membership(who=two, membership=Membership.objects.get(person=two), now=now)
    actions.end_membership(who=officer, membership=Membership.objects.get(person=head), now=now)
    actions.end_membership(who=officer, membership=Membership.objects.get(person=head), now=now)
    assert Entry.objects.filter(action="membership.end").count() == 3
    assert not permissions.may(Person.objects.get(pk=head.pk), "people.invite", ashfield)  # type: ignore[arg-type]


def test_the_last_administrator_stays(make_person: MakePerson) -> None:
    one = make_person("administrator")
    held = Membership.objects.get(person=one)
    with pytest.raises(SaidToPeople, match="must have an administrator"):
        actions.end_membership(who=one, membership=held, now=timezone.now())
    make_person("administrator")
    actions.end_membership(who=one, membership=held, now=timezone.now())
    assert not Membership.objects.in_force().filter(person=one).exists()


# What stands in the way of half a change


@pytest.mark.django_db(transaction=True)
def test_of_two_who_follow_one_link_at_once_one_comes_in(head: Person, ashfield: School) -> None:
    made = invite(head, ashfield)
    ready = threading.Barrier(2)

    def follow() -> str:
        ready.wait()
        try:
            actions.join(
                invitation=Invitation.objects.get(pk=made.pk),
                name="Nia",
                password="seven quiet green doors",
                language="en",
                now=timezone.now(),
            )
        except SaidToPeople:
            return "late"
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(2) as both:
        ends = sorted(one.result() for one in [both.submit(follow), both.submit(follow)])
    assert ends == ["in", "late"]
    assert Person.objects.filter(email="nia@example.org").count() == 1
    assert Membership.objects.filter(role="teacher").count() == 1
    assert Entry.objects.filter(action="invitation.accept").count() == 1


def test_a_change_is_whole_or_not_at_all(
    head: Person, ashfield: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(**given: Any) -> None:
        raise RuntimeError

    made = invite(head, ashfield)
    before = Entry.objects.count()
    monkeypatch.setattr(actions.audit, "record", break_off)
    now = timezone.now()
    for act in (
        lambda: actions.join(invitation=made, name="x", password="y", language="en", now=now),
        lambda: actions.withdraw(who=head, invitation=Invitation.objects.get(), now=now),
        lambda: invite(head, ashfield, email="other@example.org"),
        lambda: actions.make_token(who=head, name="x", now=now),
        lambda: actions.set_up(who=head, name="Other", language="cy", digest=False),
        lambda: actions.end_membership(who=head, membership=Membership.objects.get(), now=now),
    ):
        with pytest.raises(RuntimeError):
            act()
    assert Invitation.objects.open(now).count() == 1
    assert Letter.objects.count() == 1
    assert not Token.objects.exists()
    assert Membership.objects.in_force().count() == 1
    assert Person.objects.get().name != "Other"
    assert Entry.objects.count() == before
