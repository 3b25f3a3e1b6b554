"""Bands for all effects at once."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from commonroom.impact import staggered
from commonroom.impact.staggered import bootstrap
from unit.impact.staggered.made_joining import joining

DRAWN = {"draws": 999, "level": 0.95, "seed": 5}


def combined(kind: str) -> staggered.Combined:
    study, x = joining()
    return staggered.aggregate(staggered.estimate(study, covariates=x), study, kind=kind)


def test_clusters_add_up_before_they_are_squared() -> None:
    dynamic, cluster = combined("dynamic"), np.arange(240) // 6
    sums = np.stack([dynamic.influence[cluster == each].sum(axis=0) for each in range(40)])
    np.testing.assert_allclose(
        staggered.spread(dynamic, cluster=cluster), np.sqrt((sums**2).sum(axis=0)) / 240
    )


def test_a_band_is_wider_than_an_interval_and_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dynamic, cluster = combined("dynamic"), np.arange(240)
    width = staggered.critical(dynamic, cluster=cluster, **DRAWN)
    one = NormalDist().inv_cdf(0.975)
    # Eight effects at once: wider than one, narrower than by Bonferroni's bound.
    assert 1.15 * one < width < NormalDist().inv_cdf(1 - 0.05 / 2 / 8) + 0.1
    low, high = staggered.bands(dynamic, cluster=cluster, **DRAWN)
    se = staggered.spread(dynamic, cluster=cluster)
    np.testing.assert_allclose([low, high], [dynamic.effect - width * se, dynamic.effect + width * se])
    assert staggered.critical(dynamic, cluster=cluster, **(DRAWN | {"seed": 6})) != width
    # Fewer draws at once are the same draws.
    monkeypatch.setattr(bootstrap, "BLOCK", 50_000)
    assert staggered.critical(dynamic, cluster=cluster, **DRAWN) == width


def test_a_band_of_one_effect_is_never_narrower_than_its_interval() -> None:
    one = NormalDist().inv_cdf(0.975)
    # Two clusters of the same size can only cancel or add up.
    pair = staggered.Combined(
        kind="simple",
        at=np.array([0]),
        effect=np.array([0.1]),
        influence=np.array([[1.0], [1.0], [0.0]]),
        joiners=np.array([1]),
        others=np.array([1]),
        weights=np.ones((1, 1)),
    )
    assert staggered.critical(pair, cluster=np.arange(3), **DRAWN) == one
    still = staggered.Combined(**{**vars(pair), "influence": np.zeros((3, 1))})
    low, high = staggered.bands(still, cluster=np.arange(3), **DRAWN)
    assert low == high == [0.1]
    width = staggered.critical(combined("simple"), cluster=np.arange(240), **DRAWN)
    assert one <= width < 1.1 * one
