"""What a plan is made from, of all that schools wrote on the site: tables as `sources.agreed` reads them."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone

from commonroom import pipeline
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.board.days import queries
from commonroom.web.partnerships.board.days.models import SharedDays
from commonroom.web.partnerships.board.models import Proposal, Reply
from commonroom.web.partnerships.market import queries as market
from commonroom.web.partnerships.market.models import Capacity
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer
from commonroom.web.partnerships.spelling import plain
from commonroom.web.partnerships.topics import YEAR
from commonroom.web.schools.models import School, System

#: Where a plan keeps all that it ever proposed: only of those can anything be decided.
PROPOSED = "proposed.csv"
#: What a decision is called, by what a school answered.
WORDS = {Answer.NO: "decline", Answer.LATER: "later"}

Row = Sequence[Any]
Kind = SharedDays.Kind


@dataclass(frozen=True)
class Inputs:
    """Schools that a plan may be about, the files of what they say, and what of it could not be taken."""

    schools: tuple[str, ...]
    files: pipeline.Files
    left_out: tuple[dict[str, str], ...]


def write(folder: Path, *, system: System, day: datetime.date, phases: Mapping[str, Sequence[str]]) -> Inputs:
    """Write what the schools of a system say into files.

    Arguments: the `folder` to write into; the `system`; the `day` of the plan; the `phases` in which each
    school of the evidence is compared.
    """
    numbers = list(system.schools.filter(in_system=True).values_list("pk", flat=True))
    schools = tuple(sorted(set(numbers) & phases.keys()))
    left_out: list[dict[str, str]] = []
    said = list(_statements(schools, day, phases, left_out))
    days = Capacity.objects.filter(school__in=schools).order_by("school")
    held: list[Row] = [("school", one.school_id, one.days, None) for one in days]
    trusts = queries.trusts(system).schools
    told = [(number, trusts[number]) for number in schools if number in trusts]
    held += _shared(system, schools, {plain(trust) for _number, trust in told}, left_out)
    ties = list(_ties(schools, phases))
    files = pipeline.Files(
        said=_write(folder / "said.csv", ("school", "phase", "theme", "says", "days", "date"), said),
        capacities=_write(folder / "capacities.csv", ("kind", "name", "days", "authority"), held),
        trusts=_write(folder / "trusts.csv", ("school", "trust"), told),
        ties=_write(folder / "ties.csv", ("provider", "receiver", "phase", "theme", "state", "date"), ties),
    )
    return Inputs(schools, files, tuple(left_out))


def decisions(folder: Path, *, system: System, plans: Path) -> Path | None:
    """Write what schools answered to proposals into a file of decisions, if any did.

    Arguments: the `folder` to write into; the `system`; the folder of its `plans`, outside of which
    nothing was proposed.
    """
    ever = _ever(plans / PROPOSED)
    settled = (Proposal.State.AGREED, Proposal.State.DECLINED, Proposal.State.LATER)
    found = Proposal.objects.filter(system=system, state__in=settled).prefetch_related("replies")
    found = found.select_related("agreement__partnership").order_by("-sent", "-pk")
    accepted: set[tuple[str, str, str]] = set(_running_needs())
    rows: list[Row] = []
    for one in found:
        pair = (one.provider_id, one.receiver_id, one.phase, one.theme)
        if pair not in ever:
            continue
        if one.state == Proposal.State.AGREED and _over(one) is None:
            need = (one.receiver_id, one.phase, one.theme)
            if need in accepted:
                # A plan holds one partner of a school in a theme.
                continue
            accepted.add(need)
        rows += ([*pair, *decision] for decision in _decided(one))
    heads = ("provider", "receiver", "phase", "theme", "decision", "by", "reason", "date", "until")
    return _write(folder / "decisions.csv", heads, rows)


def _over(one: Proposal) -> datetime.date | None:
    """The day on which the partnership was closed that came of it, if it was."""
    made = one.agreement.partnership if one.agreement is not None else None
    return made.closed if made is not None else None


def _decided(one: Proposal) -> Iterator[Row]:
    """What the two schools decided: accepted by both, or what one of them said against it."""
    replies = list(one.replies.all())
    last = max(_date(reply) for reply in replies)
    closed = _over(one)
    if closed is not None:
        # It took place: the two may be proposed to each other again.
        yield ("later", "both", "", closed, closed + datetime.timedelta(days=1))
    elif one.state == Proposal.State.AGREED:
        yield ("accept", "both", "", last, None)
    elif one.agreement is not None:
        yield ("decline", "both", one.agreement.reason, last, None)
    else:
        for reply in replies:
            if reply.answer in WORDS:
                word = WORDS[Answer(reply.answer)]
                until = reply.until if word == "later" else None
                yield (word, reply.side, reply.reason, _date(reply), until)


def _date(reply: Reply) -> datetime.date:
    return timezone.localdate(reply.when)


def _statements(
    schools: Sequence[str],
    day: datetime.date,
    phases: Mapping[str, Sequence[str]],
    left_out: list[dict[str, str]],
) -> Iterator[Row]:
    for one in market.in_force(day).filter(school__in=schools).select_related("school").order_by("pk"):
        if one.phase not in phases[one.school_id] or not themes.has(one.theme, one.phase):
            left_out.append({"school": one.school.name, "theme": one.theme, "phase": one.phase})
            continue
        yield (one.school_id, one.phase, one.theme, one.says, one.days, timezone.localdate(one.written))


def _shared(
    system: System, schools: Sequence[str], trusts: set[str], left_out: list[dict[str, str]]
) -> Iterator[Row]:
    """Days of trusts, authorities and leaders; those that no school of the plan is of are left out."""
    here = School.objects.filter(pk__in=schools).values_list("authority", flat=True)
    authorities = {plain(name) for name in here}
    for one in queries.days(system):
        known = trusts if one.kind == Kind.TRUST else authorities
        if one.name and plain(one.name) not in known:
            left_out.append({"kind": one.kind, "name": one.name})
        elif one.kind == Kind.LEADER:
            yield from _leaders(one)
        else:
            yield (one.kind, one.name, one.days, None)


def _leaders(one: SharedDays) -> Iterator[Row]:
    """Days of leaders together, as of so many leaders without a name: nobody has more than a year."""
    whole, rest = divmod(one.days, YEAR)
    for number, days in enumerate([Decimal(YEAR)] * int(whole) + [rest], start=1):
        yield (one.kind, f"{one.name} {number}", days, one.name)


def _ties(schools: Sequence[str], phases: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Partnerships, each pair, phase and theme once: what runs counts before what ended, the later first."""
    seen: set[tuple[str, str, str, str]] = set()
    taken: set[tuple[str, str, str]] = set()
    ours = Partnership.objects.filter(Q(receiver__in=schools) | Q(provider__in=schools))
    ordered = sorted(ours, key=lambda one: (one.state == Partnership.State.CLOSED, -one.agreed.toordinal()))
    for one in ordered:
        known = one.provider_id in phases and one.receiver_id in phases
        for phase in _phases(one, phases) if known else ():
            pair = (one.provider_id, one.receiver_id, phase, one.theme)
            runs = one.state != Partnership.State.CLOSED
            if pair in seen or (runs and (one.receiver_id, phase, one.theme) in taken):
                continue
            seen.add(pair)
            if runs:
                taken.add((one.receiver_id, phase, one.theme))
            yield (*pair, "running" if runs else "ended", one.agreed if runs else one.closed)


def _phases(one: Partnership, phases: Mapping[str, Sequence[str]]) -> list[str]:
    """The phases that a partnership is about: its own, or all of the receiver that have the theme."""
    wanted = [one.phase] if one.phase else list(phases[one.receiver_id])
    return [phase for phase in wanted if phase in phases[one.receiver_id] and themes.has(one.theme, phase)]


def _running_needs() -> Iterator[tuple[str, str, str]]:
    """Needs in which a partnership runs: its tie says so already."""
    running = Partnership.objects.exclude(state=Partnership.State.CLOSED)
    yield from running.values_list("receiver_id", "phase", "theme")


def _ever(file: Path) -> set[tuple[str, str, str, str]]:
    """Every pair, phase and theme that was proposed in a folder of plans."""
    if not file.is_file():
        return set()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return {
            (row["provider"], row["receiver"], row["phase"], row["theme"]) for row in csv.DictReader(opened)
        }


def _write(file: Path, heads: Row, rows: Iterable[Row]) -> Path | None:
    """Write a table; none where it would be empty."""
    rows = list(rows)
    if not rows:
        return None
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(heads)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return file
