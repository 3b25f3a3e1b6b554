"""Stable partnerships: no two schools would both rather work with each other than as the plan says."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from itertools import filterfalse
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonroom.partnerships.solving.problem import Flags, Ints, Level, Problem

Floats: TypeAlias = npt.NDArray[np.float64]
#: Group of each candidate and room of each group, by kind of cap; then also a heap for each group.
_Limits: TypeAlias = list[tuple[list[int], list[int]]]
_Kinds: TypeAlias = list[tuple[list[int], list[int], dict[int, list[int]]]]


def stable(problem: Problem, *, liked: Floats) -> Ints:
    """Return the stable choice that receivers prefer, as sorted numbers of candidates.

    Receivers prefer what saves most (alone less cost), givers what is most `liked` (candidates; higher
    is preferred); equals go by number. Each side takes, of what it is offered, the best that its nested
    caps still allow, receivers one a need; what saves nothing is acceptable to nobody. So each side
    chooses from a matroid, and deferred acceptance with receivers proposing ends in a stable choice
    (Fleiner 2003; Hatfield and Milgrom 2005); METHODS.md section 8.

    Crossing caps have no part in this, but for those that nest within the receivers' own: with them a
    stable choice need not exist. Where one is full, the least liked that it was offered is struck off,
    and when all is settled the choice is made anew from what remains, until none is struck off any more.
    The result keeps every cap and is stable among what remained; pairs that were struck off may block
    it, and `blocking` finds them. The neediest have no preference.
    """
    saving = problem.alone[problem.need] - problem.cost
    order = np.lexsort((-saving,))
    order = order[saving[order] > 0]
    receiving, crossing = _sort_out(problem)
    asking = _Asking(problem.need[order], _limits(receiving, order))
    place = _places(np.lexsort((order, -liked[order])))
    giving = _Giving(place, _limits(problem.giving, order), _limits(crossing, order))
    struck: set[int] = set()
    while True:
        held = _defer(asking, giving, struck)
        if not giving.struck:
            return np.sort(order[held])
        struck |= giving.struck


def blocking(problem: Problem, chosen: Ints, *, liked: Floats) -> Ints:
    """Return the candidates that block a choice (sorted numbers): both sides would take them in it.

    That is: a candidate not chosen that saves something, and is among the best that either side's nested
    caps allow of the choice and itself. `chosen` keeps to the nested caps; what in it saves nothing is
    taken as free. `liked`, and which caps nest, as for `stable`. Crossing caps are not looked at.
    """
    saving = problem.alone[problem.need] - problem.cost
    held = np.zeros(problem.need.size, dtype=bool)
    held[chosen] = saving[chosen] > 0
    wanted = (saving > 0) & ~held
    need = Level("need", problem.need, np.ones(problem.alone.size, dtype=np.int64))
    for levels, worth in (((need, *_sort_out(problem)[0]), saving), (problem.giving, liked)):
        place = _places(np.lexsort((-worth,)))
        for level in levels:
            wanted &= _welcome(level, held, place)
    return np.flatnonzero(wanted)


def _sort_out(problem: Problem) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Return the receivers' caps with those crossing ones that are finer than all of them; and the rest."""
    receiving, crossing = problem.receiving, []
    for level in problem.crossing:
        fits = _inside(problem.need, level.group)
        if fits and all(_inside(level.group, other.group) for other in receiving):
            receiving = (level, *receiving)
        else:
            crossing.append(level)
    return receiving, tuple(crossing)


def _inside(fine: Ints, coarse: Ints) -> bool:
    """Whether all candidates of one fine group are in one coarse group, or all in none."""
    some = fine >= 0
    one = np.full(int(fine.max(initial=-1)) + 1, -1, dtype=np.int64)
    one[fine[some]] = coarse[some]
    return bool((one[fine[some]] == coarse[some]).all())


def _welcome(level: Level, held: Flags, place: Ints) -> Flags:
    """Whether each candidate's group has room, or holds one in a worse place."""
    mine = np.flatnonzero(held & (level.group >= 0))
    full = _used(level, mine) >= level.caps
    worst = np.full(level.caps.size + 1, -1, dtype=np.int64)
    np.maximum.at(worst, level.group[mine], place[mine])
    # The last, added place is for -1, in no group.
    return np.asarray(~np.append(full, False)[level.group] | (place < worst[level.group]))


def _places(order: Ints) -> Ints:
    """Return the place of each in an order."""
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return place


def _used(level: Level, numbers: Ints) -> Ints:
    """Return how many of some candidates are in each group."""
    group = level.group[numbers]
    return np.bincount(group[group >= 0], minlength=level.caps.size)


def _limits(levels: tuple[Level, ...], order: Ints) -> _Limits:
    """Return group of each candidate and room of each group, by kind, for the kinds that could bind.

    A group with no more candidates than its cap never binds, and counts as none (-1).
    """
    found = []
    for level in levels:
        group = level.group[order]
        binds = _used(level, order) > level.caps
        if binds.any():
            found.append((np.where(np.append(binds, False)[group], group, -1).tolist(), level.caps.tolist()))
    return found


def _start(limits: _Limits) -> _Kinds:
    """Return every kind of cap with all its room, and nothing waiting or held."""
    return [(group, list(room), defaultdict(list)) for group, room in limits]


class _Asking:
    """The receivers' side: candidates are numbered from the best, and offered from the finest cap up.

    A need puts forward one candidate at a time. It passes each kind of cap where its group has room, or
    waits there for one that is refused; the one with the lowest number goes first.
    """

    def __init__(self, need: Ints, limits: _Limits) -> None:
        ends = np.cumsum(np.bincount(need))
        self.need: list[int] = need.tolist()
        self.rows: list[list[int]] = [rows.tolist() for rows in np.split(np.lexsort((need,)), ends)]
        self.limits = limits

    def begin(self, struck: set[int]) -> list[int]:
        """Forget all, strike off some candidates, and return the first offers."""
        self.kinds = _start(self.limits)
        self.left = [filterfalse(struck.__contains__, rows) for rows in self.rows]
        heads = sorted(head for left in self.left if (head := next(left, None)) is not None)
        return [head for head in heads if self._passes(head)]

    def go_on(self, refused: int) -> list[int]:
        """Return the offers that take the place of one refused: of its need, or of one that waited."""
        following = next(self.left[self.need[refused]], None)
        rising = [] if following is None else [following]
        for group, room, waiting in self.kinds:
            if group[refused] < 0 and not any(group[number] >= 0 for number in rising):
                continue
            places = {group[refused], *(group[number] for number in rising)} - {-1}
            above = [number for number in rising if group[number] < 0]
            for number in rising:
                if group[number] >= 0:
                    heappush(waiting[group[number]], number)
            if group[refused] >= 0:
                room[group[refused]] += 1
            for place in sorted(places):
                while room[place] and waiting[place]:
                    room[place] -= 1
                    above.append(heappop(waiting[place]))
            rising = above
        return rising

    def _passes(self, number: int) -> bool:
        for group, room, waiting in self.kinds:
            mine = group[number]
            if mine >= 0 and not room[mine]:
                heappush(waiting[mine], number)
                return False
            if mine >= 0:
                room[mine] -= 1
        return True


class _Giving:
    """The givers' side: of all that was offered, what it likes best within its caps is held.

    `struck` are those that a crossing cap refused, when no nested one did.
    """

    def __init__(self, place: Ints, nested: _Limits, crossing: _Limits) -> None:
        self.place: list[int] = place.tolist()
        self.order: list[int] = _places(place).tolist()
        self.nested, self.limits = len(nested), [*nested, *crossing]

    def begin(self) -> None:
        """Forget all that was offered."""
        self.kinds, self.held = _start(self.limits), bytearray(len(self.place))
        self.struck: set[int] = set()

    def consider(self, number: int) -> list[int]:
        """Hold an offer, or refuse it; return what is refused: itself, or those held that give way."""
        leaving: list[int] = []
        crossed: list[int] = []
        for kind, (group, room, holding) in enumerate(self.kinds):
            mine = group[number]
            if mine < 0 or room[mine] or any(group[one] == mine for one in leaving):
                continue
            least = self._least(holding[mine])
            if least < 0 or self.place[least] < self.place[number]:
                leaving, crossed = [number], [number] if kind >= self.nested else []
                break
            leaving.append(least)
            crossed += [least] if kind >= self.nested else []
        else:
            self._hold(number, leaving)
        self.struck.update(crossed)
        return leaving

    def _hold(self, number: int, leaving: list[int]) -> None:
        """Take one in, and let others go."""
        for group, room, holding in self.kinds:
            for one in leaving:
                if group[one] >= 0:
                    room[group[one]] += 1
            if group[number] >= 0:
                room[group[number]] -= 1
                heappush(holding[group[number]], -self.place[number])
        self.held[number] = True
        for one in leaving:
            self.held[one] = False

    def _least(self, holding: list[int]) -> int:
        """Return the least liked that a group still holds, -1 when none."""
        while holding and not self.held[self.order[-holding[0]]]:
            heappop(holding)
        return self.order[-holding[0]] if holding else -1


def _defer(asking: _Asking, giving: _Giving, struck: set[int]) -> Ints:
    """Let receivers propose what is not struck off, and givers keep the best so far; return what is held."""
    giving.begin()
    offers = asking.begin(struck)
    while offers:
        for refused in giving.consider(offers.pop()):
            offers.extend(asking.go_on(refused))
    return np.flatnonzero(np.frombuffer(giving.held, dtype=np.uint8))
