"""Which files of a folder are the plan's, which are the results', and the hash of each."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORM = "commonroom impact 1"


class Manifest(BaseModel):
    """`plan`: the hash of the plan, empty where there is none; `planned`, `results`: hashes by file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str = Field(default=FORM, pattern=f"^{FORM}$")
    plan: str = ""
    planned: dict[str, str] = Field(default_factory=dict)
    results: dict[str, str] = Field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """Hashes of all files by name."""
        return self.planned | self.results

    @property
    def text(self) -> str:
        """The manifest as JSON, the same for the same content."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read(content: bytes | None) -> Manifest | None:
    """The manifest in some bytes; None where there are none, or they are no manifest of an evaluation."""
    try:
        return None if content is None else Manifest.model_validate_json(content)
    except ValidationError:
        return None


def files(content: bytes | None) -> dict[str, str] | None:
    """The files of the manifest in some bytes, and their hashes; None where they are none."""
    found = read(content)
    return None if found is None else found.files
