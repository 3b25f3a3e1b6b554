"""Synthetic designs against slow right twins, and against what was published on California."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from commonroom.impact import synthetic
from commonroom.impact.study import Flags, Study
from commonroom.impact.synthetic import fits, simplex
from oracle import dense_synthetic as dense

#: Packs of cigarettes sold a head, 39 states, 1970-2000: Orzechowski and Walker, The Tax Burden on Tobacco,
#: as used by Abadie, Diamond & Hainmueller (2010). Figures of record, given to one decimal.
CIGARETTES = Path(__file__).with_name("impact_synthetic_cigarettes.csv")


@pytest.fixture(scope="module")
def cigarettes() -> tuple[Study, Flags]:
    with CIGARETTES.open() as lines:
        head, *rows = csv.reader(lines)
    figures = np.array([[float(cell) for cell in row[1:]] for row in rows])
    study = synthetic.plain([row[0] for row in rows], years=[int(year) for year in head[1:]], figures=figures)
    return study, np.asarray(study.schools == "California")


@pytest.mark.parametrize("ridge", [0.0, 0.05])
@pytest.mark.parametrize("penalty", [0.0, 0.2])
def test_weights_are_those_of_every_face(ridge: float, penalty: float) -> None:
    for seed in range(8):
        rng = np.random.default_rng(seed)
        apart = rng.normal(size=(7, 4)) + 0.5
        gram = apart @ apart.T + ridge * np.eye(7)
        linear = -0.5 * penalty * (apart**2).sum(axis=1)
        weights = simplex.solve(apart, ridge=ridge, linear=linear)
        theirs, least = dense.every_face(gram, linear)
        assert weights @ gram @ weights - 2 * linear @ weights == pytest.approx(least, abs=1e-6)
        if ridge:
            assert weights == pytest.approx(theirs, abs=1e-6)


def test_a_mix_is_that_of_a_general_minimiser() -> None:
    """Predictors as they are, without taking the unit's away first."""
    rng = np.random.default_rng(5)
    for _ in range(5):
        unit, donors = rng.normal(size=6), rng.normal(size=(30, 6))
        far = ((donors - unit) ** 2).sum(axis=1)

        def value(w: np.ndarray, unit=unit, donors=donors, far=far) -> float:  # type: ignore[no-untyped-def]
            rest = unit - donors.T @ w
            return float(rest @ rest + 0.1 * far @ w + 0.02 * w @ w)

        def slope(w: np.ndarray, unit=unit, donors=donors, far=far) -> np.ndarray:  # type: ignore[no-untyped-def]
            return np.asarray(-2 * donors @ (unit - donors.T @ w) + 0.1 * far + 0.04 * w)

        case = fits.Case(np.zeros(8), np.zeros((30, 8)), donors - unit, 6, 1)
        options = synthetic.Options(penalty=0.1, ridge=0.02)
        ours = fits.fit(case, method="synthetic", options=options).donors
        theirs = dense.descend(value, slope, np.full(30, 1 / 30), [(0, 1)] * 30)
        assert value(ours) <= value(theirs) + 1e-7
        assert ours == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("schools", [1, 4])
def test_difference_is_that_of_the_papers_formulas(schools: int) -> None:
    rng = np.random.default_rng(schools)
    figures = rng.normal(size=(26 + schools, 1)) + np.cumsum(rng.normal(size=(26 + schools, 9)), axis=1)
    own, others = figures[:schools], figures[schools:]
    effect, omega, times = dense.difference(own, others, 6)
    case = fits.Case(own.mean(axis=0), others, np.zeros((26, 1)), 6, schools)
    ours = fits.difference(case)
    assert ours.donors == pytest.approx(omega, abs=2e-5)
    assert ours.years == pytest.approx(times, abs=2e-5)
    assert ours.gap[6:].mean() == pytest.approx(effect, abs=1e-4)
    regression = dense.regression(own, others, 6, (ours.donors, ours.years))
    assert ours.gap[6:].mean() == pytest.approx(regression, abs=1e-9)


def test_jackknife_is_that_of_regressions_without_one_school() -> None:
    rng = np.random.default_rng(11)
    figures = rng.normal(size=(24, 1)) + rng.normal(size=(24, 7))
    names = [f"s{place:02d}" for place in range(24)]
    study = synthetic.plain(names, years=range(2010, 2017), figures=figures)
    unit = np.arange(24) < 4
    options = synthetic.Options(placebos=20, in_time=0)
    ours = synthetic.difference(study, unit=unit, donors=~unit, start=2015, options=options)
    own, others = figures[:4], figures[4:]
    omega = np.zeros(20)
    for donor, weight in ours.weights.iter_rows():
        omega[names.index(donor) - 4] = weight
    times = ours.times["weight"].to_numpy()
    whole = dense.regression(own, others, 5, (omega, times))
    left = [dense.regression(np.delete(own, row, axis=0), others, 5, (omega, times)) for row in range(4)]
    for row in range(20):
        rest = np.delete(omega, row)
        left.append(dense.regression(own, np.delete(others, row, axis=0), 5, (rest / rest.sum(), times)))
    variance = 23 / 24 * sum((one - whole) ** 2 for one in left)
    assert ours.effect.effect == pytest.approx(whole, abs=1e-6)
    assert ours.jackknife == pytest.approx(variance**0.5, rel=1e-5)


def test_figures_of_california_are_those_published(cigarettes: tuple[Study, Flags]) -> None:
    """The plain difference in differences of these figures is -27.349 (Arkhangelsky et al. 2021, table 1)."""
    study, unit = cigarettes
    after = np.asarray(study.years) >= 1989
    change = study.figures[:, after].mean(axis=1) - study.figures[:, ~after].mean(axis=1)
    assert change[unit].mean() - change[~unit].mean() == pytest.approx(-27.349, abs=5e-4)


def test_difference_of_california_is_that_published(cigarettes: tuple[Study, Flags]) -> None:
    """-15.6 (8.4 by 200 drawn placebos) in the paper's table 1; -15.604 and these weights by its program."""
    study, unit = cigarettes
    found = synthetic.difference(study, unit=unit, donors=~unit, start=1989)
    assert found.effect.effect == pytest.approx(-15.604, abs=1e-3)
    assert 8 <= found.effect.se <= 10
    years = {year: weight for year, weight in found.times.iter_rows() if weight > 1e-3}
    assert years == pytest.approx({1986: 0.366, 1987: 0.206, 1988: 0.427}, abs=1e-3)
    weights = dict(found.weights.iter_rows())
    assert weights["Nevada"] == pytest.approx(0.124, abs=1e-3)
    assert weights["New Hampshire"] == pytest.approx(0.105, abs=1e-3)
    assert weights["Connecticut"] == pytest.approx(0.078, abs=1e-3)


def test_control_of_california_is_near_that_published(cigarettes: tuple[Study, Flags]) -> None:
    """-19.6 (9.9) in table 1 of Arkhangelsky et al.; these donors carry the mix of 2010 as well."""
    study, unit = cigarettes
    plain = synthetic.Options(penalty=0, ridge=0, floor=0)
    found = synthetic.control(study, unit=unit, donors=~unit, start=1989, options=plain)
    assert found.effect.effect == pytest.approx(-19.6, abs=0.15)
    assert found.effect.se == pytest.approx(9.9, abs=1)
    carried = found.weights.filter(found.weights["weight"] > 0.1)["donor"].to_list()
    assert carried == ["Connecticut", "Montana", "Nevada", "Utah"]
    assert found.before < 1.8
    assert found.rank <= 3
    assert found.placebos.height == 38
    assert "few_years" not in found.limits
