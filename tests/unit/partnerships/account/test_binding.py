"""Which cap keeps a need alone: what is named is what, given way, lets the plan take the pair in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.partnerships.account import binding
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.solving.problem import Level, Problem, helped_first, lose
from unit.partnerships.account.made_case import bare, best, keeps, relax
from unit.partnerships.solving.tiny import tiny


def _problem(cost: list[int], *levels: Level, alone: int = 10) -> Problem:
    """Two needs, two candidates each: 0 and 1, 2 and 3."""
    need = np.array([0, 0, 1, 1])
    none = np.array([-1, -1])
    return Problem(need=need, cost=np.array(cost), alone=np.array([alone] * 2), neediest=none, giving=levels)


def _level(name: str, group: list[int], caps: list[int]) -> Level:
    return Level(name, np.array(group), np.array(caps), tuple(f"{name} {n}" for n in range(len(caps))))


def test_a_full_provider_is_named() -> None:
    # Providers 0 (candidates 0 and 2) and 1 (1 and 3) have room for none and for one: need 0 gets it.
    case = bare(_problem([1, 2, 3, 5], _level("provider", [0, 1, 0, 1], [0, 1])))
    assert case.solution.chosen.tolist() == [1]
    (row,) = binding.find(case).to_dicts()
    assert row["receiver"] == "n1"
    assert (row["reason"], row["limit"], row["binding"], row["also"]) == (
        "full",
        "provider",
        "provider 0",
        None,
    )
    # The better of the two is named, both providers are full alike, and one more in it saves 10 - 3 or,
    # with need 0 there and need 1 with the other, (10 + 2) - (1 + 5).
    assert (row["provider"], row["candidates"]) == ("p2", 2)
    assert row["worth"] == pytest.approx(7 * UNIT)


def test_one_cap_is_named_before_two_and_then_the_dearest() -> None:
    both = (_level("theme", [0, 1, 0, 1], [0, 1]), _level("provider", [0, 1, 0, 1], [0, 1]))
    (row,) = binding.find(bare(_problem([1, 2, 3, 5], *both))).to_dicts()
    # Candidate 3 too is kept away by both caps of its provider, and costs more.
    assert (row["provider"], row["candidates"]) == ("p2", 2)
    assert (row["reason"], row["binding"], row["also"]) == ("theme", "theme 0", "provider: provider 0")
    crossed = (*both, _level("in-one-authority", [0, 0, 0, 0], [1]))
    wide = tuple(replace(level, caps=level.caps + 1) for level in crossed[:2])
    (row,) = binding.find(bare(_problem([1, 2, 3, 5], *wide, crossed[2]))).to_dicts()
    assert (row["reason"], row["limit"], row["also"]) == ("cap", "in-one-authority", None)


def test_a_need_that_is_cheaper_left_alone_is_said_to_be_dear() -> None:
    case = bare(_problem([11, 12, 3, 5]))
    (row,) = binding.find(case).to_dicts()
    assert (row["receiver"], row["reason"], row["limit"], row["worth"]) == ("n0", "dear", None, None)
    assert row["candidates"] == 2


def test_what_a_poor_way_of_choosing_left_is_said_to_be_open() -> None:
    case = bare(_problem([1, 2, 3, 5], _level("provider", [0, 1, 0, 1], [1, 1])))
    idle = replace(case, solution=replace(case.solution, chosen=np.zeros(0, dtype=np.int64)))
    rows = binding.find(idle).to_dicts()
    assert [row["reason"] for row in rows] == ["open", "open"]
    assert [row["worth"] for row in rows] == pytest.approx([9 * UNIT, 7 * UNIT])


def test_nobody_left_alone_has_no_row() -> None:
    case = bare(_problem([1, 2, 3, 5]))
    assert binding.find(case).is_empty()
    assert binding.find(case).columns[-2:] == ["also", "worth"]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_named_is_all_that_is_in_the_way(seed: int) -> None:
    problem = tiny(seed, candidates=8)
    case = bare(problem)
    chosen = case.solution.chosen
    for row in binding.find(case).to_dicts():
        number = int(row["provider"][1:])
        with_it = np.append(chosen, number)
        if row["reason"] == "dear":
            assert (
                problem.cost[problem.need == problem.need[number]] >= problem.alone[problem.need[number]]
            ).all()
            continue
        assert row["reason"] != "open"
        named = [(row["limit"], row["binding"])]
        named += [tuple(one.split(": ")) for one in (row["also"] or "").split("; ") if one]
        given_way = problem
        for one in named:
            assert not keeps(given_way, with_it)
            given_way = relax(given_way, *one)
        assert keeps(given_way, with_it)
        # Solved again with only this need before all others, it is helped, and nobody pays for it.
        least = best(given_way, forced=number)
        assert least is not None
        saves = problem.alone[problem.need[number]] - problem.cost[number]
        ours = (-helped_first(problem, chosen), case.solution.loss - saves)
        assert (-helped_first(given_way, least), lose(given_way, least)) <= ours
        if row["also"] is None:
            assert row["worth"] >= saves * UNIT - 1e-15
