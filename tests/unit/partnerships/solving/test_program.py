"""Linear programmes of plans: what they say when they cannot go on."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from commonroom.partnerships.solving import flow, network, program
from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.problem import Level, Problem


def small() -> Problem:
    """Two needs that want the one place, one of the neediest."""
    return Problem(
        need=np.array([0, 1]),
        cost=np.array([1, 2]),
        alone=np.array([5, 5]),
        neediest=np.array([-1, 0]),
        giving=(Level("provider", np.array([0, 0]), np.array([1])),),
    )


def test_the_relaxed_optimum_comes_with_its_prices() -> None:
    problem = small()
    start = pricing.none(problem)
    found = program.relax(problem, program.write(problem, np.arange(2), start), start, top=0)
    assert found.share.tolist() == [1.0, 0.0]
    assert found.loss == 1 + 5
    assert 3 * pricing.GRAIN <= found.prices.caps["provider"][0] <= 4 * pricing.GRAIN


def test_a_search_that_ends_without_a_choice_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert program.best(small(), np.arange(2), helped=2, nodes=10) is None
    assert program.most(small(), nodes=10) == (pytest.approx(np.array([1])), 1)
    monkeypatch.setattr(program.optimize, "milp", lambda *_, **__: SimpleNamespace(x=None))
    assert program.most(small(), nodes=10) is None


def test_a_search_cut_short_has_the_bound_it_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = SimpleNamespace(x=np.array([0.0, 1.0, 1.0]), status=1, fun=-3.0, mip_dual_bound=-3.5)
    monkeypatch.setattr(program.optimize, "milp", lambda *_, **__: cut)
    chosen, bound = program.best(small(), np.arange(2), helped=0, nodes=10) or (None, None)
    assert (chosen, bound) == (np.array([1]), 6.5)


def test_a_solver_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small()
    start = pricing.none(problem)
    written = program.write(problem, np.arange(2), start)
    monkeypatch.setattr(
        program.optimize, "linprog", lambda *_, **__: SimpleNamespace(status=4, message="numbers")
    )
    with pytest.raises(program.ProgramError, match="numbers"):
        program.relax(problem, written, start, top=0)


def test_a_flow_too_dear_to_count_is_an_error() -> None:
    problem = small()
    with pytest.raises(flow.FlowError, match="RANGE"):
        flow.choose(problem, network.lay(problem), np.full(2, 2**62), 1)
