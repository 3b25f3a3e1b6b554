"""A person's own pages: where they belong, settings, sign-in, tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import actions, queries
from commonroom.web.accounts.models import TOKEN, Invitation, Kept, Membership, Person, Token
from commonroom.web.audit.models import Entry
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]
Browse = Callable[..., Client]


@pytest.mark.parametrize(
    "path", ["/me/", "/me/settings/", "/me/security/", "/me/tokens/", "/people/sessions/"]
)
def test_own_pages_are_for_who_is_signed_in(path: str, browse: Browse, head: Person) -> None:
    assert browse().get(path).headers["Location"] == f"/people/login/?next={path}"
    page = browse(head).get(path)
    assert page.status_code == 200
    assert page.content.decode().count("<h1>") == 1


def test_my_page_says_where_i_belong_and_who_else_does(
    browse: Browse, head: Person, make_person: MakePerson, ashfield: School, system: System
) -> None:
    Membership.objects.create(person=head, role="system_leader", system=system)
    page = browse(head).get("/me/").content.decode()
    assert "Ashfield School" in page
    assert "Greater Manchester" in page
    assert 'href="/schools/900001/people/"' in page
    assert 'href="/systems/greater-manchester/people/"' not in page
    assert "no school or system yet" in browse(make_person()).get("/me/").content.decode()
    assert 'href="/site/people/"' in browse(make_person("administrator")).get("/me/").content.decode()


def test_settings_are_kept_in_the_language_chosen(browse: Browse, head: Person) -> None:
    client = browse(head)
    page = client.post("/me/settings/", {"name": "Hannah Head", "language": "cy"}, follow=True)
    assert page.redirect_chain == [("/me/", 303)]
    assert '<html lang="cy"' in page.content.decode()
    head.refresh_from_db()
    assert (head.name, head.language, head.digest) == ("Hannah Head", "cy", False)
    entry = Entry.objects.get(action="person.set_up")
    assert entry.after == {"name": "Hannah Head", "language": "cy", "digest": False}
    page = client.post("/me/settings/", {"name": "", "language": "fr"})
    assert page.status_code == 422
    head.refresh_from_db()
    assert head.name == "Hannah Head"


def test_what_somebody_is_called_is_text_and_nothing_else(browse: Browse, head: Person) -> None:
    client = browse(head)
    client.post("/me/settings/", {"name": "<script>alert(1)</script>", "language": "en"})
    for path in ("/me/", "/me/settings/", "/schools/900001/people/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_way_to_a_provider_is_shown_where_there_is_one(
    browse: Browse, head: Person, settings: Settings
) -> None:
    assert "/3rdparty/" not in browse(head).get("/me/security/").content.decode()
    settings.PROVIDER = ["https://login.example.org"]
    assert "/3rdparty/" in browse(head).get("/me/security/").content.decode()


# Tokens


def test_a_token_is_shown_once_and_its_digest_alone_is_kept(
    browse: Browse, show_again: Callable[[Client], Client], head: Person
) -> None:
    client = show_again(browse(head))
    page = client.post("/me/tokens/", {"name": "timetable script"})
    found = re.search(r"<code>(\S+)</code>", page.content.decode())
    assert found
    assert queries.person_of_token(found[1]) == head
    assert found[1] not in client.get("/me/tokens/").content.decode()
    kept = Token.objects.get()
    assert found[1] not in repr(vars(kept))
    assert kept.digest_of_token not in repr(Entry.objects.get(action="token.make").after)
    assert client.post("/me/tokens/", {"name": ""}).status_code == 422


def test_a_token_says_when_it_was_used_last(browse: Browse, head: Person) -> None:
    now = timezone.now()
    token, text = actions.make_token(who=head, name="script", now=now)
    assert "Not used yet" in browse(head).get("/me/tokens/").content.decode()
    for later, noted in ((0, 0), (9, 0), (11, 11)):
        assert queries.person_of_token(text, now=now + timedelta(minutes=later)) == head
        token.refresh_from_db()
        assert token.used == now + timedelta(minutes=noted)
    assert "Last used" in browse(head).get("/me/tokens/").content.decode()


def test_a_token_ends(browse: Browse, head: Person, stranger: Person) -> None:
    now = timezone.now()
    token, text = actions.make_token(who=head, name="script", now=now)
    assert queries.person_of_token(text, now=now + TOKEN) is None
    assert queries.person_of_token("no such thing") is None
    with pytest.raises(PermissionDenied):
        actions.revoke_token(who=stranger, token=token, now=now)
    assert browse(stranger).post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    client = browse(head)
    assert "script" in client.get(f"/me/tokens/{token.pk}/revoke/").content.decode()
    assert client.post(f"/me/tokens/{token.pk}/revoke/").headers["Location"] == "/me/tokens/"
    assert queries.person_of_token(text) is None
    assert Entry.objects.filter(action="token.revoke", who=head).count() == 1


def test_whoever_is_switched_off_has_no_token(head: Person) -> None:
    _, text = actions.make_token(who=head, name="script", now=timezone.now())
    Person.objects.update(is_active=False)
    assert queries.person_of_token(text) is None


def test_nobody_has_tokens_without_end(
    head: Person,
    browse: Browse,
    show_again: Callable[[Client], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "TOKENS", 1)
    actions.make_token(who=head, name="one", now=timezone.now())
    with pytest.raises(SaidToPeople, match="very many"):
        actions.make_token(who=head, name="two", now=timezone.now())
    assert show_again(browse(head)).post("/me/tokens/", {"name": "two"}).status_code == 422


def test_things_name_themselves(head: Person, ashfield: School) -> None:
    now = timezone.now()
    token, _ = actions.make_token(who=head, name="script", now=now)
    assert str(token) == "script"
    assert token.place().people == {head.pk}
    made = actions.invite(who=head, email="nia@example.org", role="teacher", on=ashfield, now=now)
    assert str(made) == "nia@example.org: Teacher, Ashfield School"
    assert Invitation(role="administrator").place().schools == frozenset()
    held = Membership.objects.get(person=head)
    assert str(held) == "Headteacher: Ashfield School"
    assert held.place().people == {head.pk}
    assert held.place().schools == {"900001"}
    assert str(Kept(cache_key="key")) == "key"
    assert head.get_full_name() == str(head) == head.name
    assert str(Person(email="a@example.org")) == "a@example.org"
