"""Evidence: what analysis derives, as Parquet files that never change, read through DuckDB."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import manifest as manifests
from commonroom.store import versions
from commonroom.store.manifest import Kept, Manifest
from commonroom.store.streams import Stream

#: Rows that are read or skipped together: fixed, so that files do not depend on the machine.
ROW_GROUP = 50_000

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BUILD = "Build it: commonroom panel build --evidence {}"


@dataclass(frozen=True)
class Evidence:
    """One version of the evidence: its folder, its version and its manifest."""

    path: Path
    version: str
    manifest: Manifest

    def table(
        self,
        name: str,
        *,
        where: Mapping[str, Any] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Read one table, in the order it was written in.

        Arguments: its `name`; `where`, the value that a column must have (a list or tuple: one of
        these; None: empty); `columns`, only these and in this order. Only the parts of the file
        that can hold such rows are read. Raises SaidToPeople when the table or a column is not
        there, or the file is damaged.
        """
        path = self.path / f"{name}.parquet"
        if name not in self.manifest.tables:
            raise _damaged(self.path, f"this evidence has no table {name}.")
        where = where or {}
        try:
            with path.open("rb") as file:
                schema = pl.read_parquet_schema(file)
            unknown = [column for column in (*where, *(columns or ())) if column not in schema]
            if unknown:
                raise _damaged(path, f"this evidence has no column {unknown[0]}.")
            conditions, values = _conditions(where)
            chosen = ", ".join(map(_quote, columns or schema))
            found = _select(path, chosen, rest=conditions, values=values)
        except (OSError, duckdb.Error, pl.exceptions.PolarsError):
            if self.path.is_dir():
                raise _damaged(path, "this table is missing or damaged.") from None
            what = "this evidence was replaced by newer builds while it was read."
            raise SaidToPeople(what, where=str(self.path), remedy="Ask again.") from None
        return found.cast({column: schema[column] for column in found.columns})


def write(folder: Path, tables: Mapping[str, pl.DataFrame], *, manifest: Manifest) -> Path:
    """Write a version of the evidence and put it in force; return its folder.

    Arguments: the evidence `folder` (made if need be), `tables` by name, each in the order it is
    to be read in, and the `manifest` without its tables. The same arguments give the same bytes.
    Raises SaidToPeople when it cannot be written whole; what was in force then stays in force.
    """
    folder = Path(folder)
    try:
        with versions.building(folder) as path:
            kept = {name: _write_table(path, name, tables[name]) for name in sorted(tables)}
            manifest = manifest.model_copy(update={"tables": kept})
            (path / manifests.FILE).write_text(manifest.text, encoding="utf-8")
            versions.sync(path / manifests.FILE)
            for fault in find_faults(path, manifest):
                raise _damaged(folder, f"the disk did not keep what was written ({fault}).")
            return versions.put_in_force(path, version=manifest.version, is_whole=_is_whole)
    except OSError as error:
        raise _say_unwritten(folder, error) from None


def open(folder: Path) -> Evidence:
    """Open the version in force; raise SaidToPeople when there is none or it is damaged.

    Looks at the manifest and at the size of every file; `doctor.examine` reads them all.
    """
    folder = Path(folder)
    try:
        known = versions.names(folder)
    except OSError:
        known = ()
    if not known:
        raise SaidToPeople("there is no evidence here.", where=str(folder), remedy=BUILD.format(folder))
    return _open_version(folder / known[0])


def open_previous(folder: Path) -> Evidence | None:
    """Open the version before the one in force; None when there is none, or it is damaged."""
    try:
        _, previous = versions.names(Path(folder))
        return _open_version(Path(folder) / previous)
    except (OSError, ValueError, SaidToPeople):
        return None


def find_faults(path: Path, manifest: Manifest) -> list[str]:
    """Read every table of the version at `path`; return a sentence's part for each that is wrong."""
    return [fault for name, kept in manifest.tables.items() if (fault := _find_fault(path, name, kept))]


def _open_version(path: Path) -> Evidence:
    manifest = manifests.read(path / manifests.FILE)
    if manifest.version != path.name:
        raise _damaged(path, "the manifest of this evidence was changed after it was built.")
    for name, kept in manifest.tables.items():
        file = path / f"{name}.parquet"
        if not file.is_file() or file.stat().st_size != kept.bytes:
            raise _damaged(file, "this table is missing or damaged.")
    return Evidence(path, path.name, manifest)


def _write_table(path: Path, name: str, frame: pl.DataFrame) -> Kept:
    """Write one table through memory, so that the hash is of what was meant, not of what arrived."""
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="zstd", row_group_size=ROW_GROUP)
    content = buffer.getvalue()
    (path / f"{name}.parquet").write_bytes(content)
    versions.sync(path / f"{name}.parquet")
    return Kept(rows=frame.height, bytes=len(content), sha256=manifests.hash_bytes(content))


def _find_fault(path: Path, name: str, kept: Kept) -> str:
    file = path / f"{name}.parquet"
    try:
        if manifests.hash_file(file) != kept.sha256:
            return f"{name} is not what was built"
        if pl.scan_parquet(file, glob=False).select(pl.len()).collect().item() != kept.rows:
            return f"{name} has other rows than the manifest says"
    except OSError:
        return f"{name} is not there"
    return ""


def _is_whole(path: Path) -> bool:
    try:
        return not find_faults(path, _open_version(path).manifest)
    except SaidToPeople:
        return False


def _select(path: Path, what: str, *, rest: str = "", values: Sequence[Any] = ()) -> pl.DataFrame:
    """Run one statement over a file; names are quoted, and values are never part of the text."""
    # DuckDB takes a file's name for a pattern: [ ] * ? in the name of a folder are literal.
    literal = re.sub(r"([\[*?])", r"[\1]", str(path))
    sql = f"SELECT {what} FROM read_parquet(?) {rest}"  # noqa: S608 - see the sentence above
    with _connect().cursor() as connection:
        relation = connection.sql(sql, params=[literal, *values])
        return pl.DataFrame(Stream(relation.__arrow_c_stream__()))


@cache
def _connect() -> duckdb.DuckDBPyConnection:
    """One engine for the process: starting it takes longer than most questions."""
    return duckdb.connect(":memory:")


def _conditions(where: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The WHERE clause with a question mark for each value, and the values."""
    parts, values = [], []
    for column, wanted in where.items():
        if wanted is None:
            parts.append(f"{_quote(column)} IS NULL")
            continue
        several = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        parts.append(f"{_quote(column)} IN ({', '.join('?' * len(several)) or 'NULL'})")
        values += several
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


def _quote(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _damaged(path: Path, what: str) -> SaidToPeople:
    return SaidToPeople(what, where=str(path), remedy="Build it again: commonroom panel build.")


def _say_unwritten(folder: Path, error: OSError) -> SaidToPeople:
    if error.errno in FULL:
        what, remedy = "the disk is full.", "Free some space, or choose another --evidence FOLDER."
    else:
        what = f"the evidence cannot be written here ({error.strerror})."
        remedy = "Choose another --evidence FOLDER, or allow writing to this one."
    kept = "Nothing was changed." if (folder / versions.CURRENT).exists() else "Nothing was kept."
    return SaidToPeople(what, where=str(folder), remedy=f"{kept} {remedy}")
