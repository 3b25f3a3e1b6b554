"""Which database the site keeps its work in: SQLite in a file, or PostgreSQL by its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from commonroom.errors import SaidToPeople
from commonroom.web import writers


def choose(address: str, folder: Path) -> dict[str, Any]:
    """Return Django's description of the database at `address`, or of the SQLite file in `folder`.

    Raises SaidToPeople when the address is of another kind of database or names none.
    """
    if not address:
        return sqlite(folder / "commonroom.sqlite3")
    parts = urlsplit(address)
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise SaidToPeople(
            "this is no address of a database that the site can use.",
            where="DATABASE_URL",
            remedy="Write postgresql://USER:PASSWORD@HOST:PORT/NAME, or leave it empty for SQLite.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite(file: Path) -> dict[str, Any]:
    """Return Django's description of a SQLite file with a write-ahead log.

    A transaction takes the lock for writing when it begins: one that reads first and then finds that
    another has written cannot be waited for, and would fail at once. Writers wait for each other in a line.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "factory": writers.Connection,
            "timeout": writers.PATIENCE,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
