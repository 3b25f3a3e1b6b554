"""The page of an evaluation, and its few lines for the terminal."""

from __future__ import annotations

from commonroom.narrative.impact.shown import Frames
from commonroom.narrative.impact.voice import Told
from commonroom.narrative.words import Language


def evaluation(frames: Frames, *, told: Told, language: Language) -> str:
    """Return an evaluation as one HTML page that needs nothing else: no network, no file, no JavaScript.

    Arguments: `frames` by the names of their tables (headline, effects, paths, comparisons, left_out,
    balance, guards, deviations, synthetic, events; one that is not there is empty), what it is `told` with,
    and the `language`. The same frames give the same text. Raises WordsError for another language.
    """
    raise NotImplementedError


def brief(frames: Frames, *, told: Told, language: Language) -> tuple[str, ...]:
    """Return an evaluation in a few lines: plan, answer with its range, strength, what to read it with."""
    raise NotImplementedError
