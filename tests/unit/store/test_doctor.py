"""The doctor says what is there, what is wrong, and what to do."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import vl_convert

import commonroom
from commonroom.store import doctor, evidence, manifest, versions
from stores.builders import SCHOOLS, TABLES, make_manifest

BUILD = "commonroom panel build"


def build(folder: Path, seed: int = 0, **changes: object) -> Path:
    known = {"definitions": manifest.hash_definitions(["systems/england"])}
    return evidence.write(folder, TABLES, manifest=make_manifest(seed).model_copy(update=known | changes))


def list_wrong(folder: Path) -> list[tuple[str, str]]:
    return [(found.what, found.remedy) for found in doctor.examine(folder) if found.state == "wrong"]


def test_whole_evidence_is_all_ok(tmp_path: Path) -> None:
    path = build(tmp_path)
    findings = doctor.examine(tmp_path)
    assert {found.state for found in findings} == {"ok"}
    said = [found.what for found in findings]
    assert said[0] == f"Evidence {path.name} of greater-manchester from bundled is in force in {tmp_path}."
    assert "2 tables with 6 rows are as they were built." in said
    assert f"It was built by this program, {commonroom.__version__}." in said
    assert "Its 1 definitions are unchanged." in said


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ((what, remedy),) = list_wrong(tmp_path / "no" / "where")
    assert what.endswith("where: there is no evidence here.")
    assert BUILD in remedy
    assert not (tmp_path / "no").exists()


def test_damaged_evidence_can_be_built_again_or_the_version_before_be_used(tmp_path: Path) -> None:
    previous, path = build(tmp_path, seed=1), build(tmp_path, seed=2)
    (path / manifest.FILE).unlink()
    ((what, remedy),) = list_wrong(tmp_path)
    assert "missing or damaged" in what
    assert remedy.endswith(f"Or go back: write {previous.name} into {tmp_path / 'current'}.")
    (tmp_path / "current").write_text(f"{previous.name}\n")
    assert list_wrong(tmp_path) == []


def test_every_table_is_read_whole(tmp_path: Path) -> None:
    file = build(tmp_path) / "schools.parquet"
    content = bytearray(file.read_bytes())
    content[20] ^= 1
    file.write_bytes(content)
    assert list_wrong(tmp_path) == [("The table schools is not what was built.", f"Build it again: {BUILD}.")]


def test_a_table_that_is_gone_or_has_other_rows_is_a_fault(tmp_path: Path) -> None:
    path = build(tmp_path)
    told = evidence.open(tmp_path).manifest
    fewer = told.tables["schools"].model_copy(update={"rows": SCHOOLS.height - 1})
    (path / "families.parquet").unlink()
    told = told.model_copy(update={"tables": told.tables | {"schools": fewer}})
    assert evidence.find_faults(path, told) == [
        "families is not there",
        "schools has other rows than the manifest says",
    ]


def test_evidence_of_another_program_or_with_other_definitions(tmp_path: Path) -> None:
    build(tmp_path, program="0.0.1", definitions={"systems/england": "other", "systems/gone": "x"})
    (program, _), (definitions, remedy) = list_wrong(tmp_path)
    assert program == f"It was built by commonroom 0.0.1; this is {commonroom.__version__}."
    assert definitions == "It was built with other definitions of systems/england, systems/gone."
    assert BUILD in remedy


def test_what_a_killed_build_has_left(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / ".building-1-ab").mkdir()
    with versions.building(tmp_path / "other"):
        assert versions.leftovers(tmp_path / "other") == ()
    ((what, _),) = list_wrong(tmp_path)
    assert what == "A build that ended early has left .building-1-ab."
    build(tmp_path, seed=1)
    assert list_wrong(tmp_path) == []


def test_too_little_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    assert list_wrong(tmp_path) == [
        (f"0.0 GB are free on the disk of {tmp_path}.", "Free some space: a build needs 200 MB.")
    ]


def test_packages_and_extras_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    asked = ["polars>=2.1", "gone-a>=1", "gone-b; extra == 'spark'", 'gone-c>=2; extra == "spark"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: asked)
    assert list_wrong(tmp_path) == [
        ("The program lacks gone-a.", "Install it again: pip install commonroom.")
    ]
    extra = doctor.Finding("The extra spark is not installed.", "ok", "pip install 'commonroom[spark]'")
    assert extra in doctor.examine(tmp_path)


def test_pictures_without_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    monkeypatch.setattr(vl_convert, "svg_to_png", lambda _: b"blank")
    assert list_wrong(tmp_path) == [
        ("Pictures would have no letters.", "Install a font, such as DejaVu Sans.")
    ]
