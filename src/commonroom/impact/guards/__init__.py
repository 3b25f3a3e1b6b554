"""What a sceptic asks before an effect is believed: every check, on by default."""

from __future__ import annotations

import polars as pl

from commonroom.impact.definition import Definition
from commonroom.impact.guards import (
    chances,
    dates,
    earlier,
    honest,
    likeness,
    lost,
    near,
    one_out,
    question,
    regression,
)
from commonroom.impact.guards.question import Question
from commonroom.impact.matched import Answer
from commonroom.impact.study import Flags, Study

__all__ = ["look"]


def look(study: Study, *, pool: Flags, definition: Definition, answer: Answer, seed: int) -> pl.DataFrame:
    """Return what every check says of an answer (tables.impact.GUARDS without role).

    Arguments: the `study`; `pool` (n), who could be compared; the `definition` and the `answer` that it gave
    (with the aggregation `simple`); the `seed` of placebo programmes, permutations and resampling. A check
    that cannot be made has one row that says so, and why (guards.reasons). The same arguments give the
    same rows. Source: METHODS.md section 9, and each check's own.
    """
    asked = Question(study, pool, definition, answer, seed)
    steps = earlier.steps(asked)
    rows = {
        **regression.look(asked),
        "pretrend": [*earlier.held_out(asked, steps), *earlier.plain(asked)],
        "honest": honest.look(asked, steps),
        "placebo_date": dates.look(asked),
        "leave_one_out": one_out.look(asked),
        **lost.look(asked),
        "interference": near.look(asked),
        "permutation": chances.permutation(asked),
        "wild": chances.wild(asked),
        "balance": likeness.look(asked),
    }
    return question.frame(rows)
