"""What a version of the evidence was made of, and the version that follows from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import commonroom
from commonroom import settings
from commonroom.errors import SaidToPeople

FILE = "manifest.json"
VERSION_LENGTH = 12


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Part):
    """One thing the evidence was built from: its hash, how many rows, and whose releases."""

    sha256: str
    rows: int
    releases: tuple[str, ...] = ()


class Kept(_Part):
    """One table as it was written: rows, bytes and hash of the file."""

    rows: int
    bytes: int
    sha256: str


class Manifest(_Part):
    """Everything that decides what is in a version, and what its readers should be told.

    There is no clock in it: the same inputs, definitions, parameters and program give the same
    manifest, byte by byte. `tables` is filled by `evidence.write`.
    """

    program: str = commonroom.__version__
    system: str
    source: str
    inputs: dict[str, Input] = Field(default_factory=dict)
    definitions: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    tables: dict[str, Kept] = Field(default_factory=dict)
    left_out: dict[str, int] = Field(default_factory=dict)
    problems: int = 0
    sentences: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The manifest as JSON, the same for the same content."""
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @property
    def version(self) -> str:
        """The first twelve hexadecimal digits of the manifest's hash."""
        return hash_bytes(self.text.encode())[:VERSION_LENGTH]


def read(path: Path) -> Manifest:
    """Read a manifest from its file; raise SaidToPeople when it is not one."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise SaidToPeople(
            "the manifest of this evidence is missing or damaged.",
            where=str(path),
            remedy="Build it again: commonroom panel build.",
        ) from None


def hash_bytes(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_definitions(names: Iterable[str] | None = None) -> dict[str, str]:
    """Hash of each definition by name (`families/dfe-2026-secondary`, or the path of a file).

    Arguments: `names`, or all that come with the program. One that is not there hashes to "".
    """
    folder = settings.DEFINITIONS
    if names is None:
        names = (p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.yaml"))
    hashes = {}
    for name in sorted(names):
        inside = folder / f"{name}.yaml"
        path = inside if inside.is_file() else Path(name)
        hashes[name] = hash_file(path) if path.is_file() else ""
    return hashes
