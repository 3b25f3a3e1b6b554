"""Everything that the page of a school says, in the language of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from commonroom.web.schools import beside, labels, likeness, standing, trends
from commonroom.web.schools.beside import Card
from commonroom.web.schools.figures import day
from commonroom.web.schools.likeness import Likeness
from commonroom.web.schools.standing import Standing
from commonroom.web.schools.trends import Series

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, Release, School, SchoolPhase, Withheld


@dataclass(frozen=True, slots=True)
class Body:
    """What is said of a school in one phase."""

    phase: str
    why_not: str
    headline: str
    cards: list[Card]
    standing: Standing | None
    likeness: Likeness | None
    trend: Series | None
    measures: list[tuple[str, str]]
    alike: str
    nearest: list[tuple[str, str, str]]
    family: str
    family_schools: str
    honorary: bool
    context_releases: tuple[str, ...]
    withheld: list[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A school: who it is, what is said of it in the phase that was asked for, and where that is from."""

    school: School
    name: str
    number: str
    about: list[str]
    earlier: list[tuple[str, str, str]]
    phases: list[tuple[str, str]]
    body: Body | None
    sources: list[tuple[str, str, str]]


def tell(school: School, facts: Facts, *, phase: str | None = None, measure: str | None = None) -> Page:
    """Return the page of a school.

    Arguments: the `phase` to show (its first when it has no such phase); the `measure` to show year by year
    (the headline when it has no such measure).
    """
    chosen = next((one for one in school["phases"] if one["phase"] == phase), None)
    chosen = chosen or (school["phases"][0] if school["phases"] else None)
    body = _body(school, chosen, facts, measure) if chosen else None
    return Page(
        school=school,
        name=school["name"],
        number=school["number"],
        about=_about(school),
        earlier=[
            (
                one["number"],
                str(labels.JOINED.get(one["rule"], one["rule"])),
                day(one["date"]) if one["date"] else "",
            )
            for one in school["earlier"]
        ],
        phases=[(one["phase"], str(labels.PHASE[one["phase"]])) for one in school["phases"]],
        body=body,
        sources=_sources(chosen, facts["releases"]) if chosen else [],
    )


def _about(school: School) -> list[str]:
    """Who the school is, in a few short parts."""
    kind = labels.school(school["kind"], [one["phase"] for one in school["phases"]])
    parts = [kind[:1].upper() + kind[1:]]
    if school["authority"]:
        parts.append(school["authority"])
    parts.append(_("number {number}").format(number=school["number"]))
    if school["closed"]:
        parts.append(_("closed on {date}").format(date=day(school["closed"])))
    return parts


def _body(school: School, phase: SchoolPhase, facts: Facts, measure: str | None) -> Body:
    known = {one["measure"]: one for one in phase["trends"]}
    trend = known.get(measure or "") or known.get(phase["headline"]) or next(iter(known.values()), None)
    family = phase["family"]
    return Body(
        phase=phase["phase"],
        why_not="" if phase["compared"] else _why_not(school, facts),
        headline=labels.measure(facts, phase["headline"]),
        cards=beside.cards(phase, facts),
        standing=standing.tell(phase, facts) if phase["themes"] else None,
        likeness=likeness.tell(phase, facts, school["number"]) if phase["matches"] else None,
        trend=trends.tell(trend, facts) if trend else None,
        measures=[(one, labels.measure(facts, one)) for one in known],
        alike=str(phase["matches"][0]["found"]) if phase["matches"] else "",
        nearest=[(near["number"], near["name"], near["authority"] or "") for near in phase["nearest"]],
        family=family["code"] if family else "",
        family_schools=str(family["schools"]) if family else "",
        honorary=bool(family and family["honorary"]),
        context_releases=labels.sources(phase["context_releases"]),
        withheld=[
            _withheld(one, facts) for one in school["withheld"] if one["phase"] in (None, phase["phase"])
        ],
    )


def _why_not(school: School, facts: Facts) -> str:
    """Why a school is not set beside others."""
    if not school["in_system"]:
        said = _(
            "This school is outside {system} and not set beside others here: only its results are shown."
        )
        return said.format(system=labels.say(facts["system"]))
    if school["kind"] != "mainstream":
        return _("Only mainstream schools are set beside each other: of this one, its results are shown.")
    return _("Too little is known of this school to set it beside others: its results are shown.")


def _withheld(one: Withheld, facts: Facts) -> str:
    """What was withheld, and why, in a sentence."""
    what = str(labels.WITHHELD.get(one["what"], one["what"]))
    parts = [labels.measure(facts, one["measure"])] if one["measure"] else []
    parts += [str(one["year"])] if one["year"] else []
    about = f"{what} ({', '.join(parts)})" if parts else what
    return _("{what}: withheld because {reason}.").format(
        what=about[:1].upper() + about[1:], reason=labels.REASON[one["reason"]]
    )


def _sources(phase: SchoolPhase, releases: list[Release]) -> list[tuple[str, str, str]]:
    """The publications that a page rests on: number, name, years."""
    used = {point["release"] for trend in phase["trends"] for point in trend["points"]}
    used |= {one for place in phase["maps"] for one in place["releases"]}
    used |= {one for theme in phase["themes"] for claim in theme["claims"] for one in claim["releases"]}
    used |= set(phase["context_releases"])
    return [
        (str(at + 1), releases[at]["name"], _years(releases[at]))
        for at in sorted(one for one in used if one is not None)
    ]


def _years(release: Release) -> str:
    first, last = release["first"], release["last"]
    return str(first) if first == last else f"{first}–{last}"
