"""Those who write into a SQLite file come one after the other, in the order in which they came.

SQLite itself lets in whoever happens to ask at the right moment: somebody who waits asks ten times a second,
and where many write without a rest, the moment between two of them is missed for a minute. Here whoever wants
to write waits in a line: of the threads of a process, and then of the processes. Nothing depends on it: who
waits too long goes on without a turn, and it is SQLite that keeps writers apart.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, lockf
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3.base import SQLiteCursorWrapper

#: Seconds that a writer waits for others before it gives up.
PATIENCE = 30.0
#: Seconds between two looks of a process whether it is its turn: at first, and after a while.
SELDOM, OFTEN = 0.001, 0.0002
#: What begins by taking the lock for writing.
BEGIN, WRITING = "BEGIN IMMEDIATE", ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")
#: Bytes of the file of turns: who holds the first is next, who holds the second writes.
NEXT, TURN = 0, 1


class Line:
    """Who waits to write into one file: threads of this process in their order, and then processes."""

    def __init__(self, file: Path | None) -> None:
        """Arguments: the `file` that all processes know the turns by (None: there is one process alone)."""
        self._file = file
        self._turns: int | None = None
        # A connection may be thrown away, and end its turn, at any moment: also in here.
        self._lock = threading.RLock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def enter(self, patience: float = PATIENCE) -> bool:
        """Wait for a turn, and say whether it has come."""
        end = time.monotonic() + patience
        if not self._wait_here(patience):
            return False
        if self._wait_for_others(end):
            return True
        self._pass_on()
        return False

    def leave(self) -> None:
        """Let the next have their turn."""
        if self._turns is not None:
            lockf(self._turns, LOCK_UN, 2, NEXT)
        self._pass_on()

    def _wait_here(self, patience: float) -> bool:
        mine = threading.Event()
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(mine)
        if mine.wait(patience):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True

    def _wait_for_others(self, end: float) -> bool:
        """Wait for this process's turn: who has just had it cannot have it again before who is next."""
        if self._file is None:
            return True
        try:
            if self._turns is None:
                self._turns = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            come = all(_wait(self._turns, place, end) for place in (NEXT, TURN))
            lockf(self._turns, LOCK_UN, 1 if come else 2, NEXT)
        except OSError:
            # Where turns cannot be written down, only threads wait for each other.
            self._file = self._turns = None
            return True
        return come

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


def _wait(file: int, place: int, end: float) -> bool:
    """Wait until this process has a byte of the file of turns, and say whether it has."""
    pause = SELDOM
    while True:
        try:
            lockf(file, LOCK_EX | LOCK_NB, 1, place)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(pause)
            # Who has waited longer looks more often, and is let in before who has just come.
            pause = max(0.8 * pause, OFTEN)
        else:
            return True


_lines: dict[str, Line] = {}
# What other threads held when a process was forked, nobody there will ever leave.
os.register_at_fork(after_in_child=_lines.clear)


def line_of(name: str) -> Line:
    """Return the line of a file of SQLite, the same for all of this process."""
    there = name == ":memory:" or name.startswith("file:")
    return _lines.setdefault(name, Line(None if there else Path(f"{name}-turns")))


class Connection(sqlite3.Connection):
    """A connection that waits for its turn before it writes: for one statement, or for a transaction."""

    _holds = False

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        """Open the connection to a file."""
        self._line = line_of(str(database))
        super().__init__(database, *args, **kwargs)

    def enter(self) -> None:
        """Wait for a turn, if it is not held already."""
        self._holds = self._holds or self._line.enter()

    def leave(self) -> None:
        """End the turn, unless a transaction goes on."""
        if self._holds and not self.in_transaction:
            self._holds = False
            self._line.leave()

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that waits for the connection's turn, whatever was asked for."""
        return super().cursor(factory=Cursor)

    def commit(self) -> None:
        """Commit, and end the turn."""
        try:
            super().commit()
        finally:
            self.leave()

    def rollback(self) -> None:
        """Roll back, and end the turn."""
        try:
            super().rollback()
        finally:
            self.leave()

    def close(self) -> None:
        """Close, which ends what was begun, and the turn."""
        super().close()
        self._end()

    def __del__(self) -> None:
        """End the turn of a thread that ended without a word."""
        self._end()

    def _end(self) -> None:
        if self._holds:
            self._holds = False
            self._line.leave()


class Cursor(SQLiteCursorWrapper):
    """Django's cursor, that waits for the turn of its connection before it writes."""

    connection: Connection

    def execute(self, query: str, params: Any = None) -> Any:
        """Execute a statement, in turn where it writes."""
        if self.connection.in_transaction or not query.lstrip().startswith((BEGIN, *WRITING)):
            return super().execute(query, params)
        self.connection.enter()
        try:
            return super().execute(query, params)
        finally:
            self.connection.leave()

    def executemany(self, query: str, param_list: Any) -> Any:
        """Execute a statement with many rows, in turn where it writes."""
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        self.connection.enter()
        try:
            return super().executemany(query, param_list)
        finally:
            self.connection.leave()
