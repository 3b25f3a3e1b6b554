"""What is in a backup, and how a value is written."""

from __future__ import annotations

import base64
import datetime
import decimal
import hashlib
import json
import uuid
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from django.apps import apps
from django.db import models
from django.utils.duration import duration_iso_string

FORMAT = 1
#: Bytes that are copied at a time.
CHUNK = 1 << 18
#: What a site makes anew: it is emptied by a restore, as it refers to what was there before.
PASSING = ("sessions.session", "usersessions.usersession", "commonroom.kept", "commonroom.worker")
#: What `migrate` makes, the same everywhere.
MADE = ("contenttypes.contenttype", "auth.permission", "auth.group", "auth.group_permissions")
#: A field of this name holds where a file lies (commonroom.web.files).
NAMES_FILE = "stored"


@dataclass(frozen=True)
class Part:
    """One entry of the file: how many rows or bytes it has, and their SHA-256."""

    count: int
    sha256: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, by table, file and file of a plan; which files rows name but were not there."""

    format: int
    program: str
    written: str
    tables: dict[str, Part] = field(default_factory=dict)
    files: dict[str, Part] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    folders: dict[str, Part] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(part.count for part in self.tables.values())

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read it; raises ValueError, TypeError or KeyError when it is none."""
        given = json.loads(text)
        parts = {
            kind: {
                name: Part(**{**part, "columns": tuple(part["columns"])})
                for name, part in given[kind].items()
            }
            for kind in ("tables", "files", "folders")
        }
        return cls(**{**given, **parts, "missing": tuple(given["missing"])})


def read_format(text: bytes) -> int:
    """Return the number of the format of a manifest, whatever else is in it; raises ValueError."""
    return int(json.loads(text)["format"])


def kept() -> list[type[models.Model]]:
    """Return the models whose rows are kept, by the name of their table."""
    out = {*PASSING, *MADE}
    every = apps.get_models(include_auto_created=True)
    return sorted((m for m in every if m._meta.label_lower not in out), key=table)


def passing() -> list[type[models.Model]]:
    """Return the models whose rows are not kept and refer to what is."""
    return [m for m in apps.get_models() if m._meta.label_lower in PASSING]


def table(model: type[models.Model]) -> str:
    """Return the name of a model's table."""
    return model._meta.db_table


def columns(model: type[models.Model]) -> tuple[str, ...]:
    """Return the fields of a model that are columns, by name."""
    return tuple(one.attname for one in model._meta.concrete_fields)


def encode(values: tuple[Any, ...]) -> bytes:
    """Return one row as a line of JSON."""
    return json.dumps([_plain(value) for value in values], sort_keys=True).encode() + b"\n"


def decode(model: type[models.Model], line: bytes) -> list[Any]:
    """Return the values of a row from its line, as the fields of its model have them."""
    fields = model._meta.concrete_fields
    return [one.to_python(value) for one, value in zip(fields, json.loads(line), strict=True)]


def _plain(value: Any) -> Any:
    match value:
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return duration_iso_string(value)
        case decimal.Decimal() | uuid.UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
    return value


def copy(source: IO[bytes], out: IO[bytes]) -> Part:
    """Copy bytes, and return how many and their SHA-256."""
    digest, count = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        out.write(chunk)
        digest.update(chunk)
        count += len(chunk)
    return Part(count, digest.hexdigest())
