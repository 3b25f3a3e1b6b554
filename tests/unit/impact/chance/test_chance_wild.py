from __future__ import annotations

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import chance, staggered
from commonroom.impact.chance import wilding
from commonroom.impact.staggered import Combined
from commonroom.impact.study import Study
from unit.impact.chance.made_shocks import taking, world


def combined(study: Study) -> Combined:
    return staggered.aggregate(staggered.estimate(study), study, kind="simple")


def programme(seed: int = 1, clusters: int = 20, schools: int = 400) -> Study:
    rows = np.random.default_rng(seed).choice(schools, 2 * clusters, replace=False)
    return taking(world(seed, schools=schools), rows, together=np.arange(2 * clusters) % clusters)


def bootstrap(**choices: object) -> chance.Bootstrap:
    return chance.Bootstrap(**{"level": 0.95, "draws": 199, "seed": 3, **choices})  # type: ignore[arg-type]


def test_the_interval_holds_the_effects_that_are_not_rejected() -> None:
    study = programme()
    one = combined(study)
    found = chance.wild(one, study=study, bootstrap=bootstrap())[0]
    assert found.inference == "wild"
    assert found.clusters == 20
    assert found.low < found.effect < found.high
    assert found.se == pytest.approx(float(staggered.spread(one, cluster=study.cluster)[0]))
    for end in (found.low, found.high):
        # The effect tested is the end of the interval: move the outcome so that it is no effect.
        figures = study.figures.copy()
        figures[np.ix_(study.joined, [2, 3])] -= end
        moved = type(study)(**{**study.__dict__, "figures": figures})
        again = chance.wild(combined(moved), study=moved, bootstrap=bootstrap())[0]
        assert again.p == pytest.approx(0.05, abs=0.012)


def test_a_draw_is_the_bootstrap_of_cluster_sums() -> None:
    rng = np.random.default_rng(1)
    sums, share, shift = rng.normal(size=15), np.r_[np.full(5, 0.2), np.zeros(10)], 0.3
    weights = rng.choice([-1.0, 1.0], (7, 15))
    found = wilding._ratios(wilding._draw(sums, share, weights), shift)
    for draw, ratio in zip(weights, found, strict=True):
        moved = draw * (sums + shift * share)
        effect = moved.sum()
        assert ratio == pytest.approx(abs(effect) / np.sqrt(((moved - effect * share) ** 2).sum()))


def test_without_the_null_the_interval_is_symmetric() -> None:
    study = programme()
    found = chance.wild(combined(study), study=study, bootstrap=bootstrap(null=False))[0]
    assert found.high - found.effect == pytest.approx(found.effect - found.low)
    assert 0 < found.p <= 1


def test_a_large_effect_is_seen_and_none_is_rarely_seen() -> None:
    seen = []
    for seed in range(60):
        study = programme(seed, schools=150)
        one = combined(study)
        seen.append(chance.wild(one, study=study, bootstrap=bootstrap(draws=99))[0].p <= 0.05)
    assert np.mean(seen) == pytest.approx(0.05, abs=0.07)
    study = programme()
    study.figures[np.ix_(study.joined, [2, 3])] += 1.0
    assert chance.wild(combined(study), study=study, bootstrap=bootstrap())[0].p <= 0.01


def test_few_clusters_have_six_weights_and_many_two() -> None:
    rng = np.random.default_rng(1)
    assert np.unique(wilding._weights(11, (100, 11), rng)).size == 6
    assert np.unique(wilding._weights(12, (100, 12), rng)).tolist() == [-1.0, 1.0]
    assert (wilding._weights(5, (4000, 5), rng) ** 2).mean() == pytest.approx(1, abs=0.02)


def test_two_clusters_may_have_an_endless_interval() -> None:
    study = programme(clusters=2)
    found = chance.wild(combined(study), study=study, bootstrap=bootstrap())[0]
    assert found.p > 0.05
    assert found.low == -np.inf
    assert found.high > 1


def test_one_cluster_is_too_few() -> None:
    study = programme(clusters=1)
    with pytest.raises(SaidToPeople, match="two clusters"):
        chance.wild(combined(study), study=study, bootstrap=bootstrap())


def test_the_same_seed_gives_the_same_answer() -> None:
    study = programme()
    one = combined(study)
    assert chance.wild(one, study=study, bootstrap=bootstrap()) == chance.wild(
        one, study=study, bootstrap=bootstrap()
    )
