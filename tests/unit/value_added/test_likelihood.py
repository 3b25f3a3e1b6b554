from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.value_added import likelihood
from commonroom.value_added.likelihood import NAMES, Components
from commonroom.value_added.school_years import SchoolYears
from unit.value_added.made_up import panel, slow_criterion

ALL_YEARS = [2014, 2016, 2017, 2018, 2019, 2023]


@st.composite
def school_years(draw: st.DrawFn) -> SchoolYears:
    """A few schools in some years with gaps, any noise, and an intercept with one variable or none."""
    years = sorted(draw(st.lists(st.sampled_from(ALL_YEARS), min_size=1, max_size=5, unique=True)))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    schools = draw(st.integers(4, 9))
    figures = rng.standard_normal((schools, len(years)))
    gaps = rng.random(figures.shape) < draw(st.sampled_from([0.0, 0.3, 0.6]))
    gaps[:, 0] = False
    design = np.ones((*figures.shape, draw(st.integers(0, 2))))
    design[:, :, 1:] = rng.standard_normal(design[:, :, 1:].shape)
    return panel(np.where(gaps, np.nan, figures), rng.uniform(0.2, 3, figures.shape), design, years)


COMPONENTS = st.builds(
    Components,
    level=st.floats(0.01, 2),
    persistence=st.floats(0.05, 0.99),
    shock=st.floats(0.01, 0.5),
    noise=st.floats(0.01, 1),
    trend=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
)


@given(data=school_years(), components=COMPONENTS, reml=st.booleans())
@settings(deadline=None, max_examples=60)
def test_blocks_give_the_likelihood_of_one_dense_matrix(
    data: SchoolYears, components: Components, reml: bool
) -> None:
    fast = likelihood.criterion(data, components, reml=reml)
    assert fast == pytest.approx(slow_criterion(data, components, reml=reml), rel=1e-8, abs=1e-8)


@given(data=school_years(), components=COMPONENTS, reml=st.booleans())
@settings(deadline=None, max_examples=30)
def test_the_gradient_is_that_of_the_criterion(data: SchoolYears, components: Components, reml: bool) -> None:
    value, gradient = likelihood.criterion_and_gradient(data, components, NAMES, reml=reml)
    assert value == pytest.approx(likelihood.criterion(data, components, reml=reml))
    at = likelihood.to_vector(components, NAMES)
    for place in range(len(NAMES)):
        step = np.zeros(len(NAMES))
        step[place] = 1e-5
        sides = [
            likelihood.criterion(data, likelihood.from_vector(at + side * step, components, NAMES), reml=reml)
            for side in (1, -1)
        ]
        assert gradient[place] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-4, abs=1e-4)


def test_fixed_parameters_stay_as_they_are() -> None:
    start = Components(level=0.3, persistence=1.0, shock=0.0, noise=0.1, trend=(0.1, 0.2, 0.3))
    moved = likelihood.from_vector(np.array([np.log(0.7)]), start, ("level",))
    assert moved == Components(
        level=pytest.approx(0.7), persistence=1.0, shock=0.0, noise=0.1, trend=start.trend
    )


def test_no_drift_is_a_random_intercept() -> None:
    years = np.array([2016, 2019, 2023])
    covariance = likelihood.covariance(Components(level=0.4, persistence=1.0), years, years)
    assert covariance == pytest.approx(np.full((3, 3), 0.4))


def test_gaps_count_in_calendar_time() -> None:
    years = np.array([2019, 2023, 2024])
    covariance = likelihood.covariance(Components(level=1.0, persistence=0.5), years, years)
    assert covariance[0, 1] == pytest.approx(0.5**4)
    assert covariance[1, 2] == pytest.approx(0.5)
