from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import chance, staggered
from commonroom.impact.chance import permuted
from commonroom.impact.study import Study
from unit.impact.chance.made_shocks import DEFINITION, taking, world


def staggered_world() -> Study:
    """Forty joiners in two cohorts among 200 schools."""
    study = world(3, schools=200)
    return replace(
        taking(study, np.arange(0, 200, 5)),
        start=np.where(np.arange(200) % 5 == 0, 2018 + np.arange(200) % 2, 0),
    )


def simple(study: Study) -> float:
    return float(staggered.aggregate(staggered.estimate(study), study, kind="simple").effect[0])


def test_the_real_effect_is_that_of_callaway_and_santanna() -> None:
    study = staggered_world()
    assert chance.permute(study, strata=study.family, draws=9, seed=1).effect == pytest.approx(simple(study))


def test_the_real_effect_is_the_same_way_where_figures_are_missing() -> None:
    study = staggered_world()
    figures = study.figures.copy()
    figures[np.random.default_rng(1).random(figures.shape) < 0.1] = np.nan
    study = replace(study, figures=figures)
    assert chance.permute(study, strata=study.family, draws=9, seed=1).effect == pytest.approx(simple(study))


@pytest.mark.parametrize("gaps", [False, True])
def test_every_draw_is_the_estimator_on_redrawn_cohorts(gaps: bool) -> None:
    study = staggered_world()
    if gaps:
        figures = study.figures.copy()
        figures[np.random.default_rng(1).random(figures.shape) < 0.1] = np.nan
        study = replace(study, figures=figures)
    found = chance.permute(study, strata=study.family, draws=5, seed=7)
    order = np.argsort(study.family, kind="stable")
    rng = np.random.default_rng(7)
    for placebo in found.placebo:
        # The school at each shuffled place takes the label that stood at that place.
        place = permuted._shuffle(study.family[order], rng)
        start = np.empty_like(study.start)
        start[order[place]] = study.start[order]
        assert placebo == pytest.approx(simple(replace(study, start=start)))
        assert (np.bincount(study.family[start > 0]) == np.bincount(study.family[study.start > 0])).all()


def test_places_are_shuffled_within_strata_alone_and_evenly() -> None:
    stratum = np.repeat([0, 1, 70_000], [3, 2, 4])
    rng = np.random.default_rng(1)
    draws = np.array([permuted._shuffle(stratum, rng) for _ in range(3000)])
    assert (stratum[draws] == stratum).all()
    assert np.bincount(draws[:, 0], minlength=3) == pytest.approx([1000, 1000, 1000], rel=0.1)


def test_the_p_value_counts_draws_as_far_from_none_as_the_real_one() -> None:
    study = staggered_world()
    planted = study.figures + 2.0 * ((study.start > 0)[:, None] & (study.years >= study.start[:, None]))
    found = chance.permute(replace(study, figures=planted), strata=study.family, draws=99, seed=1)
    assert found.p == pytest.approx(0.01)
    assert found.units == 200
    none = chance.permute(study, strata=study.family, draws=99, seed=1)
    seen = (np.abs(none.placebo) >= abs(none.effect)).sum()
    assert none.p == pytest.approx((1 + seen) / 100)


def test_p_values_are_even_where_nothing_happened() -> None:
    draws = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        study = taking(world(seed, schools=120), rng.choice(120, 30, replace=False))
        draws.append(chance.permute(study, strata=study.family, draws=39, seed=seed).p)
    assert np.mean(np.array(draws) <= 0.1) == pytest.approx(0.1, abs=0.08)
    assert np.mean(draws) == pytest.approx(0.5, abs=0.08)


def test_whole_clusters_are_redrawn_together() -> None:
    study = world(2, schools=200, areas=20)
    rows = np.flatnonzero(study.area < 4)
    study = taking(study, rows, together=study.area[rows])
    strata = np.zeros(200, dtype=np.int64)
    found = chance.permute(study, strata=strata, draws=49, seed=1, whole=True)
    assert found.units == 20
    assert found.effect == pytest.approx(simple(study))
    alone = chance.permute(study, strata=strata, draws=49, seed=1)
    assert alone.units == 200
    assert found.placebo.std() > alone.placebo.std()


def test_shared_shocks_make_whole_clusters_likelier_to_differ() -> None:
    study = world(2, schools=400, areas=40, shared=0.5)
    rows = np.flatnonzero(study.area < 8)
    study = taking(study, rows, together=study.area[rows])
    strata = np.zeros(400, dtype=np.int64)
    whole = chance.permute(study, strata=strata, draws=199, seed=1, whole=True)
    alone = chance.permute(study, strata=strata, draws=199, seed=1)
    assert whole.placebo.std() > 2 * alone.placebo.std()


def test_schools_left_aside_do_not_count() -> None:
    study = staggered_world()
    strata = np.where(np.arange(200) < 100, study.family, -1)
    half = replace(
        study,
        **{
            name: getattr(study, name)[:100]
            for name in ("schools", "figures", "start", "cluster", "area", "pupils", "context", "family")
        },
        easting=study.easting[:100],
        northing=study.northing[:100],
    )
    assert chance.permute(study, strata=strata, draws=9, seed=1).effect == pytest.approx(simple(half))


def test_a_draw_without_an_effect_is_not_counted() -> None:
    study = taking(world(1, schools=30), np.array([0]))
    figures = study.figures.copy()
    figures[1:20, 2:] = np.nan
    study = replace(study, figures=figures)
    found = chance.permute(study, strata=np.zeros(30, dtype=np.int64), draws=50, seed=1)
    counted = ~np.isnan(found.placebo)
    assert 0 < counted.sum() < 50
    assert found.p >= 1 / (1 + counted.sum())


def test_a_cohort_without_an_earlier_year_has_no_effect_to_redraw() -> None:
    study = staggered_world()
    early = replace(study, start=np.where(study.start == 2018, 2016, study.start))
    only = replace(study, start=np.where(study.start == 2018, 0, study.start))
    kept = replace(only, figures=np.where((early.start == 2016)[:, None], np.nan, study.figures))
    found = chance.permute(early, strata=early.family, draws=3, seed=1)
    assert found.effect == pytest.approx(simple(kept))


def test_nothing_to_redraw_is_said() -> None:
    study = taking(world(1, schools=40), np.arange(5))
    with pytest.raises(SaidToPeople, match="nothing can be redrawn"):
        chance.permute(study, strata=np.arange(40), draws=9, seed=1)


def test_what_is_left_over_owes_nothing_to_path_and_context() -> None:
    study = taking(world(5), np.arange(0, 400, 10))
    pool = np.ones(400, dtype=bool)
    left = chance.left_over(study, pool=pool, comparison=DEFINITION.comparison)
    never = study.start == 0
    known = np.column_stack([study.figures[:, :2], study.context])[never]
    for at in (2, 3):
        assert np.corrcoef(known.T, left.figures[never, at])[-1, :-1] == pytest.approx(0, abs=1e-9)
    assert left.figures[:, :2] == pytest.approx(0, abs=1e-9)
    assert (left.start == study.start).all()


def test_too_little_to_adjust_for_is_said() -> None:
    study = taking(world(5, schools=12), np.arange(9))
    with pytest.raises(SaidToPeople, match="too little is known"):
        chance.left_over(study, pool=np.ones(12, dtype=bool), comparison=DEFINITION.comparison)


def test_strata_are_families_or_areas_where_there_are_none() -> None:
    study = world(1, schools=30)
    assert (chance.strata(study) == study.family).all()
    none = replace(study, family=np.full(30, -1))
    assert (chance.strata(none) == study.area).all()
