"""Findings in a file: one row for each result, never twice for the same plan, role and measure."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import sheets, versions, whole, writing
from commonroom.tables import impact as tables

FINDINGS = "findings.csv"
#: What makes two findings the same result: works without a plan are told apart by their names.
RESULT = ("plan", "who", "role", "measure")


def read_findings(place: Path) -> pl.DataFrame:
    """Read the findings of a file, or of a folder (tables.impact.FINDINGS); no row where there are none.

    Raises SaidToPeople when the file was changed so that it cannot be read.
    """
    file = _file(place)
    found = sheets.read(whole.find(file.parent, file.name), tables.FINDINGS.schema, where=file)
    # A spreadsheet saves an empty text as nothing.
    keys = [pl.col(name).fill_null("") for name in tables.FINDINGS.keys]
    return tables.FINDINGS.check(found.with_columns(keys))


def add_findings(place: Path, findings: pl.DataFrame) -> pl.DataFrame:
    """Add findings to a file, or to those of a folder, all or none; return all that are there then.

    Arguments: the `place` (made if need be); the `findings` (tables.impact.FINDINGS). One of the same plan,
    role and measure takes the place of the one that is there. Two that add at once wait for each other.
    Raises SaidToPeople when it cannot be written.
    """
    file = _file(place)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with versions.locked(file.parent):
            whole_file = add(read_findings(file), findings)
            writing.put(sheets.write(whole_file), file, what="findings")
    except OSError as error:
        raise SaidToPeople(
            f"findings cannot be written here ({error.strerror}).",
            where=str(file),
            remedy="Give a file in a folder that may be written to.",
        ) from None
    return whole_file


def add(before: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings with others added, in order of their keys; the later one of a result counts."""
    now = tables.FINDINGS.check(findings)
    kept = before.join(now, on=list(RESULT), how="anti")
    return tables.FINDINGS.check(pl.concat([kept, now])).sort(tables.FINDINGS.keys)


def _file(place: Path) -> Path:
    place = Path(place)
    return place if place.suffix == ".csv" else place / FINDINGS
