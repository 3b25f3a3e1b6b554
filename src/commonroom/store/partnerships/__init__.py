"""The folder of a plan: the plan whole or not at all, and what was decided about it, which only grows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import sheets, writing
from commonroom.store.manifest import hash_bytes
from commonroom.store.partnerships import folder as folders
from commonroom.store.partnerships import history
from commonroom.store.partnerships import manifest as manifests
from commonroom.store.partnerships.folder import DECISIONS, PROPOSED, check
from commonroom.store.partnerships.history import PAIR
from commonroom.store.partnerships.manifest import Manifest
from commonroom.tables import Table
from commonroom.tables import partnerships as tables

__all__ = [
    "DECISIONS", "PLAN", "Manifest", "Written", "check", "decisions", "no_plan", "proposed", "read_last",
    "record", "write",
]  # fmt: skip

#: The one file for programs: the manifest and every table.
PLAN = "plan.json"
PROPOSE = "Propose one: commonroom partnerships propose --out {}"
#: So many pairs of a refusal are named.
LISTED = 10


@dataclass(frozen=True)
class Written:
    """A plan that was written: its folder, its version, and files of people's own that were set aside."""

    folder: Path
    version: str
    kept: tuple[str, ...] = ()


def write(
    folder: Path, frames: Mapping[str, pl.DataFrame], *, texts: Mapping[str, bytes], manifest: Manifest
) -> Written:
    """Write a plan in place of the one before, whole or not at all; decisions stay as they are.

    Arguments: the `folder` (made if need be); the `frames` by name, `proposals` among them, each in its
    order; `texts`, pages and pictures by name; the `manifest` without its files. The same arguments give
    the same bytes. A file of the plan before that somebody changed is set aside, not lost. Raises
    SaidToPeople when the folder is somebody else's or the plan cannot be written.
    """
    folder = Path(folder)
    proposals = tables.PROPOSALS.check(frames["proposals"])
    files = {f"{name}.csv": sheets.write(frame) for name, frame in sorted(frames.items())}
    about = manifest.model_dump(mode="json", exclude={"files"})
    files[PLAN] = sheets.to_json(frames, {"manifest": about}).encode()
    for name in texts:
        folders.check_name(name)
    files |= {name: texts[name] for name in sorted(texts)}
    hashes = {name: hash_bytes(content) for name, content in files.items()}
    manifest = manifest.model_copy(update={"files": hashes})
    files[manifests.FILE] = manifest.text.encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with folders.writing(folder):
            before = check(folder)
            ever = history.add_proposed(proposed(folder), proposals, date=manifest.date)
            files[PROPOSED] = sheets.write(ever)
            kept = folders.replace(folder, files, before=before)
    except OSError as error:
        with suppress(OSError):
            folder.rmdir()
        raise folders.say_unwritten(folder, error) from None
    return Written(folder, manifest.version, kept)


def read_last(folder: Path, *, table: Table = tables.PROPOSALS) -> pl.DataFrame | None:
    """A table of the plan in a folder, its proposals unless said otherwise; None where there is no plan.

    Raises SaidToPeople when the plan is damaged or somebody changed it.
    """
    folder = Path(folder)
    manifest = folders.manifest(folder)
    content = folders.find(folder, PLAN)
    if manifest is None and content is None:
        return None
    try:
        if manifest is None or content is None or hash_bytes(content) != manifest.files.get(PLAN):
            raise ValueError(PLAN)
        there = json.loads(content)["tables"]
        # Every plan has proposals; another table that is not there had not been given.
        rows = there[table.name] if table is tables.PROPOSALS else there.get(table.name, [])
        return table.check(pl.DataFrame(rows, schema=table.schema, orient="row"))
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise SaidToPeople(
            "the plan is missing, damaged or changed since it was written.",
            where=str(folder / PLAN),
            remedy=f"Put the file back, or propose into another --out FOLDER and take {DECISIONS} there.",
        ) from None


def decisions(folder: Path) -> pl.DataFrame:
    """All that was ever decided about the plans of a folder (tables.partnerships.DECISIONS), in order.

    Raises SaidToPeople when the file was changed so that it cannot be read.
    """
    return history.read_decisions(folders.find(Path(folder), DECISIONS), where=Path(folder) / DECISIONS)


def proposed(folder: Path) -> pl.DataFrame:
    """All that was ever proposed in a folder: provider, receiver, phase, theme, and since when.

    Raises SaidToPeople when the file was changed so that it cannot be read.
    """
    return history.read_proposed(folders.find(Path(folder), PROPOSED), where=Path(folder) / PROPOSED)


def record(
    folder: Path, decided: pl.DataFrame, *, check: Callable[[pl.DataFrame], None] | None = None
) -> pl.DataFrame:
    """Add decisions to those of a folder, all or none; return those that were not recorded before.

    Arguments: the `folder` of a plan; what was `decided` (tables.partnerships.DECISIONS; a row without a
    phase is about every phase in which the pair was proposed); `check`, which is given all decisions, the
    new ones last, and raises where they cannot stand together. Two that record at once wait for each
    other. Raises SaidToPeople when there is no plan, or a pair was never proposed.
    """
    folder = Path(folder)
    if folders.manifest(folder) is None:
        raise no_plan(folder)
    try:
        with folders.writing(folder):
            return _add(folder, decided, check)
    except OSError as error:
        what = f"decisions cannot be recorded here ({error.strerror})."
        raise SaidToPeople(what, where=str(folder), remedy="Allow writing to the folder.") from None


def no_plan(folder: Path) -> SaidToPeople:
    """Words for a folder in which nothing was proposed."""
    return SaidToPeople("there is no plan here.", where=str(folder), remedy=PROPOSE.format(folder))


def _add(folder: Path, decided: pl.DataFrame, check: Callable[[pl.DataFrame], None] | None) -> pl.DataFrame:
    """Add decisions under the folder's lock."""
    before = decisions(folder)
    new = _place(decided, proposed(folder), where=folder)
    # Comparing rows with empty cells: two empty ones are the same.
    new = new.join(before, on=list(new.columns), how="anti", nulls_equal=True, maintain_order="left")
    whole = pl.concat([before, new])
    if check is not None:
        check(whole)
    if new.height:
        writing.put(sheets.write(whole), folder / DECISIONS, what="decisions")
    return new


def _place(decided: pl.DataFrame, ever: pl.DataFrame, *, where: Path) -> pl.DataFrame:
    """Each decision in the phases in which its pair was proposed; refuse those that never were."""
    numbered = decided.with_row_index("order")
    pairs = ever.select(*PAIR).rename({"phase": "own"})
    joined = numbered.join(pairs, on=["provider", "receiver", "theme"], how="left")
    fits = pl.col("own").is_not_null() & (pl.col("phase").is_null() | (pl.col("phase") == pl.col("own")))
    found = joined.filter(fits)
    lost = numbered.join(found, on="order", how="anti").sort("order")
    if lost.height:
        shown = [
            f"{provider} helps {receiver} in {theme}{f' ({phase})' if phase else ''}"
            for provider, receiver, phase, theme in lost.select(PAIR).head(LISTED).rows()
        ]
        more = f"; and {lost.height - LISTED} more" if lost.height > LISTED else ""
        raise SaidToPeople(
            f"this was never proposed: {'; '.join(shown)}{more}.",
            where=str(where),
            remedy="Take the rows out; what schools agreed by themselves goes into a file of ties (--ties).",
        )
    placed = found.with_columns(phase="own").sort("order", "phase")
    return tables.DECISIONS.check(placed)
