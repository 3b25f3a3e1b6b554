"""A folder of one plan that changes as a whole, while other files in it stay (see store.whole)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from commonroom.errors import SaidToPeople
from commonroom.store import whole
from commonroom.store.partnerships import manifest as manifests
from commonroom.store.partnerships.manifest import Manifest
from commonroom.store.whole import check_name, find

__all__ = [
    "DECISIONS", "PROPOSED", "check", "check_name", "find", "manifest", "replace", "say_unwritten", "writing",
]  # fmt: skip

#: Files that belong to the folder and to no single plan: what was decided, what was ever proposed.
DECISIONS, PROPOSED = "decisions.csv", "proposed.csv"


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
            p.name for p in folder.iterdir() if p.name not in own and not p.name.startswith(whole.LITTER)
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
    with whole.writing(folder, kind=_KIND):
        yield


def replace(folder: Path, files: Mapping[str, bytes], *, before: Manifest | None) -> tuple[str, ...]:
    """Put files in the place of those of the plan `before`, all or none (see store.whole.replace)."""
    return whole.replace(folder, files, before={} if before is None else before.files, kind=_KIND)


def say_unwritten(folder: Path, error: OSError) -> SaidToPeople:
    """Words for a plan that cannot be written, and what became of the one before."""
    return whole.say_unwritten(folder, error, kind=_KIND)


def _files(content: bytes | None) -> dict[str, str] | None:
    found = manifests.read(content)
    return None if found is None else found.files


_KIND = whole.Kind("plan", _files, growing=(PROPOSED,))
