"""What signing in and out leaves behind: lines that name nobody, and no page to go back to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from commonroom.web.accounts import sessions
from commonroom.web.accounts.models import Person, Token

SignIn = Callable[..., Client]


@pytest.fixture
def teacher(make_person: Callable[..., Person]) -> Person:
    return make_person()


def test_the_log_says_by_number_who_came_and_who_did_not(
    teacher: Person, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="commonroom.web.accounts.signals")
    client = sign_in(teacher)
    client.post("/people/logout/")
    sign_in(teacher, "wrong")
    sign_in(Person(email="nobody.here@example.org"), "wrong")
    lines = [one.message for one in caplog.records if one.name == "commonroom.web.accounts.signals"]
    assert lines == [
        f"person {teacher.pk} signed in",
        f"person {teacher.pk} signed out",
        f"nobody signed in as person {teacher.pk}",
        "nobody signed in as person nobody",
    ]
    assert "example.org" not in " ".join(lines)


def test_who_signed_out_leaves_no_page_to_go_back_to(
    teacher: Person, sign_in: SignIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(teacher)
    settings.SECURE = True
    assert "Clear-Site-Data" not in client.get("/me/").headers
    assert client.post("/people/logout/").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/me/").headers
    client = sign_in(teacher)
    client.get("/me/")
    monkeypatch.setattr(sessions, "IDLE", -sessions.NOTED)
    assert client.get("/me/").headers["Clear-Site-Data"] == '"cache"'


def test_a_token_is_made_by_who_has_just_shown_who_it_is(teacher: Person, sign_in: SignIn) -> None:
    client = sign_in(teacher)
    assert client.post("/me/tokens/", {"name": "at once"}).status_code == 200
    session = client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= 3600
    session.save()
    cache.clear()
    assert client.get("/me/tokens/").status_code == 200
    answer = client.post("/me/tokens/", {"name": "an hour later"})
    assert answer.headers["Location"].startswith("/people/reauthenticate/")
    assert Token.objects.get().name == "at once"


def test_who_has_nothing_to_show_makes_one_all_the_same(
    teacher: Person, browse: Callable[[Person], Client]
) -> None:
    teacher.set_unusable_password()
    teacher.save()
    assert browse(teacher).post("/me/tokens/", {"name": "of a provider's"}).status_code == 200
