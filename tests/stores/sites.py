"""A whole site of its own, run as people run it: processes, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MANAGE = (sys.executable, "-m", "commonroom.web.manage")


class Site:
    """A work folder with a database, and what runs on it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.database = folder, database
        folder.mkdir(parents=True, exist_ok=True)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("COMMONROOM_")},
            "DJANGO_SETTINGS_MODULE": "commonroom.web.settings",
            "COMMONROOM_WORK": str(folder),
            "COMMONROOM_EVIDENCE": str(folder / "no-evidence"),
            "COMMONROOM_SECRET": "of these tests, and of nothing else",
            "DATABASE_URL": database,
            "PYTHONPATH": str(ROOT / "tests"),
        }

    def make(self) -> Site:
        """Make the tables."""
        self.run("migrate", "--run-syncdb", "-v0")
        return self

    def run(self, *words: str, code: int = 0, **env: str) -> str:
        """Run a command to its end, and give what it said."""
        return self._end([*MANAGE, *words], code, env)

    def python(self, lines: str) -> str:
        """Run lines of Python inside the site."""
        return self._end([sys.executable, "-c", f"import django; django.setup()\n{lines}"], 0, {})

    def _end(self, command: list[str], code: int, env: dict[str, str]) -> str:
        ended = subprocess.run(
            command, env={**self.env, **env}, capture_output=True, text=True, timeout=300, check=False
        )
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    @contextmanager
    def running(
        self, *words: str, program: tuple[str, ...] = MANAGE, **env: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command beside the test, and end it whatever happens; its log is in the work folder."""
        with (self.folder / f"{Path(words[0]).name}-{time.monotonic_ns()}.log").open("wb") as log:
            command, told = [*program, *words], {**self.env, **env}
            process = subprocess.Popen(command, env=told, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database directly."""
        if not self.database:
            with closing(sqlite3.connect(self.folder / "commonroom.sqlite3", timeout=30)) as connection:
                return connection.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(self.database) as connection:
            return connection.execute(statement).fetchall()

    def count(self, table: str, where: str = "TRUE") -> int:
        """How many rows a table has."""
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def logs(self) -> str:
        """All that was logged."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def wait(until: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so; fail if it takes far too long."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process as a power cut would."""
    process.send_signal(signal.SIGKILL)
    process.wait()


class Sites:
    """Sites of one kind of database: each a copy of one whose tables were made once."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder, self.address, self.made = folder, address, 0
        self.first = Site(folder / "first", self._database("first")).make()

    def new(self) -> Site:
        """A new, empty site."""
        self.made += 1
        name = f"site{self.made}"
        site = Site(self.folder / name, self._database(name, "first"))
        if not self.address:
            shutil.copy(self.first.folder / "commonroom.sqlite3", site.folder)
        return site

    def _database(self, name: str, like: str = "template1") -> str:
        if not self.address:
            return ""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return self.address.replace("@/postgres?", f"@/{name}?")
