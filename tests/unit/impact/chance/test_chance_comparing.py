from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from commonroom.impact import chance, comparison, matched, staggered
from commonroom.impact.chance import comparing, noise, surroundings
from commonroom.impact.definition import Method
from commonroom.impact.study import Study
from unit.impact.chance.made_shocks import DEFINITION, taking, world


def learnt(
    study: Study, around: chance.Surroundings | None = None
) -> tuple[staggered.Combined, chance.Noise]:
    """The effect in all of a study, and the chance learnt."""
    pool = np.ones(study.start.size, dtype=bool)
    found = comparison.match(study, pool=pool, comparison=DEFINITION.comparison)
    cells = staggered.estimate(study, adjusted=found.adjusted)
    one = staggered.aggregate(cells, study, kind="simple")
    return one, chance.learn(study, cells=cells, matched=found, around=around)


def compared(study: Study) -> matched.Estimate:
    one, known = learnt(study)
    return chance.compare(one, noise=known, level=0.95)[0]


@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_shares_make_the_effect(method: Method) -> None:
    study = taking(world(1), np.arange(30))
    pool = np.ones(400, dtype=bool)
    found = comparison.match(study, pool=pool, comparison=DEFINITION.comparison)
    cells = staggered.estimate(study, method=method, adjusted=found.adjusted)
    known = chance.learn(study, cells=cells, matched=found)
    for at in np.flatnonzero(cells.year >= 2018):
        change = study.column(int(cells.year[at])) - study.figures[:, 1]
        assert known.shares[:, at] @ change == pytest.approx(cells.effect[at])
        assert known.shares[study.joined, at].sum() == pytest.approx(1)
        assert known.shares[~study.joined, at].sum() == pytest.approx(-1)


def test_shares_are_weights_alone_where_nothing_was_regressed_on() -> None:
    study = taking(world(1, schools=60), np.arange(2))
    pool = np.arange(60) < 8
    found = comparison.match(study, pool=pool, comparison=DEFINITION.comparison)
    cells = staggered.estimate(study, adjusted=found.adjusted)
    assert set(cells.methods) == {"means"}
    known = chance.learn(study, cells=cells, matched=found)
    weights = found.adjusted[2018].weights
    used = (weights > 0) & ~study.joined
    assert -known.shares[used, -1] == pytest.approx(weights[used] / weights[used].sum())


def test_the_variance_is_that_of_every_two_schools() -> None:
    study = taking(world(4, shared=0.3, local=0.2), np.arange(30), together=np.zeros(30, dtype=int))
    one, known = learnt(study)
    weights = one.weights[:, 0]
    share, part = known.shares @ weights, noise.spread(known, 2018, weights)
    rows = np.flatnonzero(share)
    whole = np.zeros((rows.size, rows.size))
    for place, row in enumerate(rows):
        alike = surroundings.alike(known.around, np.array([row]), rows)
        whole[place] = part.shared @ alike
        whole[place, place] = part.own[row]
    found = chance.compare(one, noise=known, level=0.95)[0]
    assert found.se**2 == pytest.approx(share[rows] @ whole @ share[rows])
    assert found.inference == "comparison"
    assert found.clusters == 1


def test_pairs_are_looked_at_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    study = taking(world(4, shared=0.3, local=0.2), np.arange(30), together=np.zeros(30, dtype=int))
    whole = compared(study)
    monkeypatch.setattr(comparing, "BLOCK", 100)
    assert compared(study).se == pytest.approx(whole.se)


def test_schools_of_an_area_are_less_sure_where_areas_share_shocks() -> None:
    rows = np.arange(25)
    alone, shared = (compared(taking(world(4, shared=size), rows, together=0 * rows)) for size in (0.0, 0.5))
    scattered = compared(taking(world(4, shared=0.5), np.arange(0, 400, 16)))
    assert shared.se > 2 * alone.se
    assert shared.se > 2 * scattered.se


def test_a_place_nobody_knows_shares_no_neighbourhood() -> None:
    study = world(4, shared=0.5)
    blind = replace(study, easting=np.full(400, np.nan))
    around = chance.look(blind)
    near = surroundings.alike(around, around.one, around.other)
    assert (near[: len(surroundings.SCALES)] == 0).all()
    assert (near[len(surroundings.SCALES)] == 1).all()
    rows = np.arange(25)
    assert compared(taking(blind, rows, together=0 * rows)).se > 0.2


def test_distance_counts_the_schools_between() -> None:
    study = world(1)
    spread_out = replace(study, easting=study.easting * 50, northing=study.northing * 50)
    one, other = chance.look(study), chance.look(spread_out)
    assert one.alike == pytest.approx(other.alike)
    assert (np.diff(one.alike[0, np.flatnonzero(one.alike[0])][::4]) <= 0).any()


def test_groups_count_where_they_are_no_areas() -> None:
    study = world(1)
    assert (chance.look(study).group == -1).all()
    trusts = replace(study, cluster=np.arange(400) % 100)
    assert (chance.look(trusts).group == trusts.cluster).all()
    alone = replace(study, cluster=np.arange(400))
    assert (chance.look(alone).group == -1).all()
    assert (chance.look(taking(trusts, np.arange(5))).group[:5] == -1).all()


def test_trusts_that_share_shocks_are_found() -> None:
    study = world(6)
    trust = np.arange(400) % 80
    figures = study.figures.copy()
    figures[:, 2:] += 0.5 * np.random.default_rng(1).normal(size=80)[trust][:, None]
    study = taking(replace(study, cluster=trust, figures=figures), np.arange(0, 400, 20))
    one, known = learnt(study)
    part = noise.spread(known, 2018, one.weights[:, 0])
    assert part.shared[-1] == pytest.approx(0.25, abs=0.1)


def test_shocks_of_half_the_nation_are_found_though_the_whole_is_level() -> None:
    study = world(1, schools=1600, areas=4)
    around = chance.look(study)
    values = np.array([1.0, 1.0, -1.0, -1.0])[study.area] + np.random.default_rng(3).normal(size=1600)
    shared, level = noise._shared(around, values - values.mean(), np.ones(1600, dtype=bool))
    first, fellows, others = (np.flatnonzero(study.area == area) for area in (0, 0, 3))
    near = shared @ surroundings.alike(around, first[:1], fellows[1:])
    far = shared @ surroundings.alike(around, first[:1], others)
    assert level < -0.1
    assert near.mean() - far.mean() > 1


def test_small_cohorts_are_noisier() -> None:
    study = taking(world(1, schools=3000), np.arange(0, 3000, 100))
    one, known = learnt(study)
    own = noise.spread(known, 2018, one.weights[:, 0]).own
    small, large = study.pupils < 25, study.pupils > 150
    assert own[small].mean() > 1.5 * own[large].mean()


def test_unknown_pupils_have_the_usual_variance() -> None:
    study = taking(world(1), np.arange(0, 400, 20))
    some = replace(study, pupils=np.where(np.arange(400) % 2, np.nan, study.pupils))
    none = replace(study, pupils=np.full(400, np.nan))
    for other in (some, none):
        assert compared(other).se == pytest.approx(compared(study).se, rel=0.25)


def test_schools_of_several_cohorts_are_one_chance() -> None:
    study = world(1)
    start = np.zeros(400, dtype=np.int64)
    start[:20], start[20:40] = 2018, 2019
    study = replace(taking(study, np.arange(40), together=np.zeros(40, dtype=int)), start=start)
    found = compared(study)
    assert np.isfinite(found.se)
    assert found.se > 0


def test_a_pool_too_small_to_regress_on_has_one_variance() -> None:
    study = taking(world(1, schools=25), np.arange(2))
    found = compared(study)
    assert np.isfinite(found.se)
    assert found.high - found.low > 2 * 1.96 * found.se


def test_years_that_no_school_has_all_of_are_learnt_from_the_last() -> None:
    study = taking(world(1), np.arange(20))
    figures = study.figures.copy()
    figures[20::2, 2] = np.nan
    figures[21::2, 3] = np.nan
    assert compared(replace(study, figures=figures)).se > 0


def test_a_pool_of_one_school_says_nothing_of_chance() -> None:
    assert np.isnan(noise._unexplained((np.ones((1, 1)),), np.array([0.3]))).all()


def test_what_is_left_owes_to_no_curve_the_pool_can_tell() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(300, 1))
    many, few = np.column_stack([np.ones((300, 1)), x, x**2]), np.ones((300, 1))
    change = x[:, 0] ** 2 + rng.normal(size=300)
    assert noise._unexplained((many, few), change).std() == pytest.approx(1, abs=0.1)
    assert noise._unexplained((many[:20], few[:20]), change[:20]).var() == pytest.approx(
        change[:20].var() * 20 / 19
    )


def test_schools_without_path_or_context_are_told_apart_by_nothing() -> None:
    study = taking(world(1), np.arange(20), together=np.zeros(20, dtype=int))
    _, known = learnt(study)
    bare = replace(known.cohorts[2018], covariates=np.zeros((400, 0)), names=(), path=0)
    assert [one.shape for one in noise._terms(bare)] == [(380, 1)]
    assert np.isfinite(noise._own(study, bare, known.left[:, -1])[20:]).all()


def test_a_year_of_the_path_itself_is_left_to_no_chance() -> None:
    study = taking(world(1), np.arange(20), together=np.zeros(20, dtype=int))
    _, known = learnt(study)
    before = staggered.aggregate(known.cells, study, kind="dynamic")
    found = chance.compare(before, noise=known, level=0.95)[0]
    assert (found.effect, found.low, found.high) == pytest.approx((0, 0, 0), abs=1e-9)
    assert found.p == 1


def test_an_interval_is_students() -> None:
    found = comparing.interval(0.5, 0.2, degrees=7, level=0.9, of=("comparison", 3))
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.9, 7, loc=0.5, scale=0.2))
    assert found.p == pytest.approx(2 * stats.t.sf(2.5, 7))


def test_one_area_at_a_time_misses_zero_as_often_as_it_should() -> None:
    """Worlds of forty areas, some of them the programme in turn: an interval in twenty misses."""
    missed, by_school = [], []
    for seed in range(6):
        study = world(seed, schools=800, areas=40, shared=0.3, local=0.3)
        around = chance.look(study)
        for area in range(0, 40, 3):
            rows = np.flatnonzero(study.area == area)
            one, known = learnt(taking(study, rows, together=0 * rows), around)
            found = chance.compare(one, noise=known, level=0.95)[0]
            missed.append(found.low > 0 or found.high < 0)
            alone = float(staggered.spread(one, cluster=np.arange(800))[0])
            by_school.append(abs(found.effect) > 2 * alone)
    assert np.mean(missed) == pytest.approx(0.05, abs=0.06)
    assert np.mean(by_school) > 0.3
