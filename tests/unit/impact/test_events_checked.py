"""Questions that cannot be asked of these events are refused, and the one that can is named."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import events
from commonroom.tables import TableError
from unit.impact import planned
from unit.impact.planned import make_events

PANEL = planned.make_panel()
BROKEN = planned.MEASURE.model_copy(update={"breaks": (2018,)})


def check(
    rows: pl.DataFrame, *, ahead: bool = False, panel: object = PANEL, **other: object
) -> tuple[str, ...]:
    return events.check(
        rows,
        panel=panel,  # type: ignore[arg-type]
        asked=planned.ask(PANEL if panel is PANEL else panel, **other),  # type: ignore[arg-type]
        definition=planned.DEFINITION,
        ahead=ahead,
    )


def refused(rows: pl.DataFrame, *, ahead: bool = False, **other: object) -> str:
    with pytest.raises(SaidToPeople) as said:
        check(rows, ahead=ahead, **other)
    return str(said.value)


def test_a_question_that_can_be_asked_passes_in_silence() -> None:
    assert check(make_events(0, 1)) == ()
    assert check(make_events(0), design="synthetic") == ()
    assert check(make_events(0, 1, start=2021), window=(2021, 2022), ahead=True) == ()


def test_events_must_be_what_they_claim() -> None:
    with pytest.raises(TableError, match="impact_events: rows repeat the key"):
        check(pl.concat([make_events(0), make_events(0)]))


def test_unknown_schools_are_named() -> None:
    assert refused(pl.concat([make_events(0, 1), make_events(900, 901, 902, 903)])) == (
        "events, schools 1000, 1001, 1002 and 1 more: 4 schools are not in the evidence. "
        "Correct the number, take "
        "the row out, or build the evidence of a system that has it."
    )


def test_a_role_that_nobody_has_is_said_with_the_other() -> None:
    assert refused(make_events(0, 1), roles=("provider",)) == (
        "events, column role: no school took part as provider. Write provider where it is so, "
        "or ask about the "
        "other role: --role receiver."
    )
    assert "or ask about the other role: --role provider." in refused(make_events(0, 1, role="provider"))


def test_schools_without_figures_are_said() -> None:
    assert refused(make_events(40)) == (
        "events, school 140: nobody who took part as receiver (1 school) has a figure of Score. "
        "Take an outcome that secondary schools like these have figures of."
    )


def test_a_start_after_the_last_outcome_is_to_be_planned() -> None:
    assert refused(make_events(0, 1, start=2021), window=(2021, 2022)) == (
        "events, column start: the first results that the work could touch are those of 2021, "
        "and the last of "
        "Score are those of 2019 (window 2021 to 2022). Nothing can be evaluated yet; plan it "
        "now (commonroom "
        "impact plan), and evaluate when the results are out."
    )


def test_a_window_that_ends_before_the_start_cannot_be_planned() -> None:
    assert refused(make_events(0, 1, start=2023), window=(2021, 2022), ahead=True) == (
        "events, column start: the window ends in 2022 and the first results that the work "
        "could touch are those "
        "of 2023. Plan a window that begins in 2023 or later."
    )


def test_a_start_before_the_first_outcome_has_no_comparison() -> None:
    assert refused(make_events(0, 1, start=2016)) == (
        "events, column start: there are no results of Score before the start in 2016: the "
        "first are those of "
        "2016. No comparison is possible with this outcome; take one with earlier figures (--outcome)."
    )


def test_without_any_outcome_both_are_said() -> None:
    outcome = planned.take(PANEL)
    empty = type(outcome)(outcome.measure, outcome.phase, outcome.figures, outcome.years.clear())
    said = refused(make_events(0, 1), outcome=empty)
    assert said.startswith("events: 2 things stand in the way.\n  events, column start: the first results")
    assert "there are none of Score (window 2018 to 2019)" in said
    assert "there are no results of Score before the start in 2018. No comparison" in said


def test_everyone_who_took_part_leaves_nobody_to_compare_with() -> None:
    assert refused(make_events(*range(40))) == (
        "events: every school with figures took part: nobody is left to compare with. No design "
        "is possible with "
        "these schools alone; with the evidence of a larger system (commonroom panel build "
        "--system england), "
        "--design matched is."
    )


def test_everyone_in_turn_is_possible_and_said() -> None:
    turns = pl.concat([make_events(*range(20)), make_events(*range(20, 40), start=2019)])
    assert check(turns) == (
        "Every school with figures took part: only those that started later can be compared with.",
    )


def test_too_few_others_are_for_a_mix() -> None:
    assert refused(make_events(*range(35))) == (
        "events: 5 schools with figures did not take part, and --design matched takes 10 beside "
        "each that did. "
        "Possible is a mix of these few, --design synthetic; or --design matched with the "
        "evidence of a larger "
        "system (commonroom panel build --system england)."
    )
    assert check(make_events(*range(35)), design="reg") == ()


def test_one_school_is_for_synthetic_control() -> None:
    for design in ("matched", "dr"):
        assert refused(make_events(3), design=design) == (
            f"events, school 103: one school took part as receiver, and --design {design} needs two or more. "
            "Possible is synthetic control for one school: --design synthetic."
        )


def test_several_starts_are_not_for_one_mix() -> None:
    two = pl.concat([make_events(0), make_events(1, start=2019)])
    assert refused(two, design="sdid") == (
        "events, column start: --design sdid has one start, and the schools have 2 (2018, 2019). "
        "Possible is --design matched for all; or give the events of one start alone."
    )


def test_a_break_between_the_base_and_what_counts_is_refused() -> None:
    outcome = planned.take(PANEL, BROKEN)
    assert refused(make_events(0, 1), outcome=outcome) == (
        "events, start 2018: the series of Score breaks in 2018, between the year before the "
        "start (2017) and the "
        "last year that counts (2019): the same figure means another thing. Possible is "
        "--design matched with an "
        "outcome without a break (--outcome)."
    )


def test_a_window_that_ends_before_the_break_is_named() -> None:
    broken = planned.MEASURE.model_copy(update={"breaks": (2019,)})
    said = refused(make_events(0, 1), outcome=planned.take(PANEL, broken))
    assert said.endswith(
        "Possible is --design matched with a window that ends before it: --window 2018-2018."
    )


def test_a_break_in_the_path_before_the_base_or_after_the_window_is_none() -> None:
    outcome = planned.take(PANEL, BROKEN)
    assert check(make_events(0, 1, start=2019), outcome=outcome, window=(2019, 2019)) == ()
    late = planned.MEASURE.model_copy(update={"breaks": (2019,)})
    assert check(make_events(0, 1), outcome=planned.take(PANEL, late), window=(2018, 2018)) == ()


def test_a_break_in_years_to_come_is_refused_in_the_plan() -> None:
    broken = planned.MEASURE.model_copy(update={"breaks": (2021,)})
    outcome = planned.take(PANEL, broken)
    said = refused(make_events(0, 1, start=2020), outcome=outcome, window=(2020, 2022), ahead=True)
    assert said.endswith("--window 2020-2020.")


def test_schools_that_will_not_count_are_told() -> None:
    some = pl.concat([
        make_events(0, 1), make_events(2, start=2020), make_events(3, start=2016), make_events(40)
    ])  # fmt: skip
    assert check(some) == (
        "Without a figure of Score: 1 school that took part as receiver (school 140).",
        "1 school that took part as receiver started after the last results that count (2019): school 102.",
        "1 school that took part as receiver started before there were results to compare with: school 103.",
    )


def test_what_stands_in_the_way_of_both_roles_is_said_at_once() -> None:
    both = pl.concat([make_events(0), make_events(1, role="provider")])
    said = refused(both, roles=("receiver", "provider"))
    assert said.startswith("events: 2 things stand in the way.")
    assert "school 100: one school took part as receiver" in said
    assert "school 101: one school took part as provider" in said


def test_schools_set_apart_are_no_comparison() -> None:
    providers = pl.concat([make_events(0, 1), make_events(*range(2, 38), role="provider")])
    assert "2 schools with figures did not take part" in refused(providers)
