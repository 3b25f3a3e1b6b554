"""Files of pupils: which ones, their columns, and how DuckDB reads each and all of them."""

# ruff: noqa: S608 - names of columns and files are quoted where they become SQL

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commonroom.errors import SaidToPeople
from commonroom.store import faults
from commonroom.store.views import Kind

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
DATABASE = (".duckdb", ".ddb", ".db")

DELIMITERS = ",;\t|"

#: Asks an engine what columns a relation has; the path is for sentences.
Describe = Callable[[str, Path], dict[str, Kind]]


@dataclass(frozen=True)
class Part:
    """One file: where it is, how DuckDB reads it alone, and what its columns hold."""

    path: Path
    relation: str
    kinds: dict[str, Kind]
    is_text: bool


def find(place: Path) -> list[Path]:
    """Return the file at `place`, or the parts of the folder; raises SaidToPeople when there is none."""
    if not place.exists():
        raise SaidToPeople(
            "there is no such file or folder.", where=str(place), remedy="Check the name and the folder."
        )
    if not place.is_dir():
        return [place]
    found = [path for path in sorted(place.rglob("*")) if _is_part(path, place)]
    kinds = {_is_parquet(path): path for path in reversed(found)}
    if not found:
        raise SaidToPeople(
            "there is no Parquet or CSV file in this folder.",
            where=str(place),
            remedy="Give the folder that holds the parts.",
        )
    if len(kinds) > 1:
        raise SaidToPeople(
            f"the folder has both {kinds[True].name} and {kinds[False].name}.",
            where=str(place),
            remedy="Keep parts of one kind in it, all Parquet or all CSV.",
        )
    return found


def _is_part(path: Path, folder: Path) -> bool:
    hidden = any(name.startswith((".", "_")) for name in path.relative_to(folder).parts)
    return path.is_file() and not hidden and path.name.lower().endswith(PARQUET + TEXT)


def _is_parquet(path: Path) -> bool:
    return path.name.lower().endswith(PARQUET)


def read(path: Path, describe: Describe) -> Part:
    """Return one part; raises SaidToPeople when it cannot be opened."""
    if _is_parquet(path):
        relation = parquet([path])
        return Part(path, relation, describe(relation, path), is_text=False)
    if not path.name.lower().endswith(TEXT):
        raise SaidToPeople(
            "this is not a kind of file that is known here.",
            where=str(path),
            remedy=f"Give a Parquet file, a CSV file or a database: {', '.join(PARQUET + TEXT + DATABASE)}.",
        )
    delimiter, names = _header(path)
    return Part(path, text([path], delimiter, names), dict.fromkeys(names, "text"), is_text=True)


def join(parts: list[Part], columns: list[str]) -> str:
    """Return all parts as one relation with these columns, matched by name."""
    if not parts[0].is_text:
        alike = len({tuple(part.kinds.items()) for part in parts}) == 1
        return parquet([part.path for part in parts], by_name=not alike)
    if len(parts) == 1:
        return parts[0].relation
    chosen = ", ".join(quote(column) for column in columns)
    return "(" + " UNION ALL ".join(f"SELECT {chosen} FROM {part.relation}" for part in parts) + ")"


def agree(parts: list[Part], school: str) -> None:
    """Raise SaidToPeople where the school is a number in one part and a text in another."""
    first = parts[0]
    for part in parts[1:]:
        kinds = [
            (str(each.path), "text" if each.kinds[school] == "text" else "a number") for each in (first, part)
        ]
        if kinds[0][1] != kinds[1][1]:
            raise faults.other_type(school, *kinds)


def parquet(paths: list[Path], *, by_name: bool = False) -> str:
    """Return Parquet files as a relation.

    `can_have_nan`: a column's smallest and largest value, kept in the file, leave NaN out. DuckDB
    believes them and takes `ABS(x) < 1e100` for true in every row, so a NaN would be summed.
    """
    options = ", union_by_name = true" if by_name else ""
    return f"read_parquet([{', '.join(_path(path) for path in paths)}], can_have_nan = true{options})"


def text(paths: list[Path], delimiter: str, names: list[str]) -> str:
    """Return CSV files as a relation of texts: a school's number keeps its leading zeros."""
    columns = ", ".join(f"{quote(name)}: 'VARCHAR'" for name in names)
    options = f"delim = '{delimiter}', quote = '\"', escape = '\"', header = true, auto_detect = false"
    files = ", ".join(_path(path) for path in paths)
    return f"read_csv([{files}], {options}, columns = {{{columns}}})"


def _header(path: Path) -> tuple[str, list[str]]:
    """The delimiter of a CSV file and the names of its columns, from its first line."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            line = file.readline()
    except UnicodeDecodeError:
        raise SaidToPeople(
            "the file is not in UTF-8.", where=str(path), remedy="Save it as CSV in UTF-8."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise faults.unreadable(str(path), str(error)) from None
    except OSError as error:
        raise SaidToPeople(
            f"the file cannot be read ({error.strerror}).",
            where=str(path),
            remedy="Ask for the right to read it.",
        ) from None
    delimiter = max(DELIMITERS, key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    if not any(names):
        raise SaidToPeople(
            "the first line has no names of columns.", where=str(path), remedy="Give a file with a header."
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SaidToPeople(
            f"the header has {repeated[0]!r} twice.", where=str(path), remedy="Give each column its own name."
        )
    return delimiter, names


def quote(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _path(path: Path) -> str:
    """A path as SQL that stands for itself: DuckDB takes *, ? and [ for patterns."""
    plain = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
    return "'" + plain.replace("'", "''") + "'"
