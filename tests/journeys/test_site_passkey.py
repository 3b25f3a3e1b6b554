"""Passkeys in a real browser, with an authenticator that the browser makes believe of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Page, expect

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.schools.models import School

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Page]
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _nothing_kept(transactional_db: None) -> None:
    cache.clear()


def plug_in(page: Page, **more: Any) -> None:
    """Give the browser a key that checks the finger, as a phone does."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})


def sign_in(page: Page, person: Person) -> None:
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture
def bare(make_person: Callable[..., Person], ashfield: School) -> Person:
    """A head who has just come, with a password alone."""
    person = make_person("teacher", ashfield, email="bare@example.org")
    Membership.objects.filter(person=person).update(role="headteacher")
    return person


def test_a_head_sets_up_a_passkey_and_signs_in_with_it_alone(open_page: Open, bare: Person) -> None:
    page = open_page("/people/login/")
    plug_in(page)
    sign_in(page, bare)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your sign-in")
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("A name for this passkey").fill("My phone")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert Authenticator.objects.filter(user=bare, type="webauthn").count() == 1
    assert Entry.objects.filter(who=bare, action="webauthn.add").count() == 1
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My page")
    page.goto("/people/2fa/webauthn/")
    expect(page.get_by_text("My phone").first).to_be_visible()
    expect(page.get_by_text("without a password")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.goto("/people/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My page")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_passkey_is_the_second_step_after_a_password(open_page: Open, bare: Person) -> None:
    page = open_page("/people/login/")
    plug_in(page)
    sign_in(page, bare)
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Sign in with this passkey alone").uncheck()
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/people/login/")
    sign_in(page, bare)
    expect(page.get_by_role("heading", level=1)).to_have_text("The second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My page")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_passkey_proves_once_more_who_it_is_and_is_renamed_and_removed(
    open_page: Open, bare: Person
) -> None:
    page = open_page("/people/login/")
    plug_in(page)
    sign_in(page, bare)
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto("/people/2fa/webauthn/reauthenticate/?next=/people/2fa/webauthn/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your passkeys")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("A name for this passkey").fill("My watch")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("My watch").first).to_be_visible()
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    page.goto("/me/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your sign-in")
    assert Entry.objects.filter(who=bare, action="webauthn.remove").count() == 1


def test_a_finger_that_is_not_theirs_is_said_so(open_page: Open, bare: Person) -> None:
    page = open_page("/people/login/")
    plug_in(page, isUserVerified=False)
    sign_in(page, bare)
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("alert").filter(has_text="The passkey could not be made")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_without_scripts_passkeys_are_not_offered_and_the_password_works(
    open_page: Open, bare: Person
) -> None:
    page = open_page("/people/login/", scripts=False)
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    sign_in(page, bare)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your sign-in")
    page.get_by_role("link", name="Set up a passkey").click()
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    page.get_by_role("link", name="Set up an authenticator app instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
