"""The page of a plan: what is asked, compared how, what counts as success, and what it could see."""

from __future__ import annotations

from commonroom.narrative.impact.shown import Frames
from commonroom.narrative.impact.voice import Told
from commonroom.narrative.words import Language


def plan(frames: Frames, *, told: Told, language: Language) -> str:
    """Return the plan of an evaluation as one HTML page to print and sign, before any result.

    Arguments: `frames` (events; power: effect in sd of schools and power; left_out), what it is `told` with
    (its `plan` must be there), and the `language`. Raises WordsError for another language.
    """
    raise NotImplementedError
