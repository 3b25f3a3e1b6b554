"""Walk through the site by its own links, to meet every page that can be reached."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from commonroom.web.accounts.models import Person

#: Pages of one name that are opened for a person: more of the same teach nothing.
MOST = 2


@dataclass(frozen=True)
class Met:
    """A page that was met: its name, its path, and who met it."""

    name: str
    path: str
    person: Person | None


@dataclass
class Walk:
    """All pages met, what else was found, and the links that lead nowhere."""

    pages: dict[str, Met] = field(default_factory=dict)
    files: dict[str, Met] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class Links(HTMLParser):
    """The links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append(str(given["href"]))


def walk(people: Iterable[Person | None], starts: Iterable[str]) -> Walk:
    """Follow every link as each of the people, a few of each name."""
    met = Walk()
    for person in people:
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        follow(client, person, starts, met)
    return met


def follow(client: Client, person: Person | None, starts: Iterable[str], met: Walk) -> None:
    """Follow links as one person."""
    ahead = deque((path, "the start") for path in starts)
    seen: set[str] = set()
    counted: Counter[str] = Counter()
    while ahead:
        path, source = ahead.popleft()
        name = name_of(path)
        if path in seen or counted[name] >= MOST:
            continue
        seen.add(path)
        counted[name] += 1
        answer: Any = client.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        answer.close()
        if answer.status_code in (301, 302, 303):
            ahead.append((urldefrag(urljoin(path, answer["Location"]))[0], path))
        # A page that says that signing in elsewhere has failed is a page.
        elif answer.status_code not in (200, 401):
            met.broken.append(f"{path} from {source} as {person}: {answer.status_code}")
        elif "text/html" in answer["Content-Type"]:
            met.pages.setdefault(name, Met(name, path, person))
            ahead.extend((link, path) for link in links(path, content.decode()))
        else:
            met.files.setdefault(name, Met(name, path, person))


def links(path: str, page: str) -> Iterator[str]:
    """Yield the paths that a page of the site links to."""
    reader = Links()
    reader.feed(page)
    for link in reader.found:
        whole = urldefrag(urljoin(path, link))[0]
        if not urlsplit(whole).scheme and whole.startswith("/"):
            yield whole


def name_of(path: str) -> str:
    """Return the name of an address, or the path where it has none."""
    try:
        return resolve(urlsplit(path).path).url_name or path
    except Resolver404:
        return path


def names(resolver: URLResolver | None = None) -> Iterator[str]:
    """Yield the names of all addresses of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield pattern.name
        else:
            yield from names(pattern)
