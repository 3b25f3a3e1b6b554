"""Write, change and withdraw what a school offers and asks for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.partnerships import schools, themes
from commonroom.web.partnerships.market import queries
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.partnerships.topics import YEAR
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Said:
    """What a school says of itself in a theme."""

    says: str
    theme: str
    phase: str
    words: str = ""
    days: Decimal | None = None
    until: datetime.date | None = None


@change
def write(*, who: Person, school: School, said: Said, today: datetime.date) -> Offer:
    """Write what a school says of itself in a theme; raise SaidToPeople where it has said something there."""
    permissions.check(who, Action.OFFER_WRITE, school)
    schools.hold(school.pk)
    for old in _there(school, said).filter(until__lt=today):
        _end(who, old)
    _check(school, said, today=today)
    offer = Offer.objects.create(school=school, who=who, **vars(said))
    audit.record(who=who, action="offer.write", thing=offer)
    return offer


@change
def revise(*, who: Person, offer: Offer, said: Said, today: datetime.date) -> Offer:
    """Change what a school says of itself in a theme."""
    permissions.check(who, Action.OFFER_WRITE, offer.school)
    schools.hold(offer.school_id)
    offer.refresh_from_db()
    _check_open(offer)
    before = audit.fields(offer)
    _check(offer.school, said, today=today, but=offer)
    for name, value in vars(said).items():
        setattr(offer, name, value)
    offer.written, offer.who = timezone.now(), who
    offer.save()
    audit.record(who=who, action="offer.change", thing=offer, before=before)
    return offer


@change
def withdraw(*, who: Person, offer: Offer) -> Offer:
    """Take back what a school says of itself."""
    permissions.check(who, Action.OFFER_WRITE, offer.school)
    schools.hold(offer.school_id)
    offer.refresh_from_db()
    _check_open(offer)
    return _end(who, offer)


@change
def set_capacity(*, who: Person, school: School, days: Decimal) -> Capacity:
    """Say how many days a year a school can give in all."""
    permissions.check(who, Action.OFFER_WRITE, school)
    schools.hold(school.pk)
    held = Capacity.objects.filter(school=school).first()
    before = None if held is None else audit.fields(held)
    capacity = held or Capacity(school=school)
    capacity.days, capacity.written = days, timezone.now()
    capacity.save()
    audit.record(who=who, action="capacity.set", thing=capacity, before=before)
    return capacity


def _end(who: Person, offer: Offer) -> Offer:
    before = audit.fields(offer)
    offer.withdrawn = timezone.now()
    offer.save(update_fields=["withdrawn"])
    audit.record(who=who, action="offer.withdraw", thing=offer, before=before)
    return offer


def _there(school: School, said: Said, but: Offer | None = None) -> QuerySet[Offer]:
    """What the school says already in the theme and phase."""
    found = Offer.objects.filter(school=school, theme=said.theme, phase=said.phase, withdrawn=None)
    return found.exclude(pk=but.pk) if but else found


def _check_open(offer: Offer) -> None:
    if offer.withdrawn is not None:
        raise SaidToPeople(
            _("This was withdrawn already."), remedy=_("Write a new one if the school says so again.")
        )


def _check(school: School, said: Said, *, today: datetime.date, but: Offer | None = None) -> None:
    if said.phase not in schools.phases(school) or not themes.has(said.theme, said.phase):
        raise SaidToPeople(
            _("The school has no such theme in this phase."), remedy=_("Choose another theme or phase.")
        )
    if said.days is not None and said.says != Offer.Says.OFFER:
        raise SaidToPeople(_("Days go with an offer only."), remedy=_("Leave the days empty."))
    if said.until is not None and said.until < today:
        raise SaidToPeople(_("The last day is over already."), remedy=_("Choose a later day."))
    if _there(school, said, but).exists():
        raise SaidToPeople(
            _("The school has said something in this theme and phase before."),
            remedy=_("Change or withdraw that one."),
        )
    others = queries.in_force(today).filter(school=school, says=Offer.Says.OFFER)
    others = others.exclude(pk=but.pk) if but else others
    days = (others.aggregate(days=Sum("days"))["days"] or 0) + (said.days or 0)
    if days > YEAR:
        raise SaidToPeople(
            _("The school's offers are more days together than a year has."), remedy=_("Give fewer days.")
        )
