from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils import Model, NotEnoughPupils, NotThisModel, blocks, crossed, optimum
from commonroom.value_added.pupils.crossed import cells, effects, likelihood, links, pairs, search
from commonroom.value_added.pupils.uncertainty import basis
from oracle import dense_crossed as dense
from unit.value_added.pupils.made_up_crossed import Floats, Pupils, local, pupils, sum_up

MODEL = Model(crossed="area")
RATIO = st.floats(0.001, 20) | st.just(0.0)


@st.composite
def small(draw: st.DrawFn) -> Pupils:
    """A few pupils spread at random, in at least three schools and three neighbourhoods."""
    schools, areas = draw(st.integers(3, 7)), draw(st.integers(3, 9))
    size = draw(st.integers(25, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    school, area = random.integers(0, schools, size), random.integers(0, areas, size)
    school[:schools], area[:areas] = np.arange(schools), np.arange(areas)
    return pupils(school, area, weighted=draw(st.booleans()), seed=seed)


def in_order(given: Pupils) -> tuple[Floats, Pupils]:
    """Intercept and intake, and pupils whose numbers sort as the names do (fewer than ten of each)."""
    return np.column_stack([np.ones(len(given.y)), given.x]), given


@settings(max_examples=60)
@given(data=small(), ratios=st.tuples(RATIO, RATIO), reml=st.booleans())
def test_everything_is_that_of_the_model_written_out(
    data: Pupils, ratios: tuple[float, float], reml: bool
) -> None:
    x, _ = in_order(data)
    slow = dense.best(data, x, np.array(ratios), reml=reml)
    crossing = cells.arrange(sum_up(data), MODEL)
    fast = likelihood.evaluate(crossing, np.array(ratios), reml=reml)
    turn = basis(crossing.blocks)
    b = turn @ fast.b
    b[0] += crossing.blocks.outcome_centre
    assert fast.criterion == pytest.approx(dense.criterion(slow, reml=reml), rel=1e-10)
    assert fast.variances == pytest.approx(slow.variances, rel=1e-9)
    assert b == pytest.approx(slow.b, rel=1e-9, abs=1e-9)
    assert turn @ fast.variance @ turn.T == pytest.approx(slow.variance, rel=1e-9, abs=1e-11)
    assert fast.gradient == pytest.approx(dense.gradient(slow, reml=reml), rel=1e-9, abs=1e-8)
    assert fast.information == pytest.approx(dense.information(slow), rel=1e-8, abs=1e-8)
    known = effects.know(crossing, fast, told=(0, 1))
    for factor in (0, 1):
        conditional, predicted, _ = effects.errors(known, factor)
        assert fast.effects[factor] == pytest.approx(dense.effects(slow, factor), rel=1e-9, abs=1e-9)
        assert conditional == pytest.approx(dense.conditional(slow, factor), rel=1e-9, abs=1e-11)
        assert predicted == pytest.approx(dense.predicted(slow, factor), rel=1e-9, abs=1e-11)


@settings(max_examples=20)
@given(data=small(), ratios=st.tuples(st.floats(0.05, 2), st.floats(0.05, 2)))
def test_the_gradient_is_the_criterions_slope(data: Pupils, ratios: tuple[float, float]) -> None:
    crossing = cells.arrange(sum_up(data), MODEL)
    at = likelihood.evaluate(crossing, np.array(ratios), reml=True)
    slopes = dense.differences(
        lambda r: np.array(likelihood.evaluate(crossing, r, reml=True).criterion), np.array(ratios)
    )
    assert at.gradient == pytest.approx(slopes, rel=1e-5, abs=1e-5)


def test_what_estimated_variances_add_is_their_own_slope() -> None:
    data = pupils(*local(9, 8, 160, near=4, seed=4), weighted=True, seed=4)
    x, _ = in_order(data)
    crossing = cells.arrange(sum_up(data), MODEL)
    fast = likelihood.evaluate(crossing, np.array([0.3, 0.2]), reml=True)
    slow = dense.at(data, x, fast.variances)
    known = effects.know(crossing, fast, told=(0, 1))
    for factor in (0, 1):
        _, predicted, published = effects.errors(known, factor)
        # Fewer than fifty schools: twice.
        assert (published - predicted) / 2 == pytest.approx(
            dense.published(slow, factor) - dense.predicted(slow, factor), rel=1e-5
        )
    assert effects.coefficients(known)["df"].to_numpy() == pytest.approx(dense.degrees(slow), rel=1e-5)


def test_whichever_factor_is_eliminated_the_answer_is_the_same() -> None:
    data = pupils(*local(30, 40, 700, near=6, seed=5), seed=5)
    crossing = cells.arrange(sum_up(data), MODEL)
    assert crossing.kept == cells.SCHOOL
    other = replace(crossing, kept=cells.AREA, pairs=pairs.couple(crossing.weights))
    one, two = (likelihood.evaluate(c, np.array([0.3, 0.2]), reml=True) for c in (crossing, other))
    assert one.criterion == pytest.approx(two.criterion, rel=1e-13)
    assert one.gradient == pytest.approx(two.gradient, rel=1e-11)
    assert one.information == pytest.approx(two.information, rel=1e-11)
    for factor in (0, 1):
        assert one.left[factor] == pytest.approx(two.left[factor], rel=1e-11)
        assert one.e[factor] == pytest.approx(two.e[factor], rel=1e-10, abs=1e-10)
    many = pupils(*local(5, 60, 400, near=3, seed=5), seed=5)
    assert cells.arrange(sum_up(many), MODEL).kept == cells.SCHOOL
    turned = Pupils(many.area, many.school, many.x, many.y, many.w)
    assert cells.arrange(sum_up(turned), MODEL).kept == cells.AREA


def test_pairs_that_are_too_many_to_hold_are_multiplied_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = sum_up(pupils(*local(30, 40, 700, near=6, seed=5), seed=5))
    held = cells.arrange(sums, MODEL)
    monkeypatch.setattr(pairs, "MOST", 0)
    monkeypatch.setattr(pairs, "STRIP", 7)
    multiplied = cells.arrange(sums, MODEL)
    assert isinstance(held.pairs, pairs.Pairs)
    assert isinstance(multiplied.pairs, pairs.Products)
    one, two = (likelihood.evaluate(c, np.array([0.3, 0.2]), reml=True) for c in (held, multiplied))
    assert one.criterion == pytest.approx(two.criterion, rel=1e-13)
    assert one.gradient == pytest.approx(two.gradient, rel=1e-11)
    assert one.left[1] == pytest.approx(two.left[1], rel=1e-11)


def test_a_factor_too_large_for_the_machine_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = sum_up(pupils(*local(30, 40, 700, near=6, seed=5), seed=5))
    monkeypatch.setattr(pairs, "LARGEST", 100)
    with pytest.raises(pairs.TooIntertwined, match="Fit one region at a time"):
        crossed.estimate(sums, model=MODEL)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_estimate_is_where_the_likelihood_is_highest(method: str) -> None:
    sums = sum_up(pupils(*local(80, 120, 3000, near=5, seed=6), seed=6))
    model = replace(MODEL, method=method)
    crossing = cells.arrange(sums, model)
    found = search.fit(crossing, reml=model.reml)
    assert np.abs(found.at.gradient * found.at.ratios).max() < 1e-5
    assert found.evaluations < 15
    for way in ((1.05, 1), (1, 1.05), (0.95, 1), (1, 0.95)):
        moved = likelihood.evaluate(crossing, found.at.ratios * way, reml=model.reml)
        assert moved.criterion > found.at.criterion


def test_an_estimate_has_every_frame_and_says_what_it_is() -> None:
    data = pupils(*local(80, 120, 3000, near=5, seed=6), seed=6)
    found = crossed.estimate(sum_up(data), model=MODEL, draws=200)
    again = crossed.estimate(sum_up(data), model=MODEL, draws=200)
    for name, table in (
        ("schools", tables.EFFECTS),
        ("coefficients", tables.COEFFICIENTS),
        ("components", tables.COMPONENTS),
        ("fit", tables.FIT),
        ("sentences", tables.SENTENCES),
    ):
        frame = getattr(found, name)
        assert frame.schema == pl.Schema(table.schema)
        assert frame.equals(getattr(again, name))
    parts = {row["component"]: row for row in found.components.to_dicts()}
    for name, truth in (
        ("variance of intercept", 0.25),
        ("variance between neighbourhoods", 0.16),
        ("residual variance", 0.64),
        ("share between schools", 0.25 / 1.05),
        ("share between neighbourhoods", 0.16 / 1.05),
    ):
        assert parts[name]["low95"] < parts[name]["value"] < parts[name]["high95"]
        assert parts[name]["low95"] < truth < parts[name]["high95"]
        assert parts[name]["note"] == ""
    schools = found.schools
    assert (schools["conditional_sd"] <= schools["prediction_sd"]).all()
    assert (schools["prediction_sd"] <= schools["sd"]).all()
    assert schools["school"].is_sorted()
    assert (schools["rank_low95"] < schools["rank_high95"]).all()
    assert found.coefficients["robust_se"].null_count() == 3
    assert found.fit.row(0, named=True)["state"] == "inner"
    said = " ".join(found.sentences["sentence"])
    assert "beside 120 neighbourhoods (area), whose own effects are not given" in said


def test_intervals_of_schools_cover_the_truth() -> None:
    school, area = local(80, 120, 3000, near=5, seed=6)
    random = np.random.default_rng(8)
    covered = []
    for _ in range(5):
        own, theirs = 0.5 * random.standard_normal(80), 0.4 * random.standard_normal(120)
        y = own[school] + theirs[area] + 0.8 * random.standard_normal(len(school))
        data = Pupils(school, area, random.standard_normal((len(school), 2)), y, np.ones(len(school)))
        found = crossed.estimate(sum_up(data), model=MODEL, draws=100).schools
        truth = pl.DataFrame({"school": [f"s{n}" for n in range(80)], "truth": own})
        both = found.join(truth, on="school")
        covered.append(both.select(pl.col("truth").is_between("low95", "high95").mean()).item())
    assert 0.92 < np.mean(covered) < 0.98


def test_no_variation_between_neighbourhoods_is_said_and_leaves_the_plain_model() -> None:
    sums = sum_up(pupils(*local(40, 30, 900, near=5, seed=9), spreads=(0.5, 0.0), seed=2))
    found = crossed.estimate(sums, model=MODEL, draws=100)
    plain = optimum.fit(blocks.arrange(sums, Model()))
    assert found.fit["criterion"][0] == pytest.approx(plain.at.criterion, rel=1e-11)
    assert found.fit["state"][0] == "singular"
    row = found.components.row(1, named=True)
    assert row["value"] == row["low95"] == 0
    assert row["high95"] > 0
    assert row["note"] == "no detectable variation between neighbourhoods"
    assert any(
        "no detectable variation between neighbourhoods (area)" in s for s in found.sentences["sentence"]
    )


def test_no_variation_between_schools_is_said() -> None:
    sums = sum_up(pupils(*local(30, 40, 900, near=5, seed=9), spreads=(0.0, 0.5), seed=10))
    found = crossed.estimate(sums, model=MODEL, draws=100)
    assert found.fit["state"][0] == "none"
    assert (found.schools["effect"] == 0).all()
    assert (found.schools["reliability"] == 0).all()
    assert any("no detectable variation between schools" in s for s in found.sentences["sentence"])


def test_no_variation_at_all_is_least_squares() -> None:
    data = pupils(*local(30, 40, 900, near=5, seed=9), spreads=(0.0, 0.0), seed=7)
    found = crossed.estimate(sum_up(data), model=MODEL, draws=100)
    assert found.components["value"][:2].to_list() == [0, 0]
    x, _ = in_order(data)
    assert found.coefficients["effect"].to_numpy() == pytest.approx(np.linalg.lstsq(x, data.y)[0], rel=1e-9)


def test_a_small_variance_has_an_interval_from_zero() -> None:
    found = None
    for seed in range(40):
        sums = sum_up(pupils(*local(12, 12, 150, near=5, seed=9), spreads=(0.6, 0.15), seed=seed))
        found = crossed.estimate(sums, model=MODEL, draws=100)
        row = found.components.row(1, named=True)
        if row["value"] > 0 and row["low95"] == 0:
            break
    assert row["value"] > 0
    assert row["low95"] == 0
    assert row["high95"] > row["value"]
    assert row["note"] == ""


def test_a_variance_that_vanished_on_the_way_is_let_go_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crossing = cells.arrange(sum_up(pupils(*local(40, 60, 900, near=5, seed=6), seed=6)), MODEL)
    right = search.fit(crossing, reml=True)
    whole = optimum.minimise
    calls: list[int] = []

    def stumbling(value, start, *, hessian):  # type: ignore[no-untyped-def]
        calls.append(len(start))
        return (np.zeros(2), 0) if len(calls) == 1 else whole(value, start, hessian=hessian)

    monkeypatch.setattr(optimum, "minimise", stumbling)
    found = search.fit(crossing, reml=True)
    assert calls == [2, 2]
    assert found.at.ratios == pytest.approx(right.at.ratios, rel=1e-5)


def hanging(school: list[int], area: list[int], times: int = 6, seed: int = 1) -> tuple[Pupils, str]:
    """Pupils in these cells, and what is said about how they hang together."""
    data = pupils(np.repeat(school, times), np.repeat(area, times), seed=seed)
    crossing = cells.arrange(sum_up(data), MODEL)
    return data, " ".join(links.trace(crossing, name="area").sentences)


def test_neighbourhoods_that_are_schools_are_counted_with_them() -> None:
    data, said = hanging([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])
    assert "Every area has one school and every school one area" in said
    assert "what area adds cannot be told from what schools add, and is counted with it" in said
    found = crossed.estimate(sum_up(data), model=MODEL)
    plain = optimum.fit(blocks.arrange(sum_up(data), Model()))
    assert found.fit["criterion"][0] == pytest.approx(plain.at.criterion, rel=1e-11)
    row = found.components.row(1, named=True)
    assert (row["value"], row["low95"], row["high95"]) == (0, None, None)
    assert row["note"] == "cannot be told apart here"
    assert found.components.row(4, named=True)["note"] == "cannot be told apart here"
    assert not any("detectable variation between neighbourhoods" in s for s in found.sentences["sentence"])


def test_neighbourhoods_of_single_pupils_are_counted_with_pupils() -> None:
    _, said = hanging([0, 0, 0, 1, 1, 2, 2, 2, 2], list(range(9)), times=1)
    assert "No area has more than one pupil: what area adds cannot be told from what pupils add" in said


def test_two_neighbourhoods_are_too_few() -> None:
    data, said = hanging([0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 1])
    assert "fewer than 3 different values of area" in said
    assert crossed.estimate(sum_up(data), model=MODEL).components["value"][1] == 0


def test_nested_and_disconnected_are_fitted_and_said() -> None:
    within = [0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 2, 3, 4, 5, 6, 7]
    around = within[1], within[0]
    apart = [0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 2, 3, 2, 3]
    joined = [0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 1, 2, 2, 3, 3, 0]
    for case, words in (
        (within, "Every area has pupils of one school only"),
        (around, "Every school has pupils of one area only"),
        (apart, "Schools fall into 2 groups without a common area"),
        (joined, ""),
    ):
        data, said = hanging(*case, seed=3)
        assert words in said if words else said == ""
        found = crossed.estimate(sum_up(data), model=MODEL)
        ratios = found.components["value"][:2].to_numpy() / found.components["value"][2]
        x, _ = in_order(data)
        slow = dense.criterion(dense.best(data, x, ratios, reml=True), reml=True)
        assert found.fit["criterion"][0] == pytest.approx(slow, rel=1e-10)


def test_nothing_left_for_pupils_is_refused() -> None:
    school, area = local(12, 15, 200, near=6, seed=3)
    # In every school the outcome differs, but school and neighbourhood tell it exactly.
    y = (school % 5) + 0.37 * (area % 7) ** 1.5
    data = Pupils(school, area, np.random.default_rng(1).standard_normal((200, 2)), y, np.ones(200))
    with pytest.raises(NotEnoughPupils, match="explain the outcome of every pupil without any rest"):
        crossed.estimate(sum_up(data), model=MODEL)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Model(), "no column is named for the neighbourhoods"),
        (Model(crossed="area", slope=("x1",)), "slopes that differ between schools cannot be crossed"),
        (Model(crossed="area", weights="survey"), "survey weights cannot be crossed"),
        (Model(crossed="area", cluster="trust"), "clusters of schools cannot be crossed"),
        (Model(crossed="ward"), "crossed names ward, but the sums are not kept apart by it"),
    ],
)
def test_what_cannot_be_crossed_is_refused(model: Model, words: str) -> None:
    sums = sum_up(pupils(*local(12, 15, 200, near=6, seed=3)))
    with pytest.raises(NotThisModel, match=words):
        crossed.estimate(sums, model=model)


def test_pupils_without_a_neighbourhood_are_left_out_and_counted() -> None:
    data = pupils(*local(12, 15, 300, near=6, seed=3))
    sums = sum_up(data)
    lost = pl.col("area") == "a3"
    holed = replace(
        sums, frame=sums.frame.with_columns(area=pl.when(lost).then(None).otherwise(pl.col("area")))
    )
    without = replace(sums, frame=sums.frame.filter(~lost))
    one, two = (crossed.estimate(s, model=MODEL, draws=100) for s in (holed, without))
    assert one.schools.equals(two.schools)
    count = int((data.area == 3).sum())
    assert f"{count} pupils without area are left out." in one.sentences["sentence"].to_list()


def test_exact_sums_more_columns_and_another_order_change_nothing() -> None:
    data = pupils(*local(12, 15, 300, near=6, seed=3), weighted=True)
    plain = crossed.estimate(sum_up(data), model=MODEL, draws=100)
    exact = crossed.estimate(sum_up(data, decimals=6), model=MODEL, draws=100)
    years = np.random.default_rng(2).integers(0, 3, 300)
    yearly = sum_up(data, years=years)
    shuffled = replace(yearly, frame=yearly.frame.sample(fraction=1, shuffle=True, seed=4))
    apart = crossed.estimate(shuffled, model=MODEL, draws=100)
    for other, near in ((exact, 1e-4), (apart, 1e-7)):
        for name in ("effect", "sd"):
            assert other.schools[name].to_numpy() == pytest.approx(plain.schools[name].to_numpy(), rel=near)


def test_school_means_covariates_and_repeated_columns_are_those_of_the_design_written_out() -> None:
    data = pupils(*local(9, 10, 250, near=5, seed=3), weighted=True)
    random = np.random.default_rng(5)
    size = random.standard_normal(9)
    frame = pl.DataFrame({"school": [f"s{n}" for n in range(9)], "size": size, "twice": 2 * size})
    model = replace(MODEL, between=("x1",))
    crossing = cells.arrange(sum_up(data), model, frame)
    assert crossing.blocks.aliased == ("twice",)
    mean = np.bincount(data.school, data.w * data.x[:, 0]) / np.bincount(data.school, data.w)
    x = np.column_stack([np.ones(250), data.x, mean[data.school], size[data.school]])
    found = crossed.estimate(sum_up(data), model=model, covariates=frame, draws=100)
    ratios = found.components["value"][:2].to_numpy() / found.components["value"][2]
    slow = dense.best(data, x, ratios, reml=True)
    assert found.fit["criterion"][0] == pytest.approx(dense.criterion(slow, reml=True), rel=1e-10)
    assert found.coefficients["effect"].to_numpy() == pytest.approx(slow.b, rel=1e-8, abs=1e-9)
    assert found.coefficients["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(slow.variance)), rel=1e-8)
    assert found.fit["dropped"][0] == "twice"
    holed = frame.filter(pl.col("school") != "s4")
    left = crossed.estimate(sum_up(data), model=model, covariates=holed, draws=100)
    assert left.schools.height == 8
    assert any("have no figure for size" in sentence for sentence in left.sentences["sentence"])
