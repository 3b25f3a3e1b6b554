"""The status of an answer says whose turn it is: the site's, to come back to later; or the person's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from commonroom.web.middleware import is_near

pytestmark = pytest.mark.django_db


def test_without_figures_it_says_so_and_when_to_come_back(
    browse: Callable[..., Client], settings: Settings, tmp_path: Path
) -> None:
    settings.PAGES = tmp_path
    for path in ("/", "/schools/100000/"):
        answer = browse().get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        page = answer.content.decode()
        assert "<h1>Not just now</h1>" in page
        assert "The figures are not published yet." in page
        assert "commonroom doctor" in page
        assert str(tmp_path) not in page
    answer = browse().get("/api/schools/100000")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["what"] == "The figures are not published yet."
    answer = browse().get("/", headers={"accept-language": "cy"})
    assert "Nid yw'r ffigurau wedi'u cyhoeddi eto." in answer.content.decode().replace("&#x27;", "'")


def test_pages_that_cannot_be_read_are_not_there_either(
    browse: Callable[..., Client], settings: Settings, shown_pages: Path, tmp_path: Path
) -> None:
    settings.PAGES = tmp_path
    for file in shown_pages.rglob("*"):
        if file.is_file():
            place = tmp_path / file.relative_to(shown_pages)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes() if file.name == "current" else b"damaged")
    assert browse().get("/").status_code == 503


@pytest.mark.parametrize(
    ("more", "near"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "127.8.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": "192.0.2.1"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "192.0.2.1"}, False),
    ],
)
def test_what_a_proxy_passes_on_is_not_asked_from_here(
    rf: RequestFactory, more: dict[str, str], near: bool
) -> None:
    assert is_near(rf.get("/metrics", **more)) is near
