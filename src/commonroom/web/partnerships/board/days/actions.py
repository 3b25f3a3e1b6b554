"""Say how many days trusts, authorities and system leaders have, and which trust each school is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.partnerships.board.days import queries
from commonroom.web.partnerships.board.days.models import SharedDays, Trusts
from commonroom.web.partnerships.spelling import plain
from commonroom.web.schools.models import System

Kind = SharedDays.Kind


@dataclass(frozen=True)
class Stated:
    """Whose days, and how many a year."""

    kind: SharedDays.Kind
    name: str
    days: Decimal


@change
def set_days(*, who: Person, system: System, stated: Stated) -> SharedDays:
    """Say how many days a trust, an authority or system leaders have together; days said before go."""
    _begin(who, system)
    name = _name(system, stated)
    held = queries.days(system).filter(kind=stated.kind, name=name).first()
    before = None if held is None else audit.fields(held)
    made = held or SharedDays(system=system, kind=stated.kind, name=name)
    made.days, made.who, made.written = stated.days, who, timezone.now()
    made.save()
    audit.record(who=who, action="days.set", thing=made, before=before)
    return made


@change
def withdraw(*, who: Person, held: SharedDays) -> SharedDays:
    """Take days back: what the schools or leaders can give together is then not limited."""
    _begin(who, held.system)
    held.refresh_from_db()
    if held.withdrawn is not None:
        raise SaidToPeople(_("These days were taken back already."))
    before = audit.fields(held)
    held.withdrawn = timezone.now()
    held.save(update_fields=["withdrawn"])
    audit.record(who=who, action="days.withdraw", thing=held, before=before)
    return held


@change
def set_trusts(*, who: Person, system: System, trusts: Mapping[str, str], revision: int) -> Trusts:
    """Say which trust each school of a system is in; schools that are not named are in none.

    Arguments: `who` says so, of which `system`; the names of `trusts` by number of the school; the
    `revision` of the list that was read. Raises SaidToPeople when the list has changed since, names other
    schools, or leaves a trust without a school whose days are stated.
    """
    _begin(who, system)
    held = queries.trusts(system)
    if held.revision != revision:
        raise SaidToPeople(
            _("Somebody else changed the list of trusts since you read it."),
            remedy=_("Open it again in another window, and add what you typed here."),
        )
    numbers = set(system.schools.values_list("pk", flat=True))
    _refuse(_("These are no schools of this system: %(names)s."), trusts.keys() - numbers)
    stated = queries.days(system).filter(kind=Kind.TRUST).values_list("name", flat=True)
    spelled = {plain(name): name for name in stated}
    told = {number: spelled.setdefault(plain(trust), trust) for number, trust in sorted(trusts.items())}
    _refuse(
        _("Days are stated of trusts in which no school would be any more: %(names)s."),
        set(stated) - set(told.values()),
    )
    before = audit.fields(held) if held.revision else None
    held.schools, held.revision, held.who, held.written = told, revision + 1, who, timezone.now()
    held.save()
    audit.record(who=who, action="trusts.set", thing=held, before=before)
    return held


def _begin(who: Person, system: System) -> None:
    """Check the right, and wait until nobody else changes the days of the system."""
    permissions.check(who, Action.BOARD_WORK, system)
    System.objects.select_for_update().get(pk=system.pk)


def _name(system: System, stated: Stated) -> str:
    """The name as the schools of the system have it."""
    if stated.kind is Kind.LEADER and not stated.name:
        return ""
    named = queries.authorities(system)
    if stated.kind is Kind.TRUST:
        named = [name for name, _count in queries.names(system)]
    known = {plain(name): name for name in named}
    if plain(stated.name) not in known:
        raise SaidToPeople(
            _("No school of this system is in a trust or an authority of that name."),
            remedy=_("Choose another, or say first which schools are in the trust."),
        )
    return known[plain(stated.name)]


def _refuse(sentence: str, names: Iterable[str]) -> None:
    """Raise SaidToPeople when there are such names, with the first of them."""
    listed = sorted(names)
    if listed:
        shown = ", ".join(listed[:5]) + (" …" if len(listed) > 5 else "")
        raise SaidToPeople(sentence % {"names": shown}, remedy=_("Nothing was saved."))
