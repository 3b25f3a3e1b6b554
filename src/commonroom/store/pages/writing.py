"""Writing a published version: beside what is in force, whole, and put in its place by one rename."""

from __future__ import annotations

import filecmp
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commonroom.errors import SaidToPeople
from commonroom.store import versions
from commonroom.store.pages import documents, search

#: The file of a version, and the format of what is in it: a reader of another format says so.
FILE, FORM = "pages.sqlite", 1
#: Bytes that a page of the file has: a document fits in few of them.
PAGE = 8192
#: Kinds of documents that are many, each with the columns that name one.
KINDS: dict[str, tuple[str, ...]] = {
    "school": ("number",),
    "brief": ("number", "phase"),
    "alike": ("number", "phase", "preset"),
    "family": ("phase", "code"),
    "authority": ("code",),
}
Rows = Iterable[tuple[str, ...]]


@dataclass(frozen=True)
class Contents:
    """What a published version has.

    `single`: documents of which there is one, by name (`facts` is always there); `many`: by kind, parts of
    rows, each the names of a document (KINDS) and then its text; `earlier`: earlier numbers and the school
    of each; `register`: the schools that a search finds.
    """

    single: Mapping[str, Any]
    many: Mapping[str, Iterable[Sequence[tuple[str, ...]]]] = field(default_factory=dict)
    earlier: Sequence[tuple[str, str]] = ()
    register: Sequence[Mapping[str, Any]] = ()


def write(folder: Path, contents: Contents, *, version: str) -> Path:
    """Write a version into `folder` and put it in force; return its file.

    Arguments: the `contents`, and the `version` of the evidence that they are of. The same contents give the
    same bytes. Raises SaidToPeople when it cannot be written; what was in force then stays in force.
    """
    folder = Path(folder)
    try:
        with versions.building(folder) as path:
            _fill(path / FILE, contents)
            versions.sync(path / FILE)
            put = versions.put_in_force(path, version=_name(version), is_whole=_same_as(path))
            return put / FILE
    except (OSError, sqlite3.DatabaseError) as error:
        raise SaidToPeople(
            f"the pages cannot be written here ({error}).",
            where=str(folder),
            remedy="Give a folder that may be written to, or free some space.",
        ) from None


def _name(version: str) -> str:
    """The name of a version's folder: other formats of the same evidence have another."""
    return hashlib.sha256(f"{version} {FORM}".encode()).hexdigest()[:12]


def _same_as(built: Path) -> Any:
    """Whether a folder that is there already has the same file: it then stays."""

    def is_whole(there: Path) -> bool:
        mine, other = built / FILE, there / FILE
        return other.is_file() and filecmp.cmp(mine, other, shallow=False)

    return is_whole


def _fill(path: Path, contents: Contents) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        # Whoever dies leaves a folder that nobody reads: there is nothing to roll back to.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA user_version = {FORM}")
        connection.execute("BEGIN")
        connection.execute(
            "CREATE TABLE single (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID"
        )
        rows = ((name, documents.encode(contents.single[name])) for name in sorted(contents.single))
        connection.executemany("INSERT INTO single VALUES (?, ?)", rows)
        connection.execute(
            "CREATE TABLE dictionary (kind TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID"
        )
        for kind in KINDS:
            _fill_kind(connection, kind, contents.many.get(kind, ()))
        connection.execute(
            "CREATE TABLE earlier (number TEXT PRIMARY KEY, school TEXT NOT NULL) WITHOUT ROWID"
        )
        connection.executemany("INSERT INTO earlier VALUES (?, ?)", contents.earlier)
        for statement in search.SCHEMA.split(";"):
            connection.execute(statement)
        search.build(connection, contents.register, encode=documents.encode)
        connection.execute("COMMIT")
        connection.execute("PRAGMA optimize")
    finally:
        connection.close()


def _fill_kind(connection: sqlite3.Connection, kind: str, parts: Iterable[Sequence[tuple[str, ...]]]) -> None:
    """Write all documents of one kind, compressed by what the first of them have in common."""
    names = KINDS[kind]
    columns = ", ".join(f"{name} TEXT" for name in names)
    connection.execute(
        f"CREATE TABLE {kind} ({columns}, document BLOB NOT NULL, PRIMARY KEY ({', '.join(names)}))"
    )
    marks = ", ".join("?" * (len(names) + 1))
    dictionary = b""
    pack = documents.packing(dictionary)
    for part in parts:
        if not dictionary:
            dictionary = documents.sample([row[-1] for row in part])
            pack = documents.packing(dictionary)
        connection.executemany(
            f"INSERT INTO {kind} VALUES ({marks})",  # noqa: S608 - a name of KINDS
            ((*row[:-1], pack(row[-1])) for row in part),
        )
    connection.execute("INSERT INTO dictionary VALUES (?, ?)", (kind, dictionary))
