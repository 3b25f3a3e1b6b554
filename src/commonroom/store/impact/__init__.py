"""The folder of an evaluation: its plan, written once; its results, whole or not at all; its findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import sheets, whole
from commonroom.store.impact import findings as found_before
from commonroom.store.impact import manifest as manifests
from commonroom.store.impact.findings import FINDINGS, add_findings, read_findings
from commonroom.store.impact.manifest import Manifest
from commonroom.store.manifest import FILE, VERSION_LENGTH, hash_bytes
from commonroom.tables import impact as tables

__all__ = [
    "EVALUATION", "EVENTS", "FINDINGS", "PLAN", "Planned", "Written", "add_findings", "read_findings",
    "read_frame", "read_plan", "write_plan", "write_results",
]  # fmt: skip

PLAN, EVENTS, EVALUATION = "plan.yaml", "events.csv", "evaluation.json"
_PLAN = whole.Kind("plan", manifests.files, growing=(FINDINGS,))
_RESULTS = whole.Kind("evaluation", manifests.files, growing=(FINDINGS,))


@dataclass(frozen=True)
class Planned:
    """A plan as it is locked: its text, the hash of the plan, and the events as planned."""

    text: str
    plan: str
    events: pl.DataFrame


@dataclass(frozen=True)
class Written:
    """What was written: the folder, and files of people's own that were set aside."""

    folder: Path
    kept: tuple[str, ...] = ()


def write_plan(
    folder: Path,
    planned: Planned,
    *,
    frames: Mapping[str, pl.DataFrame] | None = None,
    texts: Mapping[str, bytes] | None = None,
) -> Written:
    """Write a plan into a folder that has none, whole or not at all. It is never written over.

    Arguments: the `folder` (made if need be); what is `planned`; `frames` by name, which become CSV; `texts`,
    pages and pictures by name. The same plan once more changes nothing. Raises SaidToPeople when another
    plan, results without a plan, or somebody else's files are there, or it cannot be written.
    """
    folder = Path(folder)
    events = tables.EVENTS.check(planned.events)
    files = {PLAN: planned.text.encode(), EVENTS: sheets.write(events)}
    files |= _files(frames, texts, taken=files)
    hashes = {name: hash_bytes(content) for name, content in sorted(files.items())}
    files[FILE] = Manifest(plan=planned.plan, planned=hashes).text.encode()
    with _written(folder, _PLAN):
        before = _check(folder)
        if before is not None and before.plan != planned.plan:
            raise _other_plan(folder, before)
        if before is not None:
            return Written(folder)
        kept = whole.replace(folder, files, before={}, kind=_PLAN)
    return Written(folder, kept)


def read_plan(folder: Path) -> Planned | None:
    """Read the plan of a folder; None where there is none.

    Raises SaidToPeople when the plan or its events were changed since they were locked. Events that a
    spreadsheet saved again without a change are the same events.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    text = whole.find(folder, PLAN)
    if (manifest is None or not manifest.plan) and text is None:
        return None
    if manifest is None or text is None or hash_bytes(text) != manifest.planned.get(PLAN):
        raise _changed(folder / PLAN, manifest)
    content = whole.find(folder, EVENTS)
    events = sheets.read(content, tables.EVENTS.schema, where=folder / EVENTS)
    if content is None or hash_bytes(sheets.write(events)) != manifest.planned.get(EVENTS):
        raise _changed(folder / EVENTS, manifest)
    return Planned(text.decode(), manifest.plan, events)


def write_results(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    texts: Mapping[str, bytes],
    about: Mapping[str, object],
) -> Written:
    """Write the results of an evaluation in place of those before, whole or not at all; the plan stays.

    Arguments: the `folder`, of a plan or not; `frames` by name: CSV each, and all in evaluation.json behind
    what is said `about` them; of them `findings` are added to those of the folder (`add_findings`), and one
    that the plan has too (events) becomes events_done.csv where it differs; `texts`, pages and pictures by
    name. The same arguments give the same bytes. A file of results that somebody
    changed is set aside, not lost. Raises SaidToPeople when the folder is somebody else's, or they cannot
    be written.
    """
    folder = Path(folder)
    findings = frames.get("findings")
    others = {name: frame for name, frame in frames.items() if name != "findings"}
    with _written(folder, _RESULTS):
        before = _check(folder) or Manifest()
        files = _files(_beside(others, before), texts, taken=before.planned)
        files[EVALUATION] = sheets.to_json(frames, {"about": dict(about)}).encode()
        hashes = {name: hash_bytes(content) for name, content in sorted(files.items())}
        files[FILE] = before.model_copy(update={"results": hashes}).text.encode()
        if findings is not None:
            files[FINDINGS] = sheets.write(found_before.add(read_findings(folder), findings))
        kept = whole.replace(folder, files, before=before.files, kind=_RESULTS)
    return Written(folder, kept)


def read_frame(
    folder: Path, name: str, *, schema: Mapping[str, type[pl.DataType] | pl.DataType]
) -> pl.DataFrame | None:
    """Read a frame that was written beside a plan or its results; None where there is none.

    Raises SaidToPeople when it was changed so that it cannot be read.
    """
    place = Path(folder) / f"{name}.csv"
    content = whole.find(Path(folder), place.name)
    return None if content is None else sheets.read(content, schema, where=place)


@contextmanager
def _written(folder: Path, kind: whole.Kind) -> Iterator[None]:
    """Hold the folder's lock, and say in words what cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with whole.writing(folder, kind=kind):
            yield
    except OSError as error:
        with suppress(OSError):
            folder.rmdir()
        raise whole.say_unwritten(folder, error, kind=kind) from None


def _files(
    frames: Mapping[str, pl.DataFrame] | None,
    texts: Mapping[str, bytes] | None,
    *,
    taken: Mapping[str, object],
) -> dict[str, bytes]:
    """Frames as CSV, and texts as they are; none may have the name of a file that is taken."""
    files = {f"{name}.csv": sheets.write(frame) for name, frame in sorted((frames or {}).items())}
    for name, content in sorted((texts or {}).items()):
        whole.check_name(name)
        files[name] = content
    if twice := sorted({*taken, FILE, EVALUATION, FINDINGS} & set(files)):
        raise ValueError(f"{', '.join(twice)} cannot be written beside the plan")
    return files


def _beside(frames: Mapping[str, pl.DataFrame], before: Manifest) -> dict[str, pl.DataFrame]:
    """Frames under names that the plan has not taken; what is as planned is there already."""
    found = {}
    for name, frame in frames.items():
        planned = before.planned.get(f"{name}.csv")
        if planned is None:
            found[name] = frame
        elif planned != hash_bytes(sheets.write(frame)):
            found[f"{name}_done"] = frame
    return found


def _manifest(folder: Path) -> Manifest | None:
    """The manifest in force; None where there is none; SaidToPeople where it is damaged, or not ours."""
    content = whole.find(folder, FILE)
    found = manifests.read(content)
    if content is not None and found is None:
        raise SaidToPeople(
            "the manifest here is damaged, or that of something else.",
            where=str(folder / FILE),
            remedy="Choose another --out FOLDER.",
        )
    return found


def _check(folder: Path) -> Manifest | None:
    """The manifest of an evaluation, or None where one may be written; refuse other folders."""
    found = _manifest(folder)
    if found is None:
        others = sorted(
            p.name for p in folder.iterdir() if p.name != FINDINGS and not p.name.startswith(whole.LITTER)
        )
        if others:
            more = f" and {len(others) - 3} more" if len(others) > 3 else ""
            raise SaidToPeople(
                f"this folder holds other files ({', '.join(others[:3])}{more}) and no evaluation.",
                where=str(folder),
                remedy="Choose another --out FOLDER, or an empty one.",
            )
    return found


def _other_plan(folder: Path, before: Manifest) -> SaidToPeople:
    what = (
        f"a plan is locked here already ({before.plan[:VERSION_LENGTH]}), and a plan is written once."
        if before.plan
        else "there are results here already, and a plan is made before them."
    )
    return SaidToPeople(
        what,
        where=str(folder),
        remedy="Choose another --out FOLDER; or evaluate by the plan that is there: what is done otherwise "
        "is reported as a deviation.",
    )


def _changed(file: Path, manifest: Manifest | None) -> SaidToPeople:
    plan = f" ({manifest.plan[:VERSION_LENGTH]})" if manifest is not None and manifest.plan else ""
    return SaidToPeople(
        f"this is missing or was changed since the plan{plan} was locked.",
        where=str(file),
        remedy="Put the file back as it was; what is done otherwise is reported as a deviation, no fault.",
    )
