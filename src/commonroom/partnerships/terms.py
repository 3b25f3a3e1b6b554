"""How a plan is made: on which date, in which way, and how often its gains are redrawn."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, TypeAlias

Way: TypeAlias = Literal["best", "greedy", "stable"]
BEST: Way = "best"
GREEDY: Way = "greedy"
STABLE: Way = "stable"
WAYS = (BEST, GREEDY, STABLE)


@dataclass(frozen=True)
class Terms:
    """How a plan is made.

    `date`: what is agreed until when is read against it. `way`: best (least loss, with a proof), greedy
    (what a broker with a list would do) or stable (no two schools would both rather work with each
    other); `compare`: the others are reckoned beside it. `threes`: two receivers may learn together from
    one provider. `redraws`: how often gains are redrawn to see which pairs stay, from the `seed`.
    """

    date: datetime.date
    way: Way = BEST
    compare: bool = False
    threes: bool = False
    redraws: int = 200
    seed: int = 0
