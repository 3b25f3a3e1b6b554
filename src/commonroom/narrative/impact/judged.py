"""The page of an evaluation, and its few lines for the terminal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from commonroom.narrative import page
from commonroom.narrative.impact import answer, beside, checks, limits, mixes, pictures, status
from commonroom.narrative.impact.answer import Answer
from commonroom.narrative.impact.shown import Frames, Shown, show
from commonroom.narrative.impact.voice import STYLES, Row, Told, Voice, speak
from commonroom.narrative.laying import lay
from commonroom.narrative.page import Block, Section
from commonroom.narrative.words import Language


@dataclass(frozen=True)
class _Checks:
    """The table of what a sceptic asks, open on the page, with every figure behind it."""

    name: str
    block: Block
    heads: tuple[str, ...]
    rows: tuple[checks.Line, ...]


@dataclass(frozen=True)
class _Part:
    """Everything about one role: its answer, what to read it with, its checks, and who was compared."""

    answer: Answer
    first: Section
    checks: _Checks
    rest: Section


def evaluation(frames: Frames, *, told: Told, language: Language) -> str:
    """Return an evaluation as one HTML page that needs nothing else: no network, no file, no JavaScript.

    Arguments: `frames` by the names of their tables (headline, effects, paths, comparisons, left_out,
    balance, guards, deviations, synthetic, events; one that is not there is empty), what it is `told` with,
    and the `language`. The same frames give the same text. Raises WordsError for another language.
    """
    shown = show(frames, pupils=told.pupils, source="; ".join(told.sources))
    voice = speak(scaled(shown, told), language)
    parts = [_part(shown, row, voice) for row in answer.rows(shown)]
    return lay(
        "evaluation.html",
        voice,
        styles=STYLES,
        name=voice.name,
        status=status.tell(shown, voice),
        parts=parts,
        limits=limits.tell(shown, voice),
        mixes=mixes.tell(shown, voice),
        made=made(shown, voice),
    )


def brief(frames: Frames, *, told: Told, language: Language) -> tuple[str, ...]:
    """Return an evaluation in a few lines: plan, answer with its range, strength, what to read it with.

    Arguments as of `evaluation`.
    """
    shown = show(frames, pupils=told.pupils)
    voice = speak(scaled(shown, told), language)
    said = [voice.say("brief.plan", said=status.short(shown, voice))]
    for row in answer.rows(shown):
        said += _brief(shown, row, voice)
    return (*said, voice["brief.limits"])


def scaled(shown: Shown, told: Told) -> Told:
    """Return what is told with, one sd of schools in the unit of the measure being that of the answer.

    Where the answer has none, it stays as it was given.
    """
    for row in answer.rows(shown):
        if row["effect"] and row["points"] is not None:
            return replace(told, spread=abs(row["points"] / row["effect"]))
    return told


def _brief(shown: Shown, row: Row, voice: Voice) -> list[str]:
    plain = answer.sentence(row, voice).replace("**", "")
    said = [voice.say("brief.answer", question=voice[f"role.{row['role']}.question"], said=plain)]
    held = answer.held(row, voice)
    key = "brief.held" if held else "brief.strength"
    label = answer.label(row, voice)
    said.append(voice.say(key, label=label, step=row["strength"] or 1, reasons="; ".join(held)))
    both = pictures.face_value(shown, row["role"])
    if both:
        naive, placebo = (voice.figure(each) for each in both)
        said.append(voice.say("brief.naive", naive=naive, placebo=placebo))
    return said


def _part(shown: Shown, row: Row, voice: Voice) -> _Part:
    role = row["role"]
    pictured = (
        pictures.regression(shown, role, voice),
        pictures.paths(shown, role, voice),
        pictures.effects(shown, role, voice),
    )
    rest = (
        beside.compared(shown, role, voice),
        beside.balance(shown, role, voice),
        beside.left_out(shown, role, voice),
    )
    title = voice[f"role.{role}.title"]
    return _Part(
        answer.tell(row, voice),
        Section(f"figures-{role}", title, tuple(block for block in pictured if block)),
        _Checks(
            f"checks-{role}",
            checks.tell(shown, role, voice),
            tuple(voice[f"guards.heads.{name}"] for name in ("question", "answer", "figure")),
            checks.short(shown, role, voice),
        ),
        Section(f"beside-{role}", title, rest),
    )


def made(shown: Shown, voice: Voice) -> tuple[Markup, ...]:
    """Return how it was made: method, ranges, unit, sources, definition, plan and evidence."""
    told, definition, facts = voice.told, voice.told.definition, voice.told.facts
    label = definition.label_cy if voice.welsh else definition.label
    said = [voice.words["methods.how.impact_text"], *_how(shown, voice)]
    if told.spread is not None:
        said.append(voice.say("made.sd", spread=voice.plain(told.spread), unit=voice.units))
    if told.sources:
        said.append(voice.say("made.sources", sources="; ".join(told.sources)))
    date = voice.words.date(definition.date)
    said.append(voice.say("made.definition", label=label, date=date, source=definition.source.rstrip(".")))
    if told.plan is None:
        said.append(voice["made.no_plan"])
    else:
        said.append(voice.say("made.plan", digest=told.plan.hash, date=voice.words.date(told.plan.date)))
    said += [
        voice["made.no_rank"],
        voice["made.paper"],
        voice.say(
            "made.evidence", evidence=facts.evidence, version=facts.version, date=voice.words.date(facts.date)
        ),
        voice.words["methods.licence_text"],
    ]  # fmt: skip
    return page.texts(said)


def _how(shown: Shown, voice: Voice) -> list[str]:
    """Return the designs, and where the ranges come from, each once."""
    cluster = voice[f"made.cluster.{voice.told.definition.estimator.cluster}"]
    said = []
    for row in answer.rows(shown):
        if row["design"]:
            said.append(voice.maybe(f"made.design.{row['design']}", row["design"]))
        if row["inference"]:
            said.append(voice.maybe(f"made.inference.{row['inference']}", row["inference"]))
    return [text.format(cluster=cluster) for text in dict.fromkeys(said)]
