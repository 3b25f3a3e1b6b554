"""Signing in and out by password, and what protects it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts.models import Kept, Person
from commonroom.web.accounts.sessions import IDLE, LONGEST, forget
from commonroom.web.audit.models import Entry
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School

MakePerson = Callable[..., Person]
SignIn = Callable[..., Client]
Link = Callable[[str], str]

PASSWORD = "a long enough password"
OTHER = "another quite long password"


@pytest.fixture
def teacher(make_person: MakePerson, ashfield: School) -> Person:
    return make_person("teacher", ashfield, email="teacher@example.org")


def inside(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_a_person_signs_in_by_password_and_out(teacher: Person) -> None:
    client = Client()
    page = client.post("/people/login/", {"login": "Teacher@Example.org", "password": PASSWORD})
    assert page.headers["Location"] == "/me/"
    mine = client.get("/me/")
    assert "Ashfield School" in mine.content.decode()
    assert client.get("/me/settings/").headers["Cache-Control"] == "private, no-cache"
    assert "no-store" in client.get("/me/tokens/").headers["Cache-Control"]
    client.post("/people/logout/")
    assert client.get("/me/").headers["Location"] == "/people/login/?next=/me/"


def test_nobody_is_sent_to_another_site_after_signing_in(teacher: Person) -> None:
    given = {"login": teacher.email, "password": PASSWORD}
    for there in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert Client().post("/people/login/", given | {"next": there}).headers["Location"] == "/me/"
    ours = Client().post("/people/login/", given | {"next": "/me/tokens/"})
    assert ours.headers["Location"] == "/me/tokens/"


def test_nobody_can_sign_up(db: None) -> None:
    given = {"email": "new@example.org", "password1": PASSWORD}
    assert "by invitation" in Client().get("/people/signup/").content.decode()
    assert "by invitation" in Client().post("/people/signup/", given).content.decode()
    assert not Person.objects.exists()


def test_whoever_is_switched_off_does_not_get_in(teacher: Person, sign_in: SignIn) -> None:
    Person.objects.update(is_active=False)
    assert not inside(sign_in(teacher))


def test_five_wrong_passwords_close_the_door_for_a_while(teacher: Person) -> None:
    for _ in range(5):
        page = Client().post("/people/login/", {"login": teacher.email, "password": "wrong"})
        assert "do not belong together" in page.content.decode()
    page = Client().post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert "Too many tries" in page.content.decode()


def test_one_place_of_the_network_tries_so_many_addresses_and_no_more(teacher: Person) -> None:
    for count in range(20):
        Client().post("/people/login/", {"login": f"who{count}@example.org", "password": "wrong"})
    page = Client().post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert "Too many tries" in page.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    page = elsewhere.post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert page.headers["Location"] == "/me/"


def test_too_many_requests_are_answered_with_a_page_of_the_site(db: None) -> None:
    pages = [Client().post("/people/password/reset/", {"email": "a@example.org"}) for _ in range(6)]
    assert [page.status_code for page in pages] == [302] * 5 + [429]
    assert "Wait some minutes" in pages[-1].content.decode()


def test_a_form_without_its_token_is_refused(teacher: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert page.status_code == 403


def test_the_session_of_before_is_not_the_one_of_after(teacher: Person) -> None:
    client = Client()
    client.get("/join/some-secret/")
    before = client.cookies["sessionid"].value
    client.post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert not inside(stolen)


def test_a_session_handed_to_somebody_is_not_theirs_to_share(teacher: Person) -> None:
    """Fixation: an attacker plants a session of their own choosing, and waits."""
    client = Client()
    client.cookies["sessionid"] = "planted0planted0planted0planted0"
    client.post("/people/login/", {"login": teacher.email, "password": PASSWORD})
    assert inside(client)
    assert client.cookies["sessionid"].value != "planted0planted0planted0planted0"


def test_who_is_away_for_hours_is_signed_out(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    assert inside(client)
    session = client.session
    session["seen"] = time.time() - IDLE.total_seconds() - 1
    session.save()
    page = client.get("/me/", follow=True)
    assert "away for long" in page.content.decode()
    assert not inside(client)
    assert not UserSession.objects.exists()


def test_nobody_stays_for_more_than_a_week_however_busy(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    assert inside(client)
    session = client.session
    session["begun"] = time.time() - LONGEST.total_seconds() - 1
    session.save()
    assert not inside(client)


def test_being_there_is_noted_now_and_then(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    inside(client)
    first = UserSession.objects.get().last_seen_at
    inside(client)
    assert UserSession.objects.get().last_seen_at == first
    session = client.session
    session["seen"] -= 301
    session.save()
    inside(client)
    assert UserSession.objects.get().last_seen_at > first


def test_what_ended_is_forgotten(teacher: Person, sign_in: SignIn) -> None:
    now = timezone.now()
    here, left, over = sign_in(teacher), sign_in(teacher), sign_in(teacher)
    keys = [client.cookies["sessionid"].value for client in (here, left, over)]
    UserSession.objects.filter(session_key=keys[1]).update(last_seen_at=now - IDLE - timedelta(minutes=6))
    Session.objects.filter(session_key=keys[2]).update(expire_date=now - timedelta(seconds=1))
    Client().post("/people/login/", {"login": teacher.email, "password": "wrong"})
    assert Kept.objects.exists()
    forget(now=now)
    assert [one.session_key for one in UserSession.objects.all()] == keys[:1]
    assert inside(here)
    assert not inside(left)
    forget(now=now + timedelta(hours=1))
    assert not Kept.objects.exists()
    assert inside(here)


def test_sessions_are_listed_and_ended_one_by_one(
    teacher: Person, sign_in: SignIn, head: Person, browse: Callable[..., Client]
) -> None:
    assert "Only here" in browse(head).get("/people/sessions/").content.decode()
    desk, phone = sign_in(teacher, User_Agent="Desk"), sign_in(teacher, User_Agent="Phone")
    page = desk.get("/people/sessions/").content.decode()
    assert "Desk" in page
    assert "Phone" in page
    other = UserSession.objects.get(user_agent="Phone")
    assert "Phone" in desk.get(f"/me/sessions/{other.pk}/end/").content.decode()
    assert desk.post(f"/me/sessions/{other.pk}/end/").status_code == 303
    assert inside(desk)
    assert not inside(phone)


def test_nobody_ends_the_session_of_another(
    teacher: Person, sign_in: SignIn, make_person: MakePerson, ashfield: School
) -> None:
    victim = sign_in(teacher)
    pk = UserSession.objects.get().pk
    other = sign_in(make_person("teacher", ashfield))
    assert other.post(f"/me/sessions/{pk}/end/").status_code == 404
    assert inside(victim)


def test_all_other_sessions_are_ended_at_once(teacher: Person, sign_in: SignIn) -> None:
    desk, phone = sign_in(teacher), sign_in(teacher)
    page = desk.post("/people/sessions/", follow=True)
    assert "signed out everywhere else" in page.content.decode()
    assert inside(desk)
    assert not inside(phone)


def test_another_password_ends_all_other_sessions(teacher: Person, sign_in: SignIn) -> None:
    desk, phone = sign_in(teacher), sign_in(teacher)
    given = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    page = desk.post("/people/password/change/", given, follow=True)
    assert "Your password is changed" in page.content.decode()
    assert inside(desk)
    assert not inside(phone)
    assert inside(sign_in(teacher, OTHER))
    assert Entry.objects.filter(who=teacher, action="password.change").count() == 1
    assert Letter.objects.filter(kind="accounts.password_changed", to=teacher.email).count() == 1


def test_a_password_is_looked_at(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    for weak, said in (
        ("short", "too short"),
        ("q1w2e3r4t5y6", "too common"),
        ("teacher@example.org", "similar"),
    ):
        given = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert said in client.post("/people/password/change/", given).content.decode()
    given = {"oldpassword": "no", "password1": OTHER, "password2": OTHER}
    assert "not your password" in client.post("/people/password/change/", given).content.decode()


def test_a_forgotten_password_is_set_anew_by_a_link_once(
    teacher: Person, sign_in: SignIn, link: Link
) -> None:
    signed_in = sign_in(teacher)
    page = Client().post("/people/password/reset/", {"email": teacher.email}, follow=True)
    assert "on its way" in page.content.decode()
    path, client = link("password_reset_key"), Client()
    form = client.get(path, follow=True)
    assert "key" not in form.request["PATH_INFO"].removeprefix("/people/password/reset/key/").split("-", 1)[1]
    given = {"password1": OTHER, "password2": OTHER}
    assert (
        "Your password is set" in client.post(form.request["PATH_INFO"], given, follow=True).content.decode()
    )
    assert not inside(signed_in)
    assert inside(sign_in(teacher, OTHER))
    assert "too old" in Client().get(path, follow=True).content.decode()
    assert Entry.objects.filter(who=teacher, action="password.reset").count() == 1


def test_an_address_that_nobody_has_gets_the_same_answer_and_a_letter(teacher: Person) -> None:
    answers = [
        Client().post("/people/password/reset/", {"email": address}, follow=True).content.decode()
        for address in (teacher.email, "nobody@example.org")
    ]
    assert _without_tokens(answers[0]) == _without_tokens(answers[1])
    assert [letter.to for letter in Letter.objects.order_by("pk")] == [teacher.email, "nobody@example.org"]
    assert len({letter.subject for letter in Letter.objects.all()}) == 1
    wrong = [
        Client().post("/people/login/", {"login": address, "password": "wrong"}).content.decode()
        for address in (teacher.email, "nobody@example.org")
    ]
    assert _without_tokens(wrong[0]).replace(teacher.email, "") == _without_tokens(wrong[1]).replace(
        "nobody@example.org", ""
    )


def _without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


def test_another_address_counts_once_it_is_confirmed(teacher: Person, sign_in: SignIn, link: Link) -> None:
    client = sign_in(teacher)
    given = {"email": "new@example.org", "action_add": ""}
    page = client.post("/people/email/", given, follow=True).content.decode()
    assert "new@example.org" in page
    assert "not confirmed yet" in page
    teacher.refresh_from_db()
    assert teacher.email == "teacher@example.org"
    path = link("email_confirmation")
    assert "new@example.org" in client.get(path).content.decode()
    client.post(path)
    teacher.refresh_from_db()
    assert teacher.email == "new@example.org"
    letter = Letter.objects.get(kind="accounts.email_changed")
    assert letter.to == "teacher@example.org"
    entry = Entry.objects.get(action="email.change")
    assert entry.before == {"email": "teacher@example.org"}
    assert entry.after == {"email": "new@example.org"}
    assert "too old" in Client().get("/people/confirm-email/nonsense/").content.decode()


def test_an_address_that_somebody_has_is_not_told(teacher: Person, sign_in: SignIn, head: Person) -> None:
    client = sign_in(teacher)
    pages = []
    for address in (head.email, "free@example.org"):
        client.post("/people/email/", {"email": address, "action_add": ""})
        page = client.get("/people/email/").content.decode()
        pages.append(_without_tokens(page).replace(address, ""))
        client.post("/people/email/", {"email": address, "action_remove": ""}, follow=True)
    assert pages[0] == pages[1]


def test_the_site_is_the_same_whatever_name_it_is_asked_by(teacher: Person, link: Link) -> None:
    """A forged Host header must not lead the link of a letter elsewhere."""
    Client(HTTP_HOST="localhost:9").post("/people/password/reset/", {"email": teacher.email})
    assert link("password_reset_key").startswith("/people/password/reset/key/")


def test_no_secret_is_in_the_logs(
    teacher: Person, sign_in: SignIn, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = sign_in(teacher)
    Client().post("/people/login/", {"login": teacher.email, "password": "wrong secret word"})
    Client().post("/people/password/reset/", {"email": teacher.email})
    path = link("password_reset_key")
    Client().get(path, follow=True)
    client.post("/me/tokens/", {"name": "script"})
    quiet = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    for secret in (PASSWORD, "wrong secret word", path.split("-", 1)[1], client.cookies["sessionid"].value):
        assert secret not in quiet
