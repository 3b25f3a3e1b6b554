"""Where files lie: under random names, outside everything that is served, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

_CHUNK = 256 * 1024
_HALF = ".part"
#: Seconds after which something half written is nobody's any more.
STALE = 24 * 3600


@dataclass(frozen=True)
class Kept:
    """A file that is kept: where, how large, and its SHA-256."""

    stored: str
    size: int
    sha256: str


def keep(file: BinaryIO) -> Kept:
    """Keep a file under a random name; nothing stays when it could not be written whole."""
    token = secrets.token_hex(16)
    stored = f"{token[:2]}/{token}"
    place = find(stored)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = place.with_suffix(_HALF)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            while chunk := file.read(_CHUNK):
                written.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            written.flush()
            os.fsync(written.fileno())
        half.rename(place)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return Kept(stored, size, digest.hexdigest())


def find(stored: str) -> Path:
    """Return where a file lies."""
    return Path(settings.MEDIA_ROOT) / stored


def remove(stored: str) -> None:
    """Remove a file; one that is gone already is gone."""
    place = find(stored)
    place.unlink(missing_ok=True)
    with suppress(OSError):
        place.parent.rmdir()


def sweep(known: Container[str]) -> int:
    """Remove what nobody knows of, a day after it was written; return how many files that were.

    `known`: names of the files that somebody knows of. Others are left by a program that was killed between
    writing a file and writing down that it is there.
    """
    root, count = Path(settings.MEDIA_ROOT), 0
    for place in sorted(root.glob("??/*")):
        old = time.time() - place.stat().st_mtime > STALE
        if old and place.relative_to(root).as_posix() not in known:
            place.unlink(missing_ok=True)
            count += 1
    return count
