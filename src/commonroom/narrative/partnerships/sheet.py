"""A sheet for each partnership of a school: one A4 page to print and take to the first conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from commonroom import charts, disclosure
from commonroom.disclosure import PUPILS
from commonroom.narrative import page
from commonroom.narrative.laying import lay
from commonroom.narrative.partnerships import alone, lists, reasons
from commonroom.narrative.partnerships.shown import Frames, show
from commonroom.narrative.partnerships.voice import Row, Told, Voice, speak
from commonroom.narrative.words import Language

#: Half the width of a 95 % range, in standard deviations.
RANGE = 1.96
#: What the picture of both schools is labelled with.
STRIP = ("low", "middle", "high", "said")
Standing = dict[tuple[str, str, str], Row]


@dataclass(frozen=True)
class Sheet:
    """One partnership as a sheet: who and what, what the figures say, what to ask, bring and agree."""

    title: str
    what: Markup
    state: str
    receiver: str
    provider: str
    need: tuple[str, ...]
    strength: tuple[str, ...]
    strip: Markup
    strip_said: str
    key_facts: tuple[tuple[str, str], ...]
    turns: tuple[str, ...]
    note: str
    questions: tuple[str, ...]
    agree: tuple[str, ...]
    source: str


def school_page(school: str, frames: Frames, *, told: Told, language: Language) -> str:
    """Return the page of one school: a sheet for each partnership in which it helps or is helped.

    Each sheet serves both schools, because they sit at one table. Needs without a partner follow with
    their reasons. Arguments: the identity of the `school`; the others as of `explain`.
    """
    (said,) = (html for _, html in school_pages(frames, told=told, language=language, schools=[school]))
    return said


def school_pages(
    frames: Frames, *, told: Told, language: Language, schools: Iterable[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Return school and page of each of `schools`, or of all that are in the plan, in order of identity.

    The plan is released and the words are read once for all of them. Arguments as of `school_page`.
    """
    shown, voice = show(frames), speak(told, language)
    standing = {
        (row["school"], row["phase"], row["theme"]): row for row in shown.standing.frame.iter_rows(named=True)
    }
    mine: dict[str, list[Row]] = {}
    for row in lists.ordered(shown.proposals.frame.iter_rows(named=True), voice):
        for school in dict.fromkeys((row["provider"], row["receiver"])):
            mine.setdefault(school, []).append(row)
    left: dict[str, list[Row]] = {}
    for row in shown.unmatched.frame.sort("phase", "theme").iter_rows(named=True):
        left.setdefault(row["receiver"], []).append(row)
    named = sorted({*mine, *left}) if schools is None else schools
    for school in named:
        sheets = [_sheet(row, standing, voice) for row in mine.get(school, [])]
        needs = [alone.tell(row, voice) for row in left.get(school, [])]
        yield school, _lay(school, sheets, needs, voice)


def _lay(school: str, sheets: list[Sheet], needs: list[str], voice: Voice) -> str:
    return lay(
        "sheet.html",
        voice,
        styles=("sheet.css",),
        school=voice.school(school),
        full=voice.full(school),
        sheets=sheets,
        bring=[voice[f"sheet.bring_list.{name}"] for name in ("one", "two", "three")],
        needs=needs,
    )


def _sheet(row: Row, standing: Standing, voice: Voice) -> Sheet:
    sides = {side: standing.get((row[side], row["phase"], row["theme"])) for side in ("receiver", "provider")}
    strip = _strip(sides, voice)
    note = voice.told.notes.get((row["theme"], row["phase"]), "")
    return Sheet(
        title=voice.thing(row["theme"], row["phase"]),
        what=page.text(reasons.what(row, voice)),
        state=voice.say("sheet.agreed", state=voice[f"state.{row['state']}"]),
        receiver=voice.say("sheet.receiver", school=voice.full(row["receiver"])),
        provider=voice.say("sheet.provider", school=voice.full(row["provider"])),
        need=_need(row, voice),
        strength=_strength(row, sides["provider"], voice),
        strip=page.trusted(strip),
        strip_said=voice["sheet.strip.said"] if strip else "",
        key_facts=_key_facts(row, voice),
        turns=_turns(row, voice),
        note=note,
        questions=questions(row["theme"], voice),
        agree=tuple(
            voice.say(f"sheet.agree_list.{name}", days=voice.days(row["days"]))
            for name in ("aim", "days", "visit", "sign")
        ),
        source=voice.say("made.sources", source=row["source"]) if row["source"] else "",
    )


def questions(theme: str, voice: Voice) -> tuple[str, ...]:
    """Return three questions to ask about a theme; of one that has none of its own, those for any."""
    own = theme if f"partners.ask.{theme}.one" in voice.words.sentences else "generic"
    return voice[f"ask.{own}.one"], voice[f"ask.{own}.two"], voice[f"ask.{own}.three"]


def _need(row: Row, voice: Voice) -> tuple[str, ...]:
    """Return what is known of the need: a gap with its range, or why there is none."""
    keys = [voice["sheet.need.keys"]] if row["keys"] else []
    said = [voice["sheet.need.said"]] if row["why"] == "said" else []
    measure = voice.known(row["measure"])
    if row["hidden_gap"]:
        return (voice.say("sheet.need.withheld", limit=PUPILS), *said, *keys)
    gap = voice.ranges(row, "gap", spread=row["spread"])
    if gap is None or measure is None or row["why"] != "evidence":
        return (*said, *keys) or (voice["sheet.need.none"],)
    figures = {"gap": gap["value"], "gap_low": gap["low"], "gap_high": gap["high"], "unit": gap["unit"]}
    return (
        voice.say(f"sheet.need.{measure.direction}", measure=voice.measure(measure.name), **figures),
        *keys,
    )


def _strength(row: Row, side: Row | None, voice: Voice) -> tuple[str, ...]:
    """Return what is known of the strength: how sure it is and how large, or why that is not said."""
    probability = voice.words.percent(row["probability"])
    if row["hidden_probability"]:
        return (voice.say("sheet.strength.withheld", limit=PUPILS),)
    if row["strength"] == "said":
        return (voice.say("sheet.strength.said", probability=probability),)
    if row["probability"] is None:
        return (voice["sheet.strength.none"],)
    measure = voice.known(side["measure"]) if side else None
    if side is None or measure is None or None in (side["effect"], side["sd"], side["spread"]):
        return (voice.say("sheet.strength.figures", probability=probability),)
    places = page.digits(measure.unit)
    ends = [side["effect"] + sign * RANGE * side["sd"] for sign in (0, -1, 1)]
    value, low, high = (voice.words.number(end * side["spread"], places) for end in ends)
    verb = "progress" if measure.kind == "progress" else "better"
    said = voice.say(
        f"sheet.strength.{verb}", measure=voice.measure(measure.name), probability=probability,
        value=value, low=low, high=high, unit=voice.words[f"unit.{measure.unit}"],
    )  # fmt: skip
    return (said,)


def _strip(sides: dict[str, Row | None], voice: Voice) -> str:
    """Return the picture of both schools beside schools alike, or nothing where a figure is missing."""
    if any(side is None or side["effect"] is None or side["sd"] is None for side in sides.values()):
        return ""
    rows = [
        (name, side["effect"], side["effect"] - RANGE * side["sd"], side["effect"] + RANGE * side["sd"])
        for name, side in sides.items()
        if side is not None
    ]
    frame = pl.DataFrame(rows, schema=["place", "value", "low", "high"], orient="row")
    released = disclosure.release(frame, rule=disclosure.Rule(keys=("place",)))
    return charts.strip(released, words={name: voice[f"sheet.strip.{name}"] for name in STRIP})


def _key_facts(row: Row, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Return days, travel, likeness and expected gain, each with what it rests on."""
    percent = voice.words.percent
    near = reasons.travel(row, voice)
    alike = voice[f"why.{reasons.alike(row['distance'])}"]
    return (
        (voice["sheet.days"], voice.days(row["days"])),
        (voice["sheet.travel"], _left(voice, "nearness", near, percent(row["nearness"]), name="travel")),
        (voice["sheet.alike"], _left(voice, "likeness", alike, percent(row["likeness"]), name="alike")),
        (voice["sheet.gain"], lists.gain(row, voice)),
    )


def _left(voice: Voice, kind: str, said: str, share: str, *, name: str) -> str:
    return voice.say(f"sheet.{kind}", share=share, **{name: said[:1].upper() + said[1:]})


def _turns(row: Row, voice: Voice) -> tuple[str, ...]:
    """Return what the school that helps has of it, and who else is there."""
    names = {"provider": voice.school(row["provider"]), "receiver": voice.school(row["receiver"])}
    said = []
    if row["third"]:
        said.append(voice.say("sheet.with", third=voice.full(row["third"]), **names))
    if row["swap"]:
        said.append(voice.say("sheet.in_turn", swap=voice.theme(row["swap"]), **names))
    else:
        said.append(voice.say("sheet.no_swap", **names))
    return tuple(said)
