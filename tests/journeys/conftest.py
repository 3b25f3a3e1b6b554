"""What journeys through the site share: one browser, a server, and people who sign in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from commonroom.web.accounts.models import Person
from conftest import need
from web.conftest import (  # noqa: F401 - the same made-up people
    ashfield,
    birchwood,
    browse,
    cedar,
    head,
    make_person,
    officer,
    other_head,
    other_system,
    partnership,
    stranger,
    system,
)

#: Seconds that a page may take on a busy machine; nothing is asserted of it.
PATIENCE = 15_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser, opened once."""
    path = need("chromium", "journeys through the site are made in a browser")
    # Playwright runs a loop of its own in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """Open a page as somebody: `open_page("/me/", person, width=320, language="cy", scripts=False)`."""
    contexts: list[BrowserContext] = []

    def open_one(
        path: str,
        person: Person | None = None,
        *,
        width: int = 1280,
        language: str = "en",
        scripts: bool = True,
        **others: Any,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **others,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        if person is not None:
            context.add_cookies([{"name": "sessionid", "value": sign_in(person), "url": live_server.url}])
        page = context.new_page()
        page.complaints = []  # type: ignore[attr-defined]
        page.on("console", lambda said: note(page, said.type, said.text))
        page.on("pageerror", lambda error: note(page, "error", str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()


def note(page: Page, kind: str, text: str) -> None:
    """Keep what a browser complains of, but for answers that are no page (refusals are tested as such)."""
    if kind in ("error", "warning") and "Failed to load resource" not in text:
        page.complaints.append(text)  # type: ignore[attr-defined]


def sign_in(person: Person) -> str:
    """Open a session of a person, and return its key."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value
