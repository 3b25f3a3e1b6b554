"""A file written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from commonroom.errors import SaidToPeople


def put(content: bytes, path: Path, *, what: str) -> None:
    """Write a file beside and put it in place; raises SaidToPeople and leaves nothing behind."""
    with open_beside(path, what=what) as file:
        file.write(content)


@contextmanager
def open_beside(path: Path, *, what: str, private: bool = False) -> Iterator[BinaryIO]:
    """Open a file beside, and put it in place when it was written to its end.

    Arguments: `what` it is, in the sentence of SaidToPeople where it cannot be written; `private`: only its
    owner may read it. Whatever else is raised inside, nothing is left behind.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if private else 0o666
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise SaidToPeople(
            f"the {what} cannot be written here ({error.strerror}).",
            where=str(path),
            remedy="Give a file in a folder that may be written to, or free some space.",
        ) from None
    finally:
        _clear(beside)


def _clear(beside: Path) -> None:
    try:
        beside.unlink(missing_ok=True)
    except OSError:
        return
