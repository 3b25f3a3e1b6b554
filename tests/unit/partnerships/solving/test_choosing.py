from __future__ import annotations

from hypothesis import given, settings
from unit.partnerships.solving.tiny import allowed
from unit.partnerships.solving.tiny_problems import best, problems

from commonroom.partnerships import solving
from commonroom.partnerships.solving.problem import Problem, helped_first, lose


@settings(max_examples=300, deadline=None)
@given(problems())
def test_the_plan_of_a_tiny_system_is_the_best_of_all(problem: Problem) -> None:
    solution = solving.solve(problem)
    helped, loss = best(problem)
    assert allowed(problem, solution.chosen.tolist())
    assert (solution.met_first, solution.loss) == (helped, loss)
    assert solution.met_first == helped_first(problem, solution.chosen) == solution.most_first
    assert solution.loss == lose(problem, solution.chosen) == solution.bound
