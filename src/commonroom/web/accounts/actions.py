"""Changes of who belongs where, and of a person's own settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import letters, permissions, queries
from commonroom.web.accounts.models import (
    INVITATION,
    TOKEN,
    Invitation,
    Membership,
    Person,
    Token,
    make_secret,
)
from commonroom.web.accounts.roles import Role
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change

#: As many invitations that wait as anybody may have sent.
WAITING = 200
#: As many tokens as a person may have.
TOKENS = 20


@change
def invite(*, who: Person, email: str, role: str, on: Any, now: datetime) -> Invitation:
    """Invite somebody to a role, by a link in a letter; an older invitation to the same is withdrawn.

    Arguments: `who` invites; the `email` address; the `role`; the school or system `on` (None: the site).
    Raises PermissionDenied, and SaidToPeople where the role is held already or too many wait.
    """
    if role not in permissions.roles_to_give(who, on):
        raise PermissionDenied
    email = email.strip().lower()
    if Membership.objects.in_force().filter(person__email=email, role=role, **queries.at(on)).exists():
        raise SaidToPeople(
            _("They have this role here already."), remedy=_("Nothing needs to be done: they can sign in.")
        )
    if Invitation.objects.open(now).filter(by=who).count() >= WAITING:
        raise SaidToPeople(
            _("Very many of your invitations are waiting."), remedy=_("Withdraw some of them first.")
        )
    for older in Invitation.objects.open(now).filter(email=email, role=role, **queries.at(on)):
        _withdraw(who, older, now)
    made = Invitation(email=email, role=role, by=who, **queries.at(on))
    _send(made, now)
    return made


@change
def recover(*, who: Person, membership: Membership, now: datetime) -> Invitation:
    """Send somebody a way back in, who lost password or second step; it goes to their own address.

    Arguments: `who` sends it; the `membership` by which they know them. Raises PermissionDenied unless
    `who` may give every role that the person holds.
    """
    held = queries.mine(membership.person)
    if not all(one.role in permissions.roles_to_give(who, one.at) for one in held) or membership not in held:
        raise PermissionDenied
    email, at = membership.person.email, queries.at(membership.at)
    for older in Invitation.objects.open(now).filter(email=email, recovery=True):
        _withdraw(who, older, now)
    made = Invitation(email=email, role=membership.role, by=who, recovery=True, **at)
    _send(made, now)
    return made


@change
def found(*, email: str, now: datetime) -> str:
    """Invite the first administrator of a new site, or send one a way back in; return the path of the link.

    Raises SaidToPeople when somebody else is the administrator: they invite the next.
    """
    email, held = email.strip().lower(), Membership.objects.in_force().filter(role=Role.ADMINISTRATOR)
    back = held.filter(person__email=email).exists()
    if held.exists() and not back:
        raise SaidToPeople(
            _("The site has an administrator already."), remedy=_("Ask them for an invitation.")
        )
    return _send(Invitation(email=email, role=Role.ADMINISTRATOR, recovery=back), now)


def _send(made: Invitation, now: datetime) -> str:
    """Keep an invitation and send its link; return the path of the link."""
    secret, made.digest_of_token = make_secret()
    made.expires = now + INVITATION
    made.save()
    audit.record(who=made.by, action="invitation.make", thing=made)
    path = f"/join/{secret}/"
    letters.send(
        kind="recovery" if made.recovery else "invited",
        to=made.email,
        values={
            "by": made.by or _("The site"),
            "role": Role(made.role).label,
            "at": made.at or gettext_lazy("the site"),
            "until": made.expires,
            "url": letters.origin() + path,
        },
    )
    return path


@change
def withdraw(*, who: Person, invitation: Invitation, now: datetime) -> None:
    """Withdraw an invitation.

    Raises PermissionDenied unless `who` may give its role, and SaidToPeople when it is too late.
    """
    if invitation.role not in permissions.roles_to_give(who, invitation.at):
        raise PermissionDenied
    if not Invitation.objects.open(now).filter(pk=invitation.pk).exists():
        raise _late()
    _withdraw(who, invitation, now)


def _withdraw(who: Person, invitation: Invitation, now: datetime) -> None:
    before = audit.fields(invitation)
    invitation.withdrawn = now
    invitation.save(update_fields=["withdrawn"])
    audit.record(who=who, action="invitation.withdraw", thing=invitation, before=before)


@change
def join(*, invitation: Invitation, name: str, password: str | None, language: str, now: datetime) -> Person:
    """Make the person whom an invitation was sent to, who is now reading it, and their membership.

    Arguments: the `invitation`; their `name`; `password` (None: a passkey will be set up, or a provider
    vouches for them); the `language` they read. Raises SaidToPeople when the invitation was used.
    """
    if invitation.recovery or Person.objects.filter(email=invitation.email).exists():
        raise _late()
    # Of two at once, one waits here and then finds the invitation used.
    before = _claim(invitation, now)
    person = Person.objects.create_user(invitation.email, password, name=name, language=language)
    audit.record(who=person, action="person.join", thing=person)
    _claimed(invitation, person, before)
    _become(person, invitation)
    return person


@change
def accept(*, who: Person, invitation: Invitation, now: datetime) -> Membership:
    """Add a membership to somebody who signs in with the address that was invited.

    Raises PermissionDenied for anybody else, and SaidToPeople when the invitation was used.
    """
    if invitation.recovery or invitation.email != who.email:
        raise PermissionDenied
    _claimed(invitation, who, _claim(invitation, now))
    return _become(who, invitation)


@change
def restore(*, invitation: Invitation, password: str, now: datetime) -> Person:
    """Let somebody back in who lost password or second step: a new password, and nothing of the old.

    Raises SaidToPeople when the invitation is none of recovery, or was used.
    """
    person = Person.objects.filter(email=invitation.email).first()
    if not invitation.recovery or person is None:
        raise _late()
    _claimed(invitation, person, _claim(invitation, now))
    person.set_password(password)
    person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    Token.objects.good(now).filter(person=person).update(revoked=now)
    audit.record(who=person, action="person.restore", thing=person, before=audit.fields(person))
    return person


def _claim(invitation: Invitation, now: datetime) -> dict[str, Any]:
    """Mark an invitation as used, which only one of two at once can do; return how it was."""
    before = audit.fields(invitation)
    if not Invitation.objects.open(now).filter(pk=invitation.pk).update(accepted=now):
        raise _late()
    invitation.accepted = now
    return before


def _claimed(invitation: Invitation, person: Person, before: dict[str, Any]) -> None:
    """Write down who used an invitation."""
    invitation.accepted_by = person
    invitation.save(update_fields=["accepted_by"])
    audit.record(who=person, action="invitation.accept", thing=invitation, before=before)


def _become(person: Person, invitation: Invitation) -> Membership:
    """Give the role of an invitation; one that is held already stays as it is."""
    held, new = Membership.objects.in_force().get_or_create(
        person=person,
        role=invitation.role,
        school=invitation.school,
        system=invitation.system,
        until=None,
    )
    person.in_force = None
    if new:
        audit.record(who=invitation.by or person, action="membership.begin", thing=held)
    return held


def _late() -> SaidToPeople:
    return SaidToPeople(
        _("This invitation can no longer be used."), remedy=_("Ask whoever invited you for a new one.")
    )


@change
def end_membership(*, who: Person, membership: Membership, now: datetime) -> None:
    """End a membership: one's own, or of a role that `who` may give; raise PermissionDenied otherwise.

    Raises SaidToPeople for the last administrator of the site.
    """
    own = membership.person_id == who.pk
    if not own and membership.role not in permissions.roles_to_give(who, membership.at):
        raise PermissionDenied
    # Of two who end each other's at once, one waits here and then finds itself alone.
    there = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR).select_for_update()
    if membership.role == Role.ADMINISTRATOR and {one.pk for one in there} <= {membership.pk}:
        raise SaidToPeople(
            _("The site must have an administrator."), remedy=_("Invite another before you end this one.")
        )
    before = audit.fields(membership)
    if Membership.objects.in_force().filter(pk=membership.pk).update(until=now):
        membership.until = now
        audit.record(who=who, action="membership.end", thing=membership, before=before)
    who.in_force = None


@change
def set_up(*, who: Person, name: str, language: str, digest: bool) -> None:
    """Keep what a person wants to be called, which language they read, and whether they want the digest."""
    before = audit.fields(who)
    who.name, who.language, who.digest = name, language, digest
    who.save(update_fields=["name", "language", "digest"])
    audit.record(who=who, action="person.set_up", thing=who, before=before)


@change
def make_token(*, who: Person, name: str, now: datetime) -> tuple[Token, str]:
    """Make a token with which a program acts for a person; return it and its text, which is shown once.

    Raises SaidToPeople when there are very many.
    """
    if queries.tokens(who, now=now).count() >= TOKENS:
        raise SaidToPeople(_("You have very many tokens."), remedy=_("Revoke some of them first."))
    text, kept = make_secret()
    token = Token.objects.create(person=who, name=name, digest_of_token=kept, expires=now + TOKEN)
    audit.record(who=who, action="token.make", thing=token)
    return token, text


@change
def revoke_token(*, who: Person, token: Token, now: datetime) -> None:
    """Revoke one's own token, for good; raise PermissionDenied for another's."""
    if token.person_id != who.pk:
        raise PermissionDenied
    before = audit.fields(token)
    token.revoked = token.revoked or now
    token.save(update_fields=["revoked"])
    audit.record(who=who, action="token.revoke", thing=token, before=before)
