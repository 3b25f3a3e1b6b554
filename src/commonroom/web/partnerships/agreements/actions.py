"""Put terms on the table, say yes, or leave it: nothing binds before both heads said yes to the same."""

from __future__ import annotations

import datetime
import textwrap
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.partnerships import letters, schools
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.partnerships.sides import Side
from commonroom.web.post.plain import Passage
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Terms:
    """What the two are to agree on."""

    aim: str
    days: Decimal
    starts: datetime.date
    ends: datetime.date | None = None


@dataclass(frozen=True)
class Voice:
    """Who speaks, for which of the two schools."""

    who: Person
    side: Side


def open_between(*, of: Ask | Proposal, days: Decimal | None = None) -> Agreement:
    """Open terms between two schools that both want to work together; those on the table stay there.

    Called from within the change that brings the two together, which holds both schools, and saves what
    they are brought together by. Raises SaidToPeople where they work together in the theme already.
    """
    receiver, provider = (of.asker, of.asked) if isinstance(of, Ask) else (of.receiver, of.provider)
    check_apart(receiver, provider, of.theme, of.phase)
    pair = {"receiver": receiver, "provider": provider, "theme": of.theme, "phase": of.phase}
    of.agreement = Agreement.objects.filter(**pair, state=Agreement.State.OPEN).first()
    if of.agreement is None:
        of.agreement = Agreement.objects.create(**pair, days=days, made_up=of.made_up)
        audit.record(who=None, action="agreement.open", thing=of.agreement)
    return of.agreement


def check_apart(receiver: School, provider: School, theme: str, phase: str) -> None:
    """Raise SaidToPeople where two schools work together in a theme already."""
    # A partnership that names no phase is about all of them.
    together = Partnership.objects.filter(
        receiver=receiver, provider=provider, theme=theme, phase__in=(phase, "")
    )
    if together.exclude(state=Partnership.State.CLOSED).exists():
        raise SaidToPeople(
            _("The two schools work together in this theme already."), remedy=_("Go to their partnership.")
        )


@change
def set_terms(*, voice: Voice, agreement: Agreement, terms: Terms, version: int) -> Agreement:
    """Put terms on the table: their author says yes to them, and the other head is asked.

    Arguments: whose `voice`; the `agreement`; the `terms`; the `version` of the terms that were read.
    """
    _begin(voice, agreement, version)
    if terms.ends is not None and terms.ends <= terms.starts:
        raise SaidToPeople(
            _("The end is not after the start."), remedy=_("Choose a later end, or leave it empty.")
        )
    before = audit.fields(agreement)
    for name, value in vars(terms).items():
        setattr(agreement, name, value)
    agreement.version += 1
    _set_yes(agreement, voice.side, voice.who)
    _set_yes(agreement, voice.side.other, None)
    agreement.save()
    audit.record(who=voice.who, action="agreement.terms", thing=agreement, before=before)
    _write(agreement, voice, "terms")
    return agreement


@change
def say_yes(*, voice: Voice, agreement: Agreement, version: int, today: datetime.date) -> Agreement:
    """Say yes, in a school's name, to the terms on the table; with the other's yes they are partners."""
    _begin(voice, agreement, version)
    if not agreement.aim or agreement.days is None or agreement.starts is None:
        raise SaidToPeople(
            _("There is no aim, number of days or start yet."), remedy=_("Put terms on the table first.")
        )
    if agreement.said(voice.side):
        return agreement
    before = audit.fields(agreement)
    _set_yes(agreement, voice.side, voice.who)
    if agreement.said(voice.side.other):
        agreement.partnership = _begin_partnership(agreement, voice.who, today)
        agreement.state = Agreement.State.AGREED
    agreement.save()
    audit.record(who=voice.who, action="agreement.yes", thing=agreement, before=before)
    _write(agreement, voice, "agreed" if agreement.partnership else "yes")
    return agreement


@change
def drop(*, voice: Voice, agreement: Agreement, reason: str) -> Agreement:
    """Leave terms on the table unpursued, with the reason."""
    _begin(voice, agreement, None)
    before = audit.fields(agreement)
    agreement.state, agreement.reason = Agreement.State.DROPPED, reason
    agreement.save(update_fields=["state", "reason"])
    audit.record(who=voice.who, action="agreement.drop", thing=agreement, before=before)
    # The next plan is not to count on what led to them.
    for proposal in agreement.proposals.select_for_update().filter(state=Proposal.State.AGREED):
        was = audit.fields(proposal)
        proposal.state = Proposal.State.DECLINED
        proposal.save(update_fields=["state"])
        audit.record(who=voice.who, action="proposal.settle", thing=proposal, before=was)
    _write(agreement, voice, "dropped")
    return agreement


def _begin(voice: Voice, agreement: Agreement, version: int | None) -> None:
    """Hold both schools, and refuse where nothing can be said any more, or about other terms than these."""
    own = agreement.receiver if voice.side is Side.RECEIVER else agreement.provider
    permissions.check(voice.who, Action.PARTNERSHIP_LEAD, own)
    schools.hold(agreement.receiver_id, agreement.provider_id)
    agreement.refresh_from_db()
    if agreement.state == Agreement.State.AGREED:
        raise SaidToPeople(
            _("Both heads have agreed already."), remedy=_("Go on in the partnership's own room.")
        )
    if agreement.state == Agreement.State.DROPPED:
        raise SaidToPeople(
            _("This is not pursued any more."), remedy=_("Ask the school again if you would like to.")
        )
    if version is not None and version != agreement.version:
        raise SaidToPeople(
            _("The terms have changed since you read them."), remedy=_("Read them again, and then decide.")
        )


def _set_yes(agreement: Agreement, side: Side, person: Person | None) -> None:
    setattr(agreement, f"{side.value}_yes", person)
    setattr(agreement, f"{side.value}_said", None if person is None else timezone.now())


def _begin_partnership(agreement: Agreement, who: Person, today: datetime.date) -> Partnership:
    check_apart(agreement.receiver, agreement.provider, agreement.theme, agreement.phase)
    names = ("receiver", "provider", "theme", "phase", "aim", "days", "starts", "ends", "made_up")
    partnership = Partnership.objects.create(
        agreed=today, **{name: getattr(agreement, name) for name in names}
    )
    Moment.objects.create(
        partnership=partnership,
        date=today,
        kind="agreed",
        title=textwrap.shorten(agreement.aim, 200, placeholder="…"),
        path=reverse("agreement", args=[agreement.pk]),
        who=who,
    )
    audit.record(who=who, action="partnership.agree", thing=partnership)
    return partnership


def _write(agreement: Agreement, voice: Voice, kind: str) -> None:
    """Tell the other head; both, once it is agreed."""
    receiving = voice.side is Side.RECEIVER
    own, other = agreement.receiver, agreement.provider
    if not receiving:
        own, other = other, own
    path = reverse("agreement", args=[agreement.pk])
    told = {
        "school": own.name, "path": path, "theme": agreement.theme, "aim": Passage(agreement.aim),
        "days": agreement.days, "starts": agreement.starts, "reason": Passage(agreement.reason),
    }  # fmt: skip
    letters.to_heads(other, Action.PARTNERSHIP_LEAD, kind, **told)
    if kind == "agreed":
        letters.to_heads(own, Action.PARTNERSHIP_LEAD, kind, **{**told, "school": other.name})
