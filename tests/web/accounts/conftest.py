"""What tests of people share: links of letters, and the codes of an app."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from commonroom.web.accounts.models import Person
from commonroom.web.post.models import Letter

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _nothing_kept(db: None) -> Iterator[None]:
    """Wrong passwords of one test are not counted in the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def link(db: None) -> Callable[[str], str]:
    """The path of the link in the last letter of a kind."""

    def find(kind: str) -> str:
        letter = Letter.objects.filter(kind=f"accounts.{kind}").latest("pk")
        found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", letter.text)
        assert found, letter.text
        return found[1]

    return find


@pytest.fixture
def code() -> Callable[..., str]:
    """What an app for codes shows, by RFC 6238: of a key, so many steps ahead of now."""

    def show(key: str, ahead: int = 0) -> str:
        counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
        mixed = hmac.digest(base64.b32decode(key), counter, "sha1")
        at = mixed[-1] & 15
        return f"{(struct.unpack('>I', mixed[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"

    return show


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A browser in which somebody signed in as people do: by the form."""

    def go(person: Person, password: str = PASSWORD, **headers: str) -> Client:
        client = Client(headers=headers or None)
        client.post("/people/login/", {"login": person.email, "password": password})
        return client

    return go


@pytest.fixture
def show_again() -> Callable[[Client], Client]:
    """Make it so that whoever is signed in has just shown that it is them."""

    def go(client: Client) -> Client:
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = session["_auth_user_id"]
        session.save()
        return client

    return go
