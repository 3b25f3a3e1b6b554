"""Every page of the site: accessible in every light, in both languages, on any screen; none is forgotten.

As visitors, eight made-up people and whoever signs in meet them (walks, scenes, doors), so are they looked
at, once in English and once in Welsh, each loaded once (looking):

- wide, in light: all rules of WCAG 2.2 A and AA and the good practice of axe-core, in both languages;
- dark: contrast, and links that stand out in text; print: contrast;
- 320 pixels wide, as 400 % zoom makes of 1280: nothing to scroll sideways but a table in a region of its
  own, regions that scroll are reached by keyboard, targets are large enough, in both languages; contrast;
- at all times: the browser has nothing to complain of, and every picture has a text in its place; every
  chart a sentence before it and a table of its figures beside it.

Contrast is looked at in English: no colour hangs on the language. Of pages of one address those that hold
no kind of element (its classes, role, type) that was not met before are looked at once, and when narrow
alone where the site had each of these kinds elsewhere.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from commonroom.web.accounts.models import Person
from conftest import need
from journeys import doors, looking, scenes, walks
from journeys.conftest import Open

#: One of each kind who meets other pages than the rest.
WHO = (
    "Asha Patel", "Chidi Okoro", "Dilys Morgan", "Erin Walsh", "Tom Becker", "Oliver Grant", "Ana Silva",
    "Ada Moss",
)  # fmt: skip
STARTS = (
    "/", "/?q=school", "/?q=no+such+school", "/system/", "/methods/", "/schools/105252/", "/example/",
    "/people/logout/", "/people/inactive/", "/people/password/reset/done/", "/people/signup/",
    "/people/password/reset/key/done/", "/people/3rdparty/login/error/",
    "/people/3rdparty/login/cancelled/", "/me/", "/health", "/metrics", "/schools/", "/join/nonsense/",
    "/people/2fa/", "/people/login/code/confirm/", "/people/3rdparty/signup/", "/people/social/signup/",
    "/people/social/connections/", "/people/social/login/error/", "/people/social/login/cancelled/",
)  # fmt: skip


@pytest.fixture(scope="module")
def met(town: LiveServer) -> walks.Walk:
    """All pages of the demo's site, as different people meet them."""
    there = scenes.find(timezone.localdate())
    scenes.play(there)
    found = walks.Walk()
    walks.follow(found, None, STARTS)
    for name in WHO:
        walks.follow(found, Person.objects.get(name=name), [*STARTS, *scenes.addresses(there, name)])
    doors.open_all(found)
    return found


@pytest.fixture
def address(town: LiveServer) -> str:
    return str(town.url)


def test_tests_of_the_site_have_a_database(db: None) -> None:
    """Where only this module runs, it is for this test that the database is made."""
    assert not Person.objects.filter(name="nobody").exists()


#: Addresses at which no page is shown, by how they answer.
NO_PAGE = {
    "file": {
        "alike-csv", "alike-picture", "asks-file", "board-alone-file", "board-days-file", "board-file",
        "board-progress", "board-trusts-file",
        "calendar-feed", "charts", "event-file-refused", "events-example", "family-csv", "family-picture",
        "health", "job-progress", "jobs-file", "metrics", "mfa_download_recovery_codes", "offers-file",
        "partnerships-file", "proposals-file", "room-file", "room-table", "school-csv",
        "school-people-csv", "school-position", "school-suggestions", "school-trend", "schools-found-csv",
        "site-people-csv", "system-csv", "system-people-csv", "system-places", "system-schools-csv",
        "take-archive", "take-workbook", "week-file",
    },
    "leads on": {
        "account_confirm_login_code", "join-follow", "mfa_index", "mfa_login_webauthn",
        "people/social/connections/", "people/social/login/cancelled/", "people/social/login/error/",
        "people/social/signup/", "socialaccount_signup",
    },
    "takes forms alone": {
        "board-run", "board-send", "calendar-end", "calendar-renew", "event-file-throw", "example-enter",
        "room-point-tick", "room-visit-join", "set_language",
    },
}  # fmt: skip


def test_every_address_of_the_site_is_met(met: walks.Walk) -> None:
    """Whoever adds an address has its page met, by links, by a scene or through a door, or names it above."""
    every, named = set(walks.names()), set().union(*NO_PAGE.values())
    pages = {name for name, kinds in met.answered.items() if "page" in kinds}
    assert sorted(every - pages - named) == []
    assert sorted(named - every) == []
    assert sorted(named & pages) == []


@pytest.mark.parametrize("kind", NO_PAGE)
def test_an_address_without_a_page_answers_as_is_said(met: walks.Walk, kind: str) -> None:
    assert [name for name in sorted(NO_PAGE[kind]) if kind not in met.answered[name]] == []


def test_no_link_leads_nowhere(met: walks.Walk) -> None:
    assert met.broken == []


@pytest.fixture(scope="module")
def wrong(met: walks.Walk, chromium: Browser) -> dict[str, list[str]]:
    """What is wrong with all pages met, by language."""
    return looking.look_at_all(met.pages, need("chromium", "pages are looked at in a browser"))


@pytest.mark.parametrize("language", walks.LANGUAGES)
def test_nothing_is_wrong_with_any_page(wrong: dict[str, list[str]], language: str) -> None:
    assert wrong[language] == []


BAD = """<!doctype html><html lang="en"><head><title>Bad</title><style>
p { color: #000; background: #fff } pre { width: 600px; overflow: auto } pre.wide { overflow: visible }
@media (prefers-color-scheme: dark) { p { background: #222 } }
@media print { p { color: #eee } }
</style></head><body><main><h1>Bad</h1><p>A sentence.</p><img src="/static/commonroom/icon.svg">
<pre class="wide">aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</pre>
<figure class="picture"></figure></main><script>console.error("a fault")</script></body></html>"""


def test_what_is_wrong_is_found(chromium: Browser) -> None:
    """Each mode sees what only it can see."""
    answer = walks.Answer(200, {"Content-Type": "text/html"}, BAD)
    bad = walks.Page("bad", "/bad/", "a visitor", dict.fromkeys(walks.LANGUAGES, answer))
    found = " ".join(looking.look_at_all([bad], need("chromium", "pages are looked at in a browser"))["en"])
    for said in (
        "wide: image-alt", "wide: a chart without", "dark: color-contrast", "print: color-contrast",
        "narrow: 2", "a fault",
    ):  # fmt: skip
        assert said in found


def test_a_school_on_paper_has_its_charts(open_page: Open) -> None:
    """Pictures that come when they are near are there before a page is printed, and are printed."""
    page = open_page("/schools/105252/")
    paper = page.pdf()
    pictures = page.locator("figure.picture img")
    assert pictures.count() > 1
    for picture in pictures.all():
        assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
    page.route("**/*.svg?*", lambda route: route.abort())
    page.reload()
    assert len(paper) > len(page.pdf()) + 1_000 * pictures.count()


class Texts(HTMLParser):
    """The texts of a page, but for those marked as being in English."""

    VOID = ("meta", "link", "input", "img", "br", "hr", "source", "wbr", "path", "circle", "rect", "line")

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
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


def texts(page: walks.Page, language: str) -> set[str]:
    reader = Texts()
    reader.feed(page.answers[language].text)
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
    # Patterns of tests alone are in English.
    for page in (one for one in met.pages if not one.path.startswith("/gallery/")):
        both = texts(page, "en") & texts(page, "cy")
        said = {text.removesuffix(" – Commonroom").removeprefix(": ").strip("()") for text in both}
        left += [f"{page}: {text}" for text in said if is_sentence(text) and text not in theirs]
    assert left == []
