"""A plan is in its folder whole or not at all, whoever is killed, and no decision is ever lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import partnerships, versions
from commonroom.store.manifest import hash_file
from commonroom.store.partnerships import folder as folders
from stores import plans

HERE = Path(__file__).parent
TOLD_WHERE = {**os.environ, "PYTHONPATH": str(HERE.parent)}
BEFORE = plans.propose(("103", "104", "reading"), ("101", "102", "ebacc"))
AFTER = plans.propose(("103", "104", "ebacc"), ("101", "105", "reading"))


def run(*arguments: object) -> list[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=TOLD_WHERE, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )


def list_files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def is_whole(folder: Path) -> bool:
    """Whether the files of a plan are those of its manifest, and nothing is left over."""
    manifest = folders.manifest(folder)
    assert manifest is not None
    others = {"manifest.json", "proposed.csv", "decisions.csv", "notes.txt"}
    return set(list_files(folder)) - others == set(manifest.files) and all(
        hash_file(folder / name) == found for name, found in manifest.files.items()
    )


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A plan, one decision, and a file of somebody's own beside them."""
    folder = tmp_path / "template"
    plans.write(folder)
    partnerships.record(folder, plans.say(("101", "102", "ebacc", "decline"), reason="no time"))
    (folder / "notes.txt").write_text("mine")
    return folder


@pytest.mark.parametrize("how", ["kill", "fail"])
def test_a_plan_that_is_interrupted_anywhere_is_the_old_one_or_the_new_one(
    template: Path, tmp_path: Path, how: str
) -> None:
    ended = run(HERE / "interrupted_plan.py", how, "write", template, tmp_path / "runs")
    assert set(ended) - {""} <= {"killed", "said", "done"}
    seen = set()
    for folder in sorted((tmp_path / "runs").iterdir()):
        last = partnerships.read_last(folder)
        assert last is not None
        seen.add(is_new := last.equals(AFTER, null_equal=True))
        assert_frame_equal(last, AFTER if is_new else BEFORE)
        assert partnerships.decisions(folder).height == 1
        # The next who writes here finds a whole plan, and finishes what was begun.
        partnerships.record(folder, plans.say(("103", "104", "reading", "accept")))
        assert is_whole(folder)
        assert not list(folder.glob(".*"))
        assert (folder / "notes.txt").read_text() == "mine"
        found = partnerships.read_last(folder)
        assert found is not None
        assert_frame_equal(found, last)
    assert seen == {True, False}


@pytest.mark.parametrize("how", ["kill", "fail"])
def test_decisions_that_are_interrupted_anywhere_are_recorded_or_not(
    template: Path, tmp_path: Path, how: str
) -> None:
    run(HERE / "interrupted_plan.py", how, "record", template, tmp_path / "runs")
    counts = {partnerships.decisions(folder).height for folder in (tmp_path / "runs").iterdir()}
    assert counts == {1, 2}


def test_several_may_record_at_once_and_no_decision_is_lost(tmp_path: Path) -> None:
    plans.write(tmp_path, 0, *((f"P{n}", f"R{n}", "reading") for n in range(8)))
    command = [sys.executable, str(HERE / "plans.py"), str(tmp_path)]
    running = [subprocess.Popen([*command, name, "8"], env=TOLD_WHERE) for name in ("ann", "ben")]
    assert [each.wait() for each in running] == [0, 0]
    found = partnerships.decisions(tmp_path)
    assert sorted(found.select("reason", "provider").rows()) == [
        (name, f"P{n}") for name in ("ann", "ben") for n in range(8)
    ]


def test_several_may_write_at_once_and_one_plan_is_whole(tmp_path: Path) -> None:
    proposed = [(f"P{seed}", "104", "reading") for seed in range(4)]
    writers = [
        threading.Thread(target=plans.write, args=(tmp_path, seed, pair))
        for seed, pair in enumerate(proposed)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert is_whole(tmp_path)
    assert not list(tmp_path.glob(".*"))
    # Whichever came last, every pair may still answer.
    assert sorted(partnerships.proposed(tmp_path)["provider"]) == ["P0", "P1", "P2", "P3"]


def test_who_records_waits_for_who_writes(tmp_path: Path) -> None:
    plans.write(tmp_path)
    recorded = threading.Event()

    def record() -> None:
        partnerships.record(tmp_path, plans.say(("103", "104", "reading", "accept")))
        recorded.set()

    with versions.locked(tmp_path):
        other = threading.Thread(target=record)
        other.start()
        assert not recorded.wait(0.2)
    other.join()
    assert recorded.is_set()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_plan_that_cannot_be_written_is_said_and_the_one_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(path: Path, content: bytes) -> int:
        raise OSError(number, os.strerror(number))

    said = "the disk is full." if number == errno.ENOSPC else "cannot be written here (Permission denied)."
    plans.write(tmp_path / "old")
    before = list_files(tmp_path / "old")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(SaidToPeople) as old:
        plans.write(tmp_path / "old", 1)
    with pytest.raises(SaidToPeople) as new:
        plans.write(tmp_path / "new")
    assert said in str(old.value)
    assert "The plan before is unchanged. Free some space, or choose another --out FOLDER." in str(old.value)
    assert "Nothing was kept." in str(new.value)
    assert list_files(tmp_path / "old") == before
    assert not (tmp_path / "new").exists()


def test_a_plan_whose_files_cannot_be_moved_is_kept_and_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans.write(tmp_path)

    def refuse(*_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(SaidToPeople) as said:
            plans.write(tmp_path, 1, ("103", "104", "ebacc"), ("101", "105", "reading"))
    assert "The new plan is kept, and the next command moves its files into place." in str(said.value)
    last = partnerships.read_last(tmp_path)
    assert last is not None
    assert_frame_equal(last, AFTER)
    plans.write(tmp_path, 2)
    assert is_whole(tmp_path)
    assert not (tmp_path / "pages" / "105.html").exists()


def test_decisions_that_cannot_be_recorded_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans.write(tmp_path)
    decided = plans.say(("103", "104", "reading", "accept"))
    for name in ("replace", "open"):

        def refuse(*_: object) -> int:
            raise OSError(errno.EROFS, "Read-only file system")

        with monkeypatch.context() as patched:
            patched.setattr(os, name, refuse)
            with pytest.raises(SaidToPeople, match=r"\(Read-only file system\)"):
                partnerships.record(tmp_path, decided)
    assert partnerships.decisions(tmp_path).is_empty()


def test_a_small_disk_that_fills_up_loses_neither_plan(small_disk: Path) -> None:
    folder = small_disk / "plan"
    plans.write(folder)
    before = list_files(folder)
    many = {f"{n}.html": b"x" * 4000 for n in range(20)}
    frames = {"proposals": AFTER}
    with pytest.raises(SaidToPeople, match=r"the disk is full\. The plan before is unchanged"):
        partnerships.write(folder, frames, texts=many, manifest=plans.make_manifest(1))
    assert list_files(folder) == before
    assert pl.DataFrame(partnerships.read_last(folder)).equals(BEFORE, null_equal=True)
