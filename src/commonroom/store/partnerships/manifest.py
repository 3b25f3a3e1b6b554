"""What a plan was made of, and the files that are its own."""

from __future__ import annotations

import datetime
import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import commonroom
from commonroom.store.manifest import VERSION_LENGTH, hash_bytes

FILE = "manifest.json"


class Manifest(BaseModel):
    """Everything that decides what is in a plan, and the hash of each of its files.

    There is no clock in it: `date` is the one that was given. `evidence` is a version; `definitions` and
    `inputs` are hashes by name of definition and file; `files` is filled by `write`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str = Field(default="commonroom plan 1", pattern="^commonroom plan 1$")
    program: str = commonroom.__version__
    evidence: str
    definitions: dict[str, str] = Field(default_factory=dict)
    inputs: dict[str, str] = Field(default_factory=dict)
    seed: int
    date: datetime.date
    switches: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    files: dict[str, str] = Field(default_factory=dict)

    @property
    def text(self) -> str:
        """The manifest as JSON, the same for the same content."""
        content = self.model_dump(mode="json")
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @property
    def version(self) -> str:
        """The first twelve hexadecimal digits of the manifest's hash."""
        return hash_bytes(self.text.encode())[:VERSION_LENGTH]


def read(content: bytes | None) -> Manifest | None:
    """The manifest in some bytes; None where there are none, or they are no manifest of a plan."""
    try:
        return None if content is None else Manifest.model_validate_json(content)
    except ValidationError:
        return None
