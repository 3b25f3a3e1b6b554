"""The answer to one question: a sentence with its range, how strong the evidence is, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from commonroom import charts, disclosure
from commonroom.disclosure import PUPILS, Rule
from commonroom.narrative import page
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import Row, Voice

ROLES = ("receiver", "provider")
#: Designs that look at all who took part as one unit.
OF_ONE = ("synthetic", "sdid")


@dataclass(frozen=True)
class Answer:
    """What is said first about one role; `steps` has the label of each step and whether it is this one."""

    role: str
    title: str
    question: str
    said: Markup
    rests: str
    strength: Markup
    steps: tuple[tuple[str, bool], ...]
    meaning: str
    held: tuple[str, ...]
    large: tuple[Markup, ...]
    reach: Markup
    reach_caption: str


def rows(shown: Shown) -> list[Row]:
    """Return the row of each question, receivers first."""
    found = {row["role"]: row for row in shown.headline.frame.iter_rows(named=True)}
    return [found[role] for role in ROLES if role in found]


def tell(row: Row, voice: Voice) -> Answer:
    """Return the answer to the question of one role (a row of tables.impact.HEADLINE, released)."""
    role = row["role"]
    return Answer(
        role=role,
        title=voice[f"role.{role}.title"],
        question=voice[f"role.{role}.question"],
        said=page.text(sentence(row, voice)),
        rests=rests(row, voice),
        strength=page.text(voice.say("strength.said", label=label(row, voice), step=row["strength"] or 1)),
        steps=tuple(
            (one.label_cy if voice.welsh else one.label, one.step == (row["strength"] or 1))
            for one in voice.told.definition.strength
        ),
        meaning=voice[f"strength.{_step(row, voice)}"],
        held=held(row, voice),
        large=page.texts(large(row, voice)),
        reach=page.trusted(_reach(row, voice)),
        reach_caption=voice.say("answer.reach_caption", level=voice.level),
    )


def sentence(row: Row, voice: Voice) -> str:
    """Return the answer in one or two sentences, never an effect without its range."""
    key = f"answer.{row['role']}"
    if row["hidden"]:
        return voice.say(f"{key}.withheld", limit=PUPILS)
    if not known(row) or row["verdict"] is None:
        return voice[f"{key}.none"]
    return voice.say(f"{key}.{row['verdict']}", measure=voice.measure, figure=voice.figure(row))


def known(row: Row) -> bool:
    """Return whether there is an effect with both ends of its range."""
    return None not in (row["effect"], row["low"], row["high"])


def rests(row: Row, voice: Voice) -> str:
    """Return how many schools the answer rests on, of how many that took part."""
    if not known(row):
        return ""
    cluster = voice.told.definition.estimator.cluster
    first, last = row["first_year"], row["last_year"]
    years = str(first) if first == last else voice.say("years", first=str(first), last=str(last))
    return voice.say(
        "answer.rests",
        schools=row["schools"], asked=voice.say("count.schools", n=row["asked"]), years=years,
        clusters=voice.say(f"cluster.{cluster}", n=row["clusters"]),
        comparison=voice.say("count.schools", n=row["comparison"]),
    )  # fmt: skip


def label(row: Row, voice: Voice) -> str:
    """Return the name of the step of evidence in the language of the page."""
    one = voice.told.definition.strength[(row["strength"] or 1) - 1]
    return one.label_cy if voice.welsh else one.label


def held(row: Row, voice: Voice) -> tuple[str, ...]:
    """Return what held the step of evidence down, each in a few words."""
    names = [name for name in (row["reasons"] or "").split("+") if name]
    return tuple(voice.maybe(f"reason.{name}", name) for name in names)


def large(row: Row, voice: Voice) -> list[str]:
    """Return how large the effect is beside what a school moves in an ordinary year, and what matters."""
    if not known(row):
        return []
    said = []
    ordinary = _ordinary(row)
    if ordinary and None not in (row["noise_low"], row["noise_high"]):
        low, high = sorted((row["noise_low"], row["noise_high"]))
        said.append(
            voice.say(
                "answer.range_minus" if low < 0 else "answer.range",
                ordinary=voice.size(ordinary), noise=voice.words.percent(row["noise"]),
                low=voice.words.percent(low), high=voice.words.percent(high),
            )
        )  # fmt: skip
    if row["smallest"]:
        said.append(voice.say("answer.smallest", smallest=voice.size(row["smallest"])))
    return said


def is_of_one(shown: Shown, role: str) -> bool:
    """Return whether the answer to the question of a role looks at all who took part as one."""
    return any(row["role"] == role and row["design"] in OF_ONE for row in rows(shown))


def _ordinary(row: Row) -> float | None:
    """Return how much one school moves in an ordinary year, in sd of schools, if that is known."""
    if not row["noise"] or row["effect"] is None:
        return None
    return float(abs(row["effect"] / row["noise"]))


def _reach(row: Row, voice: Voice) -> str:
    """Return the picture of the range, or nothing where there is none."""
    if not known(row):
        return ""
    frame = pl.DataFrame(
        {
            "value": row["effect"], "low": row["low"], "high": row["high"],
            "smallest": row["smallest"] or 0.0, "ordinary": _ordinary(row) or 0.0,
        }
    )  # fmt: skip
    said = voice.say("answer.reach_said", figure=voice.figure(row))
    ends = {name: voice.end(row[end]) for name, end in (("from", "low"), ("to", "high"))}
    words = voice.words.group("impact.answer.reach") | {"said": said} | ends
    return charts.reach(disclosure.release(frame, rule=Rule(keys=())), words=words)


def _step(row: Row, voice: Voice) -> str:
    return voice.told.definition.strength[(row["strength"] or 1) - 1].name
