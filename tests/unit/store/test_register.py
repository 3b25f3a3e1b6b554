"""A school is found by its number or by what people call it; several are listed."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.store import register

SCHOOLS = pl.DataFrame(
    [
        ("100", "Alder Grammar School for Boys", "Trafford", True),
        ("101", "Alder Grammar School for Girls", "Trafford", True),
        ("102", "St. Mary's & All Saints", "Bury", True),
        ("103", "Saint Mary’s and All Saints", "Camden", False),
        ("104", "Ysgol Bro Tâf", None, False),
        ("105", "Birch Academy", "Camden", False),
        ("106", "Birch Academy", "Kent", None),
        ("107", None, "Kent", True),
        *((f"2{n:02}", f"Oak Primary {n}", "Kent", False) for n in range(15)),
    ],
    schema=["school", "name", "authority", "in_system"],
    orient="row",
)


@pytest.mark.parametrize(
    ("wanted", "school"),
    [
        ("101", "101"),
        (" 100.0 ", "100"),
        ("alder grammar school for boys", "100"),
        ("Alder Boys", "100"),
        ("gram girl", "101"),
        ("st marys", "102"),
        ("Saint Mary's and All Saints", "102"),
        ("bro taf", "104"),
        ("Aldre Grammer School for Boys", "100"),
        ("Ysgol Broo Taf", "104"),
    ],
)
def test_one_school_is_meant(wanted: str, school: str) -> None:
    assert register.look_up(SCHOOLS, wanted) == school


def test_several_that_may_be_meant_are_listed_with_their_numbers() -> None:
    with pytest.raises(SaidToPeople) as said:
        register.look_up(SCHOOLS, "Alder Grammar")
    assert str(said.value) == (
        "Alder Grammar: 2 schools may be meant. Give the number of one: "
        "100 Alder Grammar School for Boys (Trafford); 101 Alder Grammar School for Girls (Trafford)."
    )
    with pytest.raises(SaidToPeople, match=r"105 Birch Academy \(Camden\); 106 Birch Academy \(Kent\)"):
        register.look_up(SCHOOLS, "birch")


def test_a_long_list_is_cut_and_counted() -> None:
    with pytest.raises(SaidToPeople, match=r"15 schools may be meant.*; and 3 more\.$"):
        register.look_up(SCHOOLS, "oak")


def test_a_name_that_is_only_a_little_alike_is_offered_and_not_taken() -> None:
    with pytest.raises(SaidToPeople, match=r"is called that\. Did you mean 105 Birch Academy"):
        register.look_up(SCHOOLS, "Birsh Acadmy")


@pytest.mark.parametrize("wanted", ["999", "", " - "])
def test_a_number_that_is_not_there(wanted: str) -> None:
    with pytest.raises(SaidToPeople, match="no school of this evidence has that number"):
        register.look_up(SCHOOLS, wanted)


@pytest.mark.parametrize("schools", [SCHOOLS, SCHOOLS.clear()])
def test_a_name_like_no_other(schools: pl.DataFrame) -> None:
    with pytest.raises(SaidToPeople, match=r"is called that\. Give a part of its name, or its number\."):
        register.look_up(schools, "Zzyzx Quux")
