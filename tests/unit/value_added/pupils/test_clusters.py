from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom.value_added.pupils import blocks, clusters, optimum
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from unit.value_added.pupils.made_up_extensions import add_up, plan, pupils


def fitted() -> optimum.Fit:
    return optimum.fit(blocks.arrange(add_up(pupils(), plan()), Model()))


def test_schools_of_a_trust_are_summed_and_a_school_of_none_stands_alone() -> None:
    covariates = pl.DataFrame({"school": ["s1", "s2", "s3"], "trust": ["A", "A", None]})
    found = clusters.cluster(["s1", "s2", "s3", "s4"], covariates, "trust")
    assert found[0] == found[1]
    assert len(set(found)) == 3
    values = np.arange(8.0).reshape(4, 2)
    assert clusters.added(values, ["b", "a", "b", "c"]).tolist() == [[2, 3], [4, 6], [6, 7]]


def test_a_trust_named_like_a_school_is_not_that_school() -> None:
    covariates = pl.DataFrame({"school": ["s1", "s2"], "trust": ["s2", None]})
    assert len(set(clusters.cluster(["s1", "s2"], covariates, "trust"))) == 2


def test_corrections_widen_the_plain_sandwich() -> None:
    fit = fitted()
    plain, first, second = (clusters.robust(fit, correction=way) for way in ("CR0", "CR1", "CR2"))
    assert first.se == pytest.approx(plain.se * np.sqrt(12 / 11))
    assert (second.se > plain.se).all()
    assert first.df.tolist() == [11, 11, 11]
    assert (second.df < 12).all()


def test_schools_that_count_twice_are_two_schools() -> None:
    fit = fitted()
    twice = replace(fit.blocks, times=np.full(12, 2.0), Sxx=2 * fit.blocks.Sxx, Sxy=2 * fit.blocks.Sxy)
    counted = optimum.fit(replace(twice, Syy=2 * fit.blocks.Syy, N=2 * fit.blocks.N), reml=False)
    own = clusters.gather(counted.blocks, counted.at)[0]
    once = clusters.gather(replace(counted.blocks, times=None), counted.at)[0]
    assert own == pytest.approx(2 * once)
    assert np.abs(own.sum(axis=0)).max() < 1e-8
    assert clusters.robust(counted, correction="CR2").correction == "CR1"


def test_clusters_that_cannot_be_are_said() -> None:
    with pytest.raises(NotEnoughPupils, match="all schools are in one cluster"):
        clusters.robust(fitted(), clusters=["a"] * 12)
    with pytest.raises(NotThisModel, match="no column trust to cluster by"):
        clusters.cluster(["s1"], pl.DataFrame({"school": ["s1"]}), "trust")
    with pytest.raises(NotThisModel, match="school s1 is in two clusters"):
        clusters.cluster(["s1"], pl.DataFrame({"school": ["s1", "s1"], "trust": ["a", "b"]}), "trust")
