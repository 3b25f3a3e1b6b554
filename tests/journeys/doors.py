"""Pages that no link leads to: of signing in, of invitations, shown once, of errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Membership, Person, Token
from commonroom.web.accounts.roles import Role
from commonroom.web.narrative.feeds import actions as feeds
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School
from journeys import walks

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "a long enough password"
KEY = websafe_encode(b"made up")
#: Opens doors: given a browser of a visitor, yields each page as it is met.
Door = Callable[[Client], Iterator[Any]]


def open_all(met: walks.Walk) -> None:
    """Go through every door, in each language with a browser of its own, and keep the pages met."""
    for door in DOORS:
        cache.clear()
        own = walks.browsers()
        both = zip(*(door(own[language]) for language in walks.LANGUAGES), strict=True)
        for english, welsh in both:
            assert english.status_code < 500 or door is errors, english.request["PATH_INFO"]
            met.note(door.__name__, english, lambda welsh=welsh: welsh)
    cache.clear()


def signing_in(client: Client) -> Iterator[Any]:
    """Wrong words, then the second step and a wrong code of it."""
    yield client.get("/people/login/")
    yield sign_in(client, locked_person(), "wrong")
    sign_in(client, locked_person())
    yield client.get("/people/2fa/authenticate/")
    yield client.post("/people/2fa/authenticate/", {"code": "000000"})


def looking_after_ones_sign_in(client: Client) -> Iterator[Any]:
    """What somebody with every kind of second step sees of them, once they have proven who they are."""
    person = locked_person()
    sign_in(client, person)
    codes = RecoveryCodes.activate(person).get_unused_codes()
    client.post("/people/2fa/authenticate/", {"code": codes[0]})
    passkey = Authenticator.objects.get(user=person, type=Authenticator.Type.WEBAUTHN).pk
    for path in (
        "/me/security/", "/people/email/", "/people/password/change/", "/people/3rdparty/",
        "/people/sessions/", "/people/reauthenticate/", "/people/2fa/reauthenticate/",
        "/people/2fa/totp/deactivate/", "/people/2fa/recovery-codes/generate/",
        "/people/2fa/recovery-codes/", "/people/2fa/webauthn/", "/people/2fa/webauthn/add/",
        "/people/2fa/webauthn/reauthenticate/", f"/people/2fa/webauthn/keys/{passkey}/edit/",
        f"/people/2fa/webauthn/keys/{passkey}/remove/",
    ):  # fmt: skip
        yield client.get(path)
    client.post("/people/2fa/recovery-codes/generate/")
    yield client.get("/people/2fa/recovery-codes/download/")
    yield client.post("/people/2fa/recovery-codes/generate/", follow=True)
    yield client.post("/people/password/change/", {"password1": "short", "password2": "other"})
    yield client.post("/people/2fa/reauthenticate/", {"code": "000000"})


def setting_up(client: Client) -> Iterator[Any]:
    """What a head sees who has just come, with a password alone; and who came with none."""
    sign_in(client, person_of("new.head@example.org", "Non Parry", Role.HEADTEACHER))
    yield client.get("/me/security/")
    yield client.get("/people/2fa/totp/activate/")
    yield client.post("/people/2fa/totp/activate/", {"code": "000000"})
    keyless = person_of("keyless@example.org", "Ken Lowe")
    keyless.set_unusable_password()
    keyless.save()
    client.force_login(keyless, backend=BACKEND)
    yield client.get("/people/password/set/")


def forgotten(client: Client) -> Iterator[Any]:
    """The way back in by a letter, a link that is too old, and one letter too many."""
    person = person_of("forgetful@example.org", "Ffion Lloyd")
    yield client.get("/people/password/reset/")
    yield client.post("/people/password/reset/", {"email": person.email}, follow=True)
    form = client.get(link_of("password_reset_key"), follow=True)
    yield form
    yield client.post(form.request["PATH_INFO"], {"password1": "short", "password2": "other"})
    yield client.get("/people/password/reset/key/1-no-such-key/")
    for _ in range(6):
        answer = client.post("/people/password/reset/", {"email": person.email})
    assert answer.status_code == 429
    yield answer


def another_address(client: Client) -> Iterator[Any]:
    """An address that waits to be confirmed, the page that does so, and a link that is too old."""
    person = person_of("moving@example.org", "Mo Ivey")
    sign_in(client, person)
    language = client.cookies["django_language"].value
    given = {"email": f"moved.{language}@example.org", "action_add": ""}
    yield client.post("/people/email/", given, follow=True)
    yield client.get(link_of("email_confirmation"))
    yield client.get("/people/confirm-email/nonsense/")
    yield client.get("/people/confirm-email/")


def invited(client: Client) -> Iterator[Any]:
    """What an invitation leads to: for somebody new, somebody else, somebody here, and to find back in."""
    head, now = Person.objects.get(name="Asha Patel"), timezone.now()
    school = head.memberships.get().school
    language = client.cookies["django_language"].value
    yield client.get("/join/nonsense/", follow=True)
    fresh = f"fresh.{language}@example.org"
    actions.invite(who=head, email=fresh, role=Role.GOVERNOR, on=school, now=now)
    path = link_of("invited")
    yield client.get(path, follow=True)
    yield client.post("/join/", {})
    there = person_of(f"here.{language}@example.org", "Heulwen Rees")
    client.force_login(there, backend=BACKEND)
    yield client.get(path, follow=True)
    actions.invite(who=head, email=there.email, role=Role.GOVERNOR, on=school, now=now)
    yield client.get(link_of("invited"), follow=True)
    actions.recover(who=head, membership=there.memberships.get(), now=now)
    path = link_of("recovery")
    client.post("/people/logout/")
    yield client.get(path, follow=True)
    yield client.post("/join/", {"password": "short"})


def shown_once(client: Client) -> Iterator[Any]:
    """Secrets that a page shows once, and the weekly letter that is turned off by a link."""
    person = person_of(f"once.{client.cookies['django_language'].value}@example.org", "Owen Price")
    sign_in(client, person)
    yield client.post("/me/tokens/", {"name": "Our program"})
    yield client.get(f"/me/tokens/{Token.objects.get(person=person).pk}/revoke/")
    yield client.get(f"/me/sessions/{UserSession.objects.get(user=person).pk}/end/")
    yield client.post("/me/calendar/renew/", follow=True)
    yield client.get(f"/calendar/{feeds.renew_calendar(who=person)}.ics")
    yield client.get("/me/calendar/end/")
    person.language = client.cookies["django_language"].value
    person.save()
    path = f"/digest/off/{feeds.sign(person)}/"
    yield client.get(path)
    yield client.post(path)


def elsewhere(client: Client) -> Iterator[Any]:
    """Signing in with another provider, and an answer of it that nobody asked for."""
    app = {"provider_id": "provider", "name": "School sign-in", "client_id": "c", "secret": "not told"}
    app |= {"settings": {"server_url": "http://127.0.0.1:9"}}  # type: ignore[dict-item]
    for path in ("/people/login/", "/people/oidc/provider/login/", "/people/oidc/provider/login/callback/"):
        with override_settings(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}}):
            answer = client.get(path)
        yield answer


def errors(client: Client) -> Iterator[Any]:
    """Pages of errors, and every pattern of the site: at addresses that are there for tests alone."""
    yield client.get("/no-such-page/")
    client.force_login(Person.objects.get(name="Farid Aziz"), backend=BACKEND)
    yield client.get("/site/people/invite/")
    for path in ("patterns", "ask", "confirm", "said", "refuse", "fail"):
        yield from_gallery(client, path)
    yield from_gallery(client, "ask", {"who": "nobody"})
    client.handler.enforce_csrf_checks = True
    yield from_gallery(client, "ask", {})


def from_gallery(client: Client, path: str, form: dict[str, str] | None = None) -> Any:
    with override_settings(ROOT_URLCONF="web.look.gallery"):
        path = f"/gallery/{path}/"
        return client.get(path) if form is None else client.post(path, form)


DOORS: tuple[Door, ...] = (
    signing_in, looking_after_ones_sign_in, setting_up, forgotten, another_address, invited, shown_once,
    elsewhere, errors,
)  # fmt: skip


def locked_person() -> Person:
    """Somebody with a password, an app for codes, codes of recovery and a passkey."""
    person = person_of("mair.rowlands@example.org", "Mair Rowlands")
    if not Authenticator.objects.filter(user=person).exists():
        TOTP.activate(person, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(person)
        key = {1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32}
        held = AttestedCredentialData.create(b"\0" * 16, b"made up", key)
        data = AuthenticatorData.create(b"\0" * 32, 0x45, 0, bytes(held))
        made = websafe_encode(AttestationObject.create("none", data, {}))
        said = websafe_encode(b'{"type": "webauthn.create", "challenge": "", "origin": ""}')
        response = {"clientDataJSON": said, "attestationObject": made}
        WebAuthn.add(
            person, "My phone", {"id": KEY, "rawId": KEY, "type": "public-key", "response": response}
        )
    return person


def person_of(email: str, name: str, role: Role = Role.TEACHER) -> Person:
    """Somebody with a password and a role at the first school of the town."""
    found = Person.objects.filter(email=email).first()
    if found is None:
        found = Person.objects.create_user(email, PASSWORD, name=name)
        school = School.objects.get(memberships__person__name="Asha Patel")
        Membership.objects.create(person=found, role=role, school=school)
    return found


def sign_in(client: Client, person: Person, password: str = PASSWORD) -> Any:
    return client.post("/people/login/", {"login": person.email, "password": password})


def link_of(kind: str) -> str:
    """The path of the link in the last letter of a kind."""
    text = Letter.objects.filter(kind=f"accounts.{kind}").latest("pk").text
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found, text
    return found[1]
