"""How to judge whether a school does better than schools alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from commonroom.panel.measures import Measure


@dataclass(frozen=True)
class Terms:
    """The main universe, the others, and when something may be said.

    `preset`, `k` and `version` name the main universe; the multiverse is every preset given x `ks` x
    every version of the residuals (raw, adjusted) x each year left out. A school with `fewest`
    neighbours or more is judged. `measures` give words, unit and direction; `scales` how many of the
    measure's units make one sd; `references` the effect, in sd, of the context variable that the
    sensitivity is compared with; `only` the schools to answer for, judged among all (all if not
    given). The limits are those of METHODS.md section 6.
    """

    phase: str
    preset: str
    measures: Mapping[str, Measure]
    k: int = 60
    ks: tuple[int, ...] = (30, 60, 100)
    version: str = "adjusted"
    fewest: int = 20
    probability: float = 0.95
    agreement: float = 0.9
    false: float = 0.05
    size: float = 0.1
    scales: Mapping[str, float] = field(default_factory=dict)
    references: Mapping[str, float] = field(default_factory=dict)
    only: frozenset[str] | None = None
