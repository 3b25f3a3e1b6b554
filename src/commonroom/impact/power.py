"""The smallest effect that a design could see, from placebo programmes on the panel's own noise."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.impact.definition import Definition
from commonroom.impact.study import Flags, Study


@dataclass(frozen=True)
class Power:
    """What a design could see.

    `sd`: the smallest effect that is seen with the `power` asked, in sd of schools, None where no effect up
    to the largest of the curve is; `error`: its Monte Carlo standard error; `curve`: effect (sd of schools),
    power (share of programmes in which it is seen) and error (Monte Carlo standard error of that share);
    `false_alarms`: share of placebo programmes whose interval misses zero; `bias` and `spread`: mean and
    standard deviation of placebo effects; `missed`: share of programmes that gave no answer, which count as
    not seen; `programmes`: how many there were; `years`: first and last year of the outcome that stood in.
    """

    power: float
    sd: float | None
    error: float | None
    curve: pl.DataFrame
    false_alarms: float
    bias: float
    spread: float
    missed: float
    programmes: int
    years: tuple[int, int]


def power(
    study: Study,
    *,
    pool: Flags,
    definition: Definition,
    seed: int,
    window: tuple[int, int] | None = None,
) -> Power:
    """Find the smallest effect that a design could see."""
    raise NotImplementedError
