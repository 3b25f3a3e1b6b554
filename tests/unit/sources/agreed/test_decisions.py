"""What schools decided, in a table of its own or in the proposals with a column more."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import decisions
from commonroom.tables import partnerships as tables
from unit.sources.agreed.made_up import KNOWN

Write = Callable[[str, str | bytes], Path]
DAY = datetime.date(2026, 11, 22)
HEADER = "provider,receiver,theme,decision,by,reason,date,until\n"


def refused(path: Path, *, date: datetime.date | None = DAY) -> str:
    with pytest.raises(SaidToPeople) as said:
        decisions.read(path, known=KNOWN, date=date)
    return str(said.value)


def test_every_decision_is_read_in_the_order_of_the_file(write: Write) -> None:
    rows = (
        "103,104,reading,Accepted,both,,2026-12-01,\n900,104,ebacc,gwrthod,derbynnydd,dim amser,,\n"
        "103,102,reading,pause,provider,,,2027-01-31\n103,102,maths,later,,,1/12/26,01.02.2027\n"
    )
    found = decisions.read(write("d.csv", HEADER + rows), known=KNOWN, date=DAY)
    first, second = datetime.date(2026, 12, 1), datetime.date(2027, 1, 31)
    assert found.rows() == [
        ("103", "104", None, "reading", "accept", "both", None, first, None),
        ("900", "104", None, "ebacc", "decline", "receiver", "dim amser", DAY, None),
        ("103", "102", None, "reading", "pause", "provider", None, DAY, second),
        ("103", "102", None, "mathematics", "later", "both", None, first, datetime.date(2027, 2, 1)),
    ]
    assert found.schema == tables.DECISIONS.schema


def test_proposals_with_a_column_more_will_do_and_what_is_not_decided_is_passed_over(write: Write) -> None:
    text = (
        "receiver,phase,theme,provider,state,why,days,decision,reason\n"
        "nobody,primary,reading,nowhere,new,evidence,10,,\n"
        "104,secondary,ebacc,103,new,evidence,10,decline,too far\n"
    )
    found = decisions.read(write("proposals.csv", text), known=KNOWN, date=DAY)
    assert found.select("provider", "receiver", "phase", "decision", "reason").rows() == [
        ("103", "104", "secondary", "decline", "too far")
    ]


def test_where_nothing_is_decided_it_is_said(write: Write) -> None:
    assert refused(write("d.csv", "provider,receiver,theme,Penderfyniad\n103,104,reading,\n")) == (
        "given/d.csv: no row has a decision. Write accept, decline, pause "
        "or later in the column Penderfyniad."
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "103,104,reading,perhaps,,,,",
            "row 2, column decision: there is no decision “perhaps”. "
            "Choose one of: accept, decline, pause, later.",
        ),
        (
            "103,104,reading,,,too far,,",
            "row 2, column decision: the cell is empty. Fill it, or take the row out.",
        ),
        (
            "103,104,reading,decline,,,,",
            "row 2, column reason: who declines says why. Give the reason in the school's words.",
        ),
        (
            "103,104,reading,later,,,,",
            "row 2, column until: later needs a date until when. Give the day from which to ask again.",
        ),
        (
            "103,104,reading,later,,,,soon",
            "row 2, column until: “soon” is not a date. Write it like 2026-11-30, or 30/11/2026.",
        ),
        (
            "103,104,reading,accept,,,,2027-01-01",
            "row 2, column until: a date until when goes with pause and later only. Leave the cell empty.",
        ),
        (
            "103,104,reading,later,,,,2026-11-22",
            "row 2, column until: it is not after the date of the decision. Correct one of the two dates.",
        ),
        (
            "103,104,reading,accept,,,yesterday,",
            "row 2, column date: “yesterday” is not a date. Write it like 2026-11-30, or 30/11/2026.",
        ),
        (
            "103,103,reading,accept,,,,",
            "row 2, column receiver: the school is its own receiver. Correct one of the two.",
        ),
        (
            "Elm,104,reading,accept,,,,",
            "row 2, column provider: “Elm”: no school is called that. Did you mean 103 Elm High?",
        ),
        (
            "103,104,sums,accept,,,,",
            "row 2, column theme: there is no theme “sums”. Choose one of: reading, mathematics, ebacc.",
        ),
        (
            "103,104,reading,accept,governor,,,",
            "row 2, column by: there is no side “governor”. Choose one of: receiver, provider, both.",
        ),
        (
            "103,104,reading,accept,,,,\n103,104,reading,accept,both,,2026-11-22,",
            "rows 2 and 3: the same two schools and theme on the same day, twice. Keep one of the rows.",
        ),
        (
            "103,104,reading,accept,,,,\n103,104,reading,decline,provider,no time,,",
            "rows 2 and 3, column decision: the same two schools and theme on the same day, "
            "but accept in one row and decline in another. Keep the row that counts.",
        ),
    ],
)
def test_each_slip_is_one_sentence_with_its_place_and_remedy(write: Write, rows: str, sentence: str) -> None:
    assert refused(write("d.csv", f"{HEADER}{rows}\n")) == f"given/d.csv, {sentence}"


def test_the_two_sides_may_differ_and_one_may_change_its_mind_on_another_day(write: Write) -> None:
    rows = (
        "103,104,reading,accept,receiver,,,\n103,104,reading,decline,provider,no time,,\n"
        "103,104,reading,accept,provider,,2026-12-24,\n"
    )
    assert decisions.read(write("d.csv", HEADER + rows), known=KNOWN, date=DAY).height == 3


def test_a_decision_needs_a_date_of_its_own_where_none_is_given(write: Write) -> None:
    path = write("d.csv", f"{HEADER}103,104,reading,accept,,,,\n")
    assert refused(path, date=None) == (
        "given/d.csv, row 2, column date: a decision needs a date. Write the day on which it was made."
    )
