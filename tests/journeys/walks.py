"""Walk through the site by its own links, and keep of every address each page that shows something new."""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from commonroom.web.accounts.models import Person

#: Pages of one name that are opened for a person: more of the same teach nothing.
MOST = 2
#: Answers of which one teaches all: a file, and where a form is sent to.
PLAIN = {"file", "takes forms alone"}
LANGUAGES = ("en", "cy")
TAG = re.compile(r"<([a-z][a-z0-9]*)([^<>]*)>")
GIVEN = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
#: Where an element leads, or what it takes its content from.
LEADS = {"href", "action", "src", "srcset", "data-progress", "data-chart", "data-program", "data-suggest"}


MOVED = (301, 302, 303)


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True)
class Page:
    """A page that was met, in both languages: the name of its address, its path, and who met it.

    `fresh`: it is the first of its address, or has an element of a kind that the site had nowhere before.
    """

    name: str
    path: str
    who: str
    answers: dict[str, Answer]
    fresh: bool = True

    def __str__(self) -> str:
        return f"{self.path} ({self.who})"


@dataclass
class Walk:
    """The pages met, how each address answered, and the links that lead nowhere."""

    pages: list[Page] = field(default_factory=list)
    answered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    broken: list[str] = field(default_factory=list)
    #: The kinds of elements met on pages of an address.
    shapes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, who: str, answer: Any, in_welsh: Callable[[], Any]) -> None:
        """Note how an address answered, and keep a page that has a kind of element that none there had."""
        path = answer.request["PATH_INFO"]
        if answer.request.get("QUERY_STRING"):
            path += "?" + answer.request["QUERY_STRING"]
        kind = kind_of(answer)
        self.answered[name_of(path)].add(kind)
        if kind != "page":
            return
        name, text = name_of(path), answer.content.decode()
        shape = set(shape_of(text))
        if shape <= self.shapes[name]:
            return
        fresh = not self.shapes[name] or not shape <= set().union(*self.shapes.values())
        self.shapes[name] |= shape
        answers = {"en": answer, "cy": in_welsh()}
        assert answers["cy"].status_code == answer.status_code, path
        kept = {
            language: Answer(one.status_code, dict(one.items()), one.content.decode())
            for language, one in answers.items()
        }
        self.pages.append(Page(name, path, who, kept, fresh))


def browsers(person: Person | None = None, **others: Any) -> dict[str, Client]:
    """A browser in each language, in which somebody is signed in."""
    made = {}
    for language in LANGUAGES:
        client = made[language] = Client(raise_request_exception=False, **others)
        client.cookies["django_language"] = language
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def follow(met: Walk, person: Person | None, starts: Iterable[str]) -> None:
    """Follow links as one person, a few of each name."""
    own = browsers(person)
    who = person.name if person else "a visitor"
    ahead = deque((path, "the start") for path in starts)
    first = {path for path, _ in ahead}
    seen: set[str] = set()
    counted: Counter[str] = Counter()
    while ahead:
        path, source = ahead.popleft()
        name = name_of(path)
        known = met.answered[name]
        if path in seen or (path not in first and (counted[name] >= MOST or (known and known <= PLAIN))):
            continue
        seen.add(path)
        counted[name] += 1
        answer: Any = own["en"].get(path)
        met.note(who, answer, lambda path=path: own["cy"].get(path))  # type: ignore[misc]
        kind = kind_of(answer)
        if kind == "leads on":
            ahead.append((urldefrag(urljoin(path, answer["Location"]))[0], path))
        elif kind == "page":
            ahead.extend((link, path) for link in links(path, answer.content.decode()))
        # A page that says that signing in elsewhere has failed is a page.
        if answer.status_code not in (*MOVED, 200, 401, 405):
            met.broken.append(f"{path} from {source} as {who}: {answer.status_code}")
        answer.close()


def kind_of(answer: Any) -> str:
    """What an answer is, in a word or two."""
    if answer.status_code in MOVED:
        return "leads on"
    if answer.status_code == 405:
        return "takes forms alone"
    return "page" if answer["Content-Type"].startswith("text/html") else "file"


def links(path: str, page: str) -> Iterator[str]:
    """Yield the paths that a page leads to, or takes something from."""
    for _, given in tags(page):
        for name in LEADS & given.keys():
            whole = urldefrag(urljoin(path, given[name].replace("&amp;", "&")))[0]
            if whole.startswith("/") and not whole.startswith(("//", "/static/")):
                yield whole


def shape_of(page: str) -> Iterator[str]:
    """Yield what kinds of elements a page has: their classes, roles and types."""
    for tag, given in tags(page):
        said = [f"{name}={given[name]}" for name in ("class", "role", "type") if name in given]
        aria = [name for name in given if name.startswith("aria-") or name in ("hidden", "disabled", "open")]
        yield " ".join((tag, *said, *sorted(aria)))


def tags(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the tags of a page with what is given in them."""
    for tag, given in TAG.findall(page):
        yield tag, dict(GIVEN.findall(given))


@functools.lru_cache(None)
def name_of(path: str) -> str:
    """Return the name of an address, its pattern where it has no name, or the path where nothing is."""
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return path
    return found.url_name or found.route


def names(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield the names of all addresses of the site but those of the interface for programs."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if route.startswith("api/"):
            continue
        if isinstance(one, URLPattern):
            yield one.name or route
        else:
            yield from names(one, route)
