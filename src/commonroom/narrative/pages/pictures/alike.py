"""The performance map of schools alike, with one of them marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from commonroom.narrative.pages.pictures.picture import Picture
from commonroom.narrative.pages.pictures.voice import Source, Voice

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Brief

HEADS = (
    "school", "authority", "attainment", "range80", "improvement", "range80", "quadrant", "probability",
)  # fmt: skip
NUMERIC = (2, 3, 4, 5, 7)
#: What is drawn of a school, and is about its pupils.
FIGURES = (
    "attainment", "improvement", "attainment_sd", "improvement_sd", "correlation", "quadrant", "probability",
)  # fmt: skip


def near(source: Source, voice: Voice, number: str, phase: str, preset: str = "") -> Picture | None:
    """Return the map of the schools most like one, in order of likeness, and of itself."""
    found = source.alike(number, phase, preset or None)
    if found is None:
        return None
    return _map([found["own"], *found["members"]], voice, number, key="alike.caption", school=found["name"])


def stable(source: Source, voice: Voice, phase: str, code: str, school: str = "") -> Picture | None:
    """Return the map of a stable family by name, with `school` marked if it is a member."""
    found = source.family(phase, code)
    return None if found is None else _map(found["members"], voice, school, key="alike.family", code=code)


def _map(schools: Sequence[Brief], voice: Voice, own: str, *, key: str, **named: str) -> Picture | None:
    """The map of some schools, in the order given; None where none of them has a place on it."""
    placed = [one for one in schools if one["map"] is not None and one["map"]["probability"] is not None]
    if not placed:
        return None
    first: Any = placed[0]["map"]
    words, measure = voice.words, first["measure"]
    span = {"start": str(first["since"]), "end": str(first["year"])}
    return Picture(
        caption=words.say(key, measure=voice.measure(measure), **span, **named),
        sentences=_sentences(placed, len(schools) - len(placed), voice, own),
        heads=voice.heads(*HEADS),
        rows=tuple(_row(one, voice) for one in placed),
        numeric=NUMERIC,
        draw=lambda: _draw(placed, _labels(voice, measure, span), own),
    )


def _sentences(placed: Sequence[Brief], left: int, voice: Voice, own: str) -> tuple[str, ...]:
    """How many schools can be placed, where the marked one is, and how many are not on the map."""
    words = voice.words
    sure = sum(one["map"] is not None and one["map"]["said"] for one in placed)
    said = [words.say("alike.count", n=len(placed), sure=sure)]
    for one in placed:
        place = one["map"]
        if one["number"] == own and place is not None:
            quadrant, probability = _quadrant(place, voice)
            key = "alike.own_said" if place["said"] else "alike.own_unsaid"
            said.append(words.say(key, school=one["name"], quadrant=quadrant, probability=probability))
    return (*said, *([words.say("alike.outside", n=left, system=voice.system)] if left else []))


def _quadrant(place: Any, voice: Voice) -> tuple[str, str]:
    """The quarter of a school and its probability, or that it cannot be told."""
    said = voice.words[f"chart.{place['quadrant']}"] if place["said"] else voice.words["map.unsure"]
    return said, voice.words.percent(place["probability"])


def _row(one: Brief, voice: Voice) -> tuple[str, ...]:
    place: Any = one["map"]
    measure = place["measure"]
    ranges = (*voice.signed(place["attainment"], measure), *voice.signed(place["improvement"], measure))
    return (one["name"], one["authority"] or "–", *ranges, *_quadrant(place, voice))


def _labels(voice: Voice, measure: str, span: dict[str, str]) -> dict[str, str]:
    """The words on the map."""
    words, unit = voice.words, voice.unit(measure)
    return words.group("chart") | {
        "attainment": words.say("map.across", unit=unit),
        "improvement": words.say("map.up", unit=unit, **span),
    }


def _draw(placed: Sequence[Brief], labels: dict[str, str], own: str) -> Any:
    import polars as pl

    from commonroom import charts, disclosure
    from commonroom.disclosure import Rule

    places: Any = [(one, one["map"]) for one in placed]
    first = places[0][1]
    middle = (first["nation_attainment"], first["nation_improvement"])
    rows = [
        {
            "school": one["number"], "name": one["name"],
            "attainment": place["attainment"]["value"], "improvement": place["improvement"]["value"],
            **{name: place[name] for name in FIGURES[2:]}, "pupils": place["pupils"],
        }
        for one, place in places
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"pupils": pl.Int64}, infer_schema_length=None)
    figures = dict.fromkeys(FIGURES, "pupils")
    released = disclosure.release(frame, rule=Rule(keys=("school",), figures=figures, official=True))
    chart: Any = charts.map(released, words=labels, middle=middle)
    for parameter in chart.params:
        if parameter.name == "chosen":
            parameter.value = own
    return chart
