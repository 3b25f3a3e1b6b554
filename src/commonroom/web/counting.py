"""How many requests there were, and how long they took: right across all processes of the server.

Each process counts into a file of its own, that it maps into its memory: to count is to write a few numbers
there. Whoever asks reads the files of all processes and adds up; those of processes that have ended still
count. `clear` begins again, before a server starts.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

#: Upper ends of the histogram of durations, in seconds.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Rows of a file: a view and a status each. The last takes what has no room.
ROWS = 1024
OTHER = "other 0"
_KEY = 104
#: The key; the sum of seconds; the count in each part of the histogram, of which the last has no upper end.
_ROW = struct.Struct(f"<{_KEY}s{1 + len(BOUNDS) + 1}d")
_NUMBER = struct.Struct("<d")


class Counts:
    """The counts of this process, in a folder that all processes share."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; the file is made with the first count, by the process that counts."""
        self.folder = folder
        self._lock = threading.Lock()
        self._process = 0

    def add(self, view: str, status: int, seconds: float) -> None:
        """Count one answer of a view."""
        key = f"{view[: _KEY - 4]} {status}"
        with self._lock:
            if self._process != os.getpid():
                self._begin()
            row = self._rows.get(key) or self._new_row(key)
            place = sum(seconds > bound for bound in BOUNDS)
            self._increase(row + _KEY, seconds)
            self._increase(row + _KEY + 8 * (1 + place), 1.0)

    def _begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{os.getpid()}-{secrets.token_hex(4)}.counts"
        with file.open("w+b") as made:
            made.truncate(_ROW.size * ROWS)
            self._map = mmap.mmap(made.fileno(), 0)
        self._rows: dict[str, int] = {}
        self._process = os.getpid()

    def _new_row(self, key: str) -> int:
        if len(self._rows) >= ROWS - 1:
            key = OTHER
        row = self._rows.get(key)
        if row is None:
            row = len(self._rows) * _ROW.size
            self._map[row : row + _KEY] = key.encode()[:_KEY].ljust(_KEY, b"\0")
            self._rows[key] = row
        return row

    def _increase(self, at: int, by: float) -> None:
        _NUMBER.pack_into(self._map, at, _NUMBER.unpack_from(self._map, at)[0] + by)


def read(folder: Path) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return what all processes counted: by view and status, the sum of seconds and the histogram."""
    total: dict[tuple[str, str], tuple[float, ...]] = {}
    for file in sorted(folder.glob("*.counts")):
        for key, numbers in _read(file):
            before = total.get(key, (0.0,) * len(numbers))
            total[key] = tuple(a + b for a, b in zip(before, numbers, strict=True))
    return total


def clear(folder: Path) -> None:
    """Forget what was counted."""
    for file in folder.glob("*.counts"):
        file.unlink(missing_ok=True)


def _read(file: Path) -> Iterator[tuple[tuple[str, str], tuple[float, ...]]]:
    for name, *numbers in _ROW.iter_unpack(file.read_bytes()):
        if not name[0]:
            return
        view, _, status = name.rstrip(b"\0").decode(errors="replace").rpartition(" ")
        yield (view, status), tuple(numbers)
