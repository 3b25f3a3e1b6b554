"""Nothing secret, and nobody's address, is ever in the log."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Person
from commonroom.web.health import queries
from commonroom.web.jobs import working
from commonroom.web.logs import Line, path_of, scrub

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """All that is logged while the test runs, as it is written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line("{levelname} {name} {message}", style="{"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("from head.one+two@school.example.org now", "from (an address) now"),
        ("GET /people/?token=abc&x=1 200", "GET /people/?(left out) 200"),
        ("postgresql://me:pass word@host/db", "postgresql://me:pass word@host/db"),
        ("postgresql://me:password@host/db", "postgresql://(left out)@host/db"),
        ("DETAIL:  Key (email)=(x) already exists.", "DETAIL: (left out)"),
        ("/join/3kJd92-lsKdj29dkAls29dk2/", "/join/(left out)/"),
        (
            'File "/a/test_site_backup_0123456789x.py", line 3',
            'File "/a/test_site_backup_0123456789x.py", line 3',
        ),
        ("GET /schools/143260/ 200", "GET /schools/143260/ 200"),
    ],
)
def test_what_is_left_out(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed


def test_paths_say_numbers_alone(browse: Callable[..., Client], log: Callable[[], str]) -> None:
    client = browse()
    client.get("/jobs/17/")
    client.get("/join/a-secret-of-one-person/?key=also")
    client.get("/nowhere/a-secret")
    client.get("/no-where/a-secret")
    assert "GET /jobs/17/ 302" in log()
    assert "GET /join/<secret>/" in log()
    assert "GET /nowhere/... 404" in log()
    assert "GET /... 404" in log()
    assert "a-secret" not in log()
    assert "also" not in log()
    assert path_of(RequestFactory().get("/")) == "/..."


def test_an_error_shows_where_it_was_and_not_with_what(
    browse: Callable[..., Client], log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> dict[str, bool]:
        password = "hunter2-hunter2"
        raise RuntimeError(f"for head@example.org {len(password)}")

    monkeypatch.setattr(queries, "are_well", fail)
    client = browse()
    client.raise_request_exception = False
    answer = client.get("/health?token=very-secret")
    assert answer.status_code == 500
    assert "Internal Server Error: /health" in log()
    assert "RuntimeError: for (an address) 15" in log()
    for secret in ("hunter2", "head@example.org", "very-secret"):
        assert secret not in log().replace('password = "hunter2-hunter2"', "")
        assert secret not in answer.content.decode()


def links(body: str) -> list[str]:
    return re.findall(r"https?://[^/\s]+(/\S+)", body)


def test_signing_in_resetting_and_joining(
    browse: Callable[..., Client], log: Callable[[], str], make_person: Any
) -> None:
    person: Person = make_person(email="teacher@example.org")
    client = browse()
    sign_in = {"login": person.email, "password": "a long enough password"}
    client.post("/people/login/", {**sign_in, "password": "a wrong password that I use elsewhere"})
    client.post("/people/login/", sign_in)
    session = client.session.session_key
    browse().post("/people/password/reset/", {"email": person.email})
    path = actions.found(email="first@example.org", now=timezone.now())
    working.run_waiting()
    browse().get(path, follow=True)
    bodies = [message.body for message in mail.outbox]
    paths = [link for body in bodies for link in links(str(body))]
    secrets = [part for link in paths for part in link.split("/") if len(part) > 12]
    assert len(secrets) >= 2
    for link in paths:
        browse().get(link, follow=True)
    assert "POST /people/login/" in log()
    for secret in (*secrets, str(session), *sign_in.values(), "wrong password", "first@example.org"):
        assert secret not in log()


@pytest.mark.django_db
def test_an_answer_says_how_long_it_took() -> None:
    told = Client().get("/health")["Server-Timing"]
    assert re.fullmatch(r'app;dur=\d+\.\d;desc="health"', told)
    assert 'desc="none"' in Client().get("/nowhere/")["Server-Timing"]
