"""The second step: who must have one, and what it protects."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.management.utils import get_random_secret_key
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from commonroom.web.accounts import actions, ciphers, queries
from commonroom.web.accounts.adapters import Factors
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import ACTING, Role
from commonroom.web.accounts.sessions import SecondStep
from commonroom.web.audit.models import Entry
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School

MakePerson = Callable[..., Person]
SignIn = Callable[..., Client]
Code = Callable[..., str]


@pytest.fixture
def teacher(make_person: MakePerson, ashfield: School) -> Person:
    return make_person("teacher", ashfield)


@pytest.fixture
def bare(make_person: MakePerson, ashfield: School) -> Person:
    """A head who has just come, with a password alone."""
    person = make_person("teacher", ashfield)
    Membership.objects.filter(person=person).update(role="headteacher")
    return person


def set_up(client: Client, code: Code) -> str:
    """Set up an app; return its key."""
    page = client.get("/people/2fa/totp/activate/").content.decode()
    key = re.search(r"<code>(\w+)</code>", page)
    assert key, page
    answer = client.post("/people/2fa/totp/activate/", {"code": code(key[1])})
    assert answer.headers["Location"] == "/people/2fa/recovery-codes/"
    return key[1]


def test_who_acts_for_others_is_led_to_set_it_up_before_anything_else(
    bare: Person, sign_in: SignIn, code: Code
) -> None:
    client = sign_in(bare)
    for path in ("/me/", "/me/tokens/", "/", "/schools/900001/people/invite/"):
        assert client.get(path).headers["Location"] == "/me/security/"
    assert client.post("/me/tokens/", {"name": "no"}).headers["Location"] == "/me/security/"
    assert "a password alone is not enough" in client.get("/me/security/").content.decode()
    set_up(client, code)
    assert client.get("/me/").status_code == 200
    assert "a password alone is not enough" not in client.get("/me/security/").content.decode()


def test_a_program_in_their_session_is_told_so(bare: Person, rf: RequestFactory) -> None:
    request = rf.get("/api/me")
    request.user, request.COOKIES["sessionid"] = bare, "any"
    request.resolver_match = None
    answer = SecondStep(lambda _: HttpResponse()).process_view(request, None, (), {})
    assert answer is not None
    assert answer.status_code == 403
    assert "second step" in answer.content.decode()


def test_who_needs_it_can_still_sign_out_and_choose_a_language(bare: Person, sign_in: SignIn) -> None:
    client = sign_in(bare)
    assert client.post("/language/", {"language": "cy", "next": "/me/security/"}).status_code == 302
    assert client.post("/people/logout/").headers["Location"] == "/"
    assert client.get("/me/").headers["Location"].startswith("/people/login/")


@pytest.mark.parametrize(("made_up", "example"), [(True, True), (True, False), (False, True)])
def test_made_up_people_do_without_in_a_site_of_made_up_people_alone(
    made_up: bool, example: bool, bare: Person, settings: Settings
) -> None:
    settings.EXAMPLE = example
    bare.made_up = made_up
    assert queries.needs_second_step(bare) is not (made_up and example)


def test_teachers_and_governors_may_do_without(teacher: Person, sign_in: SignIn) -> None:
    assert {Role.TEACHER, Role.GOVERNOR} == set(Role) - ACTING
    assert sign_in(teacher).get("/me/").status_code == 200


def test_the_code_is_asked_for_and_taken_once(teacher: Person, sign_in: SignIn, code: Code) -> None:
    key = set_up(sign_in(teacher), code)
    client = sign_in(teacher)
    assert client.get("/me/").headers["Location"].startswith("/people/login/")
    assert "Six digits" in client.get("/people/2fa/authenticate/").content.decode()
    page = client.post("/people/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "This code is wrong" in page
    now = code(key)
    assert client.post("/people/2fa/authenticate/", {"code": now}).headers["Location"] == "/me/"
    again = sign_in(teacher)
    assert "This code is wrong" in again.post("/people/2fa/authenticate/", {"code": now}).content.decode()


def test_a_code_is_not_taken_twice_though_the_library_forgets_it_sooner(
    teacher: Person, sign_in: SignIn, code: Code
) -> None:
    from django.core.cache import cache

    key = set_up(sign_in(teacher), code)
    ahead = code(key, 1)
    assert sign_in(teacher).post("/people/2fa/authenticate/", {"code": ahead}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={teacher.pk}&code={ahead}")
    page = sign_in(teacher).post("/people/2fa/authenticate/", {"code": ahead})
    assert "This code is wrong" in page.content.decode()


def test_five_wrong_codes_close_the_door_for_a_while(teacher: Person, sign_in: SignIn, code: Code) -> None:
    key = set_up(sign_in(teacher), code)
    client = sign_in(teacher)
    for wrong in range(5):
        client.post("/people/2fa/authenticate/", {"code": f"00000{wrong}"})
    page = client.post("/people/2fa/authenticate/", {"code": code(key)}).content.decode()
    assert "Too many tries" in page


def test_a_recovery_code_lets_in_once(teacher: Person, sign_in: SignIn, code: Code) -> None:
    client = sign_in(teacher)
    set_up(client, code)
    page = client.get("/people/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10
    assert codes[0] not in client.get("/people/2fa/recovery-codes/").content.decode()
    other = sign_in(teacher)
    assert other.post("/people/2fa/authenticate/", {"code": codes[0]}).headers["Location"] == "/me/"
    third = sign_in(teacher)
    assert (
        "This code is wrong" in third.post("/people/2fa/authenticate/", {"code": codes[0]}).content.decode()
    )
    assert client.post("/people/2fa/recovery-codes/generate/").status_code == 302
    new = re.findall(r"<code>(\d{8})</code>", client.get("/people/2fa/recovery-codes/").content.decode())
    assert not set(new) & set(codes)


def test_setting_it_up_and_removing_it_is_noted_and_told_without_secrets(
    teacher: Person, sign_in: SignIn, code: Code, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    client = sign_in(teacher)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        key = set_up(client, code)
    assert client.post("/people/2fa/totp/deactivate/").status_code == 302
    entries = Entry.objects.filter(who=teacher).values_list("action", flat=True)
    assert {"totp.add", "recovery_codes.add", "totp.remove"} <= set(entries)
    kinds = set(Letter.objects.filter(to=teacher.email).values_list("kind", flat=True))
    assert kinds == {"accounts.totp_activated", "accounts.totp_deactivated"}
    kept = repr([(entry.before, entry.after) for entry in Entry.objects.all()])
    assert key not in kept
    assert "pbkdf2" not in kept
    assert "md5" not in kept


def test_who_acts_for_others_keeps_the_last_one(bare: Person, sign_in: SignIn, code: Code) -> None:
    client = sign_in(bare)
    set_up(client, code)
    page = client.post("/people/2fa/totp/deactivate/")
    assert "you keep a second step" in page.content.decode()
    assert Authenticator.objects.filter(user=bare, type="totp").exists()


def test_something_grave_asks_again_after_some_minutes(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [one | {"at": one["at"] - 301} for one in records]
    session.save()
    page = client.get("/people/2fa/totp/activate/")
    assert page.headers["Location"].startswith("/people/reauthenticate/")
    asked = client.get(page.headers["Location"])
    assert "Is it you?" in asked.content.decode()
    wrong = client.post(page.headers["Location"], {"password": "wrong"})
    assert "not your password" in wrong.content.decode()
    right = client.post(page.headers["Location"], {"password": "a long enough password"})
    assert right.headers["Location"] == "/people/2fa/totp/activate/"


def test_a_key_is_enciphered_in_the_database(
    teacher: Person, sign_in: SignIn, code: Code, settings: Settings
) -> None:
    key = set_up(sign_in(teacher), code)
    kept = Authenticator.objects.get(user=teacher, type="totp").data["secret"]
    assert key not in kept
    assert Factors().decrypt(kept) == key
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = get_random_secret_key()
    assert Factors().decrypt(kept) == key


def test_a_token_does_not_go_around_it(bare: Person) -> None:
    _, text = actions.make_token(who=bare, name="script", now=timezone.now())
    assert queries.person_of_token(text) is None
    Authenticator.objects.create(user=bare, type="webauthn", data={})
    assert queries.person_of_token(text) == bare


def test_old_addresses_of_the_library_lead_to_our_page(teacher: Person, sign_in: SignIn) -> None:
    assert sign_in(teacher).get("/people/2fa/").headers["Location"] == "/me/security/"


def test_a_step_enciphered_with_another_secret_is_said_and_opens_nothing(
    bare: Person, sign_in: SignIn, code: Code, settings: Settings
) -> None:
    key = set_up(sign_in(bare), code)
    assert ciphers.count_unreadable() == 0
    Authenticator.objects.create(
        user=Person.objects.create_user("other@example.org"), type="webauthn", data={"credential": {}}
    )
    settings.SECRET_KEY = get_random_secret_key()
    assert ciphers.count_unreadable() == 1
    client = sign_in(bare)
    answer = client.post("/people/2fa/authenticate/", {"code": code(key, 1)})
    assert answer.status_code == 500
    assert "the site has another secret than it had" in answer.content.decode()
    assert client.get("/me/").status_code == 302
