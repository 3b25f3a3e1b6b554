"""Solved plans of the small system: every choice tried, prices and costs of others by solving again."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from commonroom.partnerships import gains
from commonroom.partnerships.account import Case, draw
from commonroom.partnerships.arranged import Arranged
from commonroom.partnerships.arranging import Known, arrange, nothing_known
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.solving.problem import Ints, Level, Problem, Solution, helped_first, lose
from commonroom.tables import partnerships as tables
from unit.partnerships.small_system import A, B, C, D, E, F, define, edges, ground, standing

#: One partnership in ten days, and ten days each; gains count the same everywhere.
DAYS = {"base": 10.0, "per_100_pupils": 0.0, "per_strength": 0.0, "own_need": 1.0, "most": 20.0}
WEIGHTS = {"disadvantage": 0.0, "alone": 0.5, "swap": 0.25, "known": 0.0, "change": 0.0}
#: F is a Keys to Success school, and only A can help it; E and D both want B; A and D could swap.
STANDING = standing(
    (D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"), (A, "mathematics", "need"),
    (A, "reading", "strength"), (B, "reading", "strength"), (C, "reading", "strength"),
    (D, "mathematics", "strength"), keys=(F,),
)  # fmt: skip
EDGES = edges((E, "reading", B, 0.04), (D, "reading", A, 0.05), (D, "reading", B, 0.03),
              (F, "reading", A, 0.02), (A, "mathematics", D, 0.06))  # fmt: skip


def rule(**changes: Any) -> Definition:
    """The program's definition with the days and weights of this module, and some parts changed."""
    days = {**DAYS, **changes.pop("days", {})}
    return define(**{"days": days, "weights": WEIGHTS, **changes})


def case(
    candidates: pl.DataFrame = EDGES,
    stands: pl.DataFrame = STANDING,
    *,
    definition: Definition | None = None,
    threes: list[tuple[int, int]] | None = None,
    seed: int = 0,
    trusts: dict[str, str] | None = None,
    **known: pl.DataFrame,
) -> Case:
    """A case of the small system; `known` are frames of arranging.Known."""
    definition = definition or rule()
    whole: Known = replace(nothing_known(), **known)
    place = ground(**(trusts or {}))
    filled = gains.fill(stands, gain=definition.gain)
    arranged = arrange(candidates, filled, place, definition=definition, known=whole)
    drawn = draw(arranged, stands, definition=definition, seed=seed)
    some = np.array(threes or [], dtype=np.int64).reshape(-1, 2)
    solution = solve(arranged.problem)
    if some.size:
        chosen = np.union1d(solution.chosen, some[:, 0])
        solution = replace(solution, chosen=chosen)
    return Case(arranged, solution, place, definition, stands, drawn, some)


def led(found: Case, *, pools: dict[str, int]) -> Case:
    """The same with system leaders, by authority ("" for all others): each helps so many needs."""
    arranged = found.arranged
    keys = arranged.needs["keys"].to_numpy()[arranged.problem.need]
    area = arranged.needs["authority"].to_list()
    names = tuple(pools)
    of = [names.index(area[need] if area[need] in names else "") for need in arranged.problem.need]
    level = Level("leader", np.where(keys, of, -1), np.array(list(pools.values())), names)
    problem = replace(arranged.problem, receiving=(*arranged.problem.receiving, level))
    return replace(found, arranged=replace(arranged, problem=problem), solution=solve(problem))


def bare(problem: Problem) -> Case:
    """A case of which only the problem and its solution are known: need 3 is of school n3, and so on."""
    numbers = range(problem.alone.size)
    needs = pl.DataFrame({"receiver": [f"n{n}" for n in numbers]}).with_columns(
        phase=pl.lit("primary"), theme=pl.lit("reading")
    )
    providers = pl.Series("provider", [f"p{n}" for n in range(problem.need.size)], dtype=pl.String)
    rows = needs[problem.need].with_columns(providers)
    arranged = Arranged(needs, rows, pl.DataFrame(), pl.DataFrame(), problem)
    return replace(_first(), arranged=arranged, solution=solve(problem))


@functools.cache
def _first() -> Case:
    return case()


def stood(*rows: tuple[str, str, str, float], state: str = "accepted") -> pl.DataFrame:
    """What stands already: receiver, theme, provider and gain."""
    return edges(*rows).with_columns(state=pl.lit(state))


def last(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """A plan before, as far as it matters: receiver, theme and provider."""
    frame = pl.DataFrame(list(rows), schema=["receiver", "theme", "provider"], orient="row")
    empty = tables.PROPOSALS.empty()
    return pl.concat([empty, frame.with_columns(phase=pl.lit("primary"))], how="diagonal_relaxed")


def capacities(*rows: tuple[str, str, float, str | None]) -> pl.DataFrame:
    """Days stated: kind, name, days and authority."""
    return pl.DataFrame(list(rows), schema=tables.CAPACITIES.schema, orient="row")


def reach(*rows: tuple[str, str, int, int, int, int], **more: object) -> pl.DataFrame:
    """What keeps schools from being candidates: receiver, theme, strong, in_reach, rivals and barred."""
    names = ["receiver", "theme", "strong", "in_reach", "rivals", "barred"]
    frame = pl.DataFrame(list(rows), schema=names, orient="row").with_columns(phase=pl.lit("primary"))
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in more.items())
    return tables.REACH.check(pl.concat([tables.REACH.empty(), frame], how="diagonal_relaxed"))


def keeps(problem: Problem, chosen: tuple[int, ...] | Ints) -> bool:
    """Whether a choice keeps to every cap."""
    numbers = np.array(chosen, dtype=np.int64)
    for level in problem.levels:
        groups = level.group[numbers]
        if (np.bincount(groups[groups >= 0], minlength=level.caps.size) > level.caps).any():
            return False
    return len(set(problem.need[numbers].tolist())) == numbers.size


def best(problem: Problem, *, forced: int | None = None) -> Ints | None:
    """The best of all choices (with a candidate in it), None where there is none."""
    options = [[None, *np.flatnonzero(problem.need == need)] for need in range(problem.alone.size)]
    if forced is not None:
        options[problem.need[forced]] = [forced]
    choices = (
        np.array(sorted(int(one) for one in choice if one is not None), dtype=np.int64)
        for choice in itertools.product(*options)
    )
    allowed = [choice for choice in choices if keeps(problem, choice)]
    return min(
        allowed, key=lambda choice: (-helped_first(problem, choice), lose(problem, choice)), default=None
    )


def relax(problem: Problem, name: str, whose: str) -> Problem:
    """The problem with one more in one cap."""
    found = {}
    for kind in ("receiving", "giving", "crossing"):
        found[kind] = tuple(
            replace(one, caps=one.caps + (np.array(one.names) == whose)) if one.name == name else one
            for one in getattr(problem, kind)
        )
    return replace(problem, **found)


def solve(problem: Problem) -> Solution:
    """The best choice, with what one more in each cap saves, and what each other candidate costs."""
    chosen = best(problem)
    assert chosen is not None
    loss, first = lose(problem, chosen), helped_first(problem, chosen)
    reduced = np.zeros(problem.need.size)
    for number in np.setdiff1d(np.arange(problem.need.size), chosen):
        other = best(problem, forced=int(number))
        reduced[number] = 1e12 if other is None else max(lose(problem, other) - loss, 0)
    prices = {level.name: np.array([_price(problem, level, whose, loss) for whose in level.names])
              for level in problem.levels}  # fmt: skip
    return Solution(chosen, loss, float(loss), first, first, prices, reduced)


def _price(problem: Problem, level: Level, whose: str, loss: int) -> float:
    more = relax(problem, level.name, whose)
    found = best(more)
    assert found is not None
    return float(max(loss - lose(more, found), 0))
