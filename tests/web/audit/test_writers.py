"""Writers of a SQLite file come in their order: nobody is overtaken by many, however many write."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from commonroom.web import writers
from commonroom.web.writers import Connection, Line
from web.audit import writing_in_turn

PROCESSES, THREADS, TIMES = 3, 5, 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that two tables are in, with a write-ahead log."""
    made = tmp_path / "work.sqlite3"
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE change (id INTEGER PRIMARY KEY AUTOINCREMENT);"
            "CREATE TABLE line (id INTEGER PRIMARY KEY)"
        )
    return made


@pytest.fixture
def connect(file: Path) -> Iterator[Callable[[], Connection]]:
    """Open a connection to the file; it is closed after the test."""
    opened: list[Connection] = []

    def make() -> Connection:
        made = sqlite3.connect(
            file, timeout=1, isolation_level=None, factory=Connection, check_same_thread=False
        )
        opened.append(made)
        return made

    yield make
    for connection in opened:
        connection.close()


def test_nobody_is_overtaken_by_many(file: Path) -> None:
    command = [sys.executable, writing_in_turn.__file__, str(file), str(THREADS), str(TIMES)]
    begun = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in begun:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    worst = [int(process.communicate()[0]) for process in begun]
    everybody = PROCESSES * THREADS
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM change").fetchone() == (everybody * TIMES,)
    # Without a line, one writer in ten comes last: after all the others.
    assert max(worst) < 12 * everybody, worst


def test_threads_come_in_their_order() -> None:
    line, came, waits = Line(None), [], [threading.Event() for _ in range(8)]
    assert line.enter()

    def wait(number: int) -> None:
        waits[number].set()
        assert line.enter()
        came.append(number)
        line.leave()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        waits[number].wait()
        while len(line._waiting) <= number:
            pass
    line.leave()
    for thread in threads:
        thread.join()
    assert came == list(range(8))
    assert line.enter(0)


def test_a_turn_that_comes_at_the_last_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(None)
    assert line.enter()

    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            line.leave()
            return False

    monkeypatch.setattr(writers.threading, "Event", Late)
    assert line.enter()
    assert line._taken


def test_who_waits_for_too_long_goes_on_without_a_turn(tmp_path: Path) -> None:
    mine, theirs = Line(tmp_path / "turns"), Line(None)
    assert theirs.enter()
    assert not theirs.enter(0.01)
    theirs.leave()
    assert theirs.enter(0)
    # Of another process: this one's own locks never keep it out.
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "turns")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert held.stdout is not None
    held.stdout.readline()
    assert not mine.enter(0.01)
    held.communicate(b"\n")
    assert mine.enter()
    mine.leave()


HOLD = """
import sys
from pathlib import Path
from commonroom.web.writers import Line
Line(Path(sys.argv[1])).enter()
print("held", flush=True)
sys.stdin.readline()
"""


def test_where_turns_cannot_be_written_down_threads_wait_all_the_same(tmp_path: Path) -> None:
    line = Line(tmp_path / "nowhere" / "turns")
    assert line.enter()
    assert not line.enter(0)
    line.leave()
    assert line.enter(0)


def test_a_file_has_one_line_and_what_is_in_memory_no_other_process() -> None:
    assert writers.line_of(":memory:") is writers.line_of(":memory:")
    assert writers.line_of("a") is not writers.line_of("b")
    with closing(sqlite3.connect(":memory:", factory=Connection)) as connection:
        connection.execute("CREATE TABLE t (i)")
        connection.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
        assert connection.execute("SELECT sum(i) FROM t").fetchone() == (3,)


def test_a_turn_is_held_until_a_transaction_ends(file: Path, connect: Callable[[], Connection]) -> None:
    line, one = writers.line_of(str(file)), connect()
    cursor = one.cursor()
    for end in (one.commit, one.rollback):
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO line DEFAULT VALUES")
        cursor.executemany("INSERT INTO line VALUES (%s)", [(None,), (None,)])
        assert not line.enter(0)
        end()
        assert line.enter(0)
        line.leave()
    assert cursor.execute("SELECT count(*) FROM line").fetchone() == (3,)
    cursor.execute("INSERT INTO line DEFAULT VALUES")
    cursor.executemany("INSERT INTO line VALUES (%s)", [(None,)])
    assert line.enter(0)
    line.leave()


def test_a_connection_that_is_closed_or_lost_ends_its_turn(
    file: Path, connect: Callable[[], Connection]
) -> None:
    line, closed = writers.line_of(str(file)), connect()
    closed.cursor().execute("BEGIN IMMEDIATE")
    closed.close()
    assert line.enter(0)
    line.leave()
    lost = sqlite3.connect(file, isolation_level=None, factory=Connection)
    lost.cursor().execute("BEGIN IMMEDIATE")
    del lost
    gc.collect()
    assert line.enter(0)
    line.leave()


def test_what_is_refused_ends_the_turn(file: Path, connect: Callable[[], Connection]) -> None:
    line, other = writers.line_of(str(file)), sqlite3.connect(file, isolation_level=None)
    with closing(other):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connect().cursor().execute("BEGIN IMMEDIATE")
    assert line.enter(0)
    line.leave()
