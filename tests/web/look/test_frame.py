"""What stands around every page, parts of forms and lists, and pages of errors."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.template import engines
from django.test import Client, RequestFactory

from commonroom.web.accounts.models import Person
from commonroom.web.schools.models import System
from commonroom.web.templatetags import frame
from web.conftest import MakePerson

Browse = Callable[[Person | None], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("web.look.gallery")]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def labels(person: Person | None) -> list[str]:
    request = RequestFactory().get("/offers/")
    if person is not None:
        request.user = person
    menu = frame.menu({"request": request})  # type: ignore[arg-type]
    return [place.label for place in menu.own]


def test_the_navigation_shows_what_a_role_opens(
    head: Person, officer: Person, make_person: MakePerson
) -> None:
    assert labels(None) == []
    assert labels(make_person()) == ["My page"]
    assert labels(make_person("administrator")) == ["My page", "Jobs"]
    assert labels(head) == ["My page", "Offers and requests", "Asking for help", "Partnerships"]
    assert labels(officer) == ["My page", "Offers and requests", "Partnerships", "Brokering"]


def test_a_person_of_two_systems_sees_which_board_is_which(
    officer: Person, other_system: System, make_person: MakePerson
) -> None:
    other = make_person("analyst", other_system)
    other.memberships.update(person=officer)
    assert labels(officer)[-2:] == ["Brokering: Elsewhere", "Brokering: Greater Manchester"]


def test_the_navigation_says_where_one_is(head: Person) -> None:
    request = RequestFactory().get("/offers/new/")
    request.user = head
    menu = frame.menu({"request": request})  # type: ignore[arg-type]
    assert [place.label for place in [*menu.public, *menu.own] if place.here] == ["Offers and requests"]
    assert menu.sign_in.endswith("?next=/offers/new/")


def test_a_link_is_shown_to_whom_it_opens(head: Person, officer: Person) -> None:
    def is_shown(person: Person | None) -> bool:
        request = RequestFactory().get("/")
        if person is not None:
            request.user = person
        return frame.opens({"request": request}, "ask.write")  # type: ignore[arg-type]

    assert [is_shown(person) for person in (None, head, officer)] == [True, True, False]


def test_a_page_that_the_site_does_not_have_is_left_out() -> None:
    assert frame._path("no-such-page") == ""


def test_a_page_without_evidence_has_a_foot_all_the_same() -> None:
    page = Client().get("/gallery/patterns/").content.decode()
    assert frame.ground() is None
    assert "Commonroom 0." in page


def test_the_foot_says_what_the_figures_rest_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shown:
        facts = {"version": "abc123", "date": "2026-11-22"}  # noqa: RUF012

    monkeypatch.setattr(frame.evidence, "shown", Shown)
    page = Client().get("/gallery/patterns/").content.decode()
    assert "Evidence abc123, of 22 November 2026." in page
    welsh = Client(headers={"accept-language": "cy"}).get("/gallery/patterns/").content.decode()
    assert "22 Tachwedd 2026" in welsh


def test_a_form_says_what_is_wrong_at_its_top_and_beside_each_field() -> None:
    answer = Client().post("/gallery/ask/", {"message": "", "who": "nobody", "share": "all"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<div class="summary" role="alert" tabindex="-1" data-focus' in page
    for field in ("id_message", "id_theme", "id_when", "id_who_0", "id_sure"):
        assert f'href="#{field}"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_message_helptext id_message_error"' in page
    assert '<fieldset class="form-row choices wrong" aria-describedby="id_who_helptext id_who_error"' in page
    assert "<legend>Who" in page
    assert page.count("(optional)") == 4


class Whole(HTMLParser):
    """Checks that what is opened is closed, and that no id is given twice."""

    VOID = ("meta", "link", "input", "img", "br", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        self.ids += [str(given["id"])] if "id" in given else []
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("script", "style"):
            assert given.get("src")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


PAGES = ["patterns/", "ask/", "confirm/", "said/", "refuse/", "fail/", "nothing/"]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole_and_hold_no_script_or_style_of_their_own(
    head: Person, browse: Browse, path: str, language: str
) -> None:
    client = browse(head)
    client.raise_request_exception = False
    client.cookies["django_language"] = language
    page = client.get(f"/gallery/{path}").content.decode()
    whole = Whole()
    whole.feed(page)
    assert whole.open == []
    assert len(whole.ids) == len(set(whole.ids))
    assert f'<html lang="{language}">' in page
    assert page.count("<h1") == 1
    assert '<main id="main"' in page


ERRORS = [
    ("/gallery/said/", 400, "This could not be done", "Ni ellid gwneud hyn"),
    ("/gallery/refuse/", 403, "This is not open to you", "Nid yw hyn ar agor i chi"),
    ("/gallery/nothing/", 404, "There is no such page", "Nid oes tudalen o'r fath"),
    ("/gallery/fail/", 500, "Something went wrong here", "Aeth rhywbeth o'i le yma"),
]


@pytest.mark.parametrize(("path", "status", "english", "welsh"), ERRORS)
def test_an_error_says_what_happened_and_what_to_do(path: str, status: int, english: str, welsh: str) -> None:
    for language, said in (("en", english), ("cy", welsh)):
        client = Client(raise_request_exception=False)
        client.cookies["django_language"] = language
        answer = client.get(path)
        assert answer.status_code == status
        assert f"<h1>{said}</h1>" in answer.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"]
)
def test_a_page_of_an_error_needs_nothing_of_the_request(name: str) -> None:
    page = engines["django"].get_template(name).render()
    assert "<h1>" in page
    assert 'href="/"' in page


def test_a_form_sent_without_its_token_says_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/gallery/ask/", {})
    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()
