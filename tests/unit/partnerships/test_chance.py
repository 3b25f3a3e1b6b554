from __future__ import annotations

import numpy as np
from scipy.stats import kstest

from commonroom.partnerships import chance

NAMES = [f"school {number}" for number in range(400)]


def test_a_name_draws_the_same_in_any_company() -> None:
    whole = chance.uniforms(NAMES, draws=5, seed=3)
    alone = chance.uniforms(NAMES[7:8], draws=3, seed=3)
    assert whole.shape == (5, 400)
    assert whole[:3, 7].tolist() == alone[:, 0].tolist()


def test_another_seed_draws_others() -> None:
    first, second = (chance.uniforms(NAMES, draws=2, seed=seed) for seed in (0, -1))
    assert not np.isin(first, second).any()


def test_the_numbers_are_even_and_go_their_own_ways() -> None:
    found = chance.uniforms(NAMES, draws=50, seed=1)
    assert found.min() > 0
    assert found.max() < 1
    assert kstest(found.ravel(), "uniform").pvalue > 0.001
    names = np.corrcoef(found, rowvar=False)[np.triu_indices(400, 1)]
    draws = np.corrcoef(found)[np.triu_indices(50, 1)]
    assert abs(names.mean()) < 0.002
    assert abs(names.std() - 50**-0.5) < 0.01
    assert np.abs(draws).max() < 5 * 400**-0.5


def test_the_numbers_are_those_of_the_published_generator() -> None:
    """The first three numbers of SplitMix64 from 1234567, as published with the generator's test vectors."""
    state = np.uint64(1234567)
    step = np.uint64(0x9E3779B97F4A7C15)
    found = chance.scramble(state + np.arange(1, 4, dtype=np.uint64) * step)
    assert found.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]
