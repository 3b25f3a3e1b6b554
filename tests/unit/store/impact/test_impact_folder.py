"""A plan is written once; results are whole or not at all; a finding stands there once."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import impact, versions
from commonroom.store.impact import manifest as manifests
from commonroom.store.manifest import hash_file
from commonroom.tables import TableError
from unit.store.impact import evaluations
from unit.store.impact.evaluations import HASH, OTHER, make_finding, make_plan, write_plan, write_results

HERE = Path(__file__).parent
TOLD_WHERE = {**os.environ, "PYTHONPATH": str(HERE.parents[2])}


def list_files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def said_by(action: object, *arguments: object) -> str:
    with pytest.raises(SaidToPeople) as said:
        action(*arguments)  # type: ignore[operator]
    return str(said.value)


def is_whole(folder: Path) -> bool:
    """Whether the files are those of the manifest, with findings beside them and nothing left over."""
    found = manifests.read((folder / "manifest.json").read_bytes())
    assert found is not None
    return set(list_files(folder)) - {"manifest.json", "findings.csv", "notes.txt"} == set(
        found.files
    ) and all(hash_file(folder / name) == hashed for name, hashed in found.files.items())


def test_a_plan_is_read_back_as_it_was_locked(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    assert write_plan(folder) == impact.Written(folder)
    assert list(list_files(folder)) == ["events.csv", "manifest.json", "plan.html", "plan.yaml", "power.csv"]
    found = impact.read_plan(folder)
    assert found is not None
    assert (found.text, found.plan) == (make_plan().text, HASH)
    assert_frame_equal(found.events, make_plan().events)


def test_where_there_is_no_plan_there_is_none(tmp_path: Path) -> None:
    assert impact.read_plan(tmp_path / "nowhere") is None
    write_results(tmp_path, plan="")
    assert impact.read_plan(tmp_path) is None


def test_the_same_plan_again_changes_nothing_and_another_is_refused(tmp_path: Path) -> None:
    write_plan(tmp_path)
    before = list_files(tmp_path)
    assert write_plan(tmp_path) == impact.Written(tmp_path)
    assert said_by(write_plan, tmp_path, OTHER) == (
        f"{tmp_path}: a plan is locked here already (0123456789ab), and a plan is written once. "
        "Choose another --out FOLDER; or evaluate by the plan that is there: what is done otherwise is "
        "reported as a deviation."
    )
    assert list_files(tmp_path) == before


def test_there_is_no_plan_after_the_results(tmp_path: Path) -> None:
    write_results(tmp_path, plan="")
    assert "there are results here already, and a plan is made before them." in said_by(write_plan, tmp_path)


@pytest.mark.parametrize("name", ["plan.yaml", "events.csv"])
@pytest.mark.parametrize("content", [None, b"", b"changed"])
def test_a_plan_that_was_changed_is_said(tmp_path: Path, name: str, content: bytes | None) -> None:
    write_plan(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    said = said_by(impact.read_plan, tmp_path)
    assert said.startswith(f"{tmp_path / name}: ")
    assert "Put the file back as it was" in said


def test_other_events_in_the_place_of_those_planned_are_said(tmp_path: Path) -> None:
    write_plan(tmp_path)
    file = tmp_path / "events.csv"
    file.write_bytes(file.read_bytes().replace(b"2019", b"2018"))
    assert "changed since the plan (0123456789ab) was locked" in said_by(impact.read_plan, tmp_path)


def test_a_plan_without_a_manifest_is_said(tmp_path: Path) -> None:
    write_plan(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert "changed since the plan was locked" in said_by(impact.read_plan, tmp_path)


def test_events_that_a_spreadsheet_saved_again_are_the_same(tmp_path: Path) -> None:
    write_plan(tmp_path)
    file = tmp_path / "events.csv"
    file.write_bytes(file.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\n", b"\r\n"))
    found = impact.read_plan(tmp_path)
    assert found is not None
    assert_frame_equal(found.events, make_plan().events)


@pytest.mark.parametrize("content", ["", "{", '{"form": "commonroom plan 1"}'])
def test_a_manifest_that_is_none_is_said_and_nothing_is_written_over(tmp_path: Path, content: str) -> None:
    write_plan(tmp_path)
    (tmp_path / "manifest.json").write_text(content)
    for action in (impact.read_plan, write_plan, write_results):
        assert said_by(action, tmp_path) == (
            f"{tmp_path}/manifest.json: the manifest here is damaged, or that of something else. "
            "Choose another --out FOLDER."
        )
    assert (tmp_path / "manifest.json").read_text() == content


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", ".DS_Store"):
        (tmp_path / name).write_text("mine")
    for action in (write_plan, write_results):
        assert said_by(action, tmp_path) == (
            f"{tmp_path}: this folder holds other files (a.txt, b.txt, c.txt and 1 more) and no evaluation. "
            "Choose another --out FOLDER, or an empty one."
        )


def test_events_must_be_what_they_claim(tmp_path: Path) -> None:
    planned = impact.Planned("", HASH, make_plan().events.drop("start"))
    with pytest.raises(TableError, match="impact_events: the columns start are missing"):
        impact.write_plan(tmp_path / "plan", planned)
    assert not (tmp_path / "plan").exists()


def test_results_stand_beside_the_plan_for_people_and_for_programs(tmp_path: Path) -> None:
    write_plan(tmp_path)
    before = list_files(tmp_path)
    assert write_results(tmp_path).kept == ()
    files = list_files(tmp_path)
    assert set(files) - set(before) == {"effects.csv", "evaluation.json", "findings.csv", "page.html"}
    assert all(files[name] == before[name] for name in before if name != "manifest.json")
    content = json.loads(files["evaluation.json"])
    assert content["about"] == {"seed": 1}
    assert content["tables"]["effects"] == [{"effect": 0.1 + 0.2}, {"effect": None}]
    assert content["tables"]["findings"][0]["plan"] == HASH
    assert is_whole(tmp_path)


def test_the_same_results_are_the_same_bytes_and_others_take_their_place(tmp_path: Path) -> None:
    write_plan(tmp_path)
    write_results(tmp_path)
    before = list_files(tmp_path)
    write_results(tmp_path)
    assert list_files(tmp_path) == before
    impact.write_results(tmp_path, {"headline": pl.DataFrame({"effect": [2.0]})}, texts={}, about={})
    assert set(list_files(tmp_path)) == {
        "events.csv", "evaluation.json", "findings.csv", "headline.csv", "manifest.json", "plan.html",
        "plan.yaml", "power.csv",
    }  # fmt: skip
    assert impact.read_plan(tmp_path) is not None


def test_what_somebody_wrote_into_results_is_set_aside(tmp_path: Path) -> None:
    write_results(tmp_path)
    (tmp_path / "page.html").write_text("my notes")
    assert write_results(tmp_path, 2.0).kept == ("page (kept).html",)
    assert (tmp_path / "page (kept).html").read_text() == "my notes"


@pytest.mark.parametrize("name", ["plan.yaml", "events.csv", "manifest.json", "findings.csv"])
def test_results_never_take_the_place_of_the_plan(tmp_path: Path, name: str) -> None:
    write_plan(tmp_path)
    before = list_files(tmp_path)
    with pytest.raises(ValueError, match=name):
        impact.write_results(tmp_path, {}, texts={name: b""}, about={})
    assert list_files(tmp_path) == before


def test_events_as_planned_stand_there_once_and_others_beside_them(tmp_path: Path) -> None:
    write_plan(tmp_path)
    before = list_files(tmp_path)
    impact.write_results(tmp_path, {"events": make_plan().events}, texts={}, about={})
    assert set(list_files(tmp_path)) - set(before) == {"evaluation.json"}
    impact.write_results(tmp_path, {"events": evaluations.make_events("103")}, texts={}, about={})
    assert set(list_files(tmp_path)) - set(before) == {"evaluation.json", "events_done.csv"}
    assert list_files(tmp_path)["events.csv"] == before["events.csv"]
    assert impact.read_plan(tmp_path) is not None


def test_a_finding_stands_there_once(tmp_path: Path) -> None:
    write_plan(tmp_path)
    write_results(tmp_path, 1.0)
    write_results(tmp_path, 2.0)
    assert impact.read_findings(tmp_path)["effect"].to_list() == [2.0]
    write_results(tmp_path / "other", 3.0, plan=OTHER)
    both = impact.add_findings(tmp_path / "all.csv", impact.read_findings(tmp_path))
    assert both["effect"].to_list() == [2.0]
    for _ in range(2):
        both = impact.add_findings(tmp_path / "all.csv", impact.read_findings(tmp_path / "other"))
    assert both.select("plan", "effect").rows() == [(HASH, 2.0), (OTHER, 3.0)]
    assert_frame_equal(impact.read_findings(tmp_path / "all.csv"), both)
    again = impact.add_findings(
        tmp_path / "all.csv", make_finding(effect=4.0, theme="reading", strength=None)
    )
    assert again.select("effect", "theme").rows() == [(4.0, "reading"), (3.0, "")]


def test_findings_are_read_again_after_a_spreadsheet(tmp_path: Path) -> None:
    impact.add_findings(tmp_path, make_finding())
    file = tmp_path / "findings.csv"
    text = file.read_text(encoding="utf-8-sig").replace('""', "").replace("2026-11-22", "22/11/2026")
    file.write_text(text)
    assert_frame_equal(impact.read_findings(tmp_path), make_finding())


@pytest.mark.parametrize(
    ("old", "new"), [("attainment8", "attainment8,x"), ("0.1", "much"), ("effect", "what")]
)
def test_findings_that_cannot_be_read_are_said(tmp_path: Path, old: str, new: str) -> None:
    impact.add_findings(tmp_path, make_finding())
    file = tmp_path / "findings.csv"
    file.write_text(file.read_text(encoding="utf-8-sig").replace(old, new))
    for action in (impact.read_findings, write_results):
        assert "this table cannot be read: somebody changed its columns or its figures." in said_by(
            action, tmp_path
        )


def test_where_there_are_no_findings_there_are_none(tmp_path: Path) -> None:
    assert impact.read_findings(tmp_path / "nowhere").is_empty()


def test_several_may_add_at_once_and_no_finding_is_lost(tmp_path: Path) -> None:
    def add(number: int) -> None:
        impact.add_findings(tmp_path / "all.csv", make_finding(f"{number}"))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert impact.read_findings(tmp_path / "all.csv")["plan"].to_list() == [str(n) for n in range(6)]


def test_who_writes_results_waits_for_who_writes(tmp_path: Path) -> None:
    write_plan(tmp_path)
    written = threading.Event()

    def write() -> None:
        write_results(tmp_path)
        written.set()

    with versions.locked(tmp_path):
        other = threading.Thread(target=write)
        other.start()
        assert not written.wait(0.2)
    other.join()
    assert written.is_set()


def test_results_that_are_interrupted_anywhere_are_the_old_or_the_new(tmp_path: Path) -> None:
    template = tmp_path / "template"
    write_plan(template)
    write_results(template, 1.0)
    (template / "notes.txt").write_text("mine")
    # A disk that is full in the middle of it is looked at with plans of partnerships (stores/test_plans.py).
    ended = run("kill", "results", template, tmp_path / "runs")
    assert set(ended) - {""} == {"killed", "done"}
    seen = set()
    for folder in sorted((tmp_path / "runs").iterdir()):
        found = impact.read_findings(folder)["effect"].to_list()
        seen.add(found[0])
        assert found in ([1.0], [2.0])
        planned = impact.read_plan(folder)
        assert planned is not None
        # The next who writes here finishes what was begun.
        write_results(folder, 3.0)
        assert is_whole(folder)
        assert not list(folder.glob(".*"))
        assert (folder / "notes.txt").read_text() == "mine"
    assert seen == {1.0, 2.0}


def test_a_plan_that_is_interrupted_anywhere_is_there_or_not(tmp_path: Path) -> None:
    template = tmp_path / "template"
    impact.add_findings(template, make_finding())
    ended = run("fail", "plan", template, tmp_path / "runs")
    assert set(ended) - {""} == {"said", "done"}
    seen = set()
    for folder in sorted((tmp_path / "runs").iterdir()):
        planned = impact.read_plan(folder)
        seen.add(planned is None)
        write_plan(folder)
        assert is_whole(folder)
    assert seen == {True, False}


def run(*arguments: object) -> list[str]:
    command = [sys.executable, str(HERE / "evaluations.py"), *map(str, arguments)]
    found = subprocess.run(command, env=TOLD_WHERE, capture_output=True, text=True, check=True)
    return found.stdout.split("\n")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_what_cannot_be_written_is_said_and_what_was_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(path: Path, content: bytes) -> int:
        raise OSError(number, os.strerror(number))

    write_plan(tmp_path / "old")
    before = list_files(tmp_path / "old")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    said = "the disk is full." if number == errno.ENOSPC else "cannot be written here (Permission denied)."
    assert said in said_by(write_results, tmp_path / "old")
    assert "Nothing was kept." in said_by(write_plan, tmp_path / "new")
    assert list_files(tmp_path / "old") == before
    assert not (tmp_path / "new").exists()


def test_results_whose_files_cannot_be_moved_are_kept_and_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    write_plan(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        assert "The new evaluation is kept, and the next command moves its files into place." in said_by(
            write_results, tmp_path
        )
    assert impact.read_findings(tmp_path).height == 1
    write_plan(tmp_path)
    assert is_whole(tmp_path)
    assert (tmp_path / "page.html").is_file()


def test_a_small_disk_that_fills_up_loses_no_plan(small_disk: Path) -> None:
    folder = small_disk / "plan"
    write_plan(folder)
    before = list_files(folder)
    many = {f"{n}.html": b"x" * 4000 for n in range(20)}
    with pytest.raises(SaidToPeople, match=r"the disk is full\."):
        impact.write_results(folder, {}, texts=many, about={})
    assert list_files(folder) == before


def test_findings_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = said_by(impact.add_findings, tmp_path / "file" / "all.csv", evaluations.make_finding())
    assert "findings cannot be written here (File exists)." in said
