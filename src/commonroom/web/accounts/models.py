"""People, and what they are to a school or a system."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.roles import HELD_AT, Role


class People(BaseUserManager["Person"]):
    """Makes people."""

    def create_user(self, email: str, password: str | None = None, **others: Any) -> Person:
        """Return a new person, who cannot sign in by password when none is given."""
        person = self.model(email=email.strip().lower(), **others)
        person.set_password(password)
        person.save(using=self._db)
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
                condition=Q(
                    role__in=[role for role, at in HELD_AT.items() if "school" in at],
                    school__isnull=False,
                    system__isnull=True,
                )
                | Q(
                    role__in=[role for role, at in HELD_AT.items() if "system" in at],
                    school__isnull=True,
                    system__isnull=False,
                )
                | Q(role=Role.ADMINISTRATOR, school__isnull=True, system__isnull=True),
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
        return f"{self.get_role_display()}: {self.school or self.system or _('the site')}"
