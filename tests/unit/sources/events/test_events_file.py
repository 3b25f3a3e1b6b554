"""Events as people write them: dates and school years, schools and pairs, and all that is wrong at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources import events
from commonroom.tables import impact as tables
from commonroom.tables import partnerships
from unit.sources.agreed.made_up import KNOWN

Write = Callable[[str, str | bytes], Path]
REMEDY = (
    "Write a date like 2018-09-01, a school year like 2018/19, or the calendar year in which it ends, "
    "like 2019."
)


def refused(path: Path) -> str:
    with pytest.raises(SaidToPeople) as said:
        events.read(path, known=KNOWN)
    return str(said.value)


def start(write: Write, text: str) -> int:
    return int(events.read(write("e.csv", f'school;start\n100;"{text}"\n'), known=KNOWN)["start"][0])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2018-09-01", 2019), ("2018-08-31", 2019), ("2019-03-01", 2019), ("2019-03-02", 2020),
        ("1/3/2019", 2019), ("2/3/2019", 2020), ("02.03.2019", 2020), ("2018-12-31T00:00:00", 2019),
        ("2018/19", 2019), ("2018-19", 2019), ("2018 – 2019", 2019), ("1999/00", 2000), ("1999-2000", 2000),
        ("2019", 2019), ("2019.0", 2019), ("September 2018", 2019), ("Mar 2019", 2019), ("2019-04", 2020),
        ("09/2018", 2019), ("2018-09", 2019), ("2010-11", 2011),
    ],
)  # fmt: skip
def test_a_start_becomes_the_year_of_the_first_results_it_could_touch(
    write: Write, text: str, first: int
) -> None:
    assert start(write, text) == first


@pytest.mark.parametrize(
    "text", ["soon", "2018-13-40", "18/19", "2018/20", "43344", "2018-2020", "30/02/2019"]
)
def test_what_is_no_date_is_said_with_its_place_and_how_to_write_it(write: Write, text: str) -> None:
    said = refused(write("e.csv", f"school,Start date\n100,{text}\n"))
    assert said == f"given/e.csv, row 2, column Start date: “{text}” is no date and no school year. {REMEDY}"


@pytest.mark.parametrize("text", ["0019", "2999", "2998/99"])
def test_a_year_that_there_are_no_results_of_is_said(write: Write, text: str) -> None:
    assert f"“{text}” is no year that there are results of." in refused(
        write("e.csv", f"school,start\n100,{text}\n")
    )


def test_a_month_of_another_age_is_no_date(write: Write) -> None:
    assert "“March 1019” is no date" in refused(write("e.csv", "school,start\n100,March 1019\n"))


def test_everything_that_is_said_is_read(write: Write) -> None:
    text = (
        "School name,Started,Role,Alliance,End date,Theme,Practice\n"
        "Elm High,2018/19,,North,2019/20,Mathematics,peer review\n"
        "Fir School,2018/19,Provider,North,31/7/2019,,\n"
        "Birch Primary,2020,darparwr,,,Darllen,\n"
    )
    found = events.read(write("e.csv", text), known=KNOWN)
    assert found.rows() == [
        ("104", "provider", "North", 2019, 2019, None, None),
        ("103", "receiver", "North", 2019, 2020, "mathematics", "peer review"),
        ("101", "provider", "school 101", 2020, None, "reading", None),
    ]
    assert found.schema == tables.EVENTS.schema


def test_a_workbook_and_its_dates_are_read(workbook: Callable[..., Path]) -> None:
    path = workbook([["Ysgol", "Dechrau"], [100, datetime.date(2018, 9, 3)], [101, 2019]])
    assert events.read(path, known=KNOWN).select("school", "start").rows() == [("100", 2019), ("101", 2019)]


def test_work_that_was_too_late_for_its_own_year_may_end_in_it(write: Write) -> None:
    found = events.read(write("e.csv", "school,start,ended\n100,2019-04-01,2019-07-20\n"), known=KNOWN)
    assert found.select("start", "ended").row(0) == (2020, 2019)


def test_a_school_may_help_and_be_helped_and_work_with_several(write: Write) -> None:
    text = "school,start,role,partnership\n100,2018,receiver,A\n100,2018,provider,A\n100,2019,receiver,B\n"
    assert events.read(write("e.csv", text), known=KNOWN).height == 3


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "Nowhere,2019,",
            "row 2, column school: “Nowhere”: no school is called that. Did you mean 103 Elm High?",
        ),
        (",2019,", "row 2, column school: the cell is empty. Fill it, or take the row out."),
        ("100,,", "row 2, column start: the cell is empty. Fill it, or take the row out."),
        ("100,2019,boss", "there is no role “boss”. Choose one of: receiver, provider."),
        (
            "100,2019,\n100,2019,receiver",
            "rows 2 and 3: the same school, role and partnership, twice. Keep one",
        ),
        (
            "100,2019,\n100,2018,receiver",
            "rows 2 and 3, column start: the same school, role and partnership, but 2019 in one row and 2018 "
            "in another. Keep the row that counts.",
        ),
    ],
)
def test_what_is_wrong_in_a_row_is_said_with_its_place(write: Write, rows: str, said: str) -> None:
    found = refused(write("e.csv", f"school,start,role\n{rows}\n"))
    assert found.startswith("given/e.csv, row")
    assert said in found


def test_work_that_ended_before_it_started_is_said(write: Write) -> None:
    said = refused(write("e.csv", "school,start,ended\n100,2019,2018\n"))
    assert said == "given/e.csv, row 2, column ended: it ended before it started. Correct one of the two."


def test_a_table_without_a_start_is_said(write: Write) -> None:
    assert "there is no column start" in refused(write("e.csv", "school,theme\n100,reading\n"))


def test_all_that_is_wrong_is_said_at_once(write: Write) -> None:
    said = refused(write("e.csv", "school,start,theme\nNowhere,soon,chess\n101,2019,reading\n"))
    assert "3 things are to be mended; nothing was read." in said
    assert said.count("row 2, column") == 3


def test_the_rest_is_used_where_somebody_says_so(write: Write) -> None:
    path = write("e.csv", "school,start\nNowhere,soon\n101,2019\n102,2018\n")
    found, said = events.read_usable(path, known=KNOWN)
    assert found["school"].to_list() == ["102", "101"]
    assert said == (
        "given/e.csv, row 2, column school: “Nowhere”: no school is called that. Did you mean 103 Elm High?",
        f"given/e.csv, row 2, column start: “soon” is no date and no school year. {REMEDY}",
    )


def test_where_no_row_can_be_used_all_is_refused(write: Write) -> None:
    with pytest.raises(SaidToPeople, match="2 things are to be mended"):
        events.read_usable(write("e.csv", "school,start\nNowhere,soon\n"), known=KNOWN)


def test_what_is_wrong_with_the_table_is_refused_all_the_same(workbook: Callable[..., Path]) -> None:
    path = workbook([["school", "start"], [100, 2019], [101, "=A2+1"]])
    with pytest.raises(SaidToPeople, match="was saved without its result"):
        events.read_usable(path, known=KNOWN)


def test_a_row_for_each_pair_makes_an_event_for_each_of_the_two(write: Write) -> None:
    text = (
        "Provider,Receiver,Theme,Start\n103,104,reading,2018/19\n103,104,mathematics,2019/20\n"
        "103,102,reading,2018/19\n"
    )
    found = events.read(write("p.csv", text), known=KNOWN)
    assert found.select("school", "role", "partnership", "start", "theme").rows() == [
        ("103", "provider", "103 102", 2019, "reading"),
        ("103", "provider", "103 104", 2019, None),
        ("102", "receiver", "103 102", 2019, "reading"),
        ("104", "receiver", "103 104", 2019, None),
    ]


def test_a_pair_may_have_a_name_and_is_no_school_with_itself(write: Write) -> None:
    text = "provider,receiver,start,partnership\n103,104,2019,North\n103,103,2019,\n"
    assert "row 3, column receiver: the school is its own" in refused(write("p.csv", text))
    text = "provider,receiver,start,partnership\n103,104,2019,North\n102,101,2019,North\n"
    assert events.read(write("p.csv", text), known=KNOWN)["partnership"].unique().to_list() == ["North"]


def test_a_pair_twice_is_said(write: Write) -> None:
    said = refused(write("p.csv", "provider,receiver,start\n103,104,2019\n103,104,2019\n"))
    assert "rows 2 and 3: the same two schools and theme, twice." in said


def test_what_was_accepted_makes_events() -> None:
    day = datetime.date(2018, 10, 1)
    rows = [
        ("103", "104", "secondary", "reading", "accept", "both", None, day, None),
        ("103", "104", "secondary", "ebacc", "accept", "both", None, datetime.date(2019, 6, 1), None),
        ("103", "102", "secondary", "reading", "decline", "both", "no time", day, None),
        ("101", "102", "secondary", "reading", "accept", "both", None, day, None),
    ]
    decisions = pl.DataFrame(rows, schema=partnerships.DECISIONS.schema, orient="row")
    found = events.convert(decisions)
    assert found.rows() == [
        ("101", "provider", "101 102", 2019, None, "reading", None),
        ("103", "provider", "103 104", 2019, None, None, None),
        ("102", "receiver", "101 102", 2019, None, "reading", None),
        ("104", "receiver", "103 104", 2019, None, None, None),
    ]


def test_a_table_of_decisions_is_known_by_its_columns(write: Write, tmp_path: Path) -> None:
    assert events.holds_decisions(
        write("d.csv", "provider,receiver,theme,decision\n103,104,reading,accept\n")
    )
    assert not events.holds_decisions(
        write("e.csv", "provider,receiver,start,decision\n103,104,2019,accept\n")
    )
    assert not events.holds_decisions(write("f.csv", "school,start\n100,2019\n"))
    assert not events.holds_decisions(tmp_path / "given")
