"""The search: edges, starts, units, and schools that count several times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.value_added.pupils import Model, blocks, kernel, optimum, uncertainty
from commonroom.value_added.pupils.blocks import Blocks, Floats
from unit.value_added.pupils.made_up import pupils, sum_up

TWO = np.array([[0.3, 0.05], [0.05, 0.2]])


def arranged(covariance: Floats, *, seed: int = 1, sizes: list[int] | None = None) -> Blocks:
    given = pupils(sizes or [12] * 30, seed=seed, covariance=covariance)
    return blocks.arrange(sum_up(given), Model(slope=given.names[: len(covariance) - 1]))


def test_a_school_that_counts_twice_is_two_schools() -> None:
    once = arranged(TWO, sizes=[6, 4, 7, 5])
    times = np.array([2.0, 1.0, 1.0, 3.0])
    order = np.repeat(np.arange(4), times.astype(int))
    doubled = replace(
        once,
        **{name: getattr(once, name)[order] for name in ("A", "C", "c", "XX", "Xy", "yy", "pupils")},
        Sxx=once.XX[order].sum(axis=0),
        Sxy=once.Xy[order].sum(axis=0),
        Syy=float(once.yy[order].sum()),
        N=int(once.pupils[order].sum()),
    )
    weighted = replace(
        once,
        times=times,
        **{name: getattr(doubled, name) for name in ("Sxx", "Sxy", "Syy", "N")},
    )
    for reml in (True, False):
        first, second = (kernel.evaluate(each, TWO, reml=reml) for each in (doubled, weighted))
        assert second.criterion == pytest.approx(first.criterion)
        assert pytest.approx(first.G) == second.G
        assert second.b == pytest.approx(first.b)
        fits = [optimum.fit(each, reml=reml) for each in (doubled, weighted)]
        assert pytest.approx(fits[0].at.T, rel=1e-5, abs=1e-7) == fits[1].at.T


@pytest.mark.parametrize("reml", [True, False])
def test_effects_that_go_together_wholly_are_on_the_edge_and_nothing_breaks(reml: bool) -> None:
    found = optimum.fit(arranged(np.array([[0.3, 0.3], [0.3, 0.3]]), seed=3), reml=reml)
    assert found.state == "singular"
    values, vectors = np.linalg.eigh(found.Om)
    assert values[0] == pytest.approx(0, abs=1e-7)
    # On the edge the likelihood must not gain by leaving it.
    assert vectors[:, 0] @ found.at.G @ vectors[:, 0] > 0
    assert vectors[:, 1] @ found.at.G @ vectors[:, 1] == pytest.approx(0, abs=1e-3)


def test_the_end_does_not_depend_on_the_start() -> None:
    given = arranged(TWO, seed=4)
    best = optimum.fit(given)
    for start in (TWO, 9 * np.eye(2), np.zeros((2, 2)), np.array([[0.3, 0.0], [0.0, 0.0]])):
        again = optimum.fit(given, start=start)
        assert again.at.criterion == pytest.approx(best.at.criterion, abs=1e-7)
        assert pytest.approx(best.Om, rel=1e-4, abs=1e-6) == again.Om


def test_the_end_does_not_depend_on_units() -> None:
    given = pupils([12] * 30, seed=5, covariance=TWO)
    ends = []
    for each in (given, replace(given, x=given.x * [1000, 1])):
        own = blocks.arrange(sum_up(each), Model(slope=("x1",)))
        turn = uncertainty.term_basis(own)
        ends.append(turn @ optimum.fit(own).at.T @ turn.T)
    assert ends[1] == pytest.approx(ends[0] / [[1, 1e3], [1e3, 1e6]], rel=1e-5)


def test_from_an_edge_where_the_criterion_falls_the_search_goes_on() -> None:
    given = arranged(TWO, seed=6)
    edge = kernel.evaluate(given, np.array([[0.3, 0.0], [0.0, 0.0]]), reml=True)
    way = optimum._way_out(edge, optimum.term_scale(given))
    assert way is not None
    assert np.vdot(edge.G, way) < 0
    best = optimum.fit(given)
    assert optimum._way_out(best.at, optimum.term_scale(given)) is None


def test_a_search_that_ends_on_such_an_edge_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    given = arranged(TWO, seed=6)
    best, root, begun = optimum.fit(given), optimum._root, []

    def stuck(omega: Floats, scale: Floats) -> Floats:
        # From a slope variance of exactly zero its own gradient is zero: the search cannot leave.
        begun.append(omega)
        return np.diag([0.5, 0.0]) if len(begun) == 1 else root(omega, scale)

    monkeypatch.setattr(optimum, "_root", stuck)
    again = optimum.fit(given, start=TWO)
    assert len(begun) == 2
    assert again.at.criterion == pytest.approx(best.at.criterion, abs=1e-7)


def test_a_valley_that_turns_is_walked_down() -> None:
    def value(at: Floats) -> tuple[float, Floats]:
        x, y = at
        slope = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
        return float((1 - x) ** 2 + 100 * (y - x * x) ** 2), slope

    def hessian(at: Floats) -> Floats:
        return np.array([[2 + 800 * at[0] ** 2, -400 * at[0]], [-400 * at[0], 200]])

    at, steps = optimum.minimise(value, np.array([-1.2, 1.0]), hessian=hessian)
    assert at == pytest.approx([1, 1], abs=1e-5)
    assert steps < optimum.MOST


def test_a_search_that_gets_nowhere_ends() -> None:
    def uphill(at: Floats) -> tuple[float, Floats]:
        return float(np.abs(at).sum()), -np.ones(1)

    at, steps = optimum.minimise(uphill, np.array([1.0]), hessian=lambda _: np.eye(1))
    assert (at[0], steps) == (1.0, 0)
    _, most = optimum.minimise(
        lambda at: (-float(at[0]), -np.ones(1)), np.zeros(1), hessian=lambda _: np.eye(1), most=5
    )
    assert most == 5


def test_a_variance_held_beyond_all_sense_is_not_searched_from() -> None:
    fitted = optimum.fit(arranged(TWO, seed=4))
    far = optimum.held(fitted, np.eye(2), fitted.Om, 1e8)
    assert far.Om[0, 0] == pytest.approx(1e8)
    assert far.criterion > fitted.at.criterion
