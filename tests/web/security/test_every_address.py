"""Every address of the site asked by those whom it is nothing to: nothing is shown, nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from web_world import MARK, World

#: Addresses that need no sign-in, by name: whoever adds one adds it here.
PUBLIC = frozenset(
    {
        "find", "schools", "school-suggestions", "schools-found-csv", "school", "school-csv", "school-trend",
        "school-position", "charts", "alike", "alike-csv", "alike-picture", "family", "family-csv",
        "families", "family-picture", "system", "system-schools", "system-schools-csv", "system-places",
        "system-csv",
        "methods", "method", "set_language", "join", "join-follow", "health", "metrics", "example",
        "example-enter", "calendar-feed", "digest-off", "mfa_index",
    }
)  # fmt: skip
#: Pages of one's own, which everybody who signed in has: they name no thing of anybody else.
OWN = frozenset(
    {
        "me", "settings", "security", "tokens", "week-file", "calendar", "calendar-renew", "calendar-end",
        "offers",
        "offers-file", "offers-own", "offer-new", "asks", "asks-file", "ask-new", "partnerships",
        "partnerships-file", "proposals", "proposals-file", "jobs", "jobs-file",
    }
)  # fmt: skip
REFUSED = {403, 404, 405}


@dataclass(frozen=True)
class Address:
    """One address: as it is written, and what it is called."""

    route: str
    name: str

    @property
    def path(self) -> str:
        """The address without what it takes."""
        return "/" + self.route


def walk(patterns: list[Any], prefix: str = "") -> Iterator[Address]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            # Of signing in, and of the interface for programs, other tests ask.
            if not route.startswith(("people/", "api/")):
                yield from walk(one.url_patterns, route)
        elif isinstance(one, URLPattern) and not route.startswith("api/"):
            yield Address(route, one.name or "")


ADDRESSES = [one for one in walk(get_resolver().url_patterns) if one.name not in PUBLIC]


def fill(address: Address, world: World) -> str:
    """The address of a thing of Ashfield and Birchwood."""
    found = address.route
    for match in list(re.finditer(r"<(?:\w+:)?\w+>", address.route)):
        before = address.route[: match.end()]
        assert before in world.keys, f"{before} is not in the world: add what it names to web_world.py"
        found = found.replace(match.group(), str(world.keys[before]), 1)
    return "/" + found


def test_there_are_addresses_to_ask() -> None:
    assert len(ADDRESSES) > 40
    names = {one.name for one in walk(get_resolver().url_patterns)}
    assert names >= PUBLIC | OWN


def leaks(answer: HttpResponseBase) -> bool:
    """Whether an answer holds a text of the two schools."""
    shown = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return MARK.encode() in shown


def test_nobody_gets_in_without_signing_in(world: World) -> None:
    wrong, client = [], Client()
    for address in ADDRESSES:
        path = fill(address, world)
        for answer in (client.get(path), client.post(path)):
            led = answer.status_code == 302 and answer["Location"].startswith("/people/login/")
            if leaks(answer) or not (led or answer.status_code in REFUSED):
                wrong.append((path, answer.status_code))
    assert wrong == []
    assert not Entry.objects.exists()


def test_whom_a_thing_is_nothing_to_learns_nothing_and_changes_nothing(
    world: World, browse: Callable[[Person], Client]
) -> None:
    wrong = []
    for person in world.outsiders:
        client = browse(person)
        for address in ADDRESSES:
            path, written = fill(address, world), Entry.objects.count()
            for answer in (client.get(path), client.post(path)):
                refused = answer.status_code in REFUSED and Entry.objects.count() == written
                if leaks(answer) or not (refused or address.name in OWN):
                    wrong.append((person.email, path, answer.status_code))
    assert wrong == []


def test_no_form_is_taken_that_another_site_sends(world: World, browse: Callable[[Person], Client]) -> None:
    client = browse(world.head)
    client.handler.enforce_csrf_checks = True
    taken = [
        path
        for path in (fill(one, world) for one in ADDRESSES)
        if client.post(path).status_code not in REFUSED
    ]
    assert taken == []
    assert not Entry.objects.exists()
