"""The smallest effect that could be seen is that of theory where there is one, and placebos are like it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import cKDTree

from commonroom.errors import SaidToPeople
from commonroom.impact import definition, matched, power
from commonroom.impact.definition import Definition
from commonroom.impact.power import earlier, placebos, seeing
from commonroom.impact.study import NEVER, Estimate, Flags, Study

SCHOOLS, AREAS = 400, 40
YEARS = (2015, 2016, 2017, 2018, 2019)


def define(programmes: int = 60, **estimator: object) -> Definition:
    found = definition.load()
    return found.model_copy(
        update={
            "power": found.power.model_copy(update={"programmes": programmes}),
            "estimator": found.estimator.model_copy(update=estimator),
        }
    )


def make(joined: int = 20, *, start: int = 2019, years: tuple[int, ...] = YEARS) -> Study:
    """Schools of pure luck, in areas apart; the first of each of several areas took part, each by itself."""
    random = np.random.default_rng(5)
    area = np.arange(SCHOOLS) % AREAS
    starts = np.full(SCHOOLS, NEVER)
    starts[:joined] = start
    cluster = np.where(starts != NEVER, 1000 + np.arange(SCHOOLS), area)
    return Study(
        schools=np.array([f"{100000 + n}" for n in range(SCHOOLS)]),
        years=np.array(years),
        figures=random.normal(size=(SCHOOLS, len(years))),
        start=starts,
        cluster=cluster,
        area=area,
        pupils=np.full(SCHOOLS, 100.0),
        context=random.normal(size=(SCHOOLS, 1)),
        variables=("fsm6",),
        family=np.full(SCHOOLS, -1),
        easting=100_000.0 * (area % 8) + random.uniform(0, 10_000, SCHOOLS),
        northing=100_000.0 * (area // 8) + random.uniform(0, 10_000, SCHOOLS),
    )


def everyone(study: Study) -> Flags:
    return np.ones(study.start.size, dtype=bool)


def test_on_pure_luck_the_smallest_effect_is_that_of_the_closed_form() -> None:
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(120, matched=False), seed=1)
    # Bloom 1995: the multiplier of a two-sided test, times the standard error of a difference of two means.
    multiplier = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    expected = multiplier * np.sqrt(1 / 20 + 1 / 380)
    assert found.sd == pytest.approx(expected, rel=0.12)
    assert found.error is not None
    assert abs(found.sd - expected) < 3 * found.error
    assert found.spread == pytest.approx(np.sqrt(1 / 20 + 1 / 380), rel=0.2)
    # All programmes are of the same 380 schools, and share their luck.
    assert abs(found.bias) < 0.5 * found.spread
    assert 0 <= found.false_alarms < 0.12
    assert (found.power, found.missed, found.programmes, found.years) == (0.8, 0.0, 120, (2019, 2019))


def test_the_curve_rises_to_the_power_asked_with_its_error() -> None:
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(matched=False), seed=1)
    effect, share, error = (found.curve[name].to_numpy() for name in ("effect", "power", "error"))
    assert effect[0] == 0
    assert share[0] < 0.1
    assert (np.diff(share) >= 0).all()
    assert share[-1] > 0.97
    assert ((error >= 0) & (error < 0.07)).all()
    assert found.sd is not None
    assert share[effect < found.sd][-1] <= 0.8 <= share[effect > found.sd][0]


def test_the_default_design_sees_what_it_should_and_the_same_seed_says_the_same() -> None:
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(), seed=1)
    again = power.power(study, pool=everyone(study), definition=define(), seed=1)
    assert found.sd == again.sd
    assert found.curve.equals(again.curve)
    # Ten comparison schools each: a little more than with all 380.
    expected = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * np.sqrt(1 / 20 + 1 / 200)
    assert found.sd == pytest.approx(expected, rel=0.25)
    other = power.power(study, pool=everyone(study), definition=define(), seed=2)
    assert other.spread != found.spread


def answer_with(low: float | None, monkeypatch: pytest.MonkeyPatch, *, every: int = 1) -> None:
    """Let every programme (or each of a few) have the same interval, and the others none."""
    count = iter(range(10_000))
    estimate = Estimate(0.0, 1.0, low or 0.0, -(low or 0.0), 1.0, "clusters", 5)

    def answer(*_: object, **__: object) -> object:
        if low is None or next(count) % every:
            raise SaidToPeople("nobody can be compared.")
        return matched.Answer(None, None, {}, {"simple": (estimate,)})  # type: ignore[arg-type]

    monkeypatch.setattr(matched, "estimate", answer)


def test_an_effect_is_seen_when_it_moves_the_interval_off_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(-0.25, monkeypatch)
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(), seed=1)
    assert (found.sd, found.error, found.false_alarms, found.missed) == (0.25, 0.0, 0.0, 0.0)
    assert found.curve.filter(power=1.0)["effect"][0] == pytest.approx(0.26)


def test_programmes_without_an_answer_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(-0.25, monkeypatch, every=2)
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(), seed=1)
    assert (found.sd, found.error, found.missed) == (None, None, 0.5)
    assert found.curve["power"].max() == 0.5
    assert found.curve["effect"].max() == pytest.approx(seeing.LARGEST)


def test_where_no_programme_has_an_answer_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(None, monkeypatch)
    study = make()
    found = power.power(study, pool=everyone(study), definition=define(), seed=1)
    assert (found.sd, found.missed) == (None, 1.0)
    assert np.isnan([found.bias, found.spread, found.false_alarms]).all()


def test_a_programme_as_large_as_the_pool_is_refused() -> None:
    study = make(300)
    with pytest.raises(SaidToPeople, match="300 schools take part and 100 others have figures") as said:
        power.power(study, pool=everyone(study), definition=define(), seed=1)
    assert "commonroom panel build --system england" in str(said.value)


def test_schools_that_may_not_be_compared_are_no_placebos() -> None:
    study = make()
    pool = np.arange(SCHOOLS) < 200
    stand = earlier.find(study, window=None, path_years=3)
    template = placebos.prepare(study, pool=pool, stand=stand, lags=3)
    assert template.candidates.tolist() == list(range(20, 200))


@pytest.mark.parametrize(
    ("start", "window", "years", "back", "counted"),
    [
        # Where the outcomes are known they stand for themselves.
        (2018, (2018, 2019), YEARS, 0, (2018, 2019)),
        (2018, None, YEARS, 0, (2018, 2019)),
        # The latest years with a whole window after a path of level and change.
        (2027, (2027, 2028), YEARS, 9, (2018, 2019)),
        (2027, (2027, 2029), YEARS, 10, (2017, 2019)),
        (2027, None, YEARS, 8, (2019, 2019)),
        # A window longer than the panel: as much of it as there is.
        (2027, (2027, 2035), YEARS, 10, (2017, 2019)),
        # Years that do not exist stand in for nothing.
        (2027, (2027, 2028), (2016, 2017, 2018, 2019, 2023, 2024, 2025), 3, (2024, 2025)),
        (2027, (2028, 2028), YEARS, 9, (2019, 2019)),
        # With two years there is a level and no change before.
        (2027, (2027, 2027), (2018, 2019), 8, (2019, 2019)),
    ],
)
def test_the_latest_years_that_can_stand_in(
    start: int, window: tuple[int, int] | None, years: tuple[int, ...], back: int, counted: tuple[int, int]
) -> None:
    study = make(start=start, years=years)
    found = earlier.find(study, window=window, path_years=3)
    assert (found.back, found.years) == (back, counted)
    kept = study.years[found.kept]
    assert (kept[-1], (kept < start - back).any()) == (counted[1], True)


def test_years_between_the_start_and_the_window_do_not_count() -> None:
    found = earlier.find(make(start=2027), window=(2028, 2028), path_years=3)
    assert np.array(YEARS)[found.kept].tolist() == [2015, 2016, 2017, 2019]


def test_one_year_cannot_stand_in() -> None:
    study = make(years=(2019,))
    with pytest.raises(SaidToPeople, match="too few years to try the design on"):
        power.power(study, pool=everyone(study), definition=define(), seed=1)


def test_a_path_is_the_last_figures_before_a_year() -> None:
    figures = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]])
    found = earlier.path(figures, np.array([2016, 2017, 2019]), before=np.array([2019, 2020]), lags=3)
    np.testing.assert_array_equal(found, [[2.0, 1.0, np.nan], [6.0, np.nan, 4.0]])


def draw(study: Study, seed: int = 0) -> tuple[placebos.Template, list[int]]:
    stand = earlier.find(study, window=None, path_years=3)
    template = placebos.prepare(study, pool=everyone(study), stand=stand, lags=3)
    return template, placebos.draw(template, random=np.random.default_rng(seed)).tolist()


def test_a_placebo_programme_has_as_many_schools_none_twice_none_that_took_part() -> None:
    study = make()
    for seed in range(5):
        _, drawn = draw(study, seed)
        assert len(set(drawn)) == 20
        assert (study.start[drawn] == NEVER).all()


def test_schools_of_one_place_are_of_one_place_elsewhere() -> None:
    study = make(0)
    start = np.where(study.area == 3, 2019, NEVER)
    start[np.flatnonzero(study.area == 3)[8:]] = NEVER
    together = replace(study, start=start)
    found = {tuple(np.unique(study.area[draw(together, seed)[1]]).tolist()) for seed in range(12)}
    assert all(len(areas) == 1 for areas in found)
    assert len(found) > 5


def test_a_whole_place_is_no_smaller_elsewhere() -> None:
    study = make(0)
    whole = replace(study, start=np.where(study.area < 3, 2019, NEVER))
    _, drawn = draw(whole)
    assert len(set(drawn)) == 30
    assert np.unique(study.area[drawn]).size <= 6


def test_low_schools_are_replaced_by_low_schools() -> None:
    study = make(0)
    before = study.figures[:, 1:4].mean(axis=1)
    low = np.argsort(before)[:12]
    start = np.full(SCHOOLS, NEVER)
    start[low] = 2019
    own = before[low].mean()
    # Far apart, so that each may be replaced by anybody.
    apart = replace(study, start=start, easting=100_000.0 * np.arange(SCHOOLS))
    means = [before[draw(apart, seed)[1]].mean() for seed in range(10)]
    assert np.mean(means) < 0.4 * own
    assert np.mean(means) < before.mean() - before.std()


def test_where_the_only_like_school_is_taken_another_stands_in() -> None:
    study = make(2)
    figures = np.full_like(study.figures, 50.0)
    figures[:3] = 0.0
    pool = np.isin(np.arange(SCHOOLS), [2, 3, 4])
    alike = replace(study, figures=figures, easting=100_000.0 * np.arange(SCHOOLS))
    stand = earlier.find(alike, window=None, path_years=3)
    template = placebos.prepare(alike, pool=pool, stand=stand, lags=3)
    for seed in range(5):
        drawn = placebos.draw(template, random=np.random.default_rng(seed)).tolist()
        assert 2 in drawn
        assert len(set(drawn)) == 2


def test_schools_whose_place_is_unknown_are_near_those_of_their_area() -> None:
    study = make(0)
    nowhere = np.full(SCHOOLS, np.nan)
    start = np.where(study.area == 3, 2019, NEVER)
    start[np.flatnonzero(study.area == 3)[6:]] = NEVER
    lost = replace(study, start=start, easting=nowhere, northing=nowhere)
    for seed in range(5):
        _, drawn = draw(lost, seed)
        assert np.unique(study.area[drawn]).size <= 2


def test_partnerships_stay_partnerships_and_what_others_share_stays_their_own() -> None:
    study = make(4)
    cluster = study.cluster.copy()
    cluster[:4] = [500, 500, 501, 39]
    shared = replace(study, cluster=cluster)
    found = placebos.clusters(shared, np.arange(4), np.array([50, 51, 52, 53]))
    assert found[50] == found[51] != found[52]
    assert not np.isin(found[[50, 52]], cluster).any()
    assert found[53] == cluster[53]
    others = np.delete(np.arange(SCHOOLS), [50, 51, 52])
    np.testing.assert_array_equal(found[others], cluster[others])


def test_starts_apart_stay_apart() -> None:
    study = make(20, start=2027)
    start = study.start.copy()
    start[:10] = 2028
    found = power.power(
        replace(study, start=start), pool=everyone(study), definition=define(50, matched=False), seed=1,
        window=(2027, 2028),
    )  # fmt: skip
    assert found.years == (2018, 2019)
    assert found.sd is not None


def test_where_too_few_schools_are_left_all_of_them_are_near() -> None:
    places = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    template = SimpleNamespace(candidates=np.arange(3), tree=cKDTree(places))
    taken = np.array([False, True, False])
    assert placebos._nearest(template, np.zeros(2), 3, taken).tolist() == [0, 2]  # type: ignore[arg-type]
    assert placebos._nearest(template, np.zeros(2), 1, taken).tolist() == [0]  # type: ignore[arg-type]
