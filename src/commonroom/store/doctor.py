"""What is there, and whether it is whole: the evidence, the definitions and the program itself."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import commonroom
from commonroom.errors import SaidToPeople
from commonroom.store import evidence, versions
from commonroom.store import manifest as manifests
from commonroom.store.evidence import Evidence

BUILD = "commonroom panel build"

#: Free space below which a build may not fit, in bytes; a build holds two versions for a moment.
LEAST_FREE = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was seen, whether it is ok, and what to do if not."""

    what: str
    state: Literal["ok", "wrong"] = "ok"
    remedy: str = ""


def examine(folder: Path) -> tuple[Finding, ...]:
    """Look at the evidence in `folder` and at what the program needs; read every table whole.

    Returns findings in the order a person would mend them. Nothing is changed, nothing raised.
    """
    folder = Path(folder)
    return (
        *_examine_evidence(folder),
        *_examine_leftovers(folder),
        _examine_space(folder),
        *_examine_program(),
    )


def _examine_evidence(folder: Path) -> Iterator[Finding]:
    try:
        opened = evidence.open(folder)
    except SaidToPeople as error:
        where = f"{error.where}: " if error.where else ""
        previous = evidence.open_previous(folder)
        back = f" Or go back: write {previous.version} into {folder / versions.CURRENT}." if previous else ""
        yield Finding(f"{where}{error.what}", "wrong", error.remedy + back)
        return
    told = opened.manifest
    yield Finding(f"Evidence {opened.version} of {told.system} from {told.source} is in force in {folder}.")
    faults = evidence.find_faults(opened.path, told)
    for fault in faults:
        yield Finding(f"The table {fault}.", "wrong", f"Build it again: {BUILD}.")
    if not faults:
        rows = sum(kept.rows for kept in told.tables.values())
        yield Finding(f"{len(told.tables)} tables with {rows:,} rows are as they were built.")
    yield _examine_program_version(told.program)
    yield _examine_definitions(opened)


def _examine_program_version(built_by: str) -> Finding:
    if built_by == commonroom.__version__:
        return Finding(f"It was built by this program, {built_by}.")
    return Finding(
        f"It was built by commonroom {built_by}; this is {commonroom.__version__}.",
        "wrong",
        f"Build it again: {BUILD}.",
    )


def _examine_definitions(opened: Evidence) -> Finding:
    built_with = opened.manifest.definitions
    now = manifests.hash_definitions(built_with)
    changed = [name for name, was in built_with.items() if now[name] != was]
    if not changed:
        return Finding(f"Its {len(built_with)} definitions are unchanged.")
    return Finding(
        f"It was built with other definitions of {', '.join(sorted(changed))}.",
        "wrong",
        f"Build it again if they were meant to change: {BUILD}.",
    )


def _examine_leftovers(folder: Path) -> Iterator[Finding]:
    left = versions.leftovers(folder) if folder.is_dir() else ()
    if left:
        names = ", ".join(path.name for path in left)
        remedy = f"Nothing needs them; the next build clears them: {BUILD}."
        yield Finding(f"A build that ended early has left {names}.", "wrong", remedy)


def _examine_space(folder: Path) -> Finding:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB are free on the disk of {folder}."
    if free >= LEAST_FREE:
        return Finding(said)
    return Finding(said, "wrong", f"Free some space: a build needs {LEAST_FREE / 1e6:.0f} MB.")


def _examine_program() -> Iterator[Finding]:
    """Whether each package that the program asks for is there, extras included."""
    missing, extras = [], set()
    for requirement in importlib.metadata.requires("commonroom") or ():
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        if _is_installed(name):
            continue
        if extra:
            extras.add(extra.group(1))
        else:
            missing.append(name)
    if missing:
        yield Finding(
            f"The program lacks {', '.join(missing)}.", "wrong", "Install it again: pip install commonroom."
        )
    else:
        yield Finding("Everything that the program needs is installed.")
    for extra_name in sorted(extras):
        yield Finding(
            f"The extra {extra_name} is not installed.", "ok", f"pip install 'commonroom[{extra_name}]'"
        )
    yield _examine_fonts()


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _examine_fonts() -> Finding:
    """Draw one letter: without a font, pictures come out without words and nobody is told."""
    import vl_convert

    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    letter = '<text x="2" y="16" font-family="sans-serif" font-size="16">A</text>'
    blank, drawn = (vl_convert.svg_to_png(frame.format(inside)) for inside in ("", letter))
    if blank != drawn:
        return Finding("Pictures can be drawn with letters.")
    return Finding("Pictures would have no letters.", "wrong", "Install a font, such as DejaVu Sans.")
