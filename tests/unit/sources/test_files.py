from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources import files

Write = Callable[[str, str | bytes], Path]


def opened(path: Path) -> files.Sheet:
    return files.open_sheet(files.find(path)[0])


def test_folders_are_searched_downwards_and_names_do_not_tell_whose_disk_it_is(write: Write) -> None:
    write("2018-2019/b.csv", "a,b\n1,2\n")
    write("2018-2019/a.CSV", "a,b\n1,2\n")
    write("notes.docx", "no table")
    folder = write("letter.pdf", "%PDF").parent
    assert [document.name for document in files.find(folder)] == [
        "given/2018-2019/a.CSV",
        "given/2018-2019/b.csv",
    ]
    assert [d.name for d in files.find([folder / "2018-2019" / "b.csv"])] == ["2018-2019/b.csv"]


def test_zip_files_are_opened(write: Write) -> None:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("2018-2019/b.csv", "a,b\n1,2\n")
        archive.writestr("2018-2019/readme.pdf", "%PDF")
    path = write("download.zip", inside.getvalue())
    assert [d.name for d in files.find(path)] == ["given/download.zip/2018-2019/b.csv"]


def test_a_damaged_zip_a_missing_path_and_an_empty_folder_are_said(write: Write, tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="the zip file is damaged"):
        files.find(write("download.zip", b"PK\x03\x04 and no more"))
    with pytest.raises(SaidToPeople, match="there is no such file or folder"):
        files.find(tmp_path / "nowhere")
    (tmp_path / "bare").mkdir()
    with pytest.raises(SaidToPeople, match="there is no table here"):
        files.find(tmp_path / "bare")


def test_a_file_that_may_not_be_read_is_said(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.csv", "a,b\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SaidToPeople, match=r"cannot be read \(Permission denied\)"):
        files.find(path)


@pytest.mark.parametrize(
    ("content", "likeness"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\n<!DOCTYPE html>", "a web page"),
        (b'{"error": 404}', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel workbook"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer to a file that was not fetched"),
    ],
)
def test_what_is_no_table_is_said_to_look_like_something(write: Write, content: bytes, likeness: str) -> None:
    with pytest.raises(SaidToPeople, match=f"it looks like {likeness}"):
        opened(write("england_ks4final.csv", content))


@pytest.mark.parametrize(
    "content",
    [
        "name,n\nYsgol Tŷ,1\n".encode(),
        "\ufeffname,n\r\nYsgol Tŷ,1\r\n".encode(),
        "name,n\nYsgol Tŷ,1\n".encode("utf-16"),
        "\nname;n\nYsgol Tŷ;1".encode(),
    ],
)
def test_encodings_marks_line_ends_and_separators_are_found(write: Write, content: bytes) -> None:
    sheet = opened(write("a.csv", content))
    assert sheet.frame.rows() == [(1, "Ysgol Tŷ", "1")]
    assert sheet.problems == ()


def test_control_characters_are_dropped(write: Write) -> None:
    sheet = opened(write("a.csv", b"na\x00me,n\nA\x07dams,1\n"))
    assert sheet.frame.rows(named=True) == [{"__row__": 1, "name": "Adams", "n": "1"}]


def test_latin_1_is_read(write: Write) -> None:
    sheet = opened(write("a.csv", b"name,n\nSt Mary\x92s \x81,1\n"))
    assert sheet.frame["name"].to_list() == ["St Mary’s \ufffd"]
    sheet = opened(write("a.csv", b"name,n\nNorth Star 82\xb0,1\n"))
    assert sheet.frame["name"].to_list() == ["North Star 82°"]


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers(write: Write) -> None:
    sheet = opened(write("a.csv", "a,b\n1,2\n , \n3,4\n,\n,\n"))
    assert sheet.frame.rows() == [(1, "1", "2"), (3, "3", "4")]
    assert [problem.what for problem in sheet.problems] == ["3 rows without any cell filled."]


def test_a_file_cut_off_in_a_row_is_said_with_the_row(write: Write) -> None:
    (problem,) = opened(write("a.csv", 'a,b,c\n1,"x, y",3\n4,5')).problems
    assert (problem.row, problem.what) == (2, "The row has 2 cells and the header has 3.")
    assert problem.remedy == "Download the file again: it was cut off here."


def test_rows_with_too_many_cells_are_said_and_a_cell_may_run_over_lines(write: Write) -> None:
    (problem,) = opened(write("a.csv", 'a,b\n"x\ny",2\n3,4,5\n6,7\n')).problems
    assert (problem.row, problem.what) == (2, "The row has 3 cells and the header has 2.")
    assert "Mend the row" in problem.remedy


def test_many_wrong_rows_are_counted_in_one_sentence(write: Write) -> None:
    problems = opened(write("a.csv", "a,b\n" + "1,2,3\n" * 20)).problems
    assert len(problems) == 7
    assert problems[-1].what == "In all 20 rows have another number of cells than the header."


@pytest.mark.parametrize("content", ["", "  \n", "\ufeff\n", "\x00", "a,b\n", "a,b\n,\n"])
def test_an_empty_file_is_said(write: Write, content: str) -> None:
    with pytest.raises(SaidToPeople, match=r"is empty|has no row"):
        opened(write("a.csv", content))


def test_repeated_and_empty_column_names_are_told_apart() -> None:
    assert files.unique_names([" a ", "a", "", None]) == ["a", "a (2)", "column 3", "column 4"]
    assert files.unique_names(["__row__"]) == ["column 1"]


def test_columns_of_one_name_are_both_read(write: Write) -> None:
    assert opened(write("a.csv", "id,x,x\n1,2,3\n")).frame.columns == ["__row__", "id", "x", "x (3)"]


def test_titles_above_the_header_are_passed_over(write: Write) -> None:
    sheet = opened(write("a.csv", "Results of the district\n\nid,x\n1,2\n"))
    assert sheet.frame.rows(named=True) == [{"__row__": 1, "id": "1", "x": "2"}]
    assert sheet.problems == ()


def test_a_table_of_one_column_is_read(write: Write) -> None:
    assert opened(write("a.csv", "id\n1\n2\n")).frame["id"].to_list() == ["1", "2"]


def test_a_quotation_mark_that_is_not_closed_is_said(write: Write) -> None:
    with pytest.raises(SaidToPeople, match=r"the table cannot be read"):
        opened(write("a.csv", 'id,x\n1,"' + "2\n3,4\n" * 40_000))


def test_damaged_parquet_is_said(write: Write) -> None:
    with pytest.raises(SaidToPeople, match=r"the table cannot be read"):
        opened(write("a.parquet", b"PAR1 and no more"))


def test_the_same_file_twice_is_read_once(write: Write) -> None:
    write("a.csv", "id,x\n1,2\n")
    folder = write("b.csv", "id,x\n1,2\n").parent
    kept, problems = files.set_copies_aside(files.find(folder))
    assert [document.name for document in kept] == ["given/a.csv"]
    assert [(p.file, p.what) for p in problems] == [("given/b.csv", "This is the same file as given/a.csv.")]


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"id": [1, 2], "value": [0.5, None]}).write_parquet(path)
    assert opened(path).frame.rows() == [(1, "1", "0.5"), (2, "2", None)]


def test_workbooks_are_read_from_their_first_table(workbook: Callable[..., Path]) -> None:
    day = datetime.datetime(2024, 9, 1)
    path = workbook([["Cover sheet"]], [["A title"], [], ["id", "day", None], [1e16, day, 2.5]])
    assert opened(path).frame.rows(named=True) == [
        {"__row__": 1, "id": "10000000000000000", "day": "2024-09-01", "column 3": "2.5"}
    ]


def test_workbooks_without_a_table_and_damaged_ones_are_said(
    workbook: Callable[..., Path], write: Write
) -> None:
    with pytest.raises(SaidToPeople, match="no sheet of the workbook holds a table"):
        opened(workbook([["Cover sheet"]]))
    with pytest.raises(SaidToPeople, match="the workbook cannot be read"):
        opened(write("a.xlsx", b"PK\x03\x04 and no more"))


def test_titles_above_a_table_are_passed_over_with_the_commas_that_spreadsheets_put_there(
    write: Write,
) -> None:
    sheet = opened(write("a.csv", '"Offers, 2026",,\n,,\na,b,c\n1,2,3\n'))
    assert sheet.frame.select("a", "b", "c").rows() == [("1", "2", "3")]
    assert sheet.header == 3


def make_workbook(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A workbook with one table, each of its parts changed."""
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, "x"], [None, "y"]):
        book.worksheets[0].append(row)
    whole, changed = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    path.write_bytes(changed.getvalue())
    return path


def test_a_workbook_damaged_inside_is_said(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "a.xlsx", lambda name, part: part[:-20] if "sheet1" in name else part)
    with pytest.raises(SaidToPeople, match=r"the workbook cannot be read\. Open it and save it again"):
        opened(path)


def test_what_a_reader_of_workbooks_warns_of_is_not_said_to_people(tmp_path: Path) -> None:
    def change(_: str, part: bytes) -> bytes:
        return re.sub(rb"<cellStyles.*</cellStyles>", b"", part)

    path = make_workbook(tmp_path / "a.xlsx", change)
    with pytest.warns(UserWarning, match="style"):
        openpyxl.load_workbook(path)
    assert opened(path).frame.select("a", "b").rows() == [("1", "x"), (None, "y")]


def test_rows_of_a_workbook_that_end_early_are_filled(tmp_path: Path) -> None:
    def change(_: str, part: bytes) -> bytes:
        part = part.replace(b'<dimension ref="A1:B3" />', b"")
        return part.replace(b'<c r="B2" t="inlineStr"><is><t>x</t></is></c>', b"")

    path = make_workbook(tmp_path / "a.xlsx", change)
    assert opened(path).frame.select("a", "b").rows() == [("1", None), (None, "y")]
