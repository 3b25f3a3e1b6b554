"""Published figures of a school in a theme, as the page to bring to a first conversation shows them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web import evidence

if TYPE_CHECKING:
    from commonroom.narrative.pages import forms


@dataclass(frozen=True)
class Line:
    """One measure of a school: how it did, beside schools with similar measured context, and how sure."""

    measure: str
    latest: str
    difference: str
    sure: str
    pupils: str
    source: str


@dataclass(frozen=True)
class Figures:
    """What is published of a school in a theme; `note` says why there are no lines, or what they mean."""

    standing: str
    note: str = ""
    lines: tuple[Line, ...] = ()
    version: str = ""
    date: datetime.date | None = None


def find(number: str, theme: str, phase: str) -> Figures:
    """Return what is published of a school in a theme and phase, with ranges and sources."""
    try:
        shown = evidence.shown()
    except SaidToPeople:
        return Figures(_("No figures have been published here yet."))
    facts = shown.facts
    version, built = facts["version"], datetime.date.fromisoformat(facts["date"])
    known = facts["themes"].get(theme)
    note = _say(known["notes"].get(cast("forms.Phase", phase))) if known else ""
    found = _standing(shown.school(number), theme, phase)
    if found is None:
        said = _("Nothing is published of this school in this theme.")
        return Figures(said, note, version=version, date=built)
    one, place = found
    lines = tuple(_line(claim, place, facts) for claim in one["claims"])
    return Figures(_stands(one), note, lines, version, built)


def beside(one: Figures, other: Figures) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return measure by measure what is published of two schools: a heading, and rows of both."""
    told = {
        "latest": _("Last figure"),
        "difference": _("Beside schools with similar context"),
        "sure": _("How sure"),
        "pupils": _("Pupils"),
        "source": _("Source"),
    }
    both = [{line.measure: line for line in figures.lines} for figures in (one, other)]
    missing = Line("", _("none published"), "", "", "", "")
    found = []
    for measure in dict.fromkeys(name for lines in both for name in lines):
        left, right = (lines.get(measure, missing) for lines in both)
        found.append(
            (measure, [(label, getattr(left, name), getattr(right, name)) for name, label in told.items()])
        )
    return found


def _standing(
    school: forms.School | None, theme: str, phase: str
) -> tuple[forms.ThemeStanding, forms.SchoolPhase] | None:
    """How a school stands in a theme, and all that is known of the phase."""
    for place in school["phases"] if school else ():
        for one in place["themes"] if place["phase"] == phase else ():
            if one["theme"] == theme:
                return one, place
    return None


def _stands(one: forms.ThemeStanding) -> str:
    return {
        "strength": _("The figures say that the school does better than schools with similar context."),
        "need": _("The figures say that the school does less well than schools with similar context."),
        "unsaid": _("The figures cannot say whether the school does better or less well."),
        "no_measure": _("No results in this theme are published, so what the schools say themselves counts."),
        "no_figure": _("No figure of this school is published in this theme."),
    }[one["standing"]]


def _line(claim: forms.Claim, place: forms.SchoolPhase, facts: forms.Facts) -> Line:
    measure = facts["measures"][claim["measure"]]
    welsh = get_language() == "cy"
    unit = _say(measure["unit_label"])
    digits = measure["digits"]
    return Line(
        measure=measure["label_cy"] if welsh else measure["label"],
        latest=_latest(claim["measure"], place, measure),
        difference=_difference(claim, unit, max(digits, 1)),
        sure=_sure(claim),
        pupils="" if claim["pupils"] is None else str(number_format(claim["pupils"], 0)),
        source="; ".join(facts["releases"][at]["name"] for at in claim["releases"]),
    )


def _latest(name: str, place: forms.SchoolPhase, measure: forms.MeasureFacts) -> str:
    """The last figure that was published, and its year."""
    points = [point for trend in place["trends"] if trend["measure"] == name for point in trend["points"]]
    known = [(point["year"], point["value"]) for point in points if point["value"] is not None]
    if not known:
        return _("none published")
    year, value = known[-1]
    figure = _number(value, measure["digits"])
    return _("%(value)s in %(year)s") % {
        "value": f"{figure}%" if measure["unit"] == "%" else figure,
        "year": year,
    }


def _difference(claim: forms.Claim, unit: str, digits: int) -> str:
    """How far it is from schools with similar context, with its range."""
    value, low, high = claim["value"], claim["low"], claim["high"]
    if value is None or low is None or high is None:
        return _("withheld: too few pupils")
    figures = {"value": value, "low": low, "high": high}
    said = {name: f"{'+' if one > 0 else ''}{_number(one, digits)}" for name, one in figures.items()}
    return _("%(value)s %(unit)s (95%% range %(low)s to %(high)s)") % {**said, "unit": unit}


def _sure(claim: forms.Claim) -> str:
    if not claim["claim"] or claim["better"] is None or claim["probability"] is None:
        return _("cannot be said")
    percent = 100 * claim["probability"]
    share = ">99" if percent > 99 else number_format(percent, 0)
    words = (
        _("better, probability %(share)s%%") if claim["better"] else _("less well, probability %(share)s%%")
    )
    return words % {"share": share}


def _number(value: float, digits: int) -> str:
    """A number as people of the language write it, with a minus that is not a hyphen."""
    return str(number_format(value, digits)).replace("-", "−")


def _say(label: forms.values.Label | None) -> str:
    if label is None:
        return ""
    return label["cy"] if get_language() == "cy" else label["en"]
