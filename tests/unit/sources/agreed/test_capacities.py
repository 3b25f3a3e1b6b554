"""Days that schools, trusts, authorities and system leaders can give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import capacities
from unit.sources.agreed.made_up import KNOWN

Write = Callable[[str, str | bytes], Path]
TRUSTED = replace(KNOWN, trusts=("Alpha Trust",))
HEADER = "kind,name,days,authority\n"


def test_each_kind_is_named_in_its_own_way_and_nothing_is_a_capacity_too(write: Write) -> None:
    rows = (
        "School,Elm High,12.5,\nmat,ALPHA TRUST,900,\nla,northshire,0,\n"
        "system leader,Ann Example,30,Northshire\narweinydd,Ann "
        "Example,20,Southshire\nleader,Ben Example,366,\n"
    )
    assert capacities.read(write("days.csv", HEADER + rows), known=TRUSTED).rows() == [
        ("authority", "Northshire", 0.0, None),
        ("leader", "Ann Example", 30.0, "Northshire"),
        ("leader", "Ann Example", 20.0, "Southshire"),
        ("leader", "Ben Example", 366.0, None),
        ("school", "103", 12.5, None),
        ("trust", "Alpha Trust", 900.0, None),
    ]


def test_the_column_of_names_may_be_that_of_schools(write: Write) -> None:
    path = write("days.csv", "Math,Ysgol,Diwrnodau\nysgol,103,10\n")
    assert capacities.read(path, known=KNOWN).rows() == [("school", "103", 10.0, None)]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("school,103,-1,", "row 2, column days: -1 days cannot be. Give days in a year, from 0 to 36,600."),
        (
            "trust,Alpha Trust,1e9,",
            "row 2, column days: 1e9 days cannot be. Give days in a year, from 0 to 36,600.",
        ),
        (
            "school,103,367,",
            "row 2, column days: 367 days cannot be. Give days in a year of one school or one person, "
            "from 0 to 366.",
        ),
        (
            "leader,Ann,200,Northshire\nleader,ann,200,Southshire",
            "rows 2 and 3, column days: 400 days cannot be. Give days in a year of one school or one person, "
            "from 0 to 366.",
        ),
        ("school,103,,", "row 2, column days: the cell is empty. Fill it, or take the row out."),
        ("school,,5,", "row 2, column name: the cell is empty. Fill it, or take the row out."),
        (
            "school,103,inf,",
            "row 2, column days: “inf” is not a number of days. Write it in figures, such as 10.",
        ),
        (
            "king,103,5,",
            "row 2, column kind: there is no kind “king”. Choose one of: school, trust, authority, leader.",
        ),
        (
            "school,Elm,5,",
            "row 2, column name: “Elm”: no school is called that. Did you mean 103 Elm High?",
        ),
        (
            "authority,Northshir,5,",
            "row 2, column name: there is no authority “Northshir”. Did you mean Northshire or Southshire?",
        ),
        ("trust,Beta,5,", "row 2, column name: there is no trust “Beta”. Choose one of: Alpha Trust."),
        (
            "leader,Ann,5,Westshire",
            "row 2, column authority: there is no authority “Westshire”. Did "
            "you mean Southshire or Northshire?",
        ),
        (
            "leader,Ann,5,Northshire\nleader,Ann,5,Northshire",
            "rows 2 and 3: the same name, twice. Keep one of the rows.",
        ),
        ("leader,Ann,5,\nleader,Ann,5,", "rows 2 and 3: the same name, twice. Keep one of the rows."),
        (
            "school,103,5,\nschool,Elm High,6,",
            "rows 2 and 3, column days: the same name, but 5 in one row and 6 "
            "in another. Keep the row that counts.",
        ),
        (
            "school,103,5,Northshire",
            "row 2, column authority: an authority goes with a leader only. Leave the cell empty.",
        ),
    ],
)
def test_each_slip_is_one_sentence_with_its_place_and_remedy(write: Write, rows: str, sentence: str) -> None:
    with pytest.raises(SaidToPeople) as said:
        capacities.read(write("days.csv", f"{HEADER}{rows}\n"), known=TRUSTED)
    assert str(said.value) == f"given/days.csv, {sentence}"


def test_days_of_a_trust_need_to_know_who_is_in_it(write: Write) -> None:
    with pytest.raises(SaidToPeople) as said:
        capacities.read(write("days.csv", f"{HEADER}trust,Alpha Trust,5,\n"), known=KNOWN)
    assert str(said.value) == (
        "given/days.csv, row 2, column name: nobody said which schools are "
        "in which trust. Give --trusts FILE too."
    )
