from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import chance, comparison, matched, staggered
from unit.impact.chance.made_shocks import DEFINITION, taking, world

EVERYBODY = np.ones(400, dtype=bool)


def few(fewest: int) -> matched.Definition:
    return DEFINITION.model_copy(
        update={"inference": DEFINITION.inference.model_copy(update={"few": fewest})}
    )


def test_an_answer_is_matching_the_estimator_and_chance() -> None:
    study = taking(world(1), np.arange(0, 400, 10))
    found = matched.estimate(study, pool=EVERYBODY, definition=DEFINITION, kinds=("simple", "dynamic"))
    beside = comparison.match(study, pool=EVERYBODY, comparison=DEFINITION.comparison)
    cells = staggered.estimate(study, method="dr", adjusted=beside.adjusted)
    assert (found.matched.adjusted[2018].weights == beside.adjusted[2018].weights).all()
    assert (found.cells.effect == cells.effect).all()
    simple = staggered.aggregate(cells, study, kind="simple")
    assert found.estimates["simple"][0].effect == simple.effect[0]
    assert len(found.estimates["dynamic"]) == found.combined["dynamic"].at.size


def test_many_clusters_speak_for_themselves_and_few_do_not() -> None:
    study = taking(world(1), np.arange(0, 400, 10))
    many = matched.estimate(study, pool=EVERYBODY, definition=few(10)).estimates["simple"][0]
    assert many.inference == "clusters"
    assert many.clusters == 40
    less = matched.estimate(study, pool=EVERYBODY, definition=few(41)).estimates["simple"][0]
    assert less.inference == "comparison"
    assert less.effect == many.effect
    assert less.se == pytest.approx(many.se, rel=0.3)


def test_many_clusters_in_few_areas_are_few() -> None:
    study = taking(world(1), np.flatnonzero(world(1).area < 3))
    found = matched.estimate(study, pool=EVERYBODY, definition=few(10)).estimates["simple"][0]
    assert found.clusters > 10
    assert found.inference == "comparison"


def test_a_design_may_stand_beside_the_whole_pool() -> None:
    study = taking(world(1), np.arange(0, 400, 10))
    estimator = DEFINITION.estimator.model_copy(update={"matched": False})
    found = matched.estimate(
        study, pool=EVERYBODY, definition=DEFINITION.model_copy(update={"estimator": estimator})
    )
    assert (found.matched.adjusted[2018].weights > 0).all()
    assert found.cells.others.max() == 360


def test_surroundings_that_are_given_are_not_looked_at_again() -> None:
    study = taking(world(1), np.arange(20), together=np.zeros(20, dtype=int))
    around = chance.look(study)
    given = matched.estimate(study, pool=EVERYBODY, definition=DEFINITION, around=around)
    looked = matched.estimate(study, pool=EVERYBODY, definition=DEFINITION)
    assert given.estimates == looked.estimates


def test_a_planted_effect_moves_the_interval_by_just_that() -> None:
    study = taking(world(1, shared=0.3), np.arange(20), together=np.zeros(20, dtype=int))
    figures = study.figures.copy()
    figures[:20, 2:] += 0.3
    none = matched.estimate(study, pool=EVERYBODY, definition=DEFINITION).estimates["simple"][0]
    some = matched.estimate(replace(study, figures=figures), pool=EVERYBODY, definition=DEFINITION).estimates[
        "simple"
    ][0]
    assert (some.effect, some.low, some.high) == pytest.approx(
        (none.effect + 0.3, none.low + 0.3, none.high + 0.3)
    )


def test_low_schools_that_rise_anyway_are_no_effect() -> None:
    seen = []
    for seed in range(40):
        study = world(seed)
        low = np.argsort(study.figures[:, 1])[:60]
        rows = np.sort(np.random.default_rng(seed).choice(low, 30, replace=False))
        taken = taking(study, rows, together=0 * rows)
        found = matched.estimate(taken, pool=EVERYBODY, definition=DEFINITION).estimates["simple"][0]
        naive = (study.figures[rows, 2:].mean(axis=1) - study.figures[rows, 1]).mean()
        seen.append((found.effect, naive, found.low > 0 or found.high < 0))
    effect, naive, missed = np.mean(seen, axis=0)
    assert abs(effect) < 0.02
    assert naive > 0.05
    assert missed <= 0.125


def test_nobody_to_compare_with_is_said() -> None:
    study = taking(world(1), np.arange(20))
    with pytest.raises(SaidToPeople):
        matched.estimate(study, pool=np.zeros(400, dtype=bool), definition=DEFINITION)
