"""A plan in sentences: three for each proposal, one for each need alone and for each change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from commonroom.narrative.partnerships import alone, headline, reasons
from commonroom.narrative.partnerships.shown import Frames, Shown, show
from commonroom.narrative.partnerships.voice import Row, Told, Voice, speak
from commonroom.narrative.words import Language

Key = tuple[str, str, str]
NEED = {"receiver": pl.String, "phase": pl.String, "theme": pl.String}


@dataclass(frozen=True)
class Explained:
    """A plan in sentences, in one language.

    `headline`: what the plan comes to, between ** what matters most. `proposals` has receiver, phase,
    theme, what, why and gains; `unmatched` and `changes` have receiver, phase, theme and said.
    """

    headline: tuple[str, ...]
    proposals: pl.DataFrame
    unmatched: pl.DataFrame
    changes: pl.DataFrame


def explain(frames: Frames, *, told: Told, language: Language) -> Explained:
    """Return a plan in plain sentences, with nothing that may not be shown.

    Arguments: the `frames` of the plan by the names of their tables (proposals, alternatives, unmatched,
    providers, limits, equity, plan, changes, standing; one that is not there is empty), what it is
    `told` with, and the `language`. Raises WordsError for a language that has no words.
    """
    return voiced(show(frames), speak(told, language))


def voiced(shown: Shown, voice: Voice) -> Explained:
    """Return a plan that was released already in plain sentences."""
    three = told_of(shown, voice)
    return Explained(
        headline=headline.tell(shown, voice),
        proposals=pl.DataFrame(
            [(*key, *said) for key, said in three.items()],
            schema={**NEED, "what": pl.String, "why": pl.String, "gains": pl.String},
            orient="row",
        ),
        unmatched=_one(shown.unmatched.frame, lambda row: alone.tell(row, voice)),
        changes=_one(shown.changes.frame, lambda row: alone.tell_change(row, voice)),
    )


def told_of(shown: Shown, voice: Voice) -> dict[Key, tuple[str, str, str]]:
    """Return the three sentences of each proposal by receiver, phase and theme."""
    others = alternatives(shown)
    return {
        key(row): reasons.tell(row, others.get(key(row), []), voice)
        for row in shown.proposals.frame.sort(*NEED).iter_rows(named=True)
    }


def alternatives(shown: Shown) -> dict[Key, list[Row]]:
    """Return the best alternatives of each proposal, the best first."""
    found: dict[Key, list[Row]] = {}
    for row in shown.alternatives.frame.sort(*NEED, "place").iter_rows(named=True):
        found.setdefault(key(row), []).append(row)
    return found


def key(row: Row) -> Key:
    """Return what names a need: its school, phase and theme."""
    return row["receiver"], row["phase"], row["theme"]


def _one(frame: pl.DataFrame, say: Callable[[Row], str]) -> pl.DataFrame:
    rows = [(*key(row), say(row)) for row in frame.sort(*NEED).iter_rows(named=True)]
    return pl.DataFrame(rows, schema={**NEED, "said": pl.String}, orient="row")
