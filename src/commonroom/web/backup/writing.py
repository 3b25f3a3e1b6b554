"""Write a backup."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connections, models, transaction
from django.utils import timezone

import commonroom
from commonroom.store import writing
from commonroom.web.backup import form
from commonroom.web.backup.form import Manifest, Part
from commonroom.web.files.keeping import find

#: The second connection, by which a snapshot is read beside whatever goes on.
SNAPSHOT = "snapshot"
CHUNK = 1 << 18


def write(file: Path) -> Manifest:
    """Write everything that people wrote into one file, whole or not at all, while the site runs.

    Raises SaidToPeople when the file cannot be written. It is personal: only its owner may read it.
    """
    with (
        writing.open_beside(file, what="backup", private=True) as out,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        return _fill(archive)


def _fill(archive: zipfile.ZipFile) -> Manifest:
    tables, names = {}, set[str]()
    with _snapshot() as alias:
        for model in form.kept():
            tables[form.table(model)] = _write_rows(archive, model, alias)
            names |= names_of_files(model, alias)
    files, missing = {}, []
    for name in sorted(names):
        try:
            files[name] = _write_file(archive, name)
        except FileNotFoundError:
            missing.append(name)
    manifest = Manifest(
        form.FORMAT, commonroom.__version__, timezone.now().isoformat(), tables, files, tuple(missing)
    )
    archive.writestr("manifest.json", manifest.to_json())
    return manifest


@contextmanager
def _snapshot() -> Iterator[str]:
    """A connection that sees the database as it is now, whatever others write, and keeps nobody waiting."""
    connections.databases[SNAPSHOT] = dict(connections.databases["default"])
    connection = connections[SNAPSHOT]
    try:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            # It only reads: it must not take the lock of those who write.
            connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
        with transaction.atomic(using=SNAPSHOT):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield SNAPSHOT
    finally:
        connection.close()
        del connections[SNAPSHOT]
        del connections.databases[SNAPSHOT]


def _rows(model: type[models.Model], alias: str) -> models.QuerySet[models.Model]:
    return model._base_manager.using(alias).order_by("pk")


def _write_rows(archive: zipfile.ZipFile, model: type[models.Model], alias: str) -> Part:
    digest, count, names = hashlib.sha256(), 0, form.columns(model)
    with archive.open(f"rows/{form.table(model)}.jsonl", "w", force_zip64=True) as out:
        for values in _rows(model, alias).values_list(*names).iterator(chunk_size=1000):
            line = form.encode(values)
            out.write(line)
            digest.update(line)
            count += 1
    return Part(count, digest.hexdigest(), names)


def names_of_files(model: type[models.Model], alias: str) -> set[str]:
    """Return where the files lie that rows of a model name."""
    if form.NAMES_FILE not in form.columns(model):
        return set()
    return set(_rows(model, alias).exclude(**{form.NAMES_FILE: ""}).values_list(form.NAMES_FILE, flat=True))


def _write_file(archive: zipfile.ZipFile, name: str) -> Part:
    with find(name).open("rb") as kept, archive.open(f"files/{name}", "w", force_zip64=True) as out:
        return copy(kept, out)


def copy(source: IO[bytes], out: IO[bytes]) -> Part:
    """Copy bytes, and return how many and their SHA-256."""
    digest, count = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        out.write(chunk)
        digest.update(chunk)
        count += len(chunk)
    return Part(count, digest.hexdigest())
