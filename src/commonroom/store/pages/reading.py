"""Reading a published version: a connection for each thread and process, and one look-up for a document."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
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

_opened: dict[Path, tuple[tuple[int, int, int], Pages]] = {}


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
        found: dict[str, Any] = {}
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT number, document FROM brief WHERE number IN ({marks}) AND phase = ?"  # noqa: S608
            rows = self._connection.execute(query, (*some, phase))
            found |= {
                number: documents.unpack(packed, self._dictionaries["brief"]) for number, packed in rows
            }
        return found

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
    already is used again, so that this may be asked at every request.
    """
    folder = Path(folder)
    try:
        path = folder / versions.names(folder)[0] / FILE
        found = path.stat()
    except (OSError, IndexError):
        raise SaidToPeople("there are no published pages here.", where=str(folder), remedy=PUBLISH) from None
    identity = (found.st_dev, found.st_ino, found.st_mtime_ns)
    known = _opened.get(folder)
    if known is None or known[0] != identity or known[1].path != path:
        known = _opened[folder] = (identity, Pages(path))
    return known[1]


def _damaged(path: Path, what: str) -> SaidToPeople:
    return SaidToPeople(what, where=str(path), remedy=PUBLISH)
