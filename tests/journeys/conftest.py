"""What journeys through the site share: one browser, a server, and people who sign in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from commonroom.web.accounts.models import Person
from commonroom.web.example import story
from commonroom.web.schools import actions as register
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

#: Milliseconds that a page may take on a busy machine; nothing is asserted of it.
PATIENCE = 60_000
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser, opened once."""
    path = need("chromium", "journeys through the site are made in a browser")
    # Playwright runs a loop of its own in this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def town(published: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[LiveServer]:
    """The site of the demo for all journeys of a module: Greater Manchester's schools, and made-up people."""
    shown = override_settings(PAGES=published, EXAMPLE=True)
    with django_db_blocker.unblock(), shown:
        register.enter()
        story.make(today=timezone.localdate())
        server = LiveServer("127.0.0.1")
        yield server
        server.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def address(live_server: Any) -> str:
    """Where the site is; a module of the demo's site says otherwise."""
    return str(live_server.url)


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Open]:
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
            base_url=address,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **others,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        if person is not None:
            context.add_cookies([{"name": "sessionid", "value": sign_in(person), "url": address}])
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
