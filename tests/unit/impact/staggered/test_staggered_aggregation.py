"""Cells added up, with what each school adds to their shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import staggered
from commonroom.impact.study import NEVER, Study
from unit.impact.staggered.made_joining import adjusting, joining, plain

KINDS = ("simple", "dynamic", "cohort", "calendar")


def test_what_is_added_up() -> None:
    study, _ = joining()
    cells = staggered.estimate(study)
    found = {kind: staggered.aggregate(cells, study, kind=kind) for kind in KINDS}
    assert found["simple"].at.tolist() == [0]
    assert found["dynamic"].at.tolist() == [-6, -5, -4, -1, 0, 1, 4, 5]
    assert found["cohort"].at.tolist() == [2019, 2023, 2024]
    assert found["calendar"].at.tolist() == [2019, 2023, 2024]
    after = cells.year >= cells.cohort
    simple = np.average(cells.effect[after], weights=cells.joiners[after])
    np.testing.assert_allclose(found["simple"].effect, [simple])
    own = after & (cells.cohort == 2019)
    np.testing.assert_allclose(found["cohort"].effect[0], cells.effect[own].mean())
    for kind, each in found.items():
        assert each.kind == kind
        np.testing.assert_allclose(each.weights.sum(axis=0), 1)
        np.testing.assert_allclose(each.effect, cells.effect @ each.weights)
        np.testing.assert_allclose(each.influence.mean(axis=0), 0, atol=1e-12)


def test_different_schools_are_counted() -> None:
    figures = [[0, 0, 1, np.nan, 1], [0, 0, np.nan, 1, 1], *np.random.default_rng(1).normal(size=(4, 5))]
    study = plain(np.array(figures), [2019, 2019, 2024, NEVER, NEVER, NEVER])
    cells = staggered.estimate(study)
    own = cells.cohort == 2019
    assert cells.joiners[own].tolist() == [2, 1, 1, 2]
    simple = staggered.aggregate(cells, study, kind="simple")
    assert (simple.joiners.tolist(), simple.others.tolist()) == ([3], [4])
    cohort = staggered.aggregate(cells, study, kind="cohort")
    assert (cohort.joiners.tolist(), cohort.others.tolist()) == ([2, 1], [4, 3])


def without(study: Study, school: int) -> Study:
    kept = np.arange(study.start.size) != school
    parts = {name: getattr(study, name)[kept] for name in ("schools", "figures", "start", "cluster")}
    return replace(study, **parts)


@pytest.mark.parametrize("kind", KINDS)
def test_influence_is_what_leaving_a_school_out_does(kind: str) -> None:
    study, _ = joining(schools=150, lost=0.1)
    whole = staggered.aggregate(staggered.estimate(study), study, kind=kind)
    moved = []
    for school in range(0, 150, 3):
        fewer = without(study, school)
        again = staggered.aggregate(staggered.estimate(fewer), fewer, kind=kind)
        moved.append(149 * (whole.effect - again.effect))
    for place, column in enumerate(np.array(moved).T):
        assert np.corrcoef(column, whole.influence[::3, place])[0, 1] > 0.99


def test_matched_schools_are_added_up_alike() -> None:
    study, x = joining()
    adjusted = adjusting(study, x)
    cells = staggered.estimate(study, adjusted=adjusted)
    cohort = staggered.aggregate(cells, study, kind="cohort")
    used = [int((adjusted[start].weights[study.start == start] > 0).sum()) for start in study.cohorts]
    assert cohort.joiners.tolist() == used


def test_no_cell_after_the_start_is_said() -> None:
    study = plain(np.zeros((3, 3)), [2025, NEVER, NEVER], (2022, 2023, 2024))
    cells = staggered.estimate(study)
    assert staggered.aggregate(cells, study, kind="dynamic").at.tolist() == [-2, -1]
    with pytest.raises(SaidToPeople, match="from the start on"):
        staggered.aggregate(cells, study, kind="simple")
