"""A file written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from commonroom.errors import SaidToPeople


def put(content: bytes, path: Path, *, what: str) -> None:
    """Write a file beside and put it in place; raises SaidToPeople and leaves nothing behind."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
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
