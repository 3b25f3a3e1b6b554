"""People, and what they are to a school or a system."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.places import Place
from commonroom.web.accounts.roles import HELD_AT, Role

#: How long an invitation can be accepted, and how long a token for the interface of programs is good.
INVITATION = timedelta(days=14)
TOKEN = timedelta(days=365)


def make_secret() -> tuple[str, str]:
    """Return a new secret to hand out once, and its digest to keep."""
    text = secrets.token_urlsafe(32)
    return text, digest(text)


def digest(text: str) -> str:
    """Return what is kept of a secret: its SHA-256, enough for a secret of 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _held_where_it_belongs() -> Q:
    """Return the condition that a role is held, or offered, at the kind of place it belongs to."""
    at = {
        kind: [role for role, kinds in HELD_AT.items() if kind in kinds]
        for kind in ("school", "system", "site")
    }
    return (
        Q(role__in=at["school"], school__isnull=False, system__isnull=True)
        | Q(role__in=at["system"], school__isnull=True, system__isnull=False)
        | Q(role__in=at["site"], school__isnull=True, system__isnull=True)
    )


class People(BaseUserManager["Person"]):
    """Makes people."""

    def create_user(self, email: str, password: str | None = None, **others: Any) -> Person:
        """Return a new person, who cannot sign in by password when none is given.

        Their address counts as theirs: nobody comes but by a letter that was sent to it.
        """
        from allauth.account.models import EmailAddress

        person = self.model(email=email.strip().lower(), **others)
        person.set_password(password)
        person.save(using=self._db)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in: an address and a name, as they entered them themselves."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("cy", "Cymraeg")], default="en"
    )
    digest = models.BooleanField(_("a digest by e-mail each week"), default=True)
    is_active = models.BooleanField(default=True)
    made_up = models.BooleanField(_("made up, to show how the site works"), default=False)
    joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    #: Memberships in force, once they were asked for (permissions.memberships).
    in_force: list[Membership] | None = None

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_person_for_an_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name, or the address where there is none."""
        return str(self)


class Memberships(models.QuerySet["Membership"]):
    """Memberships, by whether they are in force."""

    def in_force(self) -> Memberships:
        """Return those that have not ended."""
        return self.filter(until=None)


class Membership(models.Model):
    """A role that a person holds at a school, at a system, or for the whole site (neither)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    school = models.ForeignKey(
        "commonroom.School", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    system = models.ForeignKey(
        "commonroom.System", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = Memberships.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_held_where_it_belongs(),
                name="a_role_is_held_where_it_belongs",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "school", "system"],
                condition=Q(until=None),
                nulls_distinct=False,
                name="a_role_is_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.at or _('the site')}"

    @property
    def at(self) -> Any:
        """Return the school or system it is held at; None: the site."""
        return self.school or self.system

    def place(self) -> Place:
        """Return where it belongs: where it is held, and to the person."""
        held = Place() if self.at is None else self.at.place()
        return Place(held.schools, held.systems, frozenset({self.person_id}))


class Invitations(models.QuerySet["Invitation"]):
    """Invitations, by whether they can be accepted."""

    def open(self, now: datetime) -> Invitations:
        """Return those that are neither accepted nor withdrawn, and have not run out."""
        return self.filter(accepted=None, withdrawn=None, expires__gt=now)


class Invitation(models.Model):
    """A link sent to an address, that makes whoever reads that post a member, once."""

    #: The link's secret is in the letter alone.
    digest_of_token = models.CharField(max_length=64, unique=True)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    school = models.ForeignKey("commonroom.School", on_delete=models.PROTECT, null=True, related_name="+")
    system = models.ForeignKey("commonroom.System", on_delete=models.PROTECT, null=True, related_name="+")
    #: A way back in for somebody who lost password and second factor; gives no role.
    recovery = models.BooleanField(default=False)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(_("can be accepted until"))
    accepted = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn = models.DateTimeField(null=True)

    objects = Invitations.as_manager()

    class Meta:
        ordering: ClassVar = ["-made", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_held_where_it_belongs(), name="a_role_is_offered_where_it_belongs"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.get_role_display()}, {self.at or _('the site')}"

    @property
    def at(self) -> Any:
        """Return the school or system that it leads to; None: the site."""
        return self.school or self.system

    def place(self) -> Place:
        """Return where it belongs: to the school or system it leads to."""
        found: Place = Place() if self.at is None else self.at.place()
        return found


class Tokens(models.QuerySet["Token"]):
    """Tokens, by whether they are good."""

    def good(self, now: datetime) -> Tokens:
        """Return those that are neither revoked nor run out."""
        return self.filter(revoked=None, expires__gt=now)


class Token(models.Model):
    """A secret with which a program acts in a person's name."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    digest_of_token = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    objects = Tokens.as_manager()

    class Meta:
        ordering: ClassVar = ["-made", "-pk"]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return where it belongs: to the person alone."""
        return Place(people=frozenset({self.person_id}))


class Kept(models.Model):
    """What all workers of the site keep for a while, as counts of wrong passwords: Django's cache."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "commonroom_kept"

    def __str__(self) -> str:
        return self.cache_key
