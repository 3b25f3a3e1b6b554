"""Signing in with an OpenID Connect provider: a real one, through the whole dance."""

from __future__ import annotations

import html
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Invitation, Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.schools.models import School

MakePerson = Callable[..., Person]
Dance = Callable[..., tuple[Client, str]]

PEOPLE = {
    "known": {"email": "Known@example.org", "email_verified": True, "name": "Kay Known"},
    "invited": {"email": "invited@example.org", "email_verified": True, "name": "Ivy Invited"},
    "stranger": {"email": "stranger@example.org", "email_verified": True},
    "claims": {"email": "known@example.org", "email_verified": False},
    "nameless": {"email": "nameless@example.org", "email_verified": True},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider, whose people say of themselves what PEOPLE says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    people = [
        part
        for sub, claims in PEOPLE.items()
        for part in ("--user-claims", json.dumps({"sub": sub} | claims))
    ]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *people]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if _answers(address):
                break
            time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/.well-known/openid-configuration", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def dance(provider: str, settings: Settings, db: None) -> Dance:
    """Sign in as somebody at the provider, from its button to where it ends; return browser and answer."""
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "provider",
                    "name": "School sign-in",
                    "client_id": "commonroom",
                    "secret": "not told",
                    "settings": {"server_url": provider},
                }
            ],
        }
    }

    def go(sub: str, client: Client | None = None, *, process: str = "login") -> tuple[Client, str]:
        client = client or Client()
        start = client.post(f"/people/oidc/provider/login/?process={process}")
        there = start.headers["Location"]
        asked = parse_qs(urlsplit(there).query)
        assert there.startswith(f"{provider}/")
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["state"][0]
        back = requests.post(there, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert back.headers["Location"].startswith("http://testserver/people/oidc/provider/login/callback/?")
        path = back.headers["Location"].removeprefix("http://testserver")
        answer = client.get(path)
        if answer.status_code == 302:
            return client, answer.headers["Location"]
        return client, html.unescape(answer.content.decode())

    return go


@pytest.fixture
def known(make_person: MakePerson, ashfield: School) -> Person:
    return make_person("teacher", ashfield, email="known@example.org")


def test_the_sign_in_page_offers_the_provider(dance: Dance) -> None:
    page = Client().get("/people/login/").content.decode()
    assert "Sign in with School sign-in" in page
    assert re.search(r'action="/people/oidc/provider/login/\?process=login', page)


def test_somebody_who_is_here_gets_in_by_the_address_the_provider_verified(
    dance: Dance, known: Person
) -> None:
    client, to = dance("known")
    assert to == "/me/"
    assert "Ashfield School" in client.get("/me/").content.decode()
    assert Person.objects.count() == 1
    assert known.has_usable_password()
    assert SocialAccount.objects.get(user=known).uid == "known"
    assert Entry.objects.get(action="provider.add").who == known
    assert not SocialToken.objects.exists()


def test_they_get_in_again_though_their_address_here_is_another_by_now(dance: Dance, known: Person) -> None:
    dance("known")
    Person.objects.update(email="other@example.org")
    assert dance("known")[1] == "/me/"


def test_a_stranger_stays_outside_and_nothing_is_kept(dance: Dance, known: Person) -> None:
    client, said = dance("stranger")
    assert "Nobody can sign up here" in said
    assert client.get("/me/").status_code == 302
    assert Person.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_an_address_that_the_provider_did_not_verify_counts_for_nothing(dance: Dance, known: Person) -> None:
    client, said = dance("claims")
    assert "Nobody can sign up here" in said
    assert client.get("/me/").status_code == 302
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(("sub", "called"), [("invited", "Ivy Invited"), ("nameless", "")])
def test_somebody_who_was_invited_comes_in(
    sub: str, called: str, dance: Dance, head: Person, ashfield: School
) -> None:
    email = f"{sub}@example.org"
    actions.invite(who=head, email=email, role="teacher", on=ashfield, now=timezone.now())
    client, to = dance(sub)
    assert to == "/me/"
    person = Person.objects.get(email=email)
    assert (person.name, person.has_usable_password()) == (called, False)
    assert Membership.objects.get(person=person).school == ashfield
    assert Invitation.objects.get().accepted_by == person
    assert client.get("/me/").status_code == 200


def test_who_acts_for_others_needs_a_second_step_here_all_the_same(
    dance: Dance, officer: Person, ashfield: School
) -> None:
    actions.invite(
        who=officer, email="invited@example.org", role="headteacher", on=ashfield, now=timezone.now()
    )
    client, _ = dance("invited")
    assert client.get("/me/").headers["Location"] == "/me/security/"
    assert client.get("/people/2fa/totp/activate/").status_code == 200


def test_the_second_step_is_asked_for_after_the_provider(dance: Dance, known: Person) -> None:
    Authenticator.objects.create(user=known, type="totp", data={})
    client, to = dance("known")
    assert to == "/people/2fa/authenticate/"
    assert client.get("/me/").status_code == 302


def test_a_provider_is_added_and_removed_by_who_is_signed_in(
    dance: Dance, make_person: MakePerson, browse: Callable[..., Client]
) -> None:
    person = make_person(email="elsewhere@example.org")
    client = Client()
    client.post("/people/login/", {"login": person.email, "password": "a long enough password"})
    _, to = dance("stranger", client, process="connect")
    assert to == "/people/3rdparty/"
    page = client.get("/people/3rdparty/").content.decode()
    assert "stranger@example.org" in page
    account = SocialAccount.objects.get(user=person)
    client.post("/people/3rdparty/", {"account": account.pk})
    assert not SocialAccount.objects.exists()
    assert Entry.objects.get(action="provider.remove").who == person


def test_an_answer_that_was_not_asked_for_is_refused(dance: Dance, known: Person, provider: str) -> None:
    """Cross-site request forgery: the answer to somebody else's question, brought to this browser."""
    start = Client().post("/people/oidc/provider/login/").headers["Location"]
    back = requests.post(start, data={"sub": "known"}, allow_redirects=False, timeout=10)
    victim = Client()
    answer = victim.get(back.headers["Location"].removeprefix("http://testserver"))
    assert "could not sign you in" in answer.content.decode()
    assert victim.get("/me/").status_code == 302


def test_who_goes_back_at_the_provider_is_where_they_were(dance: Dance) -> None:
    client = Client()
    start = client.post("/people/oidc/provider/login/").headers["Location"]
    state = parse_qs(urlsplit(start).query)["state"][0]
    answer = client.get(
        f"/people/oidc/provider/login/callback/?error=access_denied&state={state}", follow=True
    )
    assert "You went back" in answer.content.decode()


def test_the_button_is_a_form_of_its_own(dance: Dance) -> None:
    """Nobody is sent away, or signed in as somebody else, by a link on another site."""
    page = Client().get("/people/oidc/provider/login/")
    assert page.status_code == 200
    assert "You go on to School sign-in" in page.content.decode()
