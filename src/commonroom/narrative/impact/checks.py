"""What a sceptic asks: one row for each question in plain words, and every figure behind it."""

from __future__ import annotations

import re

import polars as pl

from commonroom.narrative import page
from commonroom.narrative.impact.limits import variable
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import DIGITS, Row, Voice
from commonroom.narrative.page import Block, Grid

#: Checks in the order in which they are read; the change taken at face value is in its own part of the page.
ORDER = (
    "regression_to_mean", "pretrend", "placebo_date", "honest", "balance", "leave_one_out", "permutation",
    "wild", "attrition", "closures", "interference",
)  # fmt: skip
FACE_VALUE = "naive"
#: The worst answer to any part of a question is the answer to it.
WORST = ("fails", "unclear", "holds", "cannot", "shown")
#: What a figure that is no effect is, by check.
VALUES = {"attrition": "share", "closures": "share", "regression_to_mean": "alarms", "balance": "sd"}
#: What a row is about, by how it is written: the words for it, with a number or a name in them.
PLACES = (
    (r"held out -(\d+)", "held_out"), (r"plain -(\d+)", "plain"), (r"(\d+) before", "before"),
    (r"(\d{4})", "year"), (r"relative ([\d.]+)", "relative"), (r"smooth ([\d.]+)", "smooth"),
    (r"([\d.]+) minutes", "minutes"), (r"lowest (.+)", "lowest"), (r"highest (.+)", "highest"),
)  # fmt: skip
#: Checks whose range is not one of the answer: what chance gives, and what bounds leave.
BY_CHANCE, BOUNDS = "permutation", ("honest", "attrition")
#: A row of the short table: question, verdict, answer, figures.
Line = tuple[str, str, str, tuple[str, ...]]
#: Figures that a row of the short table names one by one.
NAMED = 3


def tell(shown: Shown, role: str, voice: Voice) -> Block:
    """Return the checks of one role: the short table open on the page, all figures behind it."""
    found = grouped(shown, role)
    title = voice["guards.title"]
    if not found:
        return Block(title=title, sentences=page.texts([voice["guards.none"]]))
    note = voice.say("guards.note", unit=voice.units, measure=voice.measure)
    return Block(title=title, sentences=page.texts([note]), grids=(_every(found, voice),))


def grouped(shown: Shown, role: str) -> dict[str, list[Row]]:
    """Return the rows of each check in the order in which they are read, checks not known of last."""
    rows = shown.guards.frame.filter(pl.col("role") == role, pl.col("guard") != FACE_VALUE)
    found: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row["guard"], []).append(row)
    known = [guard for guard in ORDER if guard in found]
    return {guard: found[guard] for guard in (*known, *sorted(set(found) - set(known)))}


def short(shown: Shown, role: str, voice: Voice) -> tuple[Line, ...]:
    """Return the short table: question, verdict, answer, figures."""
    return tuple(_short(guard, rows, voice) for guard, rows in grouped(shown, role).items())


def _short(guard: str, rows: list[Row], voice: Voice) -> Line:
    """Return one question with the rows that decide its answer."""
    verdict = worst(rows)
    deciding = [row for row in rows if row["verdict"] == verdict]
    return ask(guard, voice), verdict, says(guard, deciding[0], voice), figures(guard, deciding, voice)


def worst(rows: list[Row]) -> str:
    """Return the worst verdict of the rows of one check."""
    found = {row["verdict"] for row in rows}
    return next(verdict for verdict in WORST if verdict in found)


def ask(guard: str, voice: Voice) -> str:
    """Return the question that a check asks."""
    return voice.maybe(f"guards.{guard}.ask", guard)


def says(guard: str, row: Row, voice: Voice) -> str:
    """Return what a check says in plain words: for its reason where that has words of its own."""
    said = voice.words.sentences.get(f"impact.guards.{guard}.{row['why']}")
    return said or voice.maybe(f"guards.{guard}.{row['verdict']}", voice[f"guards.other.{row['verdict']}"])


def figures(guard: str, rows: list[Row], voice: Voice) -> tuple[str, ...]:
    """Return the figures of a check with their ranges; of many, from the least to the most."""
    told = [row for row in rows if _one(guard, row, voice)]
    effects = [row for row in told if row["effect"] is not None and row["low"] is not None]
    if not told:
        return (voice["amount.none_here"],)
    if len(told) <= NAMED or not effects:
        return tuple(_labelled(guard, row, voice) for row in told[:NAMED])
    scale = (voice.told.spread or 1.0) * voice.turn
    sizes = [row["effect"] * scale for row in effects]
    ends = [row[end] * scale for row in effects for end in ("low", "high")]
    said = voice.say(
        "guards.several", n=len(effects), span=voice.span(min(sizes), max(sizes)),
        wide=voice.span(min(ends), max(ends)),
    )  # fmt: skip
    return (said,)


def _labelled(guard: str, row: Row, voice: Voice) -> str:
    said, at = _one(guard, row, voice), where(row["at"], voice)
    return f"{at}: {said}" if at else said


def _one(guard: str, row: Row, voice: Voice) -> str:
    """Return the figure of one row: an effect with its range, bounds, a value of its own, or chance."""
    ranged = None not in (row["low"], row["high"])
    if guard == BY_CHANCE:
        return voice.say("guards.chance", share=voice.chance(row["p"])) if row["p"] is not None else ""
    if ranged and (guard in BOUNDS or row["effect"] is None):
        return voice.say("guards.bounds", span=voice.reach(row["low"], row["high"]))
    parts = [voice.short(row)] if ranged else []
    if row["value"] is not None and row["why"] != "nothing_to_undo":
        parts.append(_value(guard, row, voice))
    return ", ".join(parts)


def _value(guard: str, row: Row, voice: Voice) -> str:
    """Return a figure that is no effect, in words."""
    kind = VALUES.get(guard, "sd")
    if guard == "honest":
        kind = "bend" if row["at"].startswith("smooth") else "times"
    if kind in ("share", "alarms"):
        return voice.say(f"guards.value.{kind}", value=voice.words.percent(row["value"]))
    return voice.say(f"guards.value.{kind}", value=voice.words.number(abs(row["value"]), DIGITS))


def where(at: str, voice: Voice) -> str:
    """Return what a row is about, in words where there are some for it."""
    for pattern, key in PLACES:
        found = re.fullmatch(pattern, at)
        if found:
            number = int(found[1]) if found[1].isdecimal() else 0
            return voice.say(f"guards.at.{key}", n=number, rest=voice.named(found[1]))
    known = voice.words.sentences.get(f"impact.guards.at.{at.replace(' ', '_')}")
    if re.fullmatch(r"path_\d+", at):
        return variable(at, voice)
    return known or voice.maybe(f"variable.{at}", voice.named(at))


def _every(found: dict[str, list[Row]], voice: Voice) -> Grid:
    """Return every row of every check."""
    heads = ("guard", "at", "figure", "schools", "answer", "why")
    return page.grid(
        voice["guards.all"],
        [voice[f"guards.heads_all.{name}"] for name in heads],
        (
            (
                ask(guard, voice), where(row["at"], voice), _one(guard, row, voice) or "–",
                voice.words.number(row["schools"], 0), voice.maybe(f"guards.verdict.{row['verdict']}", "–"),
                voice.maybe(f"guards.why.{row['why']}", row["why"]) if row["why"] else "",
            )
            for guard, rows in found.items()
            for row in rows
        ),
        numeric=(3,),
    )  # fmt: skip
