"""Which caps keep the candidates of a need away, when it is left alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.partnerships.account.case import NEED, Case, by_candidate, reached
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.limits import MEASURE, MEASURE_OF_KEYS
from commonroom.partnerships.solving.problem import Flags, Ints, Level

#: Reasons by the name of the cap; that of any other is "cap".
REASONS = {
    MEASURE: "measure", MEASURE_OF_KEYS: "measure", "receiver": "receiver", "leader": "leader",
    "provider": "full", "theme": "theme",
}  # fmt: skip
CAP, DEAR, OPEN = "cap", "dear", "open"
#: Between the caps that bind together.
TOGETHER = "; "


@dataclass(frozen=True)
class _Kept:
    """Candidates of needs left alone, by number, and what keeps each away.

    `shut` (levels x candidates): whether a cap does; `price` likewise, -1 where it does not; `saves`:
    what the plan would save by the pair; `dear`: whether nobody would choose it even so.
    """

    number: Ints
    need: Ints
    shut: Flags
    price: npt.NDArray[np.float64]
    saves: Ints
    dear: Flags


def find(case: Case) -> pl.DataFrame:
    """Return what binds each need left alone that has candidates, as in tables.partnerships.UNMATCHED.

    The candidate is named that is worth choosing, is kept away by the fewest caps, and saves most. Of
    several caps that of the highest price comes first, of equal ones the finest.
    """
    kept = _look(case)
    count = kept.shut.sum(axis=0)
    order = np.lexsort((kept.number, -kept.saves, count, kept.dear, kept.need))
    first = order[np.unique(kept.need[order], return_index=True)[1]]
    frame = case.arranged.edges[kept.number[first]].select(*NEED, "provider")
    return frame.with_columns(
        candidates=pl.Series(_alike(kept, first), dtype=pl.Int64), **_tell(case, kept, first)
    )


def _look(case: Case) -> _Kept:
    """What keeps the candidates of needs left alone away."""
    problem, chosen = case.arranged.problem, case.solution.chosen
    alone = np.ones(problem.alone.size, dtype=bool)
    alone[problem.need[chosen]] = False
    number = np.flatnonzero(alone[problem.need])
    need = problem.need[number]
    shut, price = [], []
    for level in problem.levels:
        binds = reached(case, level)[number]
        worth = by_candidate(level, case.solution.prices[level.name], 0.0)[number]
        shut.append(binds)
        price.append(np.where(binds, np.maximum(worth, 0.0), -1.0))
    shape = (len(problem.levels), number.size)
    saves = problem.alone[need] - problem.cost[number]
    # One of the neediest that nobody helps yet comes before anything that it may cost.
    helped = np.isin(problem.neediest, problem.neediest[problem.need[chosen]])
    comes_first = (problem.neediest >= 0) & ~helped
    return _Kept(
        number=number,
        need=need,
        shut=np.array(shut, dtype=bool).reshape(shape),
        price=np.array(price, dtype=float).reshape(shape),
        saves=saves,
        dear=(saves <= 0) & ~comes_first[need],
    )


def _alike(kept: _Kept, first: Ints) -> Ints:
    """How many candidates of the same need the same kinds of caps keep away."""
    bits = 1 << np.arange(kept.shut.shape[0], dtype=np.int64)
    kind = (bits @ kept.shut) * 2 + kept.dear
    mine = np.full(kept.need.max(initial=-1) + 1, -1, dtype=np.int64)
    mine[kept.need[first]] = kind[first]
    same = kept.need[mine[kept.need] == kind]
    return np.bincount(same, minlength=mine.size)[kept.need[first]]


def _tell(case: Case, kept: _Kept, first: Ints) -> dict[str, pl.Series]:
    """Reason, limit, binding, also and worth of each need, by the candidate that is named."""
    levels = case.arranged.problem.levels
    shut, dear, saves = kept.shut[:, first], kept.dear[first], kept.saves[first]
    count = shut.sum(axis=0)
    nothing = np.full((1, first.size), -2.0)
    main = np.concatenate([kept.price[:, first], nothing]).argmax(axis=0)
    told: list[tuple[str, str | None, str | None, str | None, float | None]] = []
    for row, (number, level) in enumerate(zip(kept.number[first], main, strict=True)):
        if dear[row]:
            told.append((DEAR, None, None, None, None))
        elif not count[row]:
            told.append((OPEN, None, None, None, float(max(saves[row], 0)) * UNIT))
        else:
            others = [other for other in np.flatnonzero(shut[:, row]) if other != level]
            also = TOGETHER.join(f"{levels[other].name}: {_whose(levels[other], number)}" for other in others)
            worth = max(kept.price[level, first[row]], 0.0 if others else float(saves[row]))
            name = levels[level].name
            reason = REASONS.get(name, CAP)
            told.append((reason, name, _whose(levels[level], number), also or None, worth * UNIT))
    names = ("reason", "limit", "binding", "also", "worth")
    kinds = (*[pl.String] * 4, pl.Float64)
    return {
        name: pl.Series(name, [row[place] for row in told], dtype=kind)
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }


def _whose(level: Level, number: int) -> str:
    """Whose cap it is that a candidate comes under."""
    return level.names[int(level.group[number])]
