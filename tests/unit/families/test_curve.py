from __future__ import annotations

import numpy as np
import pytest

from commonroom.families.curve import ASKED, MIXTURES, explained, trace


def made(size: int = 60, seed: int = 0):
    draw = np.random.default_rng(seed)
    criteria = draw.normal(size=(size, 2))
    score = 3 * criteria[:, 0] + criteria[:, 1]
    outcome = score + draw.normal(size=size)
    criteria[::7, 1] = np.nan
    told = np.column_stack([outcome, score + 0.1 * draw.normal(size=size)])
    return np.column_stack([score, criteria]), np.array([0.75, 0.25]), told, np.arange(size) % 6


def slow(places, weights, outcome, area, *, mixture: float, k: int) -> tuple[float, float, float]:
    """R2 adjusted, R2 plain and mean gap, one school and one criterion at a time."""
    relative = weights / weights.max()
    spread = places[:, 0].std()
    adjusted, plain, gaps = [], [], []
    for own in range(len(places)):
        ranked = []
        for other in range(len(places)):
            if area[other] == area[own]:
                continue
            total = shared = 0.0
            if np.isfinite(mixture):
                total += ((places[own, 0] - places[other, 0]) / spread) ** 2
                shared += 1.0
            scale = mixture**2 if np.isfinite(mixture) else 1.0
            for at, weight in enumerate(relative):
                difference = places[own, 1 + at] - places[other, 1 + at]
                if not np.isnan(difference):
                    total += scale * weight * difference**2
                    shared += scale * weight
            ranked.append((total / shared, other))
        family = [other for _, other in sorted(ranked)[:k]]
        plain.append(np.mean([outcome[other, 0] for other in family]))
        adjusted.append(
            outcome[own, 1] + np.mean([outcome[other, 0] - outcome[other, 1] for other in family])
        )
        for at in range(len(relative)):
            theirs = [places[other, 1 + at] for other in family if not np.isnan(places[other, 1 + at])]
            if theirs and not np.isnan(places[own, 1 + at]):
                gaps.append(abs(places[own, 1 + at] - np.mean(theirs)))
    return (
        explained(outcome[:, 0], np.array(adjusted)),
        explained(outcome[:, 0], np.array(plain)),
        float(np.mean(gaps)),
    )


@pytest.mark.parametrize("mixture", [0.3, float("inf")])
def test_curve_is_that_of_its_slow_twin(mixture: float) -> None:
    places, weights, outcome, area = made()
    curve = trace(places, weights, outcome=outcome, area=area, chosen=(0.7, 20, 0))
    row = {(c, k): rest for c, k, *rest in curve.select("context", "k", "r2", "r2_plain", "gap").iter_rows()}
    np.testing.assert_allclose(
        row[mixture, 20], slow(places, weights, outcome, area, mixture=mixture, k=20), rtol=1e-9
    )


def test_curve_has_every_mixture_and_the_sizes_there_are_schools_for() -> None:
    places, weights, outcome, area = made()
    curve = trace(places, weights, outcome=outcome, area=area, chosen=(0.7, 50, 0))
    assert set(curve["context"]) == set(MIXTURES)
    assert set(curve["k"]) == {10, 20, 30, 50}
    assert curve.filter("chosen").select("context", "k").rows() == [(0.7, 50)]
    assert set(curve["schools"]) == {60}


def test_curve_is_drawn_from_at_most_a_thousand() -> None:
    places, weights, outcome, area = made(ASKED + 100)
    curve = trace(places, weights, outcome=outcome, area=area, chosen=(0.7, 50, 0))
    assert set(curve["schools"]) == {ASKED}
    assert curve.equals(trace(places, weights, outcome=outcome, area=area, chosen=(0.7, 50, 0)))


def test_too_few_schools_have_no_curve() -> None:
    places, weights, outcome, area = made(8)
    assert trace(places, weights, outcome=outcome, area=area, chosen=(0.7, 50, 0)).is_empty()
    assert trace(places * np.nan, weights, outcome=outcome, area=area, chosen=(0.7, 50, 0)).is_empty()


def test_alike_expectations_and_outcomes_do_not_divide_by_zero() -> None:
    places, weights, _outcome, area = made(60)
    places[:, 0] = 5.0
    curve = trace(places, weights, outcome=np.full((60, 2), 7.0), area=area, chosen=(float("inf"), 10, 0))
    assert set(curve["r2"]) == {0.0}
    assert curve.filter("chosen").select("context", "k").rows() == [(float("inf"), 10)]
