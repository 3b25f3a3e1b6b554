"""All checks together: one table, in order, deterministic, with published reasons."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.impact import guards
from commonroom.impact.guards import likeness, reasons
from commonroom.impact.guards.question import Question, once, side
from commonroom.tables import impact as tables
from unit.impact.guards.made_programme import Truth, ask, later, question, study, with_years


def look(asked: Question, seed: int = 5) -> pl.DataFrame:
    return guards.look(
        asked.study, pool=asked.pool, definition=asked.definition, answer=asked.answer, seed=seed
    )


def test_every_check_has_rows_of_the_table_in_the_published_order() -> None:
    frame = look(ask(Truth("low", effect=0.5)))
    tables.GUARDS.check(frame.with_columns(role=pl.lit("receiver")))
    assert frame["guard"].unique(maintain_order=True).to_list() == list(reasons.GUARDS)
    assert set(frame["why"]) - {""} <= set(reasons.CHECKS)


def test_the_same_seed_gives_the_same_rows() -> None:
    asked = ask(Truth("low", schools=200, joiners=20))
    assert_frame_equal(look(asked), look(asked))
    assert not look(asked, 6).equals(look(asked))


@pytest.mark.parametrize("years", [[2017, 2018], [2016, 2017, 2018], [2014, 2016, 2017, 2018, 2019]])
def test_few_years_and_gaps_are_looked_at_as_far_as_they_go(years: list[int]) -> None:
    frame = look(question(with_years(study(Truth()), years)))
    tables.GUARDS.check(frame.with_columns(role=pl.lit("receiver")))
    assert set(frame["guard"]) == set(reasons.GUARDS)


def test_cohorts_that_joined_in_different_years_are_looked_at_together() -> None:
    frame = look(question(later(study(Truth()), 2019)))
    tables.GUARDS.check(frame.with_columns(role=pl.lit("receiver")))
    assert frame.filter(guard="placebo_date")["verdict"].to_list() == ["holds", "holds"]


def test_one_school_that_took_part_has_checks_that_cannot_be_made() -> None:
    frame = look(question(study(Truth(joiners=1, size=1))))
    cannot = set(frame.filter(verdict="cannot")["guard"])
    assert {"naive", "leave_one_out", "wild"} <= cannot


def test_every_reason_that_the_code_gives_is_published_and_every_published_one_is_given() -> None:
    folder = Path(guards.__file__).parent
    code = "".join(path.read_text() for path in sorted(folder.glob("*.py")) if path.name != "reasons.py")
    for name in reasons.CHECKS:
        assert f'"{name}"' in code, name
    assert set(re.findall(r'why="(\w+)"', code)) <= set(reasons.CHECKS)
    assert all(text.endswith((".", "?")) for text in [*reasons.GUARDS.values(), *reasons.CHECKS.values()])


@pytest.mark.parametrize(
    ("difference", "said"),
    [(0.05, ("holds", "")), (-0.2, ("unclear", "unbalanced")), (0.3, ("fails", "far_apart"))],
)
def test_balance_is_judged_by_the_largest_difference(difference: float, said: tuple[str, str]) -> None:
    balance = pl.DataFrame(
        {"variable": ["path_1", "path_2", "prior", "eal"], "after": [0.01, difference, 0.0, None]}
    )
    asked = ask(Truth())
    matched = SimpleNamespace(balance=balance)
    with_it = replace(asked, answer=replace(asked.answer, matched=matched))  # type: ignore[arg-type]
    path, context = likeness.look(with_it)
    assert (path.at, path.value, (path.verdict, path.why)) == ("path_2", difference, said)
    assert (context.at, context.verdict) == ("prior", "holds")
    empty = SimpleNamespace(balance=balance.clear())
    without = replace(asked, answer=replace(asked.answer, matched=empty))  # type: ignore[arg-type]
    assert likeness.look(without)[0].why == "no_comparison"


def test_sides_of_zero() -> None:
    assert [side(0.1, 0.2), side(-0.2, -0.1), side(-0.1, 0.1), side(float("nan"), float("nan"))] == [
        1,
        -1,
        0,
        0,
    ]


def test_a_design_that_finds_nobody_gives_no_answer() -> None:
    asked = ask(Truth())
    nobody = np.zeros_like(asked.pool)
    assert once(asked, study=asked.study, pool=nobody) is None
    # A pool of schools without a base figure passes for a pool until the design looks.
    gone = asked.study.figures.copy()
    gone[~asked.study.joined, 3] = np.nan
    assert once(asked, study=replace(asked.study, figures=gone), pool=asked.pool) is None


def test_schools_that_start_outside_the_figures_are_asked_about_by_no_check() -> None:
    made = study(Truth())
    early, late = np.flatnonzero(made.joined)[:2]
    start = made.start.copy()
    start[early], start[late] = 2014, 2030
    asked = question(replace(made, start=start))
    assert asked.cohorts.tolist() == [2018]
    assert asked.counted.sum() == 38
    frame = look(asked)
    assert frame.filter(guard="naive")["schools"].to_list() == [38]
    assert frame.filter(guard="placebo_date")["schools"].to_list() == [38, 38]
