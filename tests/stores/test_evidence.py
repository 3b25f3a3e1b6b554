"""Evidence is whole or not there: built beside, swapped, the same bytes every time."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import evidence, manifest, versions
from stores.builders import FAMILIES, SCHOOLS, TABLES, make_manifest

HERE = Path(__file__).parent
TOLD_WHERE = {**os.environ, "PYTHONPATH": str(HERE.parent)}


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env={**TOLD_WHERE, **options}, capture_output=True, text=True, check=True)


def build(folder: Path, seed: int = 0) -> Path:
    return evidence.write(folder, TABLES, manifest=make_manifest(seed))


def list_files(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- reading -------------------------------------------------------------------------------------


def test_what_is_written_is_read_back_with_its_types_and_order(tmp_path: Path) -> None:
    path = build(tmp_path / "evidence")
    opened = evidence.open(tmp_path / "evidence")
    assert (opened.path, opened.version) == (path, path.name)
    assert opened.manifest.tables["schools"].rows == 4
    assert opened.manifest.sentences == ("Welsh ŵ is kept.",)
    assert_frame_equal(opened.table("schools"), SCHOOLS)
    assert_frame_equal(opened.table("families"), FAMILIES)


@pytest.mark.parametrize(
    ("where", "schools"),
    [
        ({"school": "101"}, ["101"]),
        ({"year": 2024}, ["101", "102"]),
        ({"year": (2023, 2025), "in_system": True}, ["100", "103"]),
        ({"name": None}, ["102"]),
        ({"school": []}, []),
        ({"name": 'O"Hara {1}'}, ["103"]),
        ({"school": "1' OR '1'='1"}, []),
    ],
)
def test_rows_are_chosen_by_value(tmp_path: Path, where: dict[str, object], schools: list[str]) -> None:
    build(tmp_path)
    found = evidence.open(tmp_path).table("schools", where=where, columns=["year", "school"])
    assert found.columns == ["year", "school"]
    assert found["school"].to_list() == schools


def test_names_of_folders_and_columns_are_literal(tmp_path: Path) -> None:
    folder = tmp_path / "a[b]*c?"
    frame = pl.DataFrame({'odd " {} name': [1, 2]})
    evidence.write(folder, {"odd": frame}, manifest=make_manifest())
    assert evidence.open(folder).table("odd", where={'odd " {} name': 2}).rows() == [(2,)]


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    evidence.write(tmp_path, {"none": SCHOOLS.clear()}, manifest=make_manifest())
    assert_frame_equal(evidence.open(tmp_path).table("none"), SCHOOLS.clear())


def test_a_table_or_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    build(tmp_path)
    opened = evidence.open(tmp_path)
    with pytest.raises(SaidToPeople, match=r"no table neighbours.*panel build"):
        opened.table("neighbours")
    with pytest.raises(SaidToPeople, match="no column nonsense"):
        opened.table("schools", where={"nonsense": 1})
    with pytest.raises(SaidToPeople, match="no column other"):
        opened.table("schools", columns=["school", "other"])


def test_a_folder_without_evidence_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(SaidToPeople, match=r"no evidence here.*commonroom panel build --evidence"):
            evidence.open(folder)
    (tmp_path / "current").write_text("")
    with pytest.raises(SaidToPeople, match="no evidence here"):
        evidence.open(tmp_path)


def test_a_version_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes("0123456789ab\n\xe9".encode("latin-1"))
    with pytest.raises(SaidToPeople, match="manifest of this evidence is missing or damaged"):
        evidence.open(tmp_path)


def test_a_changed_manifest_is_said(tmp_path: Path) -> None:
    file = build(tmp_path) / manifest.FILE
    file.write_text(file.read_text().replace('"problems": 3', '"problems": 0'))
    with pytest.raises(SaidToPeople, match="changed after it was built"):
        evidence.open(tmp_path)


def test_a_cut_table_is_said_when_opening(tmp_path: Path) -> None:
    file = build(tmp_path) / "schools.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(SaidToPeople, match=r"schools\.parquet: this table is missing or damaged"):
        evidence.open(tmp_path)


@pytest.mark.parametrize("error", [duckdb.IOException("x"), pl.exceptions.ComputeError("x"), OSError()])
def test_a_table_damaged_inside_is_said_when_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    build(tmp_path)
    opened = evidence.open(tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(evidence, "_select", fail)
    with pytest.raises(SaidToPeople, match="missing or damaged"):
        opened.table("schools")


def test_a_table_of_noise_is_said_when_reading(tmp_path: Path) -> None:
    file = build(tmp_path) / "schools.parquet"
    opened = evidence.open(tmp_path)
    file.write_bytes(b"PAR1" + bytes(file.stat().st_size - 8) + b"PAR1")
    with pytest.raises(SaidToPeople, match="missing or damaged"):
        opened.table("schools")


def test_a_reader_keeps_its_version_for_one_build_and_is_told_after_two(tmp_path: Path) -> None:
    build(tmp_path, seed=1)
    opened = evidence.open(tmp_path)
    build(tmp_path, seed=2)
    assert_frame_equal(opened.table("schools"), SCHOOLS)
    build(tmp_path, seed=3)
    with pytest.raises(SaidToPeople, match=r"replaced by newer builds while it was read\. Ask again\."):
        opened.table("schools")


def test_a_program_that_read_evidence_ends_without_a_word(tmp_path: Path) -> None:
    build(tmp_path)
    read = "import sys; from commonroom.store.evidence import open; print(open(sys.argv[1]).table('schools'))"
    done = run("-c", read, tmp_path)
    assert "shape: (4, 7)" in done.stdout
    assert done.stderr == ""


# --- versions ------------------------------------------------------------------------------------


def test_two_builds_in_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    for name, threads in (("one", "1"), ("two", "2")):
        run(HERE / "building.py", tmp_path / name, 0, POLARS_MAX_THREADS=threads, PYTHONHASHSEED=threads)
    assert list_files(tmp_path / "one") == list_files(tmp_path / "two")
    assert len(list_files(tmp_path / "one")) == 4


def test_building_the_same_again_changes_nothing(tmp_path: Path) -> None:
    build(tmp_path)
    build(tmp_path, seed=1)
    before = list_files(tmp_path)
    build(tmp_path, seed=1)
    assert list_files(tmp_path) == before


def test_the_version_follows_from_what_went_in(tmp_path: Path) -> None:
    first, second = build(tmp_path, seed=1), build(tmp_path, seed=2)
    third = evidence.write(tmp_path, TABLES | {"schools": SCHOOLS.head(2)}, manifest=make_manifest(1))
    assert len({first.name, second.name, third.name}) == 3


def test_the_version_before_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    assert evidence.open_previous(tmp_path) is None
    first = build(tmp_path, seed=1)
    assert evidence.open_previous(tmp_path) is None
    second, third = build(tmp_path, seed=2), build(tmp_path, seed=3)
    assert not first.exists()
    assert evidence.open(tmp_path).version == third.name
    previous = evidence.open_previous(tmp_path)
    assert previous is not None
    assert previous.version == second.name
    assert_frame_equal(previous.table("schools"), SCHOOLS)


def test_going_back_to_the_version_before_keeps_both(tmp_path: Path) -> None:
    first, second = build(tmp_path, seed=1), build(tmp_path, seed=2)
    build(tmp_path, seed=1)
    assert versions.names(tmp_path) == (first.name, second.name)


def test_a_damaged_version_before_is_none(tmp_path: Path) -> None:
    first = build(tmp_path, seed=1)
    build(tmp_path, seed=2)
    (first / manifest.FILE).unlink()
    assert evidence.open_previous(tmp_path) is None


def test_a_damaged_version_is_built_anew(tmp_path: Path) -> None:
    path = build(tmp_path)
    for spoil in ("schools.parquet", manifest.FILE):
        (path / spoil).write_bytes(b"spoilt")
        assert build(tmp_path) == path
        assert_frame_equal(evidence.open(tmp_path).table("schools"), SCHOOLS)
    assert list_names(tmp_path) == sorted([path.name, "current"])


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "abc").mkdir()
    for seed in range(3):
        build(tmp_path, seed)
    assert {"notes.txt", "abc"} < set(list_names(tmp_path))


# --- builds that end early -------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["kill", "fail"])
def test_a_build_stopped_at_any_file_operation_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    template, root = tmp_path / "template", tmp_path / how
    root.mkdir()
    _, old = build(template, seed=1), build(template, seed=2)
    ended = run(HERE / "interrupted.py", how, template, root, 3).stdout.split()
    assert len(ended) > 20
    assert set(ended) == ({"killed", "done"} if how == "kill" else {"said", "done"})
    for number, end in enumerate(ended, 1):
        folder = root / str(number)
        opened = evidence.open(folder)
        assert evidence.find_faults(opened.path, opened.manifest) == []
        assert end == "killed" or (opened.version != old.name) == (end == "done")
        half = [name for name in list_names(folder) if name.startswith((versions.BUILDING, versions.NEXT))]
        assert not half or how == "kill"
        new = build(folder, seed=3)
        assert versions.names(folder) == (new.name, old.name)
        assert list_names(folder) == sorted([new.name, old.name, "current"])


def test_a_build_killed_in_an_empty_folder_is_cleared_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / f"{versions.BUILDING}1-0a"
    left.mkdir()
    (left / "schools.parquet").write_bytes(b"half")
    assert versions.leftovers(tmp_path) == (left,)
    path = build(tmp_path)
    assert list_names(tmp_path) == sorted([path.name, "current"])


def test_two_builds_at_once_do_not_harm_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, finish = threading.Event(), threading.Event()
    put_in_force = versions.put_in_force

    def wait(path: Path, **options: object) -> Path:
        if threading.current_thread() is slow:
            started.set()
            assert finish.wait(30)
        return put_in_force(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(versions, "put_in_force", wait)
    slow = threading.Thread(target=build, args=(tmp_path, 1))
    slow.start()
    assert started.wait(30)
    quick = build(tmp_path, seed=2)
    assert versions.leftovers(tmp_path) == ()
    assert sum(name.startswith(versions.BUILDING) for name in list_names(tmp_path)) == 1
    finish.set()
    slow.join()
    assert versions.names(tmp_path)[1] == quick.name
    assert len(list_names(tmp_path)) == 3
    for opened in (evidence.open(tmp_path), evidence.open_previous(tmp_path)):
        assert opened is not None
        assert evidence.find_faults(opened.path, opened.manifest) == []


def test_several_programs_may_build_at_once(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "building.py"), str(tmp_path)]
    running = [subprocess.Popen([*command, f"{n}", "9", f"{n + 3}"], env=TOLD_WHERE) for n in range(3)]
    assert [each.wait() for each in running] == [0, 0, 0]
    opened = evidence.open(tmp_path)
    assert evidence.find_faults(opened.path, opened.manifest) == []
    assert len(list_names(tmp_path)) == 3


# --- a disk that is full ---------------------------------------------------------------------------


def make_big() -> dict[str, pl.DataFrame]:
    numbers = pl.int_range(20_000, eager=True).hash(seed=1)
    return {"big": pl.DataFrame({"number": numbers}), **TABLES}


def test_a_full_disk_is_said_and_leaves_nothing_half_written(small_disk: Path) -> None:
    with pytest.raises(SaidToPeople, match=r"the disk is full\. Nothing was kept"):
        evidence.write(small_disk, make_big(), manifest=make_manifest())
    assert list_names(small_disk) == []
    path = build(small_disk)
    with pytest.raises(SaidToPeople, match=r"the disk is full\. Nothing was changed"):
        evidence.write(small_disk, make_big(), manifest=make_manifest(1))
    assert list_names(small_disk) == sorted([path.name, "current"])
    assert_frame_equal(evidence.open(small_disk).table("schools"), SCHOOLS)


def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    path = build(tmp_path)
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, allowed[1]))
    try:
        with pytest.raises(SaidToPeople, match="the disk is full"):
            evidence.write(tmp_path, make_big(), manifest=make_manifest(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert list_names(tmp_path) == sorted([path.name, "current"])


def test_a_current_that_cannot_be_swapped_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build(tmp_path)

    def refuse(*_: Path) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SaidToPeople, match=r"cannot be written here \(Permission denied\)"):
        build(tmp_path, seed=1)
    assert evidence.open(tmp_path).path == path
    assert versions.NEXT not in list_names(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SaidToPeople, match=r"cannot be written here \(File exists\)"):
        build(tmp_path / "file")


def test_a_disk_that_loses_what_was_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", lambda path, content: write_bytes(path, content[::-1]))
    with pytest.raises(SaidToPeople, match="did not keep what was written"):
        build(tmp_path)
    assert list_names(tmp_path) == []


def test_an_older_version_that_cannot_go_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(versions, "_remove_older", refuse)
    for seed in range(3):
        path = build(tmp_path, seed)
        assert evidence.open(tmp_path).path == path
    assert len(list_names(tmp_path)) == 4
