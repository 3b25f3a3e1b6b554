"""Groups, years, survey weights and clusters from sums are those of matrices over all pupils."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.value_added.pupils import (
    blocks,
    clusters,
    groups,
    kernel,
    optimum,
    survey,
    uncertainty,
    years,
)
from commonroom.value_added.pupils.drift import Structure, distances
from commonroom.value_added.pupils.model import Model
from oracle import dense_extensions as dense
from unit.value_added.pupils.made_up_extensions import add_up, drifting, plan, pupils

Floats = dense.Floats
METHODS = st.sampled_from(["reml", "ml"])
SEEDS = st.integers(0, 10**6)


def written_out(frame: pl.DataFrame, *, terms: int = 1, weight: bool = True) -> dense.Pupils:
    """The design of plan(): centred at 0.1, 0.2, and 0.2 for the score."""
    x = np.column_stack([np.ones(frame.height), frame["prior"] - 0.1, frame["meals"] - 0.2])
    school = np.unique(frame["urn"].to_numpy(), return_inverse=True)[1]
    w = frame["w"].to_numpy() if weight else np.ones(frame.height)
    return dense.Pupils(frame["score"].to_numpy() - 0.2, x, x[:, :terms], school, w)


def symmetric(values: Floats, q: int) -> Floats:
    found = np.zeros((q, q))
    lower = np.tril_indices(q)
    found[lower] = found.T[lower] = values
    return found


@settings(max_examples=10)
@given(seed=SEEDS, method=METHODS, slope=st.booleans())
def test_groups_have_the_dense_likelihood_and_no_better_place_is_near(
    seed: int, method: str, slope: bool
) -> None:
    frame = pupils(schools=8, each=10, groups=("a", "b", "c"), level=1.0, seed=seed)
    model = Model(method=method, groups="group", slope=("prior",) if slope else ())  # type: ignore[arg-type]
    fit = groups.fit(add_up(frame, plan("group", weight="w")), model)
    out = written_out(frame, terms=1 + slope)
    member = np.array([frame["group"].to_numpy() == level for level in "abc"])
    assert fit.components is not None
    variances = fit.components.filter(pl.col("component").str.contains("variance of "))["value"].to_numpy()
    lower = np.tril_indices(1 + slope)

    def value(place: Floats) -> float:
        v = dense.covariance(out, symmetric(place[3:], 1 + slope), np.exp(place[:3]) @ member)
        return dense.criterion(out, v, reml=method == "reml")

    place = np.concatenate([np.log(variances), fit.at.T[lower]])
    assert fit.at.criterion == pytest.approx(value(place), rel=1e-10)
    slopes = dense.slope(value, place, np.full(len(place), 1e-4))
    assert np.abs(slopes[:3]).max() < 1e-4
    if fit.state == "":
        assert np.abs(slopes[3:]).max() < 1e-4


def test_groups_intervals_are_those_of_the_dense_curvature() -> None:
    frame = pupils(schools=12, each=10, level=1.0)
    fit = groups.fit(add_up(frame, plan("group", weight="w")), Model(groups="group"))
    out = written_out(frame)
    member = np.array([frame["group"].to_numpy() == level for level in ("no", "yes")])
    assert fit.components is not None
    rows = fit.components.filter(pl.col("component").str.contains("variance of"))

    def value(place: Floats) -> float:
        v = dense.covariance(out, place[2:].reshape(1, 1), np.exp(place[:2]) @ member)
        return dense.criterion(out, v, reml=True)

    place = np.array([*np.log(rows["value"].to_numpy()), fit.at.T[0, 0]])
    known = np.linalg.inv(dense.curvature(value, place, np.full(3, 1e-3)) / 2)
    ends = np.log(rows.select("low95", "high95").to_numpy())
    assert np.diff(ends, axis=1)[:, 0] == pytest.approx(2 * 1.95996 * np.sqrt(np.diag(known)[:2]), rel=1e-4)
    counts = np.array([member[0].sum(), member[1].sum()])
    mean, t = counts @ rows["value"].to_numpy() / counts.sum(), fit.at.T[0, 0]
    share = fit.components.row(1)
    assert share[:2] == ("share between schools", pytest.approx(t / (t + mean)))
    by = np.array([*(-counts * rows["value"].to_numpy() / counts.sum() / mean), 1 / t])
    odds = np.log(np.array(share[2:4]) / (1 - np.array(share[2:4])))
    assert np.diff(odds)[0] == pytest.approx(2 * 1.95996 * np.sqrt(by @ known @ by), rel=1e-4)


@settings(max_examples=15)
@given(
    seed=SEEDS,
    method=METHODS,
    structure=st.builds(Structure, st.floats(0.01, 2), st.floats(0.01, 2), st.floats(0.05, 0.95)),
)
def test_years_have_the_dense_likelihood_and_its_gradient(
    seed: int, method: str, structure: Structure
) -> None:
    frame = drifting(schools=6, most=4, seed=seed)
    out, when = yearly(frame)
    parts = years.by_year(add_up(frame, plan("year", weight="w")), Model(years="year"), None)
    apart = distances(list(parts))
    arranged = years.stacked(parts)
    at = kernel.evaluate(arranged, structure.omega(apart), reml=method == "reml")

    def value(place: Floats) -> float:
        t = at.s2 * (place[0] + place[1] * place[2] ** np.abs(when[:, None] - when))
        v = dense.covariance(out, t, np.full(len(out.y), at.s2))
        return dense.criterion(out, v, reml=method == "reml")

    place = np.array([structure.persistent, structure.drift, structure.persistence])
    assert at.criterion == pytest.approx(value(place), rel=1e-10)
    slopes = np.einsum("nab,ab->n", structure.slopes(apart), at.G)
    assert slopes == pytest.approx(dense.slope(value, place, np.full(3, 1e-4)), rel=1e-6, abs=1e-5)


def yearly(frame: pl.DataFrame) -> tuple[dense.Pupils, Floats]:
    """Pupils with an effect of the school in each year, and indicators of years but the first in X."""
    own = frame["year"].cast(pl.Int64).to_numpy()
    when = np.unique(own)
    out = written_out(frame)
    member = (own[:, None] == when).astype(float)
    return replace(out, X=np.column_stack([out.X, member[:, 1:]]), Z=member), when.astype(float)


@settings(max_examples=6)
@given(seed=SEEDS, method=METHODS)
def test_no_place_on_a_grid_is_better_than_the_fit_of_years(seed: int, method: str) -> None:
    frame = drifting(schools=8, most=5, seed=seed)
    sums = add_up(frame, plan("year", weight="w"))
    found = years.fit(sums, Model(years="year", method=method))  # type: ignore[arg-type]
    parts = years.by_year(sums, Model(years="year"), None)
    arranged, apart = years.stacked(parts), distances(list(parts))
    grid = [0.0, 0.03, 0.1, 0.25, 0.5, 1.0]
    best = min(
        kernel.evaluate(arranged, Structure(a, d, rho).omega(apart), reml=method == "reml").criterion
        for a in grid
        for d in grid
        for rho in (0.001, 0.3, 0.6, 0.8, 0.95)
    )
    assert found.fit.at.criterion <= best + 1e-8


def test_effects_of_years_and_of_what_persists_are_the_dense_predictions() -> None:
    frame = drifting(schools=8, most=6, seed=4)
    found = years.fit(add_up(frame, plan("year", weight="w")), Model(years="year"))
    assert found.free == ("persistent", "drift", "persistence")
    out, when = yearly(frame)
    s2, own = found.fit.at.s2, found.structure
    numbers = np.array([s2, s2 * own.persistent, s2 * own.drift, own.persistence])
    apart = np.abs(when[:, None] - when)

    def predicted(place: Floats) -> tuple[Floats, Floats]:
        year, lasting = place[1] + place[2] * place[3] ** apart, np.full(len(when), place[1])
        t = np.block([[year, lasting[:, None]], [lasting, place[1]]])
        v = dense.covariance(out, year, np.full(len(out.y), place[0]))
        schools = np.arange(8)
        shared = np.concatenate(
            [np.where(out.school == j, t[:, :-1] @ out.Z.T, 0.0) for j in schools]
        )  # by school, then by term
        return dense.prediction(out, v, shared, np.kron(np.eye(8), t))

    mean, spread = predicted(numbers)
    frame = years.schools(found, draws=10)
    order = [*(f"year {int(year)}" for year in when), years.PERSISTENT]
    rows = frame.with_columns(pl.col("term").cast(pl.Enum(order))).sort("school", "term")
    assert rows["effect"].to_numpy() == pytest.approx(mean, abs=1e-9)
    assert rows["prediction_sd"].to_numpy() == pytest.approx(np.sqrt(np.diag(spread)), rel=1e-8)
    # The error of the estimated numbers, with the fixed effects held, as effects.variance_of_variances says.
    information = expected(out, numbers, apart)
    b, _ = dense.effects(out, dense.covariance(out, *at_numbers(numbers, apart, len(out.y))))
    still = replace(out, y=out.y - out.X @ b, X=np.zeros((len(out.y), 0)))
    slopes = np.array([slope_of(still, numbers, apart, place) for place in range(4)])
    added = np.einsum("nm,no,om->m", slopes, np.linalg.inv(information), slopes)
    total = np.diag(spread) + 2 * added  # fewer than 50 schools: twice
    assert rows["sd"].to_numpy() == pytest.approx(np.sqrt(total), rel=1e-5)


def at_numbers(numbers: Floats, apart: Floats, count: int) -> tuple[Floats, Floats]:
    return numbers[1] + numbers[2] * numbers[3] ** apart, np.full(count, numbers[0])


def expected(out: dense.Pupils, numbers: Floats, apart: Floats) -> Floats:
    """Expected information of REML, tr(P V_n P V_m) / 2, with V's derivatives by differences."""
    v = dense.covariance(out, *at_numbers(numbers, apart, len(out.y)))
    inverse = np.linalg.inv(v)
    spread = np.linalg.inv(out.X.T @ inverse @ out.X)
    p = inverse - inverse @ out.X @ spread @ out.X.T @ inverse
    ways = []
    for place in range(4):
        move = np.eye(4)[place] * 1e-5
        up, down = (
            dense.covariance(out, *at_numbers(numbers + way * move, apart, len(out.y))) for way in (1, -1)
        )
        ways.append(p @ (up - down) / 2e-5)
    return np.array([[np.trace(one @ other) / 2 for other in ways] for one in ways])


def slope_of(out: dense.Pupils, numbers: Floats, apart: Floats, place: int) -> Floats:
    """Derivative of all predictions by one number, by differences; the fixed effects are already off."""
    found = []
    for way in (1, -1):
        moved = numbers + way * np.eye(4)[place] * 1e-5
        t, residual = at_numbers(moved, apart, len(out.y))
        lasting = np.full((1, len(apart)), moved[1])
        both = np.concatenate([t, lasting])
        scores = np.linalg.solve(dense.covariance(out, t, residual), out.y)
        found.append(np.concatenate([both @ (out.Z.T @ (scores * (out.school == j))) for j in range(8)]))
    return (found[0] - found[1]) / 2e-5


@settings(max_examples=12)
@given(seed=SEEDS, slope=st.booleans(), scaling=st.sampled_from(["size", "effective"]), twice=st.booleans())
def test_survey_weights_have_the_dense_pseudo_likelihood(
    seed: int, slope: bool, scaling: survey.Scaling, twice: bool
) -> None:
    frame = pupils(schools=9, each=9, level=1.2, seed=seed)
    covariates = pl.DataFrame({"school": sorted(frame["urn"].unique()), "stands for": np.arange(9) % 3 + 0.5})
    model = Model(slope=("prior",) if slope else (), weights="survey")
    found = survey.fit(
        add_up(frame, plan("group", weight="w")),
        model,
        covariates if twice else None,
        scaling=scaling,
        school_weight="stands for" if twice else "",
    )
    out, times, value = surveyed(frame, found, twice)
    at = found.fit.at
    lower = np.tril_indices(1 + slope)
    place = np.array([*at.b, at.s2, *at.T[lower]])
    assert at.criterion == pytest.approx(value(place, times), rel=1e-10)
    free = len(place) if found.fit.state == "" else 4
    slopes = dense.slope(lambda some: value(some, times), place, np.full(len(place), 1e-4))
    assert np.abs(slopes[:free]).max() < 1e-4
    if not slope and not twice and found.fit.state == "":
        assert dense.pseudo_by_points(out, at.T[0, 0], at.s2, at.b) == pytest.approx(at.criterion, rel=1e-8)


def surveyed(frame: pl.DataFrame, found: survey.Surveyed, twice: bool):  # type: ignore[no-untyped-def]
    """Pupils with scaled weights, how often schools count, and the pseudo-likelihood by (b, s2, T)."""
    out = written_out(frame, terms=len(found.fit.Om))
    count, total, squares = (np.bincount(out.school, out.w**power) for power in (0, 1, 2))
    by = count / total if found.scaling == "size" else total / squares
    out = replace(out, w=out.w * by[out.school])
    times = np.arange(len(count)) % 3 + 0.5 if twice else np.ones(len(count))

    def value(place: Floats, counted: Floats) -> float:
        t = symmetric(place[4:], len(found.fit.Om))
        return dense.pseudo(out, t, float(place[3]), counted, place[:3])

    return out, times, value


@pytest.mark.parametrize("slope", [(), ("prior",)])
@pytest.mark.parametrize("cluster", ["", "trust"])
def test_survey_errors_are_the_dense_sandwich(slope: tuple[str, ...], cluster: str) -> None:
    frame = pupils(schools=18, each=10, level=1.2, seed=3)
    names = sorted(frame["urn"].unique())
    covariates = pl.DataFrame(
        {"school": names, "stands for": np.arange(18) % 3 + 0.5, "trust": [f"t{n // 3}" for n in range(18)]}
    )
    given = covariates if cluster else covariates.drop("trust")
    model = Model(slope=slope, weights="survey", cluster=cluster)
    sums = add_up(frame, plan(weight="w"))
    found = survey.fit(sums, model, given, school_weight="stands for")
    assert found.fit.state == ""
    _, times, value = surveyed(frame, found, twice=True)
    at = found.fit.at
    place = np.array([*at.b, at.s2, *at.T[np.tril_indices(1 + len(slope))]])
    steps = np.full(len(place), 2e-3)

    def score(counted: Floats) -> Floats:
        return -dense.slope(lambda some: value(some, counted), place, steps) / 2

    bread = dense.curvature(lambda some: value(some, times), place, steps) / 2
    member = np.arange(18) // 3 if cluster else np.arange(18)
    scores = np.array([score(np.where(member == one, times, 0.0)) for one in np.unique(member)])
    count = len(scores)
    inverse = np.linalg.inv(bread)
    known = inverse @ scores.T @ scores @ inverse * count / (count - 1)
    assert found.clusters == count
    assert np.diag(found.covariance) == pytest.approx(np.diag(known)[:3], rel=1e-3)
    assert np.diag(found.spread.covariance) == pytest.approx(np.diag(known)[3:], rel=1e-3)


@settings(max_examples=15)
@given(seed=SEEDS, slope=st.booleans(), trusts=st.booleans())
def test_sandwiches_are_those_of_all_pupils_written_out(seed: int, slope: bool, trusts: bool) -> None:
    frame = pupils(schools=10, each=8, seed=seed)
    model = Model(slope=("prior",) if slope else ())
    fit = optimum.fit(blocks.arrange(add_up(frame, plan(weight="w")), model))
    out = written_out(frame, terms=len(fit.Om))
    v = dense.covariance(out, fit.at.T, np.full(len(out.y), fit.at.s2))
    cluster = out.school // 3 if trusts else out.school
    names = [f"t{j // 3}" for j in range(10)] if trusts else None
    plain = dense.sandwich(out, v, cluster)
    count = len(np.unique(cluster))
    for correction, times in (("CR0", 1.0), ("CR1", count / (count - 1))):
        robust = clusters.robust(fit, clusters=names, correction=correction)  # type: ignore[arg-type]
        assert robust.covariance == pytest.approx(plain * times, rel=1e-9, abs=1e-12)
    robust = clusters.robust(fit, clusters=names)
    covariance, freedom = dense.bell_mccaffrey(out, v, cluster)
    assert robust.covariance == pytest.approx(covariance, rel=1e-9, abs=1e-12)
    assert robust.df == pytest.approx(freedom, rel=1e-7)
    turn = uncertainty.basis(fit.blocks)
    turned = replace(out, X=out.X @ np.linalg.inv(turn))
    rows = clusters.robust(fit, clusters=names, rows=turn)
    assert rows.df == pytest.approx(dense.bell_mccaffrey(turned, v, cluster)[1], rel=1e-7)
