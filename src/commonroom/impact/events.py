"""Whether a question can be asked of these events and this outcome; if not, which can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.impact.definition import Definition
from commonroom.impact.plan import Asked
from commonroom.impact.refusals import Reason, Refusal
from commonroom.panel import COMPARED
from commonroom.panel.build import Panel
from commonroom.tables import impact as tables

#: Designs that stand one school, alliance or city beside a mix of others; the rest compare many with many.
OF_ONE = ("synthetic", "sdid")
#: So many schools are named.
NAMED = 3
WHERE = "events"


@dataclass(frozen=True)
class _Facts:
    """What decides: schools of one role with figures and their starts, others with figures, the years."""

    asked: Asked
    role: str
    joined: pl.DataFrame
    unseen: list[str]
    others: int
    years: list[int]
    ahead: bool

    @property
    def counted(self) -> list[int]:
        """Years of the outcome that count: those of the window, as far as they are known unless planned."""
        first, last = self.asked.window
        if self.ahead:
            return list(range(first, last + 1))
        return [year for year in self.years if first <= year <= last]

    @property
    def starts(self) -> list[int]:
        return sorted(set(self.joined["start"].to_list()))

    def base(self, start: int) -> int | None:
        """The last year with figures before a start."""
        return max((year for year in self.years if year < start), default=None)


def check(
    events: pl.DataFrame, *, panel: Panel, asked: Asked, definition: Definition, ahead: bool = False
) -> tuple[str, ...]:
    """Refuse a question that cannot be asked of these events, and say which can; return what else to know.

    Arguments: `events` (tables.impact.EVENTS); the `panel`; what is `asked`; the `definition`; `ahead`: it is
    being planned, so that outcomes need not be there yet. Returned are sentences about schools that will not
    count. Raises SaidToPeople with all that stands in the way at once, each with its remedy and, where there
    is one, the design that is possible. A break in the series matters between the year before the start and
    the years that count; earlier years are compared within their year and may stand on another scale.
    """
    events = tables.EVENTS.check(events)
    problems = _unknown(events, panel)
    notes: list[str] = []
    for role in asked.roles:
        facts = _facts(events, panel, asked, role=role, ahead=ahead)
        problems += _problems(facts, definition)
        notes += _notes(facts)
    _refuse(problems)
    return tuple(notes)


def _facts(events: pl.DataFrame, panel: Panel, asked: Asked, *, role: str, ahead: bool) -> _Facts:
    figures = asked.outcome.figures.select("school").unique()
    mine = events.filter(role=role).group_by("school").agg(pl.col("start").min()).sort("school")
    compared = panel.schools.filter(kind=COMPARED).select("school").join(figures, on="school", how="semi")
    return _Facts(
        asked,
        role,
        mine.join(figures, on="school", how="semi").sort("school"),
        mine.join(figures, on="school", how="anti").sort("school")["school"].to_list(),
        compared.join(events, on="school", how="anti").height,
        asked.outcome.years["year"].sort().to_list(),
        ahead,
    )


def _unknown(events: pl.DataFrame, panel: Panel) -> list[SaidToPeople]:
    lost = events.select("school").unique().join(panel.schools, on="school", how="anti").sort("school")
    if lost.is_empty():
        return []
    schools = lost["school"].to_list()
    return [
        Refusal(
            f"{_count(schools, 'school is', 'schools are')} not in the evidence.",
            where=f"{WHERE}, {_name(schools)}",
            remedy="Correct the number, take the row out, or build the evidence of a system that has it.",
            reasons=(Reason("schools"),),
        )
    ]


def _problems(facts: _Facts, definition: Definition) -> list[SaidToPeople]:
    """What stands in the way; nothing more is asked where nobody is left to ask about."""
    nobody = _nobody(facts)
    if nobody:
        return [nobody]
    found = [_too_late(facts), _too_early(facts), *_breaks(facts), _few(facts), _several(facts)]
    return [one for one in (*found, _alone(facts, definition)) if one is not None]


def _nobody(facts: _Facts) -> SaidToPeople | None:
    if facts.joined.height:
        return None
    label = facts.asked.outcome.measure.label
    if not facts.unseen:
        other = "provider" if facts.role == "receiver" else "receiver"
        return SaidToPeople(
            f"no school took part as {facts.role}.",
            where=f"{WHERE}, column role",
            remedy=f"Write {facts.role} where it is so, or ask about the other role: --role {other}.",
        )
    return Refusal(
        f"nobody who took part as {facts.role} ({_count(facts.unseen, 'school', 'schools')}) has a figure of "
        f"{label}.",
        where=f"{WHERE}, {_name(facts.unseen)}",
        remedy=f"Take an outcome that {facts.asked.outcome.phase} schools like these have figures of.",
        reasons=(Reason("school", facts.asked.outcome.measure.name),),
    )


def _too_late(facts: _Facts) -> SaidToPeople | None:
    """Nobody started before the last results that count."""
    label, last = facts.asked.outcome.measure.label, max(facts.years, default=None)
    if facts.ahead:
        if facts.starts[0] <= facts.asked.window[1]:
            return None
        last, start = facts.asked.window[1], facts.starts[0]
        return Refusal(
            f"the window ends in {last} and the first results that the work could touch are "
            f"those of {start}.",
            where=f"{WHERE}, column start",
            remedy=f"Plan a window that begins in {start} or later.",
            reasons=(Reason("late", year=start, last=last),),
        )
    if any(start <= year for start in facts.starts[:1] for year in facts.counted):
        return None
    known = f"the last of {label} are those of {last}" if last else f"there are none of {label}"
    return SaidToPeople(
        f"the first results that the work could touch are those of {facts.starts[0]}, and {known} "
        f"(window {facts.asked.window[0]} to {facts.asked.window[1]}).",
        where=f"{WHERE}, column start",
        remedy="Nothing can be evaluated yet; plan it now (commonroom impact plan), and evaluate when the "
        "results are out.",
    )


def _too_early(facts: _Facts) -> SaidToPeople | None:
    """Nobody has results before the start."""
    if any(facts.base(start) is not None for start in facts.starts):
        return None
    first, start, measure = min(facts.years, default=None), facts.starts[-1], facts.asked.outcome.measure
    return Refusal(
        f"there are no results of {measure.label} before the start in {start}"
        + (f": the first are those of {first}." if first else "."),
        where=f"{WHERE}, column start",
        remedy="No comparison is possible with this outcome; take one with earlier figures (--outcome).",
        reasons=(Reason("early", measure.name, start),),
    )


def _breaks(facts: _Facts) -> Iterator[SaidToPeople]:
    """A break in the series between the year before a start and the last year that counts."""
    measure = facts.asked.outcome.measure
    for start in facts.starts:
        base, counted = facts.base(start), [year for year in facts.counted if year >= start]
        found = [b for b in measure.breaks if base is not None and counted and base < b <= counted[-1]]
        if not found:
            continue
        before = [year for year in counted if year < found[0]]
        design = (
            f"Possible is --design {facts.asked.design} with a window that ends before it: "
            f"--window {before[0]}-{before[-1]}."
            if before
            else f"Possible is --design {facts.asked.design} with an outcome without a break (--outcome)."
        )
        yield Refusal(
            f"the series of {measure.label} breaks in {found[0]}, between the year before the start ({base}) "
            f"and the last year that counts ({counted[-1]}): the same figure means another thing.",
            where=f"{WHERE}, start {start}",
            remedy=design,
            reasons=(Reason("break", measure.name, found[0]),),
        )
        return


def _few(facts: _Facts) -> SaidToPeople | None:
    if facts.joined.height > 1 or facts.asked.design in OF_ONE:
        return None
    return SaidToPeople(
        f"one school took part as {facts.role}, and --design {facts.asked.design} needs two or more.",
        where=f"{WHERE}, school {facts.joined['school'][0]}",
        remedy="Possible is synthetic control for one school: --design synthetic.",
    )


def _several(facts: _Facts) -> SaidToPeople | None:
    if len(facts.starts) == 1 or facts.asked.design not in OF_ONE:
        return None
    listed = ", ".join(map(str, facts.starts))
    return SaidToPeople(
        f"--design {facts.asked.design} has one start, and the schools have {len(facts.starts)} ({listed}).",
        where=f"{WHERE}, column start",
        remedy="Possible is --design matched for all; or give the events of one start alone.",
    )


def _alone(facts: _Facts, definition: Definition) -> SaidToPeople | None:
    """Too few schools that did not take part."""
    larger = "the evidence of a larger system (commonroom panel build --system england)"
    notyet = len(facts.starts) > 1 and definition.estimator.controls == "notyet"
    if facts.others == 0 and not notyet:
        return Refusal(
            "every school with figures took part: nobody is left to compare with.",
            where=WHERE,
            remedy=f"No design is possible with these schools alone; with {larger}, --design "
            f"{facts.asked.design} is.",
            reasons=(Reason("alone"),),
        )
    need = definition.comparison.neighbours
    if facts.others and facts.others < need and facts.asked.design == "matched":
        return SaidToPeople(
            f"{facts.others} schools with figures did not take part, and --design matched takes "
            f"{need} beside "
            "each that did.",
            where=WHERE,
            remedy=f"Possible is a mix of these few, --design synthetic; or --design matched with {larger}.",
        )
    return None


def _notes(facts: _Facts) -> Iterator[str]:
    """Schools that will not count, and why."""
    if facts.unseen and facts.joined.height:
        yield (
            f"Without a figure of {facts.asked.outcome.measure.label}: "
            f"{_count(facts.unseen, 'school', 'schools')} that took part as {facts.role} "
            f"({_name(facts.unseen)})."
        )
    last = max(facts.counted, default=facts.asked.window[1])
    late = facts.joined.filter(pl.col("start") > last)["school"].to_list()
    if late and len(late) < facts.joined.height:
        yield (
            f"{_count(late, 'school', 'schools')} that took part as {facts.role} started after the last "
            f"results that count ({last}): {_name(late)}."
        )
    early = [start for start in facts.starts if facts.base(start) is None]
    lost = facts.joined.filter(pl.col("start").is_in(early))["school"].to_list()
    if lost and len(lost) < facts.joined.height:
        yield (
            f"{_count(lost, 'school', 'schools')} that took part as {facts.role} started before there were "
            f"results to compare with: {_name(lost)}."
        )
    if facts.joined.height and facts.others == 0:
        yield "Every school with figures took part: only those that started later can be compared with."


def _count(schools: Sequence[str], one: str, several: str) -> str:
    return f"{len(schools)} {one if len(schools) == 1 else several}"


def _name(schools: Sequence[str]) -> str:
    more = f" and {len(schools) - NAMED} more" if len(schools) > NAMED else ""
    return f"school{'s' if len(schools) > 1 else ''} {', '.join(schools[:NAMED])}{more}"


def _refuse(problems: Sequence[SaidToPeople]) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        lines = "".join(f"\n  {problem}" for problem in dict.fromkeys(map(str, problems)))
        named = [one for one in problems if isinstance(one, Refusal)]
        # Where one has no name, names do not say all that stands in the way.
        reasons = [reason for one in named for reason in one.reasons] if len(named) == len(problems) else []
        what = f"{len(problems)} things stand in the way.{lines}"
        raise Refusal(what, where=WHERE, reasons=tuple(dict.fromkeys(reasons)))
