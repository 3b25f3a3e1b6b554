"""Bounds of Rambachan & Roth (2023) beside linear programmes, a grid, and simulated truth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from commonroom.impact.guards import relative, smooth
from commonroom.impact.study import Floats

SIZES = (0.0, 0.5, 1.0, 2.0)


def most(weights: Floats, rows: list[Floats], most_of: list[float], fixed: dict[int, float]) -> float:
    """The largest weighted sum of differences under linear restrictions, by a linear programme."""
    bounds = [(fixed.get(at), fixed.get(at)) if at in fixed else (None, None) for at in range(weights.size)]
    found = optimize.linprog(-weights, A_ub=np.array(rows), b_ub=np.array(most_of), bounds=bounds)
    assert found.status == 0
    return float(-found.fun)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("times", [[-3, -2, -1, 0, 1, 2], [-3, -1, 0, 1, 2, 3], [-4, -3, 0, 4, 5]])
def test_the_relative_set_is_that_of_the_linear_programmes(times: list[int], size: float) -> None:
    rng = np.random.default_rng(len(times))
    before = [place for place, time in enumerate(times) if time < 0]
    after = [place for place, time in enumerate(times) if time > 0]
    base = len(before)
    # Both sides were alike in the last two years before; earlier ones were estimated.
    known = {place: float(rng.normal(0, 0.2)) for place in before[:-1]} | {before[-1]: 0.0, base: 0.0}
    weights = np.zeros(len(times))
    weights[after] = rng.dirichlet(np.ones(len(after)))
    rates = np.array([(known[at + 1] - known[at]) / (times[at + 1] - times[at]) for at in before[:-1]])
    rows, limits = [], []
    for at, sign in product([base, *after[:-1]], (1.0, -1.0)):
        row = np.zeros(len(times))
        row[at + 1], row[at] = sign, -sign
        rows.append(row)
        limits.append(size * float(np.abs(rates).max()) * (times[at + 1] - times[at]))
    reach = float(weights @ np.array(times))
    bound = relative.Bound(0.25, rates, np.zeros((rates.size + 1, rates.size + 1)), reach)
    off = most(weights, rows, limits, known)
    assert bound.set(size) == pytest.approx((0.25 - off, 0.25 + off), abs=1e-8)
    assert bound.interval(size, 0.95) == pytest.approx(bound.set(size))


@pytest.mark.parametrize("times", [[-1, 0, 1, 2, 3], [-1, 0, 2, 3], [-2, 0, 1, 4], [-1, 0, 1]])
def test_the_largest_bias_of_bends_is_that_of_the_linear_programme(times: list[int]) -> None:
    rng = np.random.default_rng(len(times))
    at = np.array(times, dtype=float)
    weights = np.concatenate([[0.0, 0.0], rng.normal(0.3, 0.5, at.size - 2)])
    rows, limits = [], []
    for place, sign in product(range(1, at.size - 1), (1.0, -1.0)):
        near, far = at[place] - at[place - 1], at[place + 1] - at[place]
        row = np.zeros(at.size)
        row[place + 1] += sign / far
        row[place] -= sign * (1 / far + 1 / near)
        row[place - 1] += sign / near
        rows.append(row)
        limits.append((near + far) / 2)
    off = most(weights, rows, limits, {0: 0.0, 1: 0.0})
    assert smooth.largest_bias(at, weights) == pytest.approx(off)


def test_half_of_the_fixed_length_interval_is_the_quantile_of_a_grid() -> None:
    grid = np.linspace(-12, 12, 2_000_001)
    for bias in (0.0, 0.3, 1.0, 2.5):
        density = stats.norm.pdf(grid - bias)
        order = np.argsort(np.abs(grid), kind="stable")
        share = np.cumsum(density[order]) / density.sum()
        half = np.abs(grid[order])[np.searchsorted(share, 0.95)]
        assert smooth.half_length(bias, 1.0, 0.95) == pytest.approx(half, abs=1e-4)


@pytest.mark.parametrize("size", [0.5, 1.0])
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.1, 0.0), (0.1, -0.1), (0.3, 0.05)])
def test_the_relative_interval_covers_every_end_of_the_set(rates: tuple[float, ...], size: float) -> None:
    """The true effect may lie at either end of the set: both are covered in 95 % of draws or more."""
    rng = np.random.default_rng(11)
    truth, reach = 0.2, 1.5
    covariance = np.array([[0.010, 0.003, -0.001], [0.003, 0.012, -0.006], [-0.001, -0.006, 0.012]])
    largest = size * reach * max(abs(rate) for rate in rates)
    for end in (-1.0, 1.0):
        mean = np.array([truth + end * largest, *rates])
        drawn = rng.multivariate_normal(mean, covariance, size=1000)
        held = 0
        for row in drawn:
            low, high = relative.Bound(row[0], row[1:], covariance, reach).interval(size, 0.95)
            held += low <= truth <= high
        # 1,000 draws: a Monte Carlo error of .007.
        assert held / 1000 >= 0.935


def test_the_breakdown_is_that_of_a_grid_of_sizes() -> None:
    rng = np.random.default_rng(5)
    sizes = np.arange(0.0, 5.0, 0.01)
    for _ in range(12):
        root = rng.normal(0, 0.08, (3, 3))
        bound = relative.Bound(
            float(rng.choice([-1, 1]) * rng.uniform(0.1, 0.6)), rng.normal(0, 0.1, 2), root @ root.T, 1.3
        )
        ends = [bound.interval(size, 0.95) for size in sizes]
        holds = [low <= 0 <= high for low, high in ends]
        first = sizes[holds.index(True)] if any(holds) else np.inf
        found = bound.breakdown(0.95)
        assert found == pytest.approx(first, abs=0.0101) or (found > 4.9 and np.isinf(first))
