"""Offers and requests are read as people write them, and every slip is said in a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import statements
from commonroom.tables import partnerships as tables
from unit.sources.agreed.made_up import KNOWN

Write = Callable[[str, str | bytes], Path]
Workbook = Callable[..., Path]
DAY = datetime.date(2026, 11, 22)


def refused(path: Path) -> str:
    with pytest.raises(SaidToPeople) as said:
        statements.read(path, known=KNOWN)
    return str(said.value)


def test_columns_may_stand_in_any_order_and_be_called_what_people_call_them(write: Write) -> None:
    path = write(
        "said.csv", "Offer or request,Subject,School Name,DATE,note\nOffers,Maths,Elm High,22/11/2026,x\n"
    )
    found = statements.read(path, known=KNOWN)
    assert found.rows() == [("103", "secondary", "mathematics", "offer", None, DAY)]
    assert found.schema == tables.STATEMENTS.schema


def test_a_welsh_table_in_a_welsh_spreadsheet(workbook: Workbook) -> None:
    path = workbook([
        ["Cynigion a cheisiadau, Tachwedd 2026"], [None],
        ["Rhif yr ysgol", "Cyfnod", "Thema", "Dywed", "Dyddiau'r flwyddyn", "Dyddiad"],
        [102, "Uwchradd", "Darllen", "Cynnig", 10, datetime.datetime(2026, 11, 22)],
        [None] * 6,
        [101.0, None, "mathemateg", "cais", None, "2026-11-22"],
    ])  # fmt: skip
    assert statements.read(path, known=KNOWN).rows() == [
        ("101", "primary", "mathematics", "request", None, DAY),
        ("102", "secondary", "reading", "offer", 10.0, DAY),
    ]


@pytest.mark.parametrize("phase", ["", "both", "Y ddau"])
def test_without_a_phase_it_is_about_every_phase_that_has_the_theme(write: Write, phase: str) -> None:
    path = write("said.csv", f"school,phase,theme,says\n102,{phase},reading,offer\n104,{phase},ebacc,offer\n")
    assert statements.read(path, known=KNOWN).select("school", "phase", "theme").rows() == [
        ("102", "primary", "reading"), ("102", "secondary", "reading"), ("104", "secondary", "ebacc"),
    ]  # fmt: skip


def test_a_number_fills_in_for_a_name_that_is_not_there(write: Write) -> None:
    path = write(
        "said.csv", "school name,urn,theme,says\nElm High,,reading,offer\nwhatever,101,reading,request\n"
    )
    assert statements.read(path, known=KNOWN)["school"].to_list() == ["101", "103"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_program_wrote_it(write: Write, encoding: str, separator: str) -> None:
    lines = ["school,theme,says,note", "Ysgol Derwen,Darllen,cynnig,caffi â gwên", ""]
    path = write("said.csv", "\r\n".join(lines).replace(",", separator).encode(encoding))
    assert statements.read(path, known=KNOWN)["school"].to_list() == ["102", "102"]


def test_the_row_is_the_one_that_a_spreadsheet_shows(write: Write, workbook: Workbook) -> None:
    rows: list[list[object]] = [["Offers"], [], ["school", "theme", "says"], ["103", "reading", "offer"], [],
                                ["103", "sums", "offer"]]  # fmt: skip
    text = "\n".join(",".join(map(str, row)) for row in rows)
    assert refused(write("said.csv", text)).startswith(
        "given/said.csv, row 6, column theme: there is no theme"
    )
    assert ", row 6, column theme: there is no theme “sums”." in refused(workbook(rows))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "school,theme,says\nElm,reading,offer",
            "row 2, column school: “Elm”: no school is called that. Did you mean 103 Elm High?",
        ),
        (
            "School,theme,says\n900,reading,offer",
            "row 2, column School: “900” takes no part: only mainstream schools with results are compared. "
            "Take the row out.",
        ),
        (
            "school,theme,says\n103,readin,offer",
            "row 2, column theme: there is no theme “readin”. Did you mean reading?",
        ),
        (
            "school,theme,says\n103,sums,offer",
            "row 2, column theme: there is no theme “sums”. Choose one of: reading, mathematics, ebacc.",
        ),
        (
            "school,theme,says\n103,reading,maybe",
            "row 2, column says: there is no statement “maybe”. "
            "Choose one of: offer, request, no offer, no need.",
        ),
        (
            "school,phase,theme,says\n103,nursery,reading,offer",
            "row 2, column phase: there is no phase “nursery”. Choose one of: primary, secondary, both.",
        ),
        (
            "school,phase,theme,says\n103,primary,reading,offer",
            "row 2, column phase: the school has no primary phase that is compared; it has secondary. "
            "Correct the phase, or leave it empty.",
        ),
        (
            "school,theme,says\n100,ebacc,offer",
            "row 2, column theme: ebacc is no theme of primary schools; it is one of secondary schools. "
            "Choose another theme.",
        ),
        (
            "school,phase,theme,says\n102,primary,ebacc,offer",
            "row 2, column theme: ebacc is no theme of primary schools; it is one of secondary schools. "
            "Choose another theme.",
        ),
        (
            "school,theme,says\n103,reading,offer\n103.0,Darllen,offers",
            "rows 2 and 3: the same school, phase and theme, twice. Keep one of the rows.",
        ),
        (
            "school,theme,Dywed\n103,reading,offer\n103,reading,request",
            "rows 2 and 3, column Dywed: the same school, phase and theme, "
            "but offer in one row and request in another. Keep the row that counts.",
        ),
        (
            "school,theme,says,days\n103,reading,offer,-3",
            "row 2, column days: -3 days cannot be. Give days in a year, from 0 to 366.",
        ),
        (
            "school,theme,says,days\n103,reading,offer,367",
            "row 2, column days: 367 days cannot be. Give days in a year, from 0 to 366.",
        ),
        (
            "school,theme,says,days\n103,reading,offer,200\n103,ebacc,offer,200",
            "rows 2 and 3, column days: the offers of one school are 400 days together, more than a year. "
            "Correct the days.",
        ),
        (
            "school,theme,says,days\n103,reading,offer,ten",
            "row 2, column days: “ten” is not a number of days. Write it in figures, such as 10.",
        ),
        (
            "school,theme,says,days\n103,reading,offer,10%",
            "row 2, column days: “10%” is not a number of days. Write it in figures, such as 10.",
        ),
        (
            "school,theme,says,days\n103,reading,request,5",
            "row 2, column days: days go with an offer only. Leave the days empty, or write offer.",
        ),
        (
            "school,theme,says,date\n103,reading,offer,31/02/2026",
            "row 2, column date: “31/02/2026” is not a date. Write it like 2026-11-30, or 30/11/2026.",
        ),
        (
            "school,theme,says,date\n103,reading,offer,2206-11-30",
            "row 2, column date: “2206-11-30” is not a date. Write it like 2026-11-30, or 30/11/2026.",
        ),
        (
            "school,theme,says\n103,,offer\n104,,offer",
            "rows 2 and 3, column theme: the cell is empty. Fill it, or take the row out.",
        ),
        (
            "school,theme,says\n103,reading,offer, we think",
            "row 2: the row has 4 cells and the header has 3. Put quotation marks around a text with a comma "
            "in it.",
        ),
        (
            "school,theme,says\n#N/A,reading,offer",
            "row 2, column school: the spreadsheet shows an error here in place of a value. "
            "Mend the formula, or put the value there.",
        ),
    ],
)
def test_each_slip_is_one_sentence_with_its_place_and_remedy(write: Write, text: str, sentence: str) -> None:
    assert refused(write("said.csv", text + "\n")) == f"given/said.csv, {sentence}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "given/said.csv: the file is empty. Download it again."),
        ("school,theme,says\n", "given/said.csv: the table has no row. Download the file again."),
        (
            "school,says,who\n103,offer,x\n",
            "given/said.csv: there is no column theme; the columns are school, says, who. "
            "Write these names in the first row of the table; the rest may stay as it is.",
        ),
        (
            "a,b\n1,2\n",
            "given/said.csv: there is no column school or theme or says; the columns are a, b. "
            "Write these names in the first row of the table; the rest may stay as it is.",
        ),
        (
            b"school,theme,says\nYsgol D\x81,reading,offer\n",
            "row 2, column school: a letter here cannot be read. Save the file again as CSV UTF-8.",
        ),
        ("%PDF-1.7\n", "this is not a table: it looks like a PDF document."),
    ],
)
def test_a_file_that_is_no_such_table(write: Write, content: str | bytes, sentence: str) -> None:
    assert sentence in refused(write("said.csv", content))


def test_a_file_that_is_not_there_and_a_folder_of_several(write: Write, tmp_path: Path) -> None:
    assert (
        refused(tmp_path / "no.csv") == f"{tmp_path}/no.csv: there is no such file or folder. Check the path."
    )
    folder = write("a.csv", "a,b\n1,2\n").parent
    write("b.csv", "a,b\n1,2\n")
    assert refused(folder) == f"{folder}: there are 2 tables here. Give one file."


def test_all_slips_of_a_file_are_said_at_once_by_row(write: Write) -> None:
    told = refused(
        write("said.csv", "school,theme,says\n103,sums,perhaps\nElm,reading,offer\n104,sums,offer\n")
    )
    assert told.split("\n") == [
        "given/said.csv: 3 things are to be mended; nothing was read.",
        "  row 2, column says: there is no statement “perhaps”. Choose one "
        "of: offer, request, no offer, no need.",
        "  rows 2 and 4, column theme: there is no theme “sums”. Choose one of: reading, mathematics, ebacc.",
        "  row 3, column school: “Elm”: no school is called that. Did you mean 103 Elm High?",
    ]


def test_a_long_list_is_cut_and_counted(write: Write) -> None:
    rows = "".join(f"103,sums {row},offer\n" for row in range(25))
    told = refused(write("said.csv", f"school,theme,says\n{rows}"))
    assert told.startswith("given/said.csv: 25 things are to be mended")
    assert told.count("\n") == 21
    assert told.endswith("\n  and 5 more.")
    rows = "103,sums,offer\n" * 1200
    told = refused(write("said.csv", f"school,theme,says\n{rows}"))
    assert "rows 2, 3, 4 and 1,197 more, column theme" in told


def test_a_formula_that_was_saved_without_its_result(workbook: Workbook) -> None:
    path = workbook([["school", "theme", "says", "days"], ["103", "reading", "offer", "=5+5"]])
    told = refused(path)
    assert told.endswith(
        "table.xlsx: the formula in D2 was saved without its result. "
        "Open the file in a spreadsheet program and save it, or put the value there."
    )
    many: list[list[object]] = [["103", "reading", "offer", "=5+5"]] * 5
    path = workbook([["note"]], [["school", "theme", "says", "days"], *many])
    assert "the formula in Sheet2!D2, Sheet2!D3, Sheet2!D4 and 2 more was saved" in refused(path)


def test_without_any_theme_none_can_be_chosen(write: Write) -> None:
    bare = type(KNOWN)(KNOWN.look_up, KNOWN.phases)
    with pytest.raises(SaidToPeople, match=r"there is no theme “reading”\. No theme is known\."):
        statements.read(write("said.csv", "school,theme,says\n103,reading,offer\n"), known=bare)
