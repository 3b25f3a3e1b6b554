"""Every page of the site: accessible in every light, in both languages, on any screen; none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.db import models
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from commonroom.web.accounts.models import Person
from journeys import walks
from journeys.conftest import Open

#: One of each kind who meets other pages than the rest.
WHO = ("Asha Patel", "Chidi Okoro", "Erin Walsh", "Tom Becker", "Oliver Grant", "Ana Silva", "Ada Moss")
STARTS = (
    "/", "/?q=school", "/?q=no+such+school", "/system/", "/methods/", "/schools/105252/", "/example/",
    "/people/logout/", "/people/inactive/", "/people/password/reset/done/",
    "/people/password/reset/key/done/",
    "/people/3rdparty/login/error/", "/people/3rdparty/login/cancelled/", "/me/",
)  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE = {"resultTypes": ["violations"], "runOnly": TAGS}
#: What another light or another size of the same page can change.
SEEN = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]},
}
#: On paper nothing is pressed.
PRINTED = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture(scope="module")
def met(town: LiveServer) -> walks.Walk:
    """All pages of the demo's site, as different people meet them."""
    people = {person.name: person for person in Person.objects.filter(name__in=WHO)}
    return walks.walk([None, *(people[name] for name in WHO)], STARTS)


@pytest.fixture
def address(town: LiveServer) -> str:
    return str(town.url)


def test_tests_of_the_site_have_a_database(db: None) -> None:
    """Where only this module runs, it is for this test that the database is made."""
    assert not Person.objects.filter(name="nobody").exists()


def test_no_link_leads_nowhere(met: walks.Walk) -> None:
    assert met.broken == []
    assert len(met.pages) > 60


def by_person(met: walks.Walk) -> Iterator[tuple[Person | None, list[walks.Met]]]:
    for person in {one.person for one in met.pages.values()}:
        yield person, [one for one in met.pages.values() if one.person == person]


def findings(page: Page, options: dict[str, Any], mode: str) -> list[str]:
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{page.url} {mode}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def overflow(page: Page, mode: str) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} {mode}: {over} pixels too wide"] if over > 0 else []


@pytest.mark.parametrize("language", ["en", "cy"])
def test_axe_finds_nothing_on_any_page(met: walks.Walk, open_page: Open, language: str) -> None:
    """Wide and narrow, in light, dark and print; a narrow screen is what 400 % zoom makes of a wide one."""
    found: list[str] = []
    script = Axe().axe_script
    for person, pages in by_person(met):
        page = open_page("/methods/", person, language=language)
        for one in pages:
            page.goto(one.path)
            page.evaluate(script)
            found += findings(page, WHOLE, "wide")
            if language == "en":
                page.emulate_media(color_scheme="dark")
                found += findings(page, SEEN, "dark")
                page.emulate_media(color_scheme="light", media="print")
                found += findings(page, PRINTED, "print")
                page.emulate_media(media="screen")
            page.set_viewport_size({"width": 320, "height": 900})
            found += overflow(page, "narrow") + findings(page, SEEN, "narrow")
            page.set_viewport_size({"width": 1280, "height": 900})
        found += page.complaints  # type: ignore[attr-defined]
        page.context.close()
    assert found == []


class Texts(HTMLParser):
    """The texts of a page, but for those marked as being in English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in (
            "meta",
            "link",
            "input",
            "img",
            "br",
            "hr",
            "source",
            "wbr",
            "path",
            "circle",
            "rect",
            "line",
        ):
            given = dict(attrs)
            aside = tag in ("script", "style", "option") or (given.get("lang") == "en" and tag != "html")
            self.open.append((tag, aside or bool(self.open and self.open[-1][1])))
        for name, value in attrs:
            if name in ("aria-label", "alt", "placeholder", "title") and value:
                self.handle_data(value)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.found.add(" ".join(data.split()))


def texts(client: Client, path: str, language: str) -> set[str]:
    client.cookies["django_language"] = language
    reader = Texts()
    reader.feed(client.get(path).content.decode())
    return reader.found


def written() -> str:
    """Everything that people wrote, which nobody translates."""
    kept: list[str] = []
    for model in apps.get_app_config("commonroom").get_models():
        names = [
            one.name for one in model._meta.fields if isinstance(one, models.CharField | models.TextField)
        ]
        kept += [str(value) for row in model._default_manager.values_list(*names) for value in row]
    return " ".join("\n".join(kept).split())


def is_sentence(text: str) -> bool:
    """Whether a text is more than a name; publications keep the names that they were given."""
    return len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3 and not re.match(r"(\[\d+\] )?DfE ", text)


def test_no_english_sentence_is_left_on_a_welsh_page(met: walks.Walk) -> None:
    """A text of three words or more that reads the same in both languages is a name, or was forgotten."""
    theirs, left = written(), []
    for person, pages in by_person(met):
        client = Client()
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        for one in pages:
            both = texts(client, one.path, "en") & texts(client, one.path, "cy")
            said = {text.removesuffix(" – Commonroom").removeprefix(": ") for text in both}
            plain = [text for text in said if is_sentence(text) and text not in theirs]
            left += [f"{one.path}: {text}" for text in plain]
    assert left == []


def test_a_picture_says_in_words_what_it_shows(met: walks.Walk, open_page: Open) -> None:
    """Every picture has a text in its place, and a table of its figures behind it."""
    page = open_page("/schools/105252/")
    for one in met.pages.values():
        if one.person is None:
            page.goto(one.path)
            assert page.locator("img:not([alt])").count() == 0, one.path
            for picture in page.locator("figure.picture").all():
                behind = picture.locator("xpath=ancestor::*[.//table][1]")
                assert behind.count() == 1, one.path
