"""What a school is strong in and what it may want to ask others about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonroom.web.schools import labels
from commonroom.web.schools.figures import number, percent, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Claim, Facts, Phase, SchoolPhase, Strength, ThemeStanding


@dataclass(frozen=True, slots=True)
class Said:
    """A theme, what is said of it and how sure that is, and the publications it is from."""

    theme: str
    name: str
    sentences: tuple[str, ...]
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Themes that a school is strong in, that it may ask about, and of which neither can be said."""

    strong: tuple[Said, ...]
    need: tuple[Said, ...]
    unsaid: tuple[Said, ...]


def tell(phase: SchoolPhase, facts: Facts) -> Standing:
    """Return the themes of a school in one phase, each kind by name."""
    kinds: dict[str, list[Said]] = {"strength": [], "need": [], "unsaid": []}
    for one in phase["themes"]:
        kind = one["standing"] if one["standing"] in kinds else "unsaid"
        kinds[kind].append(_said(one, phase["phase"], facts))
    return Standing(*(tuple(sorted(kinds[kind], key=lambda said: said.name)) for kind in kinds))


def name(facts: Facts, theme: str) -> str:
    """Return what a theme is called; one that somebody brought along is a measure."""
    return labels.theme(facts, theme) if theme in facts["themes"] else labels.measure(facts, theme)


def _said(one: ThemeStanding, phase: Phase, facts: Facts) -> Said:
    claim = next((each for each in one["claims"] if each["measure"] == one["measure"]), None)
    claim = claim or (one["claims"][0] if one["claims"] else None)
    called = name(facts, one["theme"])
    if one["standing"] in ("strength", "need") and claim is not None:
        said = (amount(claim, facts), sure(claim), _rests(claim))
        return Said(one["theme"], called, said, tuple(str(one) for one in claim["releases"]))
    note = facts["themes"].get(one["theme"], {}).get("notes", {}).get(phase)
    if one["standing"] == "no_measure":
        why = labels.say(note) if note else _("No results in it are published.")
    elif one["standing"] == "no_figure":
        why = _("No figure of this school is published, or it was withheld.")
    else:
        why = _("The published figures cannot tell.")
    return Said(one["theme"], called, (why,))


def amount(claim: Claim | Strength, facts: Facts) -> str:
    """Return by how much pupils do better or less well than those of schools with a similar intake."""
    measure = facts["measures"][claim["measure"]]
    low, high = claim["low"], claim["high"]
    if low is None or high is None:
        return labels.measure(facts, claim["measure"])
    ends = sorted((abs(low), abs(high)))
    more = (low + high > 0) == (measure["direction"] == "higher")
    said = (
        _("{measure}: better by {low} to {high} {unit} than schools with a similar intake.")
        if more
        else _("{measure}: less good by {low} to {high} {unit} than schools with a similar intake.")
    )
    digits = max(1, measure["digits"])
    return said.format(
        measure=labels.measure(facts, claim["measure"]), low=number(ends[0], digits),
        high=number(ends[1], digits), unit=labels.UNIT[measure["unit"]],
    )  # fmt: skip


def sure(claim: Claim | Strength) -> str:
    """Return how sure a claim is, in words and in figures."""
    return _(
        "How sure: {probability}; it holds in {agreement} of other reasonable ways to do the sum."
    ).format(probability=percent(claim["probability"]), agreement=percent(claim["agreement"]))


def _rests(claim: Claim) -> str:
    years = ngettext("It rests on {n} year", "It rests on {n} years", claim["years"]).format(n=claim["years"])
    if claim["pupils"] is None:
        return f"{years}."
    return _("{years} and {pupils} pupils a year.").format(years=years, pupils=whole(claim["pupils"]))
