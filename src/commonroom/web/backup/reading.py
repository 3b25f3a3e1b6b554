"""Read a backup into a site."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, OperationalError, connection, models, transaction

from commonroom.errors import SaidToPeople
from commonroom.web.backup import folders, form
from commonroom.web.backup.form import CHUNK, Manifest, Part, copy
from commonroom.web.backup.writing import names_of_files
from commonroom.web.files.keeping import find, remove

BATCH = 500
#: What a file in a backup may be called: nothing that leads out of the folder of files.
NAME = re.compile(r"[\w-]+(/[\w-]+)*")


def restore(file: Path, *, replace: bool = False) -> Manifest:
    """Put everything of a backup into this site, in one transaction, and return what it was.

    Every byte is checked before anything is changed. Raises SaidToPeople, and changes nothing, when the file
    is damaged, of another program or of a newer format, or when people are here already, unless `replace`.
    """
    with _opened(file) as archive:
        manifest = _check(archive, file)
        gone = _names_here()
        with folders.placing(archive, manifest.folders):
            _put(archive, manifest, None if replace else file)
    for name in gone - set(manifest.files):
        remove(name)
    return manifest


def _put(archive: zipfile.ZipFile, manifest: Manifest, only_empty: Path | None) -> None:
    """Put files and rows in one transaction, unless people are here and may not go; all of it or nothing."""
    placed: list[str] = []
    try:
        with transaction.atomic():
            if only_empty is not None and get_user_model().objects.exists():
                raise SaidToPeople(
                    "people are here already, and nothing was restored.",
                    where=str(only_empty),
                    remedy="Restore into an empty work folder, or replace all that is here: --replace.",
                )
            _place_files(archive, manifest, placed)
            _fill(archive, manifest)
    except BaseException:
        for name in placed:
            remove(name)
        raise


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """The file, with every way in which it can be damaged, or not be put in place, said in one sentence."""
    if not file.is_file():
        raise SaidToPeople("there is no such file.", where=str(file), remedy="Give a backup.")
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except zipfile.BadZipFile:
        raise _damaged(file, "this is no backup of Commonroom, or it is damaged") from None
    except (zlib.error, EOFError, ValueError, TypeError, KeyError, LookupError, ValidationError):
        raise _damaged(file, "this backup is damaged") from None
    except (DataError, IntegrityError) as error:
        raise _damaged(file, f"its rows do not fit together ({type(error).__name__})") from None
    except (OSError, OperationalError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise SaidToPeople(
            f"it cannot be put in place ({reason}); nothing was restored.",
            where=str(file),
            remedy="Free some space, and see who may write into the work folder: commonroom doctor.",
        ) from None


def _damaged(file: Path, what: str) -> SaidToPeople:
    return SaidToPeople(
        f"{what}; nothing was restored.", where=str(file), remedy="Give a whole one: commonroom backup FILE."
    )


def _check(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """Read the manifest, and every byte of what it names."""
    if "manifest.json" not in archive.namelist():
        raise _damaged(file, "this is no backup of Commonroom")
    text = archive.read("manifest.json")
    number = form.read_format(text)
    if number > form.FORMAT:
        raise SaidToPeople(
            f"this backup is of format {number}, and this program reads format {form.FORMAT}.",
            where=str(file),
            remedy="Install the version of Commonroom that wrote it, or a newer one.",
        )
    manifest = Manifest.from_json(text)
    here = {form.table(model): form.columns(model) for model in form.kept()}
    if {name: part.columns for name, part in manifest.tables.items()} != here:
        raise SaidToPeople(
            f"this backup was written by commonroom {manifest.program}, whose tables are not those of here.",
            where=str(file),
            remedy="Restore it with that version, and then bring the site up to date: commonroom serve.",
        )
    for name, part in manifest.tables.items():
        _check_part(archive, f"rows/{name}.jsonl", part, lines=True)
    for name, part in manifest.files.items():
        if not NAME.fullmatch(name):
            raise ValueError(name)
        _check_part(archive, f"files/{name}", part)
    for name, part in manifest.folders.items():
        _check_part(archive, f"folders/{name}", part)
    return manifest


def _check_part(archive: zipfile.ZipFile, name: str, part: Part, *, lines: bool = False) -> None:
    digest, count = hashlib.sha256(), 0
    with archive.open(name) as inside:
        while chunk := inside.read(CHUNK):
            digest.update(chunk)
            count += chunk.count(b"\n") if lines else len(chunk)
    if (count, digest.hexdigest()) != (part.count, part.sha256):
        raise ValueError(name)


def _names_here() -> set[str]:
    return {name for model in form.kept() for name in names_of_files(model)}


def _place_files(archive: zipfile.ZipFile, manifest: Manifest, placed: list[str]) -> None:
    """Put files where rows name them; one that is here already is the same, under its random name."""
    for name in manifest.files:
        place = find(name)
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        placed.append(name)
        with archive.open(f"files/{name}") as inside, open(place, "xb", opener=_private) as out:
            copy(inside, out)
            out.flush()
            os.fsync(out.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _fill(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    kept = form.kept()
    with connection.cursor() as cursor:
        for model in (*form.passing(), *kept):
            cursor.execute(f"DELETE FROM {_quoted(form.table(model))}")  # noqa: S608 - a name of our own
        for model in kept:
            _fill_table(cursor, archive, model)
        for statement in connection.ops.sequence_reset_sql(no_style(), kept):
            cursor.execute(statement)


def _fill_table(cursor: Any, archive: zipfile.ZipFile, model: type[models.Model]) -> None:
    names = ", ".join(_quoted(str(one.column)) for one in model._meta.concrete_fields)
    marks = ", ".join(["%s"] * len(model._meta.concrete_fields))
    statement = f"INSERT INTO {_quoted(form.table(model))} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own
    with archive.open(f"rows/{form.table(model)}.jsonl") as lines:
        batch = []
        for line in lines:
            batch.append(_prepare(model, line))
            if len(batch) == BATCH:
                cursor.executemany(statement, batch)
                batch = []
        if batch:
            cursor.executemany(statement, batch)


def _prepare(model: type[models.Model], line: bytes) -> list[Any]:
    """The values of a row as this database takes them."""
    fields = model._meta.concrete_fields
    values = form.decode(model, line)
    return [
        one.get_db_prep_save(value, connection=connection) for one, value in zip(fields, values, strict=True)
    ]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
