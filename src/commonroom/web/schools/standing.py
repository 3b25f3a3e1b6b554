"""What a school is strong in and what it may want to ask others about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonroom.web.schools import labels
from commonroom.web.schools.figures import number, percent, whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Claim, Facts, Phase, SchoolPhase, Strength, ThemeStanding


@dataclass(frozen=True, slots=True)
class Said:
    """Themes (key and name) of which the same is said, how sure that is, and the publications it is from."""

    themes: tuple[tuple[str, str], ...]
    sentence: str
    sure: str = ""
    releases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the themes are called."""
        return " · ".join(name for _key, name in self.themes)


@dataclass(frozen=True, slots=True)
class Standing:
    """Themes that a school is strong in, that it may ask about, and of which neither can be said."""

    strong: tuple[Said, ...]
    need: tuple[Said, ...]
    unsaid: tuple[Said, ...]

    @property
    def strong_names(self) -> str:
        """Themes that it is strong in, in a line."""
        return ", ".join(said.name.replace(" · ", ", ") for said in self.strong)

    @property
    def need_names(self) -> str:
        """Themes that it may ask about, in a line."""
        return ", ".join(said.name.replace(" · ", ", ") for said in self.need)


def tell(phase: SchoolPhase, facts: Facts) -> Standing:
    """Return the themes of a school in one phase, each kind by name."""
    kinds: dict[str, dict[Said, list[tuple[str, str]]]] = {"strength": {}, "need": {}, "unsaid": {}}
    for one in phase["themes"]:
        kind = one["standing"] if one["standing"] in kinds else "unsaid"
        said = _said(one, phase["phase"], facts)
        kinds[kind].setdefault(said, []).append((one["theme"], name(facts, one["theme"])))
    together = (
        tuple(
            replace(said, themes=tuple(sorted(themes, key=itemgetter(1)))) for said, themes in found.items()
        )
        for found in kinds.values()
    )
    return Standing(*(tuple(sorted(found, key=lambda said: said.name)) for found in together))


def name(facts: Facts, theme: str) -> str:
    """Return what a theme is called; one that somebody brought along is a measure."""
    return labels.theme(facts, theme) if theme in facts["themes"] else labels.measure(facts, theme)


def _said(one: ThemeStanding, phase: Phase, facts: Facts) -> Said:
    claim = next((each for each in one["claims"] if each["measure"] == one["measure"]), None)
    claim = claim or (one["claims"][0] if one["claims"] else None)
    if one["standing"] in ("strength", "need") and claim is not None:
        how = f"{sure(claim)} {_rests(claim)}"
        return Said((), amount(claim, facts), how, labels.sources(claim["releases"]))
    about = facts["themes"].get(one["theme"])
    note = about["notes"].get(phase) if about else None
    if one["standing"] == "no_measure":
        why = labels.say(note) if note else _("No results in it are published.")
    elif one["standing"] == "no_figure":
        why = _("No figure of this school is published, or it was withheld.")
    else:
        why = _("The published figures cannot tell.")
    return Said((), why)


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
