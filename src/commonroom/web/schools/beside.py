"""A school in short: its attainment and improvement beside the nation, and its place among schools alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from commonroom.web.schools import figures, labels, strips
from commonroom.web.schools.figures import between, number, signed
from commonroom.web.schools.strips import Strip

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import (
        Facts,
        MapPlace,
        Match,
        Position,
        Range,
        SchoolPhase,
        Sensitivity,
        Trend,
    )


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to know: what it is about, the answer in a few words, sentences, a drawing, its sources."""

    title: str
    verdict: str
    sentences: tuple[str, ...]
    strip: Strip | None = None
    scale: str = ""
    releases: tuple[str, ...] = ()


def cards(phase: SchoolPhase, facts: Facts) -> list[Card]:
    """Return what a school's page says first."""
    found = [last(phase["trends"], phase["headline"], facts)]
    place = next((one for one in phase["maps"] if one["measure"] == phase["headline"]), None)
    if place is not None:
        found += [attainment(place, facts), improvement(place, facts)]
    elif phase["compared"]:
        said = _(
            "There are too few years of figures to say how it stands beside schools with pupils like these."
        )
        found.append(Card(_("Attainment and improvement"), _("We cannot say"), (said,)))
    if phase["positions"]:
        found.append(position(phase["positions"][0], phase["sensitivity"], phase["headline"], facts))
    if place is not None:
        found.append(sure(place, phase["matches"]))
    return [card for card in found if card is not None]


def sure(place: MapPlace, matches: list[Match]) -> Card:
    """Return how sure it is where a school stands."""
    percent = figures.percent(place["probability"])
    if place["said"] and place["quadrant"]:
        words = str(labels.QUADRANT[place["quadrant"]])
        verdict = _("{quarter}: {how}").format(
            quarter=words[:1].upper() + words[1:], how=_likely(place["probability"])
        )
        said = _(
            "Attainment and improvement together place it there with a probability of {percent}."
        ).format(percent=percent)
    else:
        verdict = _("We cannot say in which quarter of the map it is")
        said = _("No quarter has a probability of 60% or more.")
    ranges = _("Of ten 80% ranges, two are expected to miss the truth, and nobody can know which.")
    match = [str(labels.MATCH[matches[0]["grade"]])] if matches else []
    return Card(_("How sure we are"), verdict, (said, *match, ranges))


def _likely(probability: float | None) -> str:
    """How probable something is, in words."""
    if probability is None or probability < 0.8:
        return _("more likely than not")
    return _("likely") if probability < 0.95 else _("very likely")


def last(trends: list[Trend], headline: str, facts: Facts) -> Card | None:
    """Return the last published figure beside the nation's."""
    trend = next((one for one in trends if one["measure"] == headline), None)
    known = [point for point in trend["points"] if point["value"] is not None] if trend else []
    if not known:
        return None
    point, measure = known[-1], facts["measures"][headline]
    sign, digits = labels.SIGN[measure["unit"]], measure["digits"]
    sentences = [
        _("The mean of {nation}: {value}.").format(
            nation=labels.say(facts["nation"]), value=number(point["nation"], digits) + sign
        )
        if point["nation"] is not None
        else "",
        _("This is as published, before anything is said about who the pupils are."),
    ]
    title = _("{measure}, {year}").format(measure=labels.measure(facts, headline), year=point["year"])
    releases = labels.sources([point["release"]])
    return Card(
        title, number(point["value"], digits) + sign, tuple(filter(None, sentences)), releases=releases
    )


def attainment(place: MapPlace, facts: Facts) -> Card:
    """Return attainment beside schools of the nation with pupils like these."""
    figure, middle = place["attainment"], place["nation_attainment"]
    verdicts = (_("Higher"), _("Lower"), _("About the same, or too close to say"))
    scale = _("Beside schools with pupils like these ({unit})")
    beside = _(
        "{value} {unit} beside schools in {nation} with pupils like these;"
        " probably between {range} (80% range)."
    )
    return _card(
        _("Attainment, allowing for who the pupils are"),
        figure,
        middle,
        (place, facts),
        (verdicts, beside, scale),
    )


def improvement(place: MapPlace, facts: Facts) -> Card:
    """Return improvement beside the nation's schools."""
    figure, middle = place["improvement"], place["nation_improvement"]
    title = _("Improvement since {year}").format(year=place["since"])
    verdicts = (_("Rising"), _("Falling"), _("Steady, or too close to say"))
    scale = _("Change since {year} ({unit})").replace("{year}", str(place["since"]))
    beside = _(
        "{value} {unit} beside the change of schools in {nation}; probably between {range} (80% range)."
    )
    return _card(title, figure, middle, (place, facts), (verdicts, beside, scale))


def _card(
    title: str,
    figure: Range,
    middle: float,
    about: tuple[MapPlace, Facts],
    words: tuple[tuple[str, str, str], str, str],
) -> Card:
    place, facts = about
    verdicts, beside, scale = words
    measure = facts["measures"][place["measure"]]
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None or low is None or high is None:
        return Card(title, _("Withheld"), (_("Why is said under what was withheld, below."),))
    digits, unit = max(1, measure["digits"]), str(labels.UNIT[measure["unit"]])
    value, low, high = value - middle, low - middle, high - middle
    verdict = verdicts[0] if low > 0 else verdicts[1] if high < 0 else verdicts[2]
    said = beside.format(
        value=signed(value, digits),
        unit=unit,
        nation=labels.say(facts["nation"]),
        range=_and(low, high, digits),
    )
    strip = strips.around(value, low, high, measure["unit"])
    return Card(title, verdict, (said,), strip, scale.format(unit=unit), labels.sources(place["releases"]))


def _and(low: float, high: float, digits: int) -> str:
    return _("{low} and {high}").format(low=signed(low, digits), high=signed(high, digits))


def position(where: Position, sensitivity: Sensitivity | None, headline: str, facts: Facts) -> Card:
    """Return the place among the schools most alike, and how far it can be relied on."""
    title = _("Among the {n} schools most like it").format(n=where["compared"])
    if where["position"] is None:
        return Card(title, _("We cannot say"), (_("There is no figure to place this school among them."),))
    claim = sensitivity["claim"] if sensitivity else None
    verdict = {
        "top quarter": _("In the top quarter"),
        "bottom quarter": _("In the bottom quarter"),
    }.get(claim or "", _("Not clearly in the top or bottom quarter"))
    sentences = [
        _("Its result in {measure} is higher than that of about {position} in 100 of them.").format(
            measure=labels.measure(facts, headline), position=figures.whole(where["position"])
        ),
        _("Chance alone could put it anywhere from {range}.").format(
            range=between(where["low"], where["high"], 0)
        ),
    ]
    if sensitivity is not None and sensitivity["presets"] > 1 and sensitivity["lowest"] is not None:
        span = between(sensitivity["lowest"], sensitivity["highest"], 0)
        sentences.append(
            _("Other published ways to choose schools alike put it from {range}.").format(range=span)
        )
        sentences.append(
            _("That quarter holds under all of them, with chance allowed for.")
            if claim
            else _("So no quarter is named.")
        )
    scale = _("Higher than so many in 100. Dark: by chance. Light: by other definitions.")
    return Card(title, verdict, tuple(sentences), strips.among(where, sensitivity), scale)
