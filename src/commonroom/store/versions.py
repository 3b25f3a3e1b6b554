"""A folder of immutable versions: built beside, put in force by one rename, older ones removed.

    FOLDER/current           two lines: the version in force, and the one before it
    FOLDER/<version>/        tables and manifest; never changed once it has this name
    FOLDER/.building-*/      a version that is being built; its builder holds a lock on it
    FOLDER/.removing-*/      an older version on its way out

Whoever is killed leaves at most folders whose lock nobody holds, and the next build clears them.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

CURRENT = "current"
NEXT = ".current-next"
BUILDING, REMOVING = ".building-", ".removing-"
VERSION = re.compile(r"[0-9a-f]{12}")


def names(folder: Path) -> tuple[str, ...]:
    """The version in force and, if there was one, the version before it; raises OSError."""
    text = (folder / CURRENT).read_text(encoding="ascii", errors="replace")
    return tuple(text.split())


def leftovers(folder: Path) -> tuple[Path, ...]:
    """What builds that ended early have left in the folder, sorted; raises OSError."""
    return tuple(path for path in sorted(folder.iterdir()) if _is_left(path))


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Give an empty folder to build a version in; it is gone afterwards unless it was put in force.

    Clears what earlier builds have left. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{BUILDING}{os.getpid()}-{secrets.token_hex(4)}"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, path, ignore_errors=True)
        with locked(folder):
            _clear(folder)
            path.mkdir()
            stack.enter_context(locked(path))
        yield path


def put_in_force(path: Path, *, version: str, is_whole: Callable[[Path], bool]) -> Path:
    """Give the built folder at `path` its name and make it the current version.

    Arguments: `version`, and `is_whole`, which says whether a folder of that name that is already
    there can stay (it then does, and `path` is not used). Returns the version's folder. The one
    before stays, older ones are removed. Raises OSError, and then what was in force still is.
    """
    folder = path.parent
    target = folder / version
    with locked(folder):
        try:
            _prepare(folder, version)
            _move(path, target, is_whole=is_whole)
            os.replace(folder / NEXT, folder / CURRENT)
        except OSError:
            (folder / NEXT).unlink(missing_ok=True)
            raise
        # The new version is in force: an older one that cannot be removed is no reason to fail.
        with suppress(OSError):
            sync(folder)
            _remove_older(folder)
    return target


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; raises OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder. The system frees it when its holder ends, however it ends."""
    opened = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


def _is_left(path: Path) -> bool:
    """Whether something in the folder belongs to nobody; certain only under the folder's lock."""
    if not path.name.startswith(BUILDING):
        return path.name == NEXT or path.name.startswith(REMOVING)
    try:
        with locked(path, wait=False):
            return True
    except OSError:
        return False


def _clear(folder: Path) -> None:
    for path in leftovers(folder):
        if path.name == NEXT:
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)


def _prepare(folder: Path, version: str) -> None:
    """Write the text that is to replace `current` before anything else changes: it may not fit."""
    known = names(folder) if (folder / CURRENT).exists() else ()
    others = [name for name in known if name != version and (folder / name).is_dir()]
    text = "".join(f"{name}\n" for name in [version, *others][:2])
    (folder / NEXT).write_text(text, encoding="ascii")
    sync(folder / NEXT)


def _move(path: Path, target: Path, *, is_whole: Callable[[Path], bool]) -> None:
    """Rename the built folder to its version, unless a whole one of that name is there."""
    if target.exists() and not is_whole(target):
        os.rename(target, target.with_name(f"{REMOVING}{secrets.token_hex(4)}"))
    if not target.exists():
        sync(path)
        os.rename(path, target)
        sync(path.parent)


def _remove_older(folder: Path) -> None:
    kept = names(folder)
    for path in sorted(folder.iterdir()):
        if VERSION.fullmatch(path.name) and path.name not in kept:
            # Renamed first: a version is there whole under its name, or not at all.
            os.rename(path, folder / f"{REMOVING}{secrets.token_hex(4)}")
    _clear(folder)
