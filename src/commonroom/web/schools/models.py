"""The register of schools that people's work refers to, and the systems they form."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts.permissions import Place


class System(models.Model):
    """A set of schools that share responsibility for children."""

    class Kind(models.TextChoices):
        """What kind of system it is."""

        CITY = "city", _("City or region")
        AUTHORITY = "authority", _("Authority")
        TRUST = "trust", _("Trust")
        ALLIANCE = "alliance", _("Alliance")
        DISTRICT = "district", _("District")
        NATION = "nation", _("Nation")

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(_("name"), max_length=120)
    name_cy = models.CharField(_("name in Welsh"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return (self.name_cy or self.name) if get_language() == "cy" else self.name

    def place(self) -> Place:
        """Return where it belongs: to itself."""
        return Place(systems=frozenset({self.pk}))


class School(models.Model):
    """A school by its official number, so that people's work never depends on a build of the evidence."""

    number = models.CharField(_("number"), primary_key=True, max_length=20)
    name = models.CharField(_("name"), max_length=200)
    authority = models.CharField(_("authority"), max_length=120, blank=True)
    phases = models.CharField(max_length=40, blank=True)
    #: Whether the evidence that was published last holds figures of it beside schools alike.
    in_system = models.BooleanField(default=False)
    #: The version of the evidence it was last seen in; a school is never removed from the register.
    seen = models.CharField(max_length=40, blank=True)
    systems = models.ManyToManyField(System, related_name="schools", blank=True)

    class Meta:
        ordering: ClassVar = ["name", "number"]
        indexes: ClassVar = [models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return where it belongs: to itself, and to its systems."""
        systems = frozenset(self.systems.values_list("pk", flat=True))
        return Place(schools=frozenset({self.pk}), systems=systems)
