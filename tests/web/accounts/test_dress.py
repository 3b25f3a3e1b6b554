"""All that the sign-in library shows or writes is ours: in our dress, in our words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import allauth
import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.urls import urlpatterns
from django.contrib import messages
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver
from django.utils.functional import Promise

from commonroom.web.accounts import letters
from commonroom.web.accounts.adapters import SAID, Factors, People
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import TABLE, Action, Role, table
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School

MakePerson = Callable[..., Person]
SignIn = Callable[..., Client]

THEIRS = Path(allauth.__file__).parent / "templates"
#: Letters and messages for ways in that this site does not open: telephone, codes by mail, open sign-up.
UNUSED = {
    "base", "base_notification", "email_confirm", "email_confirmation_signup", "email_deleted", "login_code",
    "login_code_sent", "password_reset_code", "phone_verification_sent", "phone_verified", "logged_in",
}  # fmt: skip


def paths(patterns: list[Any] = urlpatterns, before: str = "/people/") -> Iterator[str]:
    """Every address of the library, with something put in for what varies."""
    for one in patterns:
        here = before + str(one.pattern).removeprefix("^").removesuffix("$")
        if isinstance(one, URLResolver):
            yield from paths(one.url_patterns, here.removesuffix("^"))
        elif isinstance(one, URLPattern) and "social/" not in here:
            for varies, put in (
                (r"(?P<key>[-:\w]+)", "no-such-key"),
                (r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)", "1-no-such-key"),
                ("<int:pk>", "1"),
                ("^(?P<provider_id>[^/]+)", "provider"),
                ("(?P<provider_id>[^/]+)", "provider"),
            ):
                here = here.replace(varies, put)
            yield here


def test_the_addresses_of_the_library_are_as_many_as_looked_at() -> None:
    assert len(set(paths())) > 25
    assert not [path for path in paths() if "<" in path or "(" in path]


def test_no_page_of_the_library_shows_in_its_own_dress(
    make_person: MakePerson, ashfield: School, sign_in: SignIn
) -> None:
    clients = (Client(), sign_in(make_person("teacher", ashfield)))
    shown = set()
    for path in sorted(set(paths())):
        for client in clients:
            page = client.get(path)
            assert page.status_code in (200, 302, 401, 404), path
            if page.status_code in (200, 401) and page.headers["Content-Type"].startswith("text/html"):
                text = page.content.decode()
                assert 'class="masthead"' in text, path
                assert "style=" not in text, path
                assert text.count("<h1") == 1, path
                shown.add(path)
    assert len(shown) > 18


@pytest.mark.parametrize("folder", ["email", "messages"])
def test_nothing_is_written_or_said_that_is_not_ours(folder: str) -> None:
    names = {
        path.stem.removesuffix("_message")
        for path in THEIRS.glob(f"*/{folder}/*.txt")
        if not path.stem.endswith("_subject")
    }
    ours = set(letters.SAID) | UNUSED if folder == "email" else set(SAID) | UNUSED
    assert names - ours == set()


def test_a_kind_of_letter_that_is_not_ours_is_not_written(db: None) -> None:
    People().send_mail("account/email/login_code", "a@example.org", {"code": "123"})
    assert not Letter.objects.exists()


def test_what_is_put_into_letters_is_what_they_are_given(db: None) -> None:
    given = {"origin", "by", "role", "at", "until", "url", "to_email", "from_email", "provider"}
    for kind, said in letters.SAID.items():
        assert all(isinstance(part, Promise) for part in said), kind
        named = {name for part in said for _, name, _, _ in Formatter().parse(str(part)) if name}
        assert named <= given, kind
        letters.send(kind=kind, to="a@example.org", values=dict.fromkeys(given - {"origin"}, "x"))
    assert Letter.objects.count() == len(letters.SAID)


class Kept:
    """Where messages go."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def add(self, level: int, said: str, tags: str) -> None:
        self.said.append(said)


def test_a_message_says_of_whom_it_speaks(rf: RequestFactory) -> None:
    request = rf.get("/")
    request._messages = kept = Kept()  # type: ignore[attr-defined]
    People().add_message(request, messages.INFO, "account/messages/email_confirmed.txt", {"email": "a@b.org"})
    People().add_message(request, messages.INFO, "account/messages/logged_in.txt")
    People().add_message(request, messages.INFO, message="As it is")
    assert kept.said == ["You have confirmed a@b.org.", "As it is"]


def test_a_new_passkey_has_a_name_to_begin_with(make_person: MakePerson) -> None:
    person = make_person()
    assert Factors().generate_authenticator_name(person, "webauthn") == "Passkey 1"  # type: ignore[arg-type]
    assert Factors()._get_site_name() == "Commonroom"


def test_the_link_of_a_forgotten_password_of_another_does_not_fit(make_person: MakePerson) -> None:
    one, two = make_person(), make_person()
    path = f"/people/password/reset/key/{user_pk_to_url_str(two)}-{default_token_generator.make_token(one)}/"
    assert "too old" in Client().get(path).content.decode()


def test_the_table_of_roles_can_be_printed() -> None:
    rows = table()
    assert [action for action, _ in rows] == list(Action)
    assert all(set(row) == set(Role) for _, row in rows)
    assert {(action, role) for action, row in rows for role in row if row[role]} == {
        (action, role) for role, allowed in TABLE.items() for action in allowed
    }


def test_what_is_wrong_is_said_in_welsh_too(
    make_person: MakePerson, ashfield: School, sign_in: SignIn
) -> None:
    teacher = make_person("teacher", ashfield, email="teacher@example.org")
    client = sign_in(teacher)
    client.cookies["django_language"] = "cy"
    for weak, said in (
        ("short", "rhy fyr"),
        ("q1w2e3r4t5y6", "rhy gyffredin"),
        ("teacher@example.org", "rhy debyg"),
        ("", "angen"),
    ):
        given = {"oldpassword": "no", "password1": weak, "password2": weak + "x"}
        page = client.post("/people/password/change/", given).content.decode()
        assert said in page, weak
        assert "Nid hwn yw eich cyfrinair" in page
        assert "password" not in re.sub(r"<[^>]*>", "", page), weak
    page = Client(headers={"accept-language": "cy"}).post("/people/login/", {"login": "x", "password": "y"})
    assert "e-bost" in page.content.decode()
