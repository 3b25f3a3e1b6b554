"""Plans under every cap: the best of all where it can be counted, and never beyond what is proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.partnerships import solving
from commonroom.partnerships.solving import choosing, program, relaxing
from commonroom.partnerships.solving.greedy import greedy
from commonroom.partnerships.solving.problem import Level, Problem, helped_first, lose
from unit.partnerships.solving.made_problems import nation
from unit.partnerships.solving.tiny import allowed, tiny
from unit.partnerships.solving.tiny_problems import best, every_choice, problems


@settings(max_examples=120, deadline=None)
@given(problems())
def test_the_plan_of_a_tiny_system_is_the_best_of_all(problem: Problem) -> None:
    solution = solving.solve(problem)
    assert allowed(problem, solution.chosen.tolist())
    assert (solution.met_first, solution.loss) == best(problem)
    assert solution.met_first == helped_first(problem, solution.chosen) == solution.most_first
    assert solution.loss == lose(problem, solution.chosen) == solution.bound


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_other_tiny_systems_too_are_solved_to_the_best(seed: int) -> None:
    problem = tiny(seed, candidates=9, swaps=True)
    solution = solving.solve(problem)
    assert allowed(problem, solution.chosen.tolist())
    assert (solution.met_first, solution.loss) == best(problem)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_without_a_search_to_the_end_the_bound_is_still_never_above_the_best(problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "SMALL", -1)
        patch.setattr(program, "most", lambda *_, **__: None)
        solution = solving.solve(problem)
    helped, _ = best(problem)
    losses = [
        lose(problem, one)
        for one in map(np.flatnonzero, every_choice(problem))
        if helped_first(problem, one) >= solution.met_first
    ]
    assert allowed(problem, solution.chosen.tolist())
    assert solution.bound <= min(losses) <= solution.loss
    assert solution.met_first <= helped <= solution.most_first


@settings(max_examples=40, deadline=None)
@given(problems(neediest=False), st.data())
def test_another_provider_never_raises_what_the_best_plan_loses(
    problem: Problem, data: st.DataObject
) -> None:
    before = solving.solve(problem).loss
    need = data.draw(st.integers(0, problem.alone.size - 1))
    joined = with_candidate(problem, need, cost=data.draw(st.integers(0, 40)))
    assert solving.solve(joined).loss <= before


def with_candidate(problem: Problem, need: int, *, cost: int) -> Problem:
    """Add a candidate of a new provider, with a cap of its own and in no other giver's group."""
    receiving = []
    for level in problem.receiving:
        same = level.group[problem.need == need]
        group = same[0] if same.size else -1
        receiving.append(replace(level, group=np.append(level.group, group)))
    theme, provider, trust = (replace(level, group=np.append(level.group, -1)) for level in problem.giving)
    group = np.append(provider.group[:-1], provider.caps.size)
    provider = replace(provider, group=group, caps=np.append(provider.caps, 1))
    return replace(
        problem,
        need=np.append(problem.need, need),
        cost=np.append(problem.cost, cost),
        receiving=tuple(receiving),
        giving=(theme, provider, trust),
        crossing=tuple(replace(level, group=np.append(level.group, -1)) for level in problem.crossing),
    )


@settings(max_examples=40, deadline=None)
@given(problems(crossing=False, swaps=False, neediest=False), st.data())
def test_one_more_in_a_cap_saves_at_most_its_price(problem: Problem, data: st.DataObject) -> None:
    solution = solving.solve(problem)
    side = data.draw(st.sampled_from(["receiving", "giving"]))
    levels = list(getattr(problem, side))
    which = data.draw(st.integers(0, len(levels) - 1))
    group = data.draw(st.integers(0, levels[which].caps.size - 1))
    caps = levels[which].caps.copy()
    caps[group] += 1
    price = solution.prices[levels[which].name][group]
    levels[which] = replace(levels[which], caps=caps)
    assert price >= 0
    assert best(replace(problem, **{side: tuple(levels)}))[1] >= solution.loss - price


@settings(max_examples=40, deadline=None)
@given(problems(crossing=False, swaps=False, neediest=False))
def test_a_plan_with_a_candidate_loses_at_least_what_it_is_dearer(problem: Problem) -> None:
    solution = solving.solve(problem)
    assert (solution.reduced[solution.chosen] == 0).all()
    for one in range(problem.need.size):
        with_it = [choice for choice in map(np.flatnonzero, every_choice(problem)) if one in choice]
        assert all(lose(problem, choice) >= solution.loss + solution.reduced[one] for choice in with_it)


@pytest.mark.parametrize("tight", [1.0, 0.4, 0.1])
def test_a_larger_plan_is_proved_near_the_best_keeps_every_cap_and_beats_a_list(tight: float) -> None:
    problem = nation(1_500, seed=4, tight=tight)
    solution = solving.solve(problem)
    assert (np.bincount(problem.need[solution.chosen]) <= 1).all()
    for level in problem.levels:
        group = level.group[solution.chosen]
        assert (np.bincount(group[group >= 0], minlength=level.caps.size) <= level.caps).all()
    assert 0 <= solution.shortfall <= 1e-4
    listed = greedy(problem)
    assert (-solution.met_first, solution.loss) <= (-helped_first(problem, listed), lose(problem, listed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 4))
def test_a_plan_left_rough_is_still_no_worse_than_a_list(seed: int, head: int) -> None:
    problem = tiny(seed, swaps=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "HEAD", head)
        patch.setattr(choosing, "SMALL", -1)
        patch.setattr(program, "best", lambda *_, **__: None)
        solution = solving.solve(problem)
    listed = greedy(problem)
    assert (-solution.met_first, solution.loss) <= (-helped_first(problem, listed), lose(problem, listed))


def test_a_list_is_gone_through_to_its_end_where_its_head_does_not_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = nation(300, seed=2, tight=0.3)
    monkeypatch.setattr(program, "best", lambda *_, **__: None)
    by_head = solving.solve(problem)
    monkeypatch.setattr(choosing, "HEAD", 1)
    assert solving.solve(problem).loss == by_head.loss


def test_the_same_problem_has_the_same_answer_byte_for_byte() -> None:
    one, other = (solving.solve(nation(800, seed=7, tight=0.4)) for _ in range(2))
    assert one.chosen.tobytes() == other.chosen.tobytes()
    assert (one.loss, one.bound) == (other.loss, other.bound)
    assert all(one.prices[name].tobytes() == other.prices[name].tobytes() for name in one.prices)
    assert one.reduced.tobytes() == other.reduced.tobytes()


@settings(max_examples=40, deadline=None)
@given(problems(), st.data())
def test_choosing_again_at_other_costs_keeps_every_cap(problem: Problem, data: st.DataObject) -> None:
    solution = solving.solve(problem)
    size = problem.need.size
    cost = data.draw(st.lists(st.integers(0, 60), min_size=size, max_size=size))
    changed = replace(problem, cost=np.array(cost, dtype=np.int64))
    assert allowed(changed, solving.again(changed, solution).tolist())


def test_choosing_again_at_the_same_costs_loses_little_more() -> None:
    problem = nation(1_500, seed=4, tight=0.4)
    solution = solving.solve(problem)
    assert lose(problem, solving.again(problem, solution)) <= solution.loss * 1.01


def test_nothing_to_choose_from_loses_what_being_alone_loses() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    solution = solving.solve(Problem(nothing, nothing, np.array([5, 7]), np.array([0, -1])))
    assert (solution.chosen.size, solution.loss, solution.bound) == (0, 12, 12.0)
    assert (solution.met_first, solution.most_first) == (0, 0)
    empty = Problem(nothing, nothing, nothing, nothing)
    assert solving.solve(empty).loss == 0
    assert solving.again(empty, solving.solve(empty)).size == 0


def plain(need: list[int], cost: list[int], alone: list[int], **more: object) -> Problem:
    """A problem without neediest schools, unless said."""
    numbers = [np.array(column, dtype=np.int64) for column in (need, cost, alone)]
    return Problem(*numbers, **{"neediest": np.full(len(alone), -1), **more})  # type: ignore[arg-type]


def level(name: str, group: list[int], caps: list[int]) -> Level:
    return Level(name, np.array(group), np.array(caps))


def test_two_groups_that_share_a_finer_one_are_refused() -> None:
    giving = (level("provider", [0, 0], [2]), level("trust", [0, 1], [1, 1]))
    with pytest.raises(solving.NotNestedError, match="provider do not nest in those of trust"):
        solving.solve(plain([0, 1], [1, 1], [5, 5], giving=giving))


def test_a_cap_that_part_of_a_finer_group_escapes_is_kept_all_the_same() -> None:
    giving = (level("provider", [0, 0, 0], [2]), level("trust", [0, 0, -1], [1]))
    solution = solving.solve(plain([0, 1, 2], [1, 2, 3], [9, 9, 9], giving=giving))
    assert solution.chosen.tolist() == [0, 2]
    assert set(solution.prices) == {"provider", "trust"}


def test_caps_of_none_leave_everybody_alone() -> None:
    giving = (level("provider", [0, 1], [0, 0]),)
    receiving = (level("receiver", [0, 0], [0]),)
    for sides in ({"giving": giving}, {"receiving": receiving}, {"giving": giving, "receiving": receiving}):
        solution = solving.solve(plain([0, 1], [1, 2], [9, 9], **sides))
        assert (solution.chosen.size, solution.loss, solution.bound) == (0, 18, 18.0)


def test_a_swap_is_made_where_its_bonus_is_more_than_it_costs() -> None:
    sides = {"swaps": np.array([[1, 3]]), "bonus": np.array([5])}
    problem = plain([0, 0, 1, 1], [2, 4, 2, 4], [20, 20], **sides)
    assert solving.solve(problem).chosen.tolist() == [1, 3]
    assert solving.solve(replace(problem, bonus=np.array([3]))).chosen.tolist() == [0, 2]


def test_the_neediest_school_is_helped_even_where_that_loses_more_than_all_else() -> None:
    # One place; the others together lose far more by giving it up.
    problem = plain(
        [0, 1], [90, 0], [10, 10_000], neediest=np.array([3, -1]), giving=(level("p", [0, 0], [1]),)
    )
    solution = solving.solve(problem)
    assert (solution.chosen.tolist(), solution.met_first, solution.most_first) == ([0], 1, 1)
    assert solution.loss == solution.bound == 90 + 10_000


def test_a_programme_that_fails_leaves_a_plan_with_what_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = nation(300, seed=2, tight=0.3)
    best_of_all = solving.solve(problem)

    def fail(*_: object, **__: object) -> None:
        raise program.ProgramError("numbers")

    monkeypatch.setattr(program, "relax", fail)
    solution = solving.solve(problem)
    assert solution.bound <= best_of_all.loss <= solution.loss
    assert solution.met_first == best_of_all.met_first


def test_a_relaxed_optimum_that_gains_nothing_leaves_the_first_prices() -> None:
    problem = nation(300, seed=2, tight=0.3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxing, "ROUNDS", 0)
        patch.setattr(program, "best", lambda *_, **__: None)
        rough = solving.solve(problem)
    fine = solving.solve(problem)
    assert rough.bound <= fine.bound <= fine.loss <= rough.loss


def test_the_neediest_school_is_helped_whatever_that_costs() -> None:
    solution = solving.solve(plain([0], [1_000], [10], neediest=np.array([0])))
    assert (solution.chosen.tolist(), solution.loss, solution.bound) == ([0], 1_000, 1_000.0)


def test_what_crossing_caps_leave_of_the_neediest_is_counted_to_the_last_school() -> None:
    # Three schools, one place across them, and another way for one of them that is far dearer.
    problem = plain(
        [0, 1, 2, 2],
        [1, 1, 1, 900],
        [50, 60, 70],
        neediest=np.array([0, 1, 2]),
        crossing=(level("across", [0, 0, 0, -1], [1]),),
    )
    solution = solving.solve(problem)
    assert (solution.met_first, solution.most_first) == (2, 2)
    assert solution.chosen.tolist() == [1, 3]
    assert solution.loss == solution.bound == 50 + 1 + 900


def test_a_count_that_finds_nothing_leaves_what_nested_caps_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    crossing = (level("across", [0, 0], [1]),)
    problem = plain([0, 1], [1, 1], [50, 60], neediest=np.array([0, 1]), crossing=crossing)
    monkeypatch.setattr(program, "most", lambda *_, **__: None)
    solution = solving.solve(problem)
    assert (solution.chosen.tolist(), solution.met_first, solution.most_first) == ([1], 1, 2)
