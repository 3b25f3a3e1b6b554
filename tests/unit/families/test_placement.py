from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.families import Variable
from commonroom.families.placement import place
from unit.families.builders import frame, preset


def test_only_the_phase_of_the_preset_is_placed_and_scaled() -> None:
    schools = frame(eal=[0.0, 2.0, 100.0], phase=["primary", "primary", "secondary"])
    placed = place(schools, preset=preset(phase="primary"))
    assert placed.schools.to_list() == ["s00", "s01"]
    assert placed.spreads == pytest.approx([2**0.5])


def test_a_phase_without_schools_is_refused() -> None:
    with pytest.raises(SaidToPeople, match="no primary school"):
        place(frame(eal=[1.0], phase=["secondary"]), preset=preset(phase="primary"))
    with pytest.raises(SaidToPeople, match="no school to place"):
        place(frame(eal=[1.0]).clear(), preset=preset())


def test_a_school_twice_is_refused() -> None:
    with pytest.raises(SaidToPeople, match="school s00 is there 2 times"):
        place(pl.DataFrame({"school": ["s00", "s00"], "eal": [1.0, 2.0]}), preset=preset())


def test_an_infinite_figure_is_refused() -> None:
    with pytest.raises(SaidToPeople, match="the eal of school s01 is infinite"):
        place(frame(eal=[1.0, float("inf")]), preset=preset())


def test_no_criterion_known_is_refused() -> None:
    with pytest.raises(SaidToPeople, match="none of the criteria"):
        place(frame(eal=[None, None]), preset=preset())


def test_numbers_that_are_not_numbers_are_unknown() -> None:
    placed = place(frame(eal=[1.0, float("nan"), None]), preset=preset())
    assert np.isnan(placed.values[:, 0]).tolist() == [False, True, True]


def test_a_stand_in_is_taken_and_said() -> None:
    schools = frame(fsm=[1.0, 2.0])
    placed = place(
        schools,
        preset=preset(
            Variable(name="disadvantaged", weight=1.0), stand_ins={"disadvantaged": ["fsm6", "fsm"]}
        ),
    )
    assert placed.notes == ("Disadvantaged pupils in the cohort: taken from fsm.",)


def test_a_criterion_known_of_nobody_leaves_its_weight_to_the_others() -> None:
    chosen = preset(Variable(name="eal", weight=0.25, scale=1.0), Variable(name="idaci", weight=0.75))
    placed = place(frame(eal=[1.0, 2.0]), preset=chosen)
    assert placed.total == 1.0
    assert placed.weights.tolist() == [0.25]
    assert len(placed.notes) == 1
    assert "not used" in placed.notes[0]


def test_what_replaces_is_used_only_where_the_replaced_is_unknown() -> None:
    chosen = preset(
        Variable(name="prior_reading", weight=0.4),
        Variable(name="prior", weight=0.6, replaces=("prior_reading",)),
    )
    split = place(frame(prior_reading=[1.0, 2.0], prior=[5.0, 9.0]), preset=chosen)
    merged = place(frame(prior=[5.0, 9.0]), preset=chosen)
    assert [variable.name for variable in split.variables] == ["prior_reading"]
    assert [variable.name for variable in merged.variables] == ["prior"]
    assert (split.total, merged.total) == (0.4, 0.6)
    assert split.notes == merged.notes == ()


def test_combined_columns_are_the_mean_of_the_standard_scores_known() -> None:
    chosen = preset(Variable(name="environment", weight=1.0, combine=("idaci", "fsm")))
    placed = place(frame(idaci=[1.0, 3.0, None, None], fsm=[10.0, 30.0, 20.0, None]), preset=chosen)
    root = 2**0.5 / 2
    expected = [(-root - 1) / 2, (root + 1) / 2, 0.0]
    assert placed.values[:3, 0] == pytest.approx(expected)
    assert np.isnan(placed.values[3, 0])
    alone = place(frame(fsm=[10.0, 30.0]), preset=chosen)
    assert alone.notes == ("environment: taken from fsm.",)


def test_a_column_in_another_unit_is_left_out_and_said() -> None:
    chosen = preset(
        Variable(name="prior", coefficient=7.6, spread=(0.1, 0.8)), Variable(name="eal", coefficient=0.01)
    )
    schools = frame(prior=[100.0, 105.0], eal=[1.0, 2.0])
    placed = place(schools, preset=chosen)
    assert [variable.name for variable in placed.variables] == ["eal"]
    assert "another unit" in placed.notes[0]


def test_scales_are_sd_range_fixed_or_coefficient() -> None:
    schools = frame(eal=[0.0, 1.0, 4.0], fsm=[0.0, 1.0, 4.0], pupils=[0.0, 1.0, 4.0], idaci=[0.0, 1.0, 4.0])
    chosen = preset(
        Variable(name="eal", weight=1.0),
        Variable(name="fsm", weight=1.0, scale="range"),
        Variable(name="pupils", weight=1.0, scale=8.0),
        Variable(name="idaci", coefficient=9.0),
    )
    placed = place(schools, preset=chosen)
    sd = np.std([0.0, 1.0, 4.0], ddof=1)
    assert (4 * placed.factors).tolist() == pytest.approx([4 / sd, 1.0, 0.5, 12.0])
    assert placed.weights.tolist() == pytest.approx([1.0, 1.0, 1.0, 9 * sd**2])


def test_all_alike_is_no_difference() -> None:
    placed = place(frame(eal=[5.0, 5.0]), preset=preset())
    assert placed.factors.tolist() == [1.0]
    one = place(frame(eal=[5.0, None]), preset=preset(Variable(name="eal", coefficient=2.0)))
    assert one.weights.tolist() == [2.0]


def test_blocks_number_the_exact_matches() -> None:
    schools = frame(eal=[1.0, 2.0, 3.0, 4.0], kind=["special", None, "special", None])
    placed = place(schools, preset=preset())
    assert placed.block[0] == placed.block[2] != placed.block[1] == placed.block[3]
