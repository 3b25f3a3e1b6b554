"""Who can be used for a cohort, and why others cannot."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.impact.comparison import cohort as cohorts
from commonroom.impact.comparison.cohort import WHY, gather
from unit.impact.comparison.made_comparison import everybody, rules, study

FIGURES = np.arange(40.0).reshape(10, 4) % 7 + np.arange(10)[:, None] / 10


def test_the_path_goes_back_from_the_last_year_before_the_start_across_gaps() -> None:
    made = study(FIGURES, [2024, *[0] * 9], years=(2018, 2019, 2023, 2024))
    found = gather(made, 2024, pool=everybody(made), comparison=rules(path_years=2))
    assert found.names == ("path_1", "path_2")
    assert found.path == 2
    np.testing.assert_array_equal(found.covariates, FIGURES[:, [2, 1]])
    assert found.joiners.tolist() == [0]
    assert found.others.tolist() == list(range(1, 10))


def test_every_reason_is_given_once_with_its_year() -> None:
    figures, context = FIGURES.copy(), np.arange(10.0)[:, None]
    figures[1, 2] = np.nan  # no figure in the last year before
    figures[2, 3] = np.nan  # none from the start on
    figures[3, 1] = np.nan  # a gap in the path
    context[4] = np.nan
    figures[5, [2, 3]] = np.nan  # the first reason counts
    made = study(figures, [2019, *[0] * 9], context=context)
    found = gather(made, 2019, pool=everybody(made), comparison=rules(known=0.5))
    reasons = {
        place: (WHY[why], year)
        for place, (why, year) in enumerate(zip(found.why.tolist(), found.year.tolist(), strict=True))
        if why
    }
    assert reasons == {
        1: ("no_base", 2018),
        2: ("no_outcome", 2019),
        3: ("no_path", 2017),
        4: ("no_context", 0),
        5: ("no_base", 2018),
    }
    assert found.others.tolist() == [6, 7, 8, 9]


def test_what_too_few_know_on_either_side_or_what_is_the_same_of_all_is_not_used() -> None:
    figures, context = FIGURES.copy(), np.column_stack([np.arange(10.0), np.ones(10), np.arange(10.0)])
    figures[3:6, 1] = np.nan  # known of seven tenths
    context[0, 2] = np.nan  # not known of the one that joined
    made = study(figures, [2019, *[0] * 9], context=context)
    found = gather(made, 2019, pool=everybody(made), comparison=rules(known=0.8, path_years=3))
    assert found.names == ("path_1", "path_3", "disadvantaged")
    assert found.others.size == 9


def test_a_variable_that_the_study_does_not_have_is_not_asked_for() -> None:
    made = study(FIGURES, [2019, *[0] * 9], context=np.arange(10.0)[:, None])
    found = gather(made, 2019, pool=everybody(made), comparison=rules(context=("prior", "disadvantaged")))
    assert found.names[-1] == "disadvantaged"
    assert "prior" not in found.names


def test_who_joined_before_or_with_the_cohort_never_stands_beside_it() -> None:
    made = study(FIGURES, [2018, 2018, 2017, 2019, *[0] * 6])
    pool = everybody(made)
    pool[9] = False
    found = gather(made, 2018, pool=pool, comparison=rules())
    assert found.joiners.tolist() == [0, 1]
    assert found.others.tolist() == [3, 4, 5, 6, 7, 8]


def test_a_start_before_all_figures_has_no_base() -> None:
    made = study(FIGURES, [2016, *[0] * 9])
    found = gather(made, 2016, pool=everybody(made), comparison=rules())
    assert found.joiners.size == found.others.size == found.path == 0
    assert set(found.why.tolist()) == {cohorts.STARTED_BEFORE}


@pytest.mark.parametrize("years", [1, 2, 3])
def test_no_more_years_than_asked(years: int) -> None:
    made = study(FIGURES, [2019, *[0] * 9])
    assert gather(made, 2019, pool=everybody(made), comparison=rules(path_years=years)).path == years
