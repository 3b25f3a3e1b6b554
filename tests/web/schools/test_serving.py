"""A reader keeps a page until the evidence changes; pictures are drawn once."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

import commonroom
from commonroom.web import evidence
from commonroom.web.accounts.models import Person
from commonroom.web.schools import pictures, serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def test_a_reader_who_has_a_page_gets_no_second(client: Client) -> None:
    first = client.get("/schools/143260/")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/schools/143260/", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""
    assert {"Cookie", "Accept-Language"} <= {one.strip() for one in again.headers["Vary"].split(",")}


def test_another_language_another_question_and_another_evidence_are_other_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = client.get("/schools/143260/").headers["ETag"]
    assert client.get("/schools/143260/?phase=secondary").headers["ETag"] != tag
    client.cookies["django_language"] = "cy"
    assert client.get("/schools/143260/").headers["ETag"] != tag
    del client.cookies["django_language"]
    assert client.get("/schools/143260/").headers["ETag"] == tag
    monkeypatch.setattr(serving, "_program", lambda: "another")
    assert client.get("/schools/143260/").headers["ETag"] != tag


def test_somebody_with_a_session_gets_the_page_made_for_them(
    head: Person, browse: Callable[[Person | None], Client], client: Client
) -> None:
    tag = client.get("/").headers["ETag"]
    answer = browse(head).get("/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_a_public_page_is_only_read(client: Client) -> None:
    answer = client.post("/system/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert client.head("/system/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/schools/143260/trend.{form}?phase=secondary&measure=attainment8",
        "/schools/143260/position.{form}?phase=secondary",
    ],
)
def test_a_picture_and_what_it_is_drawn_from(client: Client, path: str) -> None:
    for form in ("svg", "narrow.svg"):
        drawn = client.get(path.format(form=form))
        assert drawn.headers["Content-Type"] == "image/svg+xml"
        assert drawn.content.startswith(b"<svg")
    from_what = client.get(path.format(form="json"))
    assert "$schema" in json.loads(from_what.content)
    assert client.get(path.format(form="png")).status_code == 404


def test_a_picture_that_cannot_be_drawn_is_not_there(client: Client) -> None:
    assert client.get("/schools/143260/trend.svg?phase=secondary&measure=no-such").status_code == 404
    assert client.get("/schools/999/trend.svg?phase=secondary&measure=attainment8").status_code == 404


@pytest.mark.parametrize("path", ["trend.svg", "trend.svg?measure=attainment8", "position.svg", "alike.svg"])
def test_a_picture_of_which_too_little_is_said_is_not_there(client: Client, path: str) -> None:
    assert client.get(f"/schools/143260/{path}").status_code == 404


def test_a_picture_whose_address_names_all_it_depends_on_is_kept_for_good(client: Client) -> None:
    path = "/schools/143260/trend.svg?phase=secondary&measure=attainment8"
    now = f"{evidence.version()}-{commonroom.__version__}"
    assert "immutable" in client.get(f"{path}&language=cy&v={now}").headers["Cache-Control"]
    for other in (f"&v={now}", "&language=cy&v=older", f"&language=cy&v={evidence.version()}-0.0.0"):
        assert "no-cache" in client.get(path + other).headers["Cache-Control"]


@pytest.mark.parametrize(
    "page", ["/schools/143260/", "/schools/143260/alike/", "/families/secondary/F011/", "/system/"]
)
def test_the_pictures_of_a_page_are_kept_for_good(client: Client, page: str) -> None:
    shown = client.get(page).content.decode()
    wide, narrow = re.findall(r'<img src="([^"]*)"', shown), re.findall(r' srcset="([^"]*)"', shown)
    assert wide
    assert narrow == [path.replace(".svg?", ".narrow.svg?") for path in wide]
    for path in wide + narrow:
        assert "immutable" in client.get(unescape(path)).headers["Cache-Control"]


@pytest.mark.parametrize("form", ["svg", "json"])
def test_a_picture_is_sent_packed_to_those_who_can_unpack_it(client: Client, form: str) -> None:
    path = f"/schools/143260/alike.{form}?phase=secondary&preset=learned"
    packed, plain = client.get(path, headers={"Accept-Encoding": "gzip"}), client.get(path)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 3
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_picture_speaks_the_language_that_its_address_names(client: Client) -> None:
    path = "/schools/143260/trend.svg?phase=secondary&measure=attainment8&language="
    assert client.get(path + "en").content != client.get(path + "cy").content


def test_what_was_made_is_not_made_again() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"drawn"

    assert pictures.once("a name of this test", make) == b"drawn"
    assert pictures.once("a name of this test", make) == b"drawn"
    assert made == [1]


def test_the_program_that_draws_is_sent_packed_to_those_who_can_unpack_it(client: Client) -> None:
    path = f"/charts/{commonroom.__version__}.js"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = client.get(path)
    assert gzip.decompress(packed.content) == plain.content
    assert b"vegaEmbed" in plain.content
    assert client.get("/charts/0.0.0.js").status_code == 404
