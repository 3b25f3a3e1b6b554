"""Write a backup."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

import commonroom
from commonroom.store import writing
from commonroom.web.backup import folders, form
from commonroom.web.backup.form import Manifest, Part, copy
from commonroom.web.files.keeping import find


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
    with _snapshot():
        for model in form.kept():
            tables[form.table(model)] = _write_rows(archive, model)
            names |= names_of_files(model)
    files, missing = {}, []
    for name in sorted(names):
        try:
            files[name] = _write_file(archive, name)
        except FileNotFoundError:
            missing.append(name)
    now, kept = timezone.now().isoformat(), folders.write(archive)
    manifest = Manifest(form.FORMAT, commonroom.__version__, now, tables, files, tuple(missing), kept)
    archive.writestr("manifest.json", manifest.to_json())
    return manifest


@contextmanager
def _snapshot() -> Iterator[None]:
    """See the database as it is now, by a connection of its own, whatever others write."""
    held = connections[DEFAULT_DB_ALIAS]
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = own
    try:
        own.ensure_connection()
        if own.vendor == "sqlite":
            # It only reads: it must not take the lock of those who write.
            own.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
        with transaction.atomic():
            _isolate(own)
            yield
    finally:
        own.close()
        connections[DEFAULT_DB_ALIAS] = held


def _isolate(own: BaseDatabaseWrapper) -> None:
    if own.vendor == "postgresql":
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _write_rows(archive: zipfile.ZipFile, model: type[models.Model]) -> Part:
    digest, count, names = hashlib.sha256(), 0, form.columns(model)
    with archive.open(f"rows/{form.table(model)}.jsonl", "w", force_zip64=True) as out:
        for values in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=1000):
            line = form.encode(values)
            out.write(line)
            digest.update(line)
            count += 1
    return Part(count, digest.hexdigest(), names)


def names_of_files(model: type[models.Model]) -> set[str]:
    """Return where the files lie that rows of a model name."""
    if form.NAMES_FILE not in form.columns(model):
        return set()
    return set(model._base_manager.exclude(**{form.NAMES_FILE: ""}).values_list(form.NAMES_FILE, flat=True))


def _write_file(archive: zipfile.ZipFile, name: str) -> Part:
    with find(name).open("rb") as kept, archive.open(f"files/{name}", "w", force_zip64=True) as out:
        return copy(kept, out)
