"""The interface keeps to its own description, and shows nobody what is another's."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client, RequestFactory
from schemathesis.specs.openapi.checks import positive_data_acceptance

from commonroom.web.accounts.models import Person
from commonroom.web.api import pace
from commonroom.web.api.assembly import PACE
from commonroom.web.api.urls import api
from commonroom.web.audit.models import Entry
from web_world import MARK, World

Header = Callable[[Person], dict[str, str]]
EXAMPLES = hypothesis.settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture
def described(world: World, shown_pages: Path) -> Iterator[Any]:
    """The interface as programs read of it; the test's own connection to the database stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations(described: Any) -> Iterator[Any]:
    for result in described.get_all_operations():
        PACE.clear()  # who asks this often would otherwise be asked to wait
        yield result.ok()


def test_what_is_described_is_what_is_answered(described: Any, world: World, token: Header) -> None:
    headers = token(world.head)
    asked = 0
    for operation in operations(described):

        @EXAMPLES
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            # What fits the description may still be refused: a school that is not there, a day that is over.
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        ask()
        asked += 1
    assert asked == sum(len(routes) for routes in api.get_openapi_schema()["paths"].values())


def test_others_learn_nothing_and_change_nothing(described: Any, world: World, token: Header) -> None:
    wrong = []
    headers = [(person.email, token(person)) for person in world.outsiders[:-1]]
    for operation in operations(described):
        if not operation.definition.raw.get("security"):
            continue
        written, named = Entry.objects.count(), "{" in operation.full_path
        for (email, header), case in itertools.product(headers, cases(operation, world)):
            answer = case.call(headers=header)
            refused = 400 <= answer.status_code < 500
            if MARK in answer.text or (named and not refused):
                wrong.append((email, operation.label, answer.status_code))
        if named and Entry.objects.count() != written:
            wrong.append(("somebody", operation.label, "changed something"))
    assert wrong == []


def cases(operation: Any, world: World) -> list[Any]:
    """What may be sent to an operation about things of the two schools, with bodies that fit it."""
    made: list[Any] = []

    @EXAMPLES
    @hypothesis.given(case=operation.as_strategy())
    def make(case: Any) -> None:
        case.path_parameters = fill(operation.full_path, world)
        made.append(case)

    make()
    return made


def fill(path: str, world: World) -> dict[str, Any]:
    """What the parts of a path in brackets stand for."""
    found = {}
    for match in re.finditer(r"{(\w+)}", path):
        before = path.removeprefix("/api/")[: match.end() - len("/api/")]
        assert before in world.routes, f"{before} is not in the world: add what it names to web_world.py"
        found[match.group(1)] = world.routes[before]
    return found


@pytest.mark.django_db
def test_nobody_is_let_in_without_a_token(shown_pages: Path) -> None:
    for path, routes in api.get_openapi_schema()["paths"].items():
        for method, route in routes.items():
            if route.get("security"):
                answer = Client().generic(method.upper(), re.sub(r"{\w+}", "1", path), data="{}")
                assert answer.status_code in (401, 403), (method, path)
                assert set(answer.json()) >= {"what", "where", "remedy"}


def test_a_session_changes_nothing_without_the_site_s_own_token(
    world: World, browse: Callable[[Person], Client]
) -> None:
    client = browse(world.head)
    client.handler.enforce_csrf_checks = True
    assert client.get("/api/me").status_code == 200
    assert client.put("/api/me", {"name": "Another"}, content_type="application/json").status_code == 403


def test_a_token_that_was_revoked_or_made_up_opens_nothing(world: World, token: Header) -> None:
    headers = token(world.head)
    assert Client().get("/api/me", headers=headers).status_code == 200
    world.head.tokens.update(revoked="2026-01-01T00:00Z")
    assert Client().get("/api/me", headers=headers).status_code == 401
    assert Client().get("/api/me", headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_whoever_asks_too_often_is_told_to_wait(world: World, token: Header) -> None:
    PACE.clear()
    headers, client = token(world.head), Client()
    answers = [client.get("/api/me", headers=headers).status_code for _ in range(601)]
    assert answers[:600] == [200] * 600
    assert answers[600] == 429


def test_everybody_is_counted_apart_and_for_a_while(
    world: World, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, mine = [0.0], pace.Pace(2, 60)
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pace, "MANY", 2)

    def ask(who: Person | None, place: str = "192.0.2.1") -> bool:
        request = rf.get("/api/me", REMOTE_ADDR=place)
        request.auth = who  # type: ignore[attr-defined]
        return mine.allow_request(request)

    Person.objects.update(name="The same")
    one, other = Person.objects.all()[:2]
    assert [ask(one) for _ in range(3)] == [True, True, False]
    assert ask(other)
    assert [ask(None) for _ in range(3)] == [True, True, False]
    assert ask(None, "192.0.2.2")
    now[0] = 60.0
    assert ask(one)
    assert len(mine._asked) == 1
    assert mine.wait() == 60
