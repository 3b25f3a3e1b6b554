"""What programs that watch the site are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from commonroom.web import counting
from commonroom.web.counting import Counts
from commonroom.web.health import queries
from commonroom.web.jobs import actions
from web.jobs import made_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_counts(settings: Settings, tmp_path: Path) -> None:
    settings.COUNTS = tmp_path / "counts"


def test_it_is_well(browse: Callable[..., Client], shown_pages: Path) -> None:
    answer = browse().get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": True, "pages": True}
    assert "no-cache" in answer.headers["Cache-Control"]


def test_without_pages_or_database_it_is_unwell(
    browse: Callable[..., Client], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAGES = tmp_path
    assert browse().get("/health").json() == {"status": "unwell", "database": True, "pages": False}

    def fail() -> None:
        raise DatabaseError("the password is wrong")

    monkeypatch.setattr(connection, "cursor", fail)
    answer = browse().get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unwell", "database": False, "pages": False}


def test_what_was_counted(browse: Callable[..., Client]) -> None:
    client = browse()
    client.get("/health")
    client.get("/health")
    client.get("/nothing/of/the/kind")
    actions.start(who=None, task=made_jobs.count)
    lines = client.get("/metrics").content.decode().splitlines()
    assert 'commonroom_requests_total{view="/health",status="503"} 2' in lines
    assert 'commonroom_requests_total{view="none",status="404"} 1' in lines
    assert 'commonroom_request_seconds_bucket{view="/health",le="+Inf"} 2' in lines
    assert 'commonroom_request_seconds_count{view="/health"} 2' in lines
    assert 'commonroom_jobs{state="ready"} 1' in lines
    assert "commonroom_workers 0" in lines
    assert any(line.startswith("commonroom_queue_age_seconds") for line in lines)
    assert queries._escape('a"b\\c\nd') == 'a\\"b\\\\c d'


def test_metrics_are_for_this_machine_or_a_token(browse: Callable[..., Client], settings: Settings) -> None:
    client = browse()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    # Behind a proxy everybody comes from this machine.
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 403
    settings.METRICS_TOKEN = "of this test"
    assert client.get("/metrics").status_code == 403
    allowed: dict[str, Any] = {"HTTP_AUTHORIZATION": "Bearer of this test", "REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/metrics", **allowed).status_code == 200


def test_processes_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Counts(tmp_path), Counts(tmp_path)
    for seconds in (0.001, 0.3, 20.0):
        first.add("/a", 200, seconds)
    second.add("/a", 200, 0.3)
    second.add("/b", 500, 0.3)
    found = counting.read(tmp_path)
    assert found["/a", "200"][0] == pytest.approx(20.601)
    assert found["/a", "200"][1:] == (1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1)
    assert sum(found["/b", "500"][1:]) == 1
    # After a fork the process begins a file of its own.
    monkeypatch.setattr("os.getpid", lambda: 1)
    first.add("/a", 200, 0.3)
    assert len(list(tmp_path.glob("*.counts"))) == 3
    assert sum(counting.read(tmp_path)["/a", "200"][1:]) == 5
    counting.clear(tmp_path)
    assert counting.read(tmp_path) == {}


def test_what_has_no_room_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "ROWS", 3)
    counts = Counts(tmp_path)
    for view in ("a", "b", "c", "d", "c"):
        counts.add(view * 200, 200, 0.1)
    found = counting.read(tmp_path)
    assert sorted(sum(numbers[1:]) for numbers in found.values()) == [1, 1, 3]
    assert sum(found["other", "0"][1:]) == 3
