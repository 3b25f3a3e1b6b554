"""The difference within blocks, by hand and by brute force."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from commonroom.impact import blocks
from commonroom.impact.blocks import Trial

RNG = np.random.default_rng(11)


def made_up(*, clusters: int = 40, size: int = 5, effect: float = 0.5) -> Trial:
    """Clusters of units in blocks of four clusters, two of which take part; one covariate."""
    cluster = np.repeat(np.arange(clusters), size)
    block = cluster // 4
    treated = cluster % 4 < 2
    covariate = RNG.normal(size=cluster.size)
    outcome = RNG.normal(size=block.max() + 1)[block] * 3 + effect * treated + 0.7 * covariate
    outcome += RNG.normal(0, 0.3, clusters)[cluster] + RNG.normal(0, 1, cluster.size)
    return Trial(outcome, treated, block, cluster, covariate[:, None])


def test_two_blocks_by_hand() -> None:
    trial = Trial(
        outcome=np.array([3.0, 1.0, 10.0, 6.0]),
        treated=np.array([True, False, True, False]),
        block=np.array([7, 7, 9, 9]),
        cluster=np.arange(4),
        covariates=np.empty((4, 0)),
    )
    # Differences of 2 and 4 weigh alike; each residual is a half, of four units and three columns.
    found = blocks.estimate(trial, correction="cr1")
    assert found.effect == pytest.approx(3)
    assert found.se == pytest.approx(np.sqrt(4 / 1 * 4 * 0.25 * 0.25))
    assert found.low < 3 < found.high
    assert (found.clusters, found.inference) == (4, "clusters")


def test_a_level_of_a_block_changes_nothing_and_a_planted_effect_is_found() -> None:
    trial = made_up(clusters=400)
    found = blocks.estimate(trial)
    moved = replace(trial, outcome=trial.outcome + 100.0 * trial.block, block=trial.block + 5)
    again = blocks.estimate(moved)
    assert abs(found.effect - 0.5) < 3 * found.se < 0.3
    assert again.effect == pytest.approx(found.effect)
    assert again.se == pytest.approx(found.se)


def test_a_covariate_that_says_nothing_within_blocks_is_left_out() -> None:
    trial = made_up()
    flat = replace(trial, covariates=np.column_stack([trial.covariates, trial.block * 2.0]))
    assert blocks.estimate(flat) == blocks.estimate(trial)


def test_the_corrections_agree_when_clusters_are_many_and_cr2_is_wider_when_they_are_few() -> None:
    trial = made_up(clusters=400)
    assert blocks.estimate(trial).se == pytest.approx(blocks.estimate(trial, correction="cr1").se, rel=0.2)
    few = made_up(clusters=8)
    wide, narrow = (blocks.estimate(few, correction=way) for way in ("cr2", "cr1"))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_intervals_hold_the_truth_with_few_clusters() -> None:
    found = [blocks.estimate(made_up(clusters=12)) for _ in range(400)]
    held = np.mean([one.low <= 0.5 <= one.high for one in found])
    assert 0.92 <= held <= 0.98


def test_no_spread_at_all_is_no_chance() -> None:
    trial = Trial(np.ones(6), np.array([True, False] * 3), np.zeros(6, int), np.arange(6), np.empty((6, 0)))
    found = blocks.estimate(trial, correction="cr1")
    assert found.p in (0.0, 1.0) or found.se < 1e-12


def test_a_lottery_without_two_sides_or_two_clusters_is_refused() -> None:
    trial = made_up()
    with pytest.raises(ValueError, match="both sides"):
        blocks.estimate(replace(trial, block=trial.cluster))
    with pytest.raises(ValueError, match="two clusters"):
        blocks.estimate(replace(trial, cluster=np.zeros_like(trial.cluster)))


def test_the_permutation_is_that_of_every_lottery_there_could_have_been() -> None:
    trial = made_up(clusters=8, effect=1.0)

    def effect(treated: tuple[bool, ...]) -> float:
        return blocks.estimate(
            replace(trial, treated=np.array(treated)[trial.cluster]), correction="cr1"
        ).effect

    # Taken out of the outcome first, the covariate is the same in every lottery.
    slope = np.linalg.lstsq(
        np.column_stack([trial.covariates, np.eye(2)[trial.block]]), trial.outcome, rcond=None
    )[0][0]
    trial = replace(
        trial, outcome=trial.outcome - slope * trial.covariates[:, 0], covariates=np.empty((40, 0))
    )
    halves = [tuple(place in pair for place in range(4)) for pair in itertools.combinations(range(4), 2)]
    effects = [abs(effect((*first, *second))) for first in halves for second in halves]
    exact = np.mean(np.array(effects) >= abs(effect((True, True, False, False) * 2)) - 1e-9)
    assert blocks.permute(trial, draws=4000, seed=1) == pytest.approx(exact, abs=0.02)


def test_the_permutation_needs_clusters_on_one_side_and_in_one_block() -> None:
    trial = made_up()
    with pytest.raises(ValueError, match="both sides"):
        blocks.permute(replace(trial, treated=np.arange(trial.cluster.size) % 2 == 0), draws=9, seed=1)
    with pytest.raises(ValueError, match="two blocks"):
        blocks.permute(replace(trial, block=np.arange(trial.cluster.size) % 3), draws=9, seed=1)
    assert blocks.permute(trial, draws=99, seed=3) == blocks.permute(trial, draws=99, seed=3)
