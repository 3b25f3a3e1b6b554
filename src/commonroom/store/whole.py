"""A set of files in a folder that changes as a whole, while other files in it stay.

    FOLDER/manifest.json     what the set was made of, and which files are its own
    FOLDER/.building-*/      the next set being written, under the folder's lock
    FOLDER/.next/            the next set, whole: from here on it is in force, and its files are moved out

Whoever is killed while files are moved leaves .next behind: readers look there first, and the next
writer moves what is left. The manifest moves last.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from commonroom.errors import SaidToPeople
from commonroom.store import versions
from commonroom.store.manifest import FILE, hash_bytes, hash_file

NEXT, BUILDING = ".next", ".building-"
#: Files that systems and spreadsheet programs leave in any folder.
LITTER = (".", "~$", "Thumbs.db", "desktop.ini")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Kind:
    """What a folder holds.

    `name`: in words; `files`: how to find the files and hashes in a manifest, None where it is none;
    `growing`: files that take the place of those before them, whoever wrote these.
    """

    name: str
    files: Callable[[bytes | None], Mapping[str, str] | None]
    growing: tuple[str, ...] = ()


def find(folder: Path, name: str) -> bytes | None:
    """The content of a file of the plan in force; None where there is none; raises OSError."""
    for place in (folder / NEXT, folder):
        with suppress(FileNotFoundError, NotADirectoryError):
            return (place / name).read_bytes()
    return None


@contextmanager
def writing(folder: Path, *, kind: Kind) -> Iterator[None]:
    """Hold the folder's lock, with whatever an earlier writer left finished or cleared; raises OSError."""
    with versions.locked(folder):
        _finish(folder, kind)
        for left in folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def replace(
    folder: Path, files: Mapping[str, bytes], *, before: Mapping[str, str], kind: Kind
) -> tuple[str, ...]:
    """Put files in the place of those of the set `before` (hashes by name), all or none.

    The lock must be held, and the manifest must be among the files; what its list of files has and `files`
    has not stays as it is. A file that somebody changed, or that is not of the set, is kept under another
    name before its place is taken: these names are returned. Raises OSError.
    """
    path = folder / f"{BUILDING}{os.getpid()}-{secrets.token_hex(4)}"
    kept = _keep(folder, files, before, kind)
    try:
        for name, content in (dict(files) | kept).items():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            # Pages can be made again, and there may be thousands.
            if file.parent == path:
                versions.sync(file)
        versions.sync(path)
        os.rename(path, folder / NEXT)
    finally:
        shutil.rmtree(path, ignore_errors=True)
    versions.sync(folder)
    _finish(folder, kind)
    return tuple(sorted(kept))


def check_name(name: str) -> None:
    """Refuse the name of a page that would leave the folder or hide in it."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part.startswith(LITTER) for part in parts):
        raise ValueError(f"a page cannot be called {name!r}")


def say_unwritten(folder: Path, error: OSError, *, kind: Kind) -> SaidToPeople:
    """Words for a set that cannot be written, and what became of the one before."""
    what = (
        "the disk is full."
        if error.errno in FULL
        else f"the {kind.name} cannot be written here ({error.strerror})."
    )
    if (folder / NEXT).exists():
        kept = f"The new {kind.name} is kept, and the next command moves its files into place."
    elif (folder / FILE).exists():
        kept = f"The {kind.name} before is unchanged."
    else:
        kept = "Nothing was kept."
    return SaidToPeople(
        what, where=str(folder), remedy=f"{kept} Free some space, or choose another --out FOLDER."
    )


def _keep(
    folder: Path, files: Mapping[str, bytes], before: Mapping[str, str], kind: Kind
) -> dict[str, bytes]:
    """What people wrote into files whose place is to be taken, under a name that is free."""
    kept: dict[str, bytes] = {}
    for name in files:
        there = folder / name
        if name in (FILE, *kind.growing) or not there.is_file():
            continue
        content = there.read_bytes()
        if hash_bytes(content) in (before.get(name), hash_bytes(files[name])):
            continue
        pure = PurePosixPath(name)
        number = 1
        while (folder / (free := _numbered(pure, number))).exists() or free in kept or free in files:
            number += 1
        kept[free] = content
    return kept


def _numbered(name: PurePosixPath, number: int) -> str:
    return str(name.with_name(f"{name.stem} (kept{f' {number}' if number > 1 else ''}){name.suffix}"))


def _finish(folder: Path, kind: Kind) -> None:
    """Move the files of a set that is in force into place, and remove those of the one before."""
    path = folder / NEXT
    new = kind.files(_read(path / FILE))
    if new is not None:
        before = kind.files(_read(folder / FILE))
        files = sorted(p.relative_to(path) for p in path.rglob("*") if p.is_file())
        for name in files:
            if str(name) != FILE:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(path / name, folder / name)
        for gone, hashed in (before or {}).items():
            if gone not in new:
                _remove(folder, gone, hashed)
        os.replace(path / FILE, folder / FILE)
    shutil.rmtree(path, ignore_errors=True)


def _remove(folder: Path, name: str, hashed: str) -> None:
    """Remove a file of the set before, unless somebody changed it, and folders that it leaves empty."""
    file = folder / name
    if not file.is_file() or hash_file(file) != hashed:
        return
    file.unlink()
    for parent in file.relative_to(folder).parents:
        with suppress(OSError):
            if parent != Path():
                (folder / parent).rmdir()


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None
