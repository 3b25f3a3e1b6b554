"""Opening what people have: CSV of any encoding, XLSX, Parquet, alone or in folders and zips."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
from openpyxl.utils import get_column_letter

from commonroom.damage import DAMAGED
from commonroom.errors import SaidToPeople
from commonroom.sources.reading import Problem, counted

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet")
SEPARATORS = ",;\t|"
ROW = "__row__"
#: So many lines are looked at to find the separator and the header.
HEAD = 20

#: Characters that no table means to have.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

#: How files that are no table begin, and what they are.
LOOKS_LIKE = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"<", "a web page (the download may have failed and saved the page instead)"),
    (b"{", "JSON"),
    (b"version https://git-lfs", "a pointer to a file that was not fetched"),
)


@dataclass(frozen=True)
class Document:
    """One file that was found: its path as people would say it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Sheet:
    """One table as text: `frame` has the file's columns and ROW, from 1 for the first data row.

    `header` is the header's row as a spreadsheet counts: data row 1 is in the row below it.
    """

    name: str
    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    header: int = 1


def find(paths: str | Path | Iterable[str | Path]) -> list[Document]:
    """Read every table file in `paths`: files, folders (searched downwards) and zip files.

    The order is that of the arguments, and alphabetical inside folders and zips. Raises
    SaidToPeople when a path does not exist or nothing in it could be a table.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: list[Document] = []
    for path in map(Path, given):
        if not path.exists():
            raise SaidToPeople("there is no such file or folder.", where=str(path), remedy="Check the path.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            # A file that was named is read whatever it is called; in a folder only tables are.
            if file.is_file() and (file == path or file.suffix.lower() in (*SUFFIXES, ".zip")):
                found.extend(_unpack(file, _name(file, path)))
    if not found:
        raise SaidToPeople(
            "there is no table here.",
            where=", ".join(map(str, given)),
            remedy=f"Give files that end in {', '.join(SUFFIXES)}, or a zip of them.",
        )
    return found


def _name(file: Path, given: Path) -> str:
    """Folder and file, not the whole path: it goes into reports and must not tell whose disk it is."""
    top = given.resolve().parent if given.is_dir() else given.resolve().parent.parent
    return file.resolve().relative_to(top).as_posix()


def _unpack(path: Path, name: str) -> list[Document]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SaidToPeople(
            f"the file cannot be read ({error.strerror}).",
            where=str(path),
            remedy="Check its permissions.",
        ) from None
    if path.suffix.lower() != ".zip":
        return [Document(name, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = sorted(n for n in archive.namelist() if n.lower().endswith(SUFFIXES))
            return [Document(f"{name}/{part}", archive.read(part)) for part in inside]
    except zipfile.BadZipFile:
        raise SaidToPeople("the zip file is damaged.", where=str(path), remedy="Download it again.") from None


def set_copies_aside(documents: Iterable[Document]) -> tuple[list[Document], list[Problem]]:
    """Return the documents without those that are the same to the byte as an earlier one."""
    first: dict[bytes, str] = {}
    kept, problems = [], []
    for document in documents:
        if (same := first.get(document.content)) is None:
            first[document.content] = document.name
            kept.append(document)
        else:
            what = f"This is the same file as {same}."
            problems.append(Problem(file=document.name, what=what, remedy="It was read once."))
    return kept, problems


def open_sheet(document: Document) -> Sheet:
    """Read one document as a table of text; raise SaidToPeople if it is none, saying what it is.

    Encodings are UTF-8 (with or without a byte order mark), UTF-16 with one, else Windows-1252;
    separators are found in the header. Empty rows at the end are dropped and rows with fewer or
    more cells than the header are listed in `problems`.
    """
    content = document.content
    if not content.strip():
        raise _empty(document.name)
    problems: list[Problem] = []
    header = 1
    if content.startswith(b"PAR1"):
        frame = _read_parquet(document)
    elif content.startswith(b"PK"):
        frame, header = _read_workbook(document)
    else:
        for start, likeness in LOOKS_LIKE:
            if content.lstrip().startswith(start):
                raise SaidToPeople(
                    f"this is not a table: it looks like {likeness}.",
                    where=document.name,
                    remedy="Give the CSV, XLSX or Parquet file itself.",
                )
        frame, problems, header = _read_text(document.name, decode(content))
    sheet = _without_empty_rows(document.name, frame, problems)
    return replace(sheet, header=header)


def decode(content: bytes) -> str:
    """Return the text of a file, trying UTF-16 by its mark, then UTF-8, then Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # latin-1 as people have it: what Windows writes, with its curly apostrophes.
            text = content.removeprefix(b"\xef\xbb\xbf").decode("cp1252", errors="replace")
    return CONTROL.sub("", text)


def _read_text(name: str, text: str) -> tuple[pl.DataFrame, list[Problem], int]:
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    text = whole.lstrip("\n")
    if not text.strip():
        raise _empty(name)
    top = text.split("\n", HEAD)[:HEAD]
    separator = max(SEPARATORS, key=lambda mark: sum(line.count(mark) for line in top))
    try:
        # Titles above the header have no second cell, or an empty one; in a table of one column nothing has.
        while any(_has_two(line, separator) for line in top) and not _has_two(top[0], separator):
            top, text = top[1:], text.split("\n", 1)[1]
        header = next(csv.reader(io.StringIO(text), delimiter=separator))
        frame = pl.read_csv(
            io.BytesIO(text.encode()),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
            new_columns=unique_names(header),
        )
        above = whole[: len(whole) - len(text)].count("\n")
        return frame, _find_ragged(name, text, separator, len(header)), above + 1
    except (csv.Error, pl.exceptions.PolarsError) as error:
        raise _damaged(name, error) from None


def _has_two(line: str, separator: str) -> bool:
    """Whether a line has more than one cell with something in it."""
    return sum(bool(cell.strip()) for cell in next(csv.reader([line], delimiter=separator), [])) > 1


def _empty(name: str) -> SaidToPeople:
    return SaidToPeople("the file is empty.", where=name, remedy="Download it again.")


def _damaged(name: str, error: Exception) -> SaidToPeople:
    reason = str(error).strip().split("\n")[0]
    return SaidToPeople(
        f"the table cannot be read ({reason}).",
        where=name,
        remedy="Export it again; look for a quotation mark that is not closed.",
    )


def unique_names(header: Sequence[object]) -> list[str]:
    """Column names without spaces around them; empty and repeated ones get a number."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = " ".join(str(cell if cell is not None else "").split())
        # Two underscores begin the names that the readers give to columns of their own.
        name = f"column {place}" if not name or name.startswith("__") else name
        names.append(name if name not in names else f"{name} ({place})")
    return names


def _find_ragged(name: str, text: str, separator: str, width: int) -> list[Problem]:
    """Rows with another number of cells than the header; counted by line where no cell is quoted."""
    lines = text.split("\n")
    if any(line.count('"') % 2 for line in lines):  # a cell runs over several lines
        widths = [len(cells) for cells in csv.reader(io.StringIO(text), delimiter=separator)]
    else:
        widths = [_width(line, separator, width) for line in lines]
    wrong = [row for row, cells in enumerate(widths) if row and cells not in (0, width)]
    cut = bool(wrong) and widths[wrong[-1]] < width and not any(widths[wrong[-1] + 1 :])
    problems = [
        Problem(
            file=name,
            row=row,
            what=f"The row has {widths[row]} cells and the header has {width}.",
            remedy="Download the file again: it was cut off here."
            if cut and row == wrong[-1]
            else "Mend the row; cells that are not there were read as empty.",
        )
        for row in ([*wrong[:5], wrong[-1]] if len(wrong) > 6 else wrong)
    ]
    if len(wrong) > 6:
        problems.append(
            Problem(
                file=name,
                what=f"In all {len(wrong)} rows have another number of cells than the header.",
                remedy="Check that the file was exported whole and with one separator.",
            )
        )
    return problems


def _width(line: str, separator: str, expected: int) -> int:
    """How many cells a line has; parsed only where counting cannot tell."""
    if '"' not in line:
        return line.count(separator) + 1 if line else 0
    if line.count(f'"{separator}"') + 1 == expected:  # every cell is quoted
        return expected
    return len(next(csv.reader([line], delimiter=separator)))


def _read_parquet(document: Document) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(document.content))
        return frame.select(pl.col(name).cast(pl.String) for name in frame.columns)
    except pl.exceptions.PolarsError as error:
        raise _damaged(document.name, error) from None


def find_formulas(document: Document) -> list[str]:
    """Cells of a workbook's table (D4) whose formula was saved without a result, so that they read empty."""
    if not document.content.startswith(b"PK"):
        return []
    _, values, head = _find_table(document, results=True)
    title, formulas, _ = _find_table(document, results=False)
    return [
        f"{title}!{get_column_letter(column)}{row}" if title else f"{get_column_letter(column)}{row}"
        for row, (shown, kept) in enumerate(zip(values, formulas, strict=False), start=1)
        for column, (value, formula) in enumerate(zip(shown, kept, strict=False), start=1)
        if row > head and value is None and isinstance(formula, str) and formula.startswith("=")
    ]


def _read_workbook(document: Document) -> tuple[pl.DataFrame, int]:
    """The first sheet that has a table, and its header: the first row with at least two cells."""
    _, rows, head = _find_table(document, results=True)
    # Programs that do not say how wide a sheet is leave empty cells off the end of a row.
    wide = max(map(len, rows))
    full = [(*row, *[None] * (wide - len(row))) for row in rows[head - 1 :]]
    names = unique_names(full[0])
    columns = zip(*full[1:], strict=True)
    cells = {n: [_text(c) for c in column] for n, column in zip(names, columns, strict=True)}
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String)), head


def _find_table(document: Document, *, results: bool) -> tuple[str, list[tuple[object, ...]], int]:
    """Title of the first sheet with a table (if it is one of several), its rows, the header's row from 1."""
    for title, rows in _read_sheets(document, results=results):
        head = next((i for i, row in enumerate(rows) if sum(c is not None for c in row) > 1), None)
        if head is not None and len(rows) > head + 1:
            return title, rows, head + 1
    raise SaidToPeople(
        "no sheet of the workbook holds a table.",
        where=document.name,
        remedy="The first row of a sheet must be its header.",
    )


def _read_sheets(document: Document, *, results: bool) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Title (empty where it is the only one) and rows of each sheet, one after the other."""
    try:
        # It warns of drop-down lists, colours and the like, which are not read.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(document.content), read_only=True, data_only=results)
            for sheet in book.worksheets:
                title = sheet.title if len(book.worksheets) > 1 else ""
                yield title, list(sheet.iter_rows(values_only=True))
    except DAMAGED:
        raise SaidToPeople(
            "the workbook cannot be read.",
            where=document.name,
            remedy="Open it and save it again as .xlsx or .csv.",
        ) from None


def _text(cell: object) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return None if cell is None else str(cell)


def _without_empty_rows(name: str, frame: pl.DataFrame, problems: list[Problem]) -> Sheet:
    blank = pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
    numbered = frame.with_columns(blank.alias("__blank__")).with_row_index(ROW, offset=1)
    kept = numbered.filter(~pl.col("__blank__")).drop("__blank__")
    if not kept.height:
        raise SaidToPeople("the table has no row.", where=name, remedy="Download the file again.")
    empty = numbered.height - kept.height
    if empty:
        problems = [
            *problems,
            Problem(
                file=name,
                what=f"{counted(empty, 'row')} without any cell filled.",
                remedy="Passed over; nothing to do.",
            ),
        ]
    return Sheet(name, kept.with_columns(pl.col(ROW).cast(pl.Int64)), tuple(problems))
