"""Where a person belongs, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.web.accounts import members, permissions, queries
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Action
from commonroom.web.schools.models import School, System

Link = tuple[str, str]


@dataclass(frozen=True)
class Belonging:
    """A school, a system or the site: its page, the person's roles there, and what they open.

    `roles` are each with the page on which it is given up; `links` are what may be done, each with its page.
    """

    name: str
    path: str
    roles: list[Link]
    links: list[Link]


def find(person: Person) -> list[Belonging]:
    """Return where a person belongs, by name; each place once, however many roles are held there."""
    held: dict[Any, list[Membership]] = {}
    for one in queries.mine(person):
        held.setdefault(one.at, []).append(one)
    found = [
        Belonging(
            name=str(on or _("the site")),
            path=reverse("school", args=[on.pk]) if isinstance(on, School) else "",
            roles=[(one.get_role_display(), reverse("membership-end", args=[one.pk])) for one in roles],
            links=[*_links(person, on)],
        )
        for on, roles in held.items()
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def _links(person: Person, on: Any) -> Iterator[Link]:
    """What a person may do at a place, and where."""
    if isinstance(on, School):
        if permissions.may(person, Action.OFFER_WRITE, on):
            yield _("Offers and requests"), reverse("offers-own")
        if permissions.may(person, Action.EXPORT, on):
            yield _("Take everything away as files"), reverse("take", args=[on.pk])
        if permissions.may(person, Action.IMPORT, on):
            yield _("Bring in events from a file"), reverse("events", args=[on.pk])
    if isinstance(on, System) and permissions.may(person, Action.BOARD_SEE, on):
        yield _("Brokering"), reverse("board", args=[on.pk])
    if permissions.may(person, Action.PEOPLE_SEE, on):
        yield _("People"), members.address(on)
