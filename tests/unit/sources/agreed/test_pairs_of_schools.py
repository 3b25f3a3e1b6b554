"""Trusts, ties and minutes: tables of schools and of pairs of schools."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import minutes, ties, trusts
from commonroom.tables import partnerships as tables
from unit.sources.agreed.made_up import KNOWN

Write = Callable[[str, str | bytes], Path]


def refused(read: Callable[..., pl.DataFrame], path: Path) -> str:
    with pytest.raises(SaidToPeople) as said:
        read(path, known=KNOWN)
    return str(said.value)


def test_a_trust_is_spelled_as_it_is_the_first_time(write: Write) -> None:
    path = write(
        "trusts.csv",
        "URN,School,Trust name\n103,,The Alpha Trust\n,Alder Primary,the alpha trust.\n900,,Beta\n",
    )
    assert trusts.read(path, known=KNOWN).rows() == [
        ("100", "The Alpha Trust"), ("103", "The Alpha Trust"), ("900", "Beta"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("103,Alpha\n103,Alpha", "rows 2 and 3: the same school, twice. Keep one of the rows."),
        (
            "103,Alpha\n103.0,Beta",
            "rows 2 and 3, column trust: the same school, but Alpha in one row and Beta in another. "
            "Keep the row that counts.",
        ),
        ("103,", "row 2, column trust: the cell is empty. Fill it, or take the row out."),
    ],
)
def test_a_school_is_in_one_trust(write: Write, rows: str, sentence: str) -> None:
    assert refused(trusts.read, write("t.csv", f"school,trust\n{rows}\n")) == f"given/t.csv, {sentence}"


def test_a_tie_runs_unless_it_ended_and_is_about_the_phases_of_the_receiver(write: Write) -> None:
    path = write(
        "ties.csv",
        "Darparwr,Derbynnydd,Thema,Cyflwr,Dyddiad\n103,104,ebacc,,\n103,102,Darllen,Ended,31/07/2026\n",
    )
    day = datetime.date(2026, 7, 31)
    found = ties.read(path, known=KNOWN)
    assert found.rows() == [
        ("103", "102", "primary", "reading", "ended", day),
        ("103", "102", "secondary", "reading", "ended", day),
        ("103", "104", "secondary", "ebacc", "running", None),
    ]
    assert found.schema == tables.TIES.schema


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "103,103,reading,",
            "row 2, column receiver: the school is its own receiver. Correct one of the two.",
        ),
        (
            "900,103,reading,",
            "row 2, column provider: “900” takes no part: only mainstream schools with results are "
            "compared. Take the row out.",
        ),
        (
            "103,104,reading,dormant",
            "row 2, column state: there is no state “dormant”. Choose one of: running, ended.",
        ),
        (
            "103,104,reading,\n103,104,reading,running",
            "rows 2 and 3: the same two schools, phase and theme, twice. Keep one of the rows.",
        ),
        (
            "103,104,reading,\n103,104,reading,ended",
            "rows 2 and 3, column state: the same two schools, phase and theme, "
            "but running in one row and ended in another. Keep the row that counts.",
        ),
        (
            "103,104,reading,\n102,104,reading,\n101,104,reading,ended",
            "rows 2 and 3, column provider: the same receiver, phase and theme, "
            "but 103 in one row and 102 in another. Keep the row that counts.",
        ),
        (
            "103,100,ebacc,",
            "row 2, column theme: ebacc is no theme of primary schools; it is one of secondary schools. "
            "Choose another theme.",
        ),
    ],
)
def test_a_tie_is_between_two_schools_once(write: Write, rows: str, sentence: str) -> None:
    path = write("ties.csv", f"provider,receiver,theme,state\n{rows}\n")
    assert refused(ties.read, path) == f"given/ties.csv, {sentence}"


def test_minutes_are_read_with_a_decimal_comma_too_and_schools_that_take_no_part(write: Write) -> None:
    path = write("m.csv", "from;to;minutes\n103;900;12,5\n900;103;0\n")
    assert minutes.read(path, known=KNOWN).rows() == [("103", "900", 12.5), ("900", "103", 0.0)]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("103,104,-5", "row 2, column minutes: -5 minutes cannot be. Give minutes one way, from 0 to 1,440."),
        (
            "103,104,1441",
            "row 2, column minutes: 1441 minutes cannot be. Give minutes one way, from 0 to 1,440.",
        ),
        ("103,103,5", "row 2, column to: both are the same school. Correct one of the two."),
        ("103,104,5\n103,104,5", "rows 2 and 3: the same two schools, twice. Keep one of the rows."),
        (
            "103,104,5\n104,103,5\n103,104,6.5",
            "rows 2 and 4, column minutes: the same two schools, but 5 in one row "
            "and 6.5 in another. Keep the row that counts.",
        ),
    ],
)
def test_minutes_lie_between_two_schools_and_within_a_day(write: Write, rows: str, sentence: str) -> None:
    assert refused(minutes.read, write("m.csv", f"from,to,minutes\n{rows}\n")) == f"given/m.csv, {sentence}"


def test_a_school_is_looked_up_once_however_often_it_stands_in_a_matrix(write: Write) -> None:
    asked: list[str] = []

    def look_up(wanted: str) -> str:
        asked.append(wanted)
        return wanted

    known = type(KNOWN)(look_up)
    rows = "".join(f"{a},{b},10\n" for a in range(30) for b in range(30) if a != b)
    assert minutes.read(write("m.csv", f"from,to,minutes\n{rows}"), known=known).height == 870
    assert len(asked) == 60
