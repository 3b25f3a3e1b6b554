"""The language of the site stays: in the browser, and with the person. A browser is told what has arrived."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry

Browse = Callable[[Person | None], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("web.look.gallery")]
WHOLE = {
    "message": "We would like to come.", "theme": "reading", "when": "2026-11-23", "share": "all",
    "sure": "on",
    "kept": "ask-7",
}  # fmt: skip


def language_of(client: Client, path: str = "/gallery/confirm/") -> str:
    page = client.get(path).content.decode()
    return page.split('<html lang="')[1][:2]


def test_a_visitor_changes_the_language_and_it_stays() -> None:
    client = Client()
    assert language_of(client) == "en"
    answer = client.post("/language/", {"language": "cy", "next": "/gallery/confirm/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/gallery/confirm/?a=1")
    assert answer.cookies["django_language"]["max-age"] > 300 * 24 * 3600
    assert language_of(client) == "cy"


def test_nobody_is_led_away_from_the_site() -> None:
    answer = Client().post("/language/", {"language": "cy", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_language_is_changed_by_a_form_only() -> None:
    assert Client().get("/language/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/language/", {"language": "cy"}).status_code == 403


def test_a_person_keeps_the_language_they_chose(head: Person, browse: Browse) -> None:
    client = browse(head)
    client.post("/language/", {"language": "cy", "next": "/"})
    head.refresh_from_db()
    assert head.language == "cy"
    assert Entry.objects.filter(who=head, kind="person").count() == 1
    assert language_of(browse(head)) == "cy"


def test_the_browsers_choice_comes_first(head: Person, browse: Browse) -> None:
    Person.objects.filter(pk=head.pk).update(language="cy")
    client = browse(head)
    client.cookies["django_language"] = "en"
    assert language_of(client) == "en"


def test_a_language_that_the_site_does_not_have_changes_nothing(head: Person, browse: Browse) -> None:
    browse(head).post("/language/", {"language": "xx", "next": "/"})
    head.refresh_from_db()
    assert head.language == "en"


def test_a_form_that_was_taken_is_named_in_a_cookie() -> None:
    answer = Client().post("/gallery/ask/", WHOLE)
    assert answer.status_code == 302
    assert answer.cookies["kept"].value == "ask-7"
    assert answer.cookies["kept"]["samesite"] == "Lax"


def test_a_form_that_was_not_taken_is_not_named() -> None:
    assert "kept" not in Client().post("/gallery/ask/", {"kept": "ask-7"}).cookies
    assert "kept" not in Client().get("/gallery/patterns/").cookies


def test_a_form_that_led_to_signing_in_is_not_named() -> None:
    answer = Client().post("/me/settings/", {"kept": "settings"})
    assert answer.status_code == 302
    assert "kept" not in answer.cookies


def test_a_key_in_a_cookie_can_hold_nothing_else() -> None:
    answer = Client().post("/gallery/ask/", {**WHOLE, "kept": "a; Path=/\r\nX: y"})
    assert answer.cookies["kept"].value == "a%3B%20Path%3D%2F%0D%0AX%3A%20y"
