"""A folder of one plan that changes as a whole, while other files in it stay.

    FOLDER/manifest.json     what the plan was made of, and which files are its own
    FOLDER/.building-*/      the next plan being written, under the folder's lock
    FOLDER/.next/            the next plan, whole: from here on it is in force, and its files are moved out

Whoever is killed while files are moved leaves .next behind: readers look there first, and the next
writer moves what is left. The manifest moves last.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from commonroom.errors import SaidToPeople
from commonroom.store import versions
from commonroom.store.manifest import hash_bytes, hash_file
from commonroom.store.partnerships import manifest as manifests
from commonroom.store.partnerships.manifest import Manifest

NEXT, BUILDING = ".next", ".building-"
#: Files that belong to the folder and to no single plan: what was decided, what was ever proposed.
DECISIONS, PROPOSED = "decisions.csv", "proposed.csv"
#: Files that systems and spreadsheet programs leave in any folder.
LITTER = (".", "~$", "Thumbs.db", "desktop.ini")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def find(folder: Path, name: str) -> bytes | None:
    """The content of a file of the plan in force; None where there is none; raises OSError."""
    for place in (folder / NEXT, folder):
        with suppress(FileNotFoundError, NotADirectoryError):
            return (place / name).read_bytes()
    return None


def manifest(folder: Path) -> Manifest | None:
    """The manifest of the plan in force; None where there is no plan; SaidToPeople where it is damaged."""
    content = find(folder, manifests.FILE)
    found = manifests.read(content)
    if content is not None and found is None:
        raise SaidToPeople(
            "the manifest of this plan is damaged.",
            where=str(folder / manifests.FILE),
            remedy=f"Choose another --out FOLDER, and keep {DECISIONS}: the rest can be made again.",
        )
    return found


def check(folder: Path) -> Manifest | None:
    """The manifest of the plan in a folder, or None where one may be written; refuse other folders."""
    found = manifest(folder)
    if found is None and folder.is_dir():
        own = (DECISIONS, PROPOSED)
        others = sorted(
            p.name for p in folder.iterdir() if p.name not in own and not p.name.startswith(LITTER)
        )
        if others:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            raise SaidToPeople(
                f"this folder holds other files ({', '.join(others[:3])}{more}) and no plan.",
                where=str(folder),
                remedy="Choose another --out FOLDER, or an empty one.",
            )
    return found


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, with whatever an earlier writer left finished or cleared; raises OSError."""
    with versions.locked(folder):
        _finish(folder)
        for left in folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def replace(folder: Path, files: Mapping[str, bytes], *, before: Manifest | None) -> tuple[str, ...]:
    """Put files in the place of those of the plan `before`, all or none; the lock must be held.

    The manifest must be among the files. A file that somebody changed, or that is not of the plan, is
    kept under another name before its place is taken: these names are returned. Raises OSError.
    """
    path = folder / f"{BUILDING}{os.getpid()}-{secrets.token_hex(4)}"
    kept = _keep(folder, files, before)
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
    _finish(folder)
    return tuple(sorted(kept))


def check_name(name: str) -> None:
    """Refuse the name of a page that would leave the folder or hide in it."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part.startswith(LITTER) for part in parts):
        raise ValueError(f"a page cannot be called {name!r}")


def say_unwritten(folder: Path, error: OSError) -> SaidToPeople:
    """Words for a plan that cannot be written, and what became of the one before."""
    what = (
        "the disk is full." if error.errno in FULL else f"the plan cannot be written here ({error.strerror})."
    )
    if (folder / NEXT).exists():
        kept = "The new plan is kept, and the next command moves its files into place."
    elif (folder / manifests.FILE).exists():
        kept = "The plan before is unchanged."
    else:
        kept = "Nothing was kept."
    return SaidToPeople(
        what, where=str(folder), remedy=f"{kept} Free some space, or choose another --out FOLDER."
    )


def _keep(folder: Path, files: Mapping[str, bytes], before: Manifest | None) -> dict[str, bytes]:
    """What people wrote into files whose place is to be taken, under a name that is free."""
    own = {} if before is None else before.files
    kept: dict[str, bytes] = {}
    for name in files:
        there = folder / name
        if name in (manifests.FILE, PROPOSED) or not there.is_file():
            continue
        content = there.read_bytes()
        if hash_bytes(content) in (own.get(name), hash_bytes(files[name])):
            continue
        pure = PurePosixPath(name)
        number = 1
        while (folder / (free := _numbered(pure, number))).exists() or free in kept or free in files:
            number += 1
        kept[free] = content
    return kept


def _numbered(name: PurePosixPath, number: int) -> str:
    return str(name.with_name(f"{name.stem} (kept{f' {number}' if number > 1 else ''}){name.suffix}"))


def _finish(folder: Path) -> None:
    """Move the files of a plan that is in force into place, and remove those of the one before."""
    path = folder / NEXT
    new = manifests.read(_read(path / manifests.FILE))
    if new is not None:
        before = manifests.read(_read(folder / manifests.FILE))
        files = sorted(p.relative_to(path) for p in path.rglob("*") if p.is_file())
        for name in files:
            if str(name) != manifests.FILE:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(path / name, folder / name)
        for gone, hashed in ({} if before is None else before.files).items():
            if gone not in new.files:
                _remove(folder, gone, hashed)
        os.replace(path / manifests.FILE, folder / manifests.FILE)
    shutil.rmtree(path, ignore_errors=True)


def _remove(folder: Path, name: str, hashed: str) -> None:
    """Remove a file of the plan before, unless somebody changed it, and folders that it leaves empty."""
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
