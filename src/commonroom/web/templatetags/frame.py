"""What stands around every page: where one can go from here, and what its figures rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web import evidence
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import TABLE, Action, Role
from commonroom.web.schools.models import System

register = template.Library()


@dataclass(frozen=True)
class Place:
    """A link of the navigation: its path, its name, and whether one is there already."""

    path: str
    label: str
    here: bool


@dataclass(frozen=True)
class Menu:
    """Where one can go: what is open to all, what is one's own, and signing in and out."""

    public: list[Place]
    own: list[Place]
    sign_in: str
    sign_out: str


@register.simple_tag(takes_context=True)
def menu(context: Context) -> Menu:
    """Return the navigation for who is asking."""
    request = context.get("request")
    path = getattr(request, "path", "")
    person = getattr(request, "user", None) or AnonymousUser()
    public = [("find", _("Find a school")), ("system", _("The system")), ("methods", _("Methods"))]
    return Menu(
        public=_places(public, path),
        own=[*_places(_own(person), path), *_boards(person, path)] if isinstance(person, Person) else [],
        sign_in=_path("account_login") + (f"?next={path}" if path not in ("", "/") else ""),
        sign_out=_path("account_logout"),
    )


def _own(person: Person) -> list[tuple[str, str]]:
    """Return the pages of a person's own work, but for those that their roles do not open."""
    opened = [
        ("offers", _("Offers and requests"), Action.MARKET_SEE),
        ("asks", _("Asking for help"), Action.ASK_SEE),
        ("partnerships", _("Partnerships"), Action.PARTNERSHIP_SUMMARY),
        ("jobs", _("Jobs"), Action.SITE_RUN),
    ]
    held = frozenset().union(*(TABLE[Role(one.role)] for one in permissions.memberships(person)))
    return [("me", _("My page")), *((name, label) for name, label, action in opened if action in held)]


def _boards(person: Person, path: str) -> list[Place]:
    """Return the brokering boards that a person may see, by name where there is more than one."""
    slugs = permissions.systems(person, Action.BOARD_SEE)
    if not slugs:
        return []
    systems = list(System.objects.filter(pk__in=slugs))
    named = [
        (_("Brokering: %(system)s") % {"system": one} if systems[1:] else _("Brokering")) for one in systems
    ]
    paths = [_path("board", one.pk) for one in systems]
    return [Place(to, label, _within(path, to)) for to, label in zip(paths, named, strict=True) if to]


def _places(named: list[tuple[str, str]], path: str) -> list[Place]:
    paths = [(_path(name), label) for name, label in named]
    return [Place(to, label, _within(path, to)) for to, label in paths if to]


@lru_cache(maxsize=256)
def _path(name: str, *arguments: str) -> str:
    """Return the path of a page, empty where the site has no such page; kept, since every page asks."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def _within(path: str, place: str) -> bool:
    return path == place or (place not in ("", "/") and path.startswith(place))


@register.simple_tag(takes_context=True)
def opens(context: Context, action: str) -> bool:
    """Say whether a link is worth showing: a role of who is asking opens it, or they have yet to sign in."""
    person = getattr(context.get("request"), "user", None)
    if not isinstance(person, Person):
        return True
    return any(action in TABLE[Role(one.role)] for one in permissions.memberships(person))


@register.simple_tag
def ground() -> dict[str, Any] | None:
    """Return what the figures of the site rest on: version, date, and where its sources are listed."""
    try:
        facts = evidence.shown().facts
    except SaidToPeople:
        return None
    when = date.fromisoformat(facts["date"][:10])
    return {"version": facts["version"], "date": when, "sources": _path("methods")}
