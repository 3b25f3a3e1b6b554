"""Look at pages in a browser: at their own addresses, as the site answered them, in every mode."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Playwright, Route, sync_playwright

from journeys import walks
from journeys.conftest import OPTIONS, PATIENCE

#: Never asked: all that a page takes is handed to it. A passkey is offered at such an address alone.
ORIGIN = "http://localhost"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Mode:
    """How a page is looked at, and by which rules."""

    name: str
    media: str
    light: str
    width: int
    rules: dict[str, Any]


def only(*rules: str) -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": list(rules)}}


def without(rule: str) -> dict[str, Any]:
    return {"rules": {rule: {"enabled": False}}}


#: Nothing that only rules need which are not asked: sheets of style loaded anew, other frames.
FAST = {"resultTypes": ["violations"], "preload": False, "iframes": False, "elementRef": False}
#: What the colours of another light, or another width, can change.
SEEN = ("color-contrast", "link-in-text-block")
PLACED = ("target-size", "scrollable-region-focusable")
MODES = {
    "en": (
        Mode("wide", "screen", "light", 1280, {"runOnly": TAGS}),
        Mode("dark", "screen", "dark", 1280, only(*SEEN)),
        Mode("print", "print", "light", 1280, only("color-contrast")),
        Mode("narrow", "screen", "light", 320, only(*SEEN, *PLACED)),
    ),
    "cy": (
        Mode("wide", "screen", "light", 1280, {"runOnly": TAGS} | without("color-contrast")),
        Mode("narrow", "screen", "light", 320, only(*PLACED)),
    ),
}


def look_at_all(pages: list[walks.Page], path: str) -> dict[str, list[str]]:
    """Look at pages in every language, each in a browser of its own beside the other; say what is wrong."""

    def look(language: str) -> list[str]:
        try:
            with sync_playwright() as started, screen(started, path, language) as one:
                return [said for page in pages for said in one.look(page)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(MODES)) as pool:
        return dict(zip(MODES, pool.map(look, MODES), strict=True))


@contextmanager
def screen(started: Playwright, path: str, language: str) -> Iterator[Screen]:
    """Open a screen in a browser of its own, and close both."""
    browser = started.chromium.launch(executable_path=path, args=OPTIONS)
    context = browser.new_context(base_url=ORIGIN, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(Axe().axe_script)
    yield Screen(context, language)
    browser.close()


class Screen:
    """One page of a browser in which kept answers are shown."""

    def __init__(self, context: BrowserContext, language: str) -> None:
        context.route("**/*", self.hand_over)
        self.language, self.shown = language, walks.Page("", "", "", {})
        self.kept: dict[str, dict[str, Any]] = {}
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.note("error", str(error)))

    def note(self, kind: str, text: str) -> None:
        """Keep what the browser complains of, but for pages of errors, which are looked at as such."""
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(f"{self.shown}: {text}")

    def hand_over(self, route: Route) -> None:
        """Answer what the browser asks: the kept page, a static file, or what the site has there."""
        path = route.request.url.removeprefix(ORIGIN)
        if route.request.resource_type == "document":
            answer = self.shown.answers[self.language]
            route.fulfill(status=answer.status, headers=answer.headers, body=answer.text)
            return
        if path not in self.kept:
            self.kept[path] = taken(path)
        route.fulfill(**self.kept[path])

    def show(self, shown: walks.Page) -> None:
        self.shown = shown
        self.page.goto(shown.path)

    def look(self, shown: walks.Page) -> Iterator[str]:
        """Show a page in each mode, one that is not fresh in the last alone, and yield what is wrong."""
        self.show(shown)
        for mode in MODES[self.language][0 if shown.fresh else -1 :]:
            self.page.set_viewport_size({"width": mode.width, "height": 900})
            self.page.emulate_media(media=mode.media, color_scheme=mode.light)  # type: ignore[arg-type]
            found = self.page.evaluate(LOOK, FAST | mode.rules if shown.fresh else None)
            yield from (f"{shown} in {self.language}, {mode.name}: {said}" for said in found)
        yield from self.complaints
        self.complaints.clear()


#: What axe finds, by how much a page is wider than the window, and charts without words or figures.
LOOK = """async options => {
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
  const found = (options ? (await axe.run(options)).violations : []).map(
    one => `${one.id}: ${one.nodes.length} such as ${one.nodes[0].html.slice(0, 200)}`);
  if (over > 0) found.push(`${over} pixels too wide`);
  for (const figure of document.querySelectorAll("figure.picture:not(:has(img[src^=data]))")) {
    const around = figure.closest("section, main");
    const before = [...around.querySelectorAll("p")].some(
      one => one.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!before) found.push(`a chart without a sentence before it: ${figure.innerHTML.slice(0, 200)}`);
    // Of the map of schools the list of schools by name says the same.
    if (!around.querySelector("table, a[href='/system/schools/']"))
      found.push(`a chart without a table beside it: ${figure.innerHTML.slice(0, 200)}`);
  }
  return found;
}"""


def taken(path: str) -> dict[str, Any]:
    """What the site has at an address that a page takes something from."""
    if path.startswith("/static/"):
        found = finders.find(urlsplit(path).path.removeprefix("/static/"))
        assert isinstance(found, str), path
        return {"path": found, "content_type": TYPES[found.rpartition(".")[2]]}
    answer: Any = Client().get(path)
    body = b"".join(answer) if answer.streaming else answer.content
    return {"status": answer.status_code, "headers": dict(answer.items()), "body": body}
