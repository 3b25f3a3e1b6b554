"""Who gets help."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.partnerships.account import equity
from commonroom.partnerships.account.case import needs
from unit.partnerships.account.made_case import EDGES, STANDING, case, stood
from unit.partnerships.small_system import A, B, D, E, F, edges, standing


def _rows(frame: pl.DataFrame, by: str) -> list[tuple[str, int, int]]:
    return frame.filter(by=by).select("group", "needs", "helped").rows()


def test_all_needs_are_counted_those_met_already_too() -> None:
    found = equity.compare(case(fixed=stood((D, "reading", B, 0.03))))
    # D stands with B; A is helped by D, and F by A; E, that B helped, is alone.
    assert _rows(found, "all") == [("all", 4, 3)]
    assert _rows(found, "keys") == [("no", 3, 2), ("yes", 1, 1)]
    # Percentiles of A, D, E, F: 0, 60, 80, 100.
    assert _rows(found, "disadvantage") == [("1", 1, 1), ("3", 1, 1), ("4", 2, 1)]
    whole = found.filter(by="all").row(0, named=True)
    assert whole["gain"] == pytest.approx((0.03 + 0.06 + 0.02) / 3)
    assert whole["minutes"] == 15.0
    assert found["by"].unique(maintain_order=True).to_list() == ["need", "disadvantage", "keys", "all"]


def test_quarters_of_need_are_by_gap_within_the_phase() -> None:
    effects = {A: -0.9, D: -0.6, E: -0.8, F: -0.7}
    stands = STANDING.with_columns(
        effect=pl.when(pl.col("kind") == "need")
        .then(pl.col("school").replace_strict(effects, default=0.0))
        .otherwise("effect")
    )
    found = case(stands=stands)
    order = needs(found).sort("gap")["receiver"].to_list()
    assert order == [D, F, E, A]
    rows = equity.compare(found).filter(by="need")
    # D is alone; of the others each has its own gain.
    assert rows.select("group", "needs", "helped").rows() == [
        ("1", 1, 0),
        ("2", 1, 1),
        ("3", 1, 1),
        ("4", 1, 1),
    ]
    assert rows["gain"].to_list() == [None, 0.02, 0.04, 0.06]


def test_quarters_of_equal_gaps_are_of_equal_size_and_phases_are_apart() -> None:
    stands = standing(
        *((school, theme, "need") for school in (A, B, D, E, F) for theme in ("reading", "mathematics"))
    )
    found = case(edges((D, "reading", A, 0.05)), stands)
    assert _rows(equity.compare(found), "need") == [("1", 3, 0), ("2", 2, 0), ("3", 3, 1), ("4", 2, 0)]


def test_a_school_whose_disadvantage_is_not_known_is_told_apart() -> None:
    stands = pl.concat([STANDING, standing(("100009", "reading", "need"))])
    assert _rows(equity.compare(case(EDGES, stands)), "disadvantage")[-1] == ("not known", 1, 0)


def test_a_need_with_two_partners_that_stand_counts_once() -> None:
    both = stood((D, "reading", A, 0.05), (D, "reading", B, 0.03))
    found = equity.compare(case(fixed=both))
    assert _rows(found, "all")[0][1] == 4
    assert found.filter(by="disadvantage", group="3")["gain"].to_list() == pytest.approx([0.08])
