"""Reading a published version: a connection for each thread and process, and one look-up for a document."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from commonroom.errors import SaidToPeople
from commonroom.store import versions
from commonroom.store.pages import documents, search
from commonroom.store.pages.writing import FILE, FORM, KINDS

PUBLISH = "Publish the evidence: commonroom serve does it, or pipeline.publish."
#: Bytes of the file that may be mapped: the pages of the system's cache, which all workers share.
MAPPED = 1 << 30
#: Names in one statement: any SQLite takes so many.
AT_ONCE = 500


class _Opened(NamedTuple):
    """Pages that are open, and how to see with two looks at the disk that they are still in force."""

    current: str
    file: str
    identity: tuple[int, ...]
    pages: Pages


_opened: dict[str, _Opened] = {}


class Pages:
    """One published version: its documents by name. Safe to share between threads, and over a fork."""

    def __init__(self, path: Path) -> None:
        """Arguments: the `path` of a file of the format FORM. Raises SaidToPeople for any other."""
        self.path = path
        self._own = threading.local()
        try:
            form = self._connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError:
            raise _damaged(path, "these published pages are damaged.") from None
        if form != FORM:
            what = f"these pages were published in format {form}; this program reads format {FORM}."
            raise _damaged(path, what)

    @property
    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread in this process: one that came over a fork is left alone."""
        own = self._own
        if getattr(own, "process", None) != os.getpid():
            # Nobody writes this file ever again, so that no lock is needed to read it.
            where = f"file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1"
            own.connection = sqlite3.connect(where, uri=True, check_same_thread=False)
            own.connection.execute(f"PRAGMA mmap_size = {MAPPED}")
            own.process = os.getpid()
        connection: sqlite3.Connection = own.connection
        return connection

    @cached_property
    def _dictionaries(self) -> dict[str, bytes]:
        return dict(self._connection.execute("SELECT kind, bytes FROM dictionary"))

    def single(self, name: str) -> Any:
        """Return a document of which there is one; raises SaidToPeople when the file does not have it."""
        row = self._connection.execute("SELECT document FROM single WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise _damaged(self.path, "these published pages are damaged.")
        return json.loads(row[0])

    def get(self, kind: str, *names: str) -> Any | None:
        """Return the document of a kind by its names (KINDS), or None when there is none."""
        rule = " AND ".join(f"{column} = ?" for column in KINDS[kind])
        query = f"SELECT document FROM {kind} WHERE {rule}"  # noqa: S608 - a name of KINDS
        row = self._connection.execute(query, names).fetchone()
        return None if row is None else documents.unpack(row[0], self._dictionaries[kind])

    def briefs(self, numbers: Sequence[str], *, phase: str) -> dict[str, Any]:
        """Return the briefs of schools in a phase, by number; those that there are."""
        found: dict[str, bytes] = {}
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT number, document FROM brief WHERE number IN ({marks}) AND phase = ?"  # noqa: S608
            rows = self._connection.execute(query, (*some, phase))
            found |= rows.fetchall()
        read = documents.unpack_all(found.values(), self._dictionaries["brief"])
        return dict(zip(found, read, strict=True))

    def school_of(self, number: str) -> str | None:
        """Return the number now of a school that had a number earlier."""
        row = self._connection.execute("SELECT school FROM earlier WHERE number = ?", (number,)).fetchone()
        return None if row is None else str(row[0])

    def search(self, text: str, *, limit: int) -> list[dict[str, Any]]:
        """Return the schools that a text means: those of the register, with `how` each was found."""
        found = search.find(self._connection, text, limit=limit)
        return [json.loads(hit.document) | {"how": hit.how} for hit in found]

    def register(self) -> Iterator[dict[str, Any]]:
        """Yield every school of the register, by number."""
        for (document,) in self._connection.execute("SELECT document FROM listing ORDER BY number"):
            yield json.loads(document)


def open(folder: Path) -> Pages:
    """Open the version in force in a folder.

    Raises SaidToPeople when there is none, or it is damaged or of another format. A file that is open
    already is used again, at the cost of two looks at the disk: one page asks for it several times.
    """
    name = os.fspath(folder)
    known = _opened.get(name)
    try:
        if known is None or _identity(known.current, known.file) != known.identity:
            current = Path(folder) / versions.CURRENT
            file = current.with_name(versions.names(Path(folder))[0]) / FILE
            identity = _identity(str(current), str(file))
            known = _opened[name] = _Opened(str(current), str(file), identity, Pages(file))
    except (OSError, IndexError):
        raise SaidToPeople("there are no published pages here.", where=name, remedy=PUBLISH) from None
    return known.pages


def _identity(current: str, file: str) -> tuple[int, ...]:
    """What changes when another version is put in force, or its file is written anew; raises OSError."""
    said, kept = os.stat(current), os.stat(file)
    return said.st_ino, said.st_mtime_ns, kept.st_dev, kept.st_ino, kept.st_mtime_ns


def _damaged(path: Path, what: str) -> SaidToPeople:
    return SaidToPeople(what, where=str(path), remedy=PUBLISH)
