"""The version follows from the manifest, and the manifest from its content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.store import manifest
from stores.builders import make_manifest


def test_the_version_is_the_beginning_of_the_hash_of_the_text() -> None:
    made = make_manifest()
    assert made.version == hashlib.sha256(made.text.encode()).hexdigest()[:12]
    assert made.version != make_manifest(1).version


def test_the_order_in_which_things_are_said_does_not_matter() -> None:
    one = manifest.Manifest(system="s", source="b", parameters={"k": 50, "seed": 1})
    two = manifest.Manifest(system="s", source="b", parameters={"seed": 1, "k": 50})
    assert one.text == two.text


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / manifest.FILE
    file.write_text(make_manifest().text, encoding="utf-8")
    assert manifest.read(file) == make_manifest()


@pytest.mark.parametrize("text", ["", "{", '{"system": 1}', '{"system": "s", "source": "b", "more": 1}'])
def test_what_is_no_manifest_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.FILE).write_text(text)
    with pytest.raises(SaidToPeople, match=r"missing or damaged.*commonroom panel build"):
        manifest.read(tmp_path / manifest.FILE)


def test_every_definition_that_ships_is_hashed() -> None:
    hashes = manifest.hash_definitions()
    assert len(hashes) == len(list(settings.DEFINITIONS.rglob("*.yaml")))
    file = settings.DEFINITIONS / "systems" / "england.yaml"
    assert hashes["systems/england"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_definition_of_ones_own_is_hashed_and_one_that_is_not_there_is_empty(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("name: own")
    hashes = manifest.hash_definitions([str(own), "systems/nowhere", "systems/england"])
    assert list(hashes) == sorted([str(own), "systems/england", "systems/nowhere"])
    assert hashes[str(own)] == manifest.hash_bytes(b"name: own")
    assert hashes["systems/nowhere"] == ""
