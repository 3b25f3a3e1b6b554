"""What is in the folder of a plan, and which folders are left alone."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import partnerships
from commonroom.store.manifest import hash_file
from commonroom.tables import TableError
from commonroom.tables import partnerships as tables
from stores import plans

PROPOSALS = plans.propose(("103", "104", "reading"), ("101", "102", "ebacc"))


def list_files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_a_plan_is_tables_for_people_one_file_for_programs_and_pages(tmp_path: Path) -> None:
    written = plans.write(tmp_path / "plan")
    assert written == partnerships.Written(tmp_path / "plan", written.version)
    assert list(list_files(tmp_path / "plan")) == [
        "limits.csv", "manifest.json", "pages/102.html", "pages/104.html", "plan.html", "plan.json",
        "proposals.csv", "proposed.csv",
    ]  # fmt: skip
    content = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert content["manifest"]["evidence"] == "0123456789ab"
    assert content["manifest"]["date"] == "2026-11-22"
    assert content["tables"]["limits"] == []
    assert [row["gain"] for row in content["tables"]["proposals"]] == [0.1 + 0.2] * 2


def test_what_is_proposed_is_read_back_as_it_was(tmp_path: Path) -> None:
    plans.write(tmp_path)
    found = partnerships.read_last(tmp_path)
    assert found is not None
    assert_frame_equal(found, PROPOSALS, check_exact=True)


def test_the_same_plan_is_the_same_bytes(tmp_path: Path) -> None:
    first, second = plans.write(tmp_path / "one"), plans.write(tmp_path / "two")
    assert list_files(tmp_path / "one") == list_files(tmp_path / "two")
    assert first.version == second.version != plans.write(tmp_path / "three", 1).version


def test_a_spreadsheet_takes_the_tables_for_utf_8_and_no_cell_for_a_formula(tmp_path: Path) -> None:
    plans.write(tmp_path)
    content = (tmp_path / "proposals.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfreceiver,")
    frame = pl.read_csv(content)
    assert frame["source"].to_list() == ["'=DfE \u2028 ŵ, \"x\"\n'"] * 2
    assert frame["gain"].to_list() == [0.1 + 0.2] * 2


def test_a_figure_that_is_no_number_is_empty(tmp_path: Path) -> None:
    frame = PROPOSALS.with_columns(gap=pl.lit(float("nan")))
    partnerships.write(tmp_path, {"proposals": frame}, texts={}, manifest=plans.make_manifest())
    found = partnerships.read_last(tmp_path)
    assert found is not None
    assert found["gap"].to_list() == [None, None]


def test_proposals_must_be_what_they_claim(tmp_path: Path) -> None:
    frames = {"proposals": PROPOSALS.drop("gain")}
    with pytest.raises(TableError, match="proposals: the columns gain are missing"):
        partnerships.write(tmp_path / "plan", frames, texts={}, manifest=plans.make_manifest())
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("name", ["", "/etc/page.html", "../page.html", "a/.next/page.html", ".page.html"])
def test_a_page_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    frames, manifest = {"proposals": PROPOSALS}, plans.make_manifest()
    with pytest.raises(ValueError, match="a page cannot be called"):
        partnerships.write(tmp_path, frames, texts={name: b""}, manifest=manifest)


def test_the_next_plan_takes_the_place_of_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    plans.write(tmp_path)
    partnerships.record(tmp_path, plans.say(("103", "104", "reading", "accept")))
    (tmp_path / "pages" / "mine.txt").write_text("mine")
    assert plans.write(tmp_path, 1, ("103", "105", "reading")).kept == ()
    assert list(list_files(tmp_path)) == [
        "decisions.csv", "limits.csv", "manifest.json", "pages/105.html", "pages/mine.txt", "plan.html",
        "plan.json", "proposals.csv", "proposed.csv",
    ]  # fmt: skip
    (tmp_path / "pages" / "mine.txt").unlink()
    frames, manifest = {"proposals": PROPOSALS.clear()}, plans.make_manifest()
    partnerships.write(tmp_path, frames, texts={}, manifest=manifest)
    assert not (tmp_path / "pages").exists()
    assert partnerships.decisions(tmp_path).height == 1
    assert partnerships.proposed(tmp_path).select("provider", "receiver", "theme").rows() == [
        ("101", "102", "ebacc"), ("103", "104", "reading"), ("103", "105", "reading"),
    ]  # fmt: skip


def test_what_somebody_wrote_into_a_file_of_the_plan_is_set_aside(tmp_path: Path) -> None:
    plans.write(tmp_path)
    for number, name in ((1, "proposals (kept).csv"), (2, "proposals (kept 2).csv")):
        (tmp_path / "proposals.csv").write_text(f"decided {number}")
        (tmp_path / "pages" / "104.html").write_text("my notes")
        assert name in plans.write(tmp_path, number).kept
        assert (tmp_path / name).read_text() == f"decided {number}"
    (tmp_path / "pages" / "104.html").write_text("my notes")
    plans.write(tmp_path, 3, ("103", "105", "reading"))
    assert (tmp_path / "pages" / "104.html").read_text() == "my notes"


def test_a_file_of_somebodys_own_that_is_in_the_way_is_set_aside(tmp_path: Path) -> None:
    plans.write(tmp_path)
    (tmp_path / "map.svg").write_text("mine")
    frames = {"proposals": PROPOSALS}
    found = partnerships.write(tmp_path, frames, texts={"map.svg": b"map"}, manifest=plans.make_manifest())
    assert found.kept == ("map (kept).svg",)
    assert (tmp_path / "map (kept).svg").read_text() == "mine"
    assert (tmp_path / "map.svg").read_bytes() == b"map"


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).write_text("mine")
    for refuse in (partnerships.check, plans.write):
        with pytest.raises(SaidToPeople) as said:
            refuse(tmp_path)
        assert str(said.value) == (
            f"{tmp_path}: this folder holds other files (a.txt, b.txt, c.txt and 1 more) and no plan. "
            "Choose another --out FOLDER, or an empty one."
        )
    assert len(list_files(tmp_path)) == 6


def test_a_folder_with_litter_or_with_what_was_decided_may_be_written(tmp_path: Path) -> None:
    plans.write(tmp_path / "old")
    partnerships.record(tmp_path / "old", plans.say(("103", "104", "reading", "accept")))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ".DS_Store").write_text("")
    for name in ("decisions.csv", "proposed.csv"):
        (tmp_path / "new" / name).write_bytes((tmp_path / "old" / name).read_bytes())
    plans.write(tmp_path / "new")
    assert partnerships.decisions(tmp_path / "new").height == 1


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("")
    with pytest.raises(SaidToPeople, match=r"the plan cannot be written here \(File exists\)"):
        plans.write(tmp_path / "plan")
    assert partnerships.read_last(tmp_path / "plan") is None


def test_where_there_is_no_plan_there_is_none(tmp_path: Path) -> None:
    assert partnerships.read_last(tmp_path / "nowhere") is None
    assert partnerships.check(tmp_path / "nowhere") is None
    assert partnerships.decisions(tmp_path / "nowhere").is_empty()
    assert partnerships.proposed(tmp_path / "nowhere").is_empty()


@pytest.mark.parametrize("content", [None, "", "{", '{"tables": {}}', '{"tables": {"proposals": [1]}}', "[]"])
def test_a_damaged_plan_is_said(tmp_path: Path, content: str | None) -> None:
    plans.write(tmp_path)
    file = tmp_path / "plan.json"
    if content is None:
        file.unlink()
    else:
        hashed = hash_file(file)
        file.write_text(content)
        manifest = tmp_path / "manifest.json"
        # Even where the manifest was made to fit.
        manifest.write_text(manifest.read_text().replace(hashed, hash_file(file)))
    with pytest.raises(SaidToPeople) as said:
        partnerships.read_last(tmp_path)
    assert str(said.value) == (
        f"{file}: the plan is missing, damaged or changed since it was written. "
        "Put the file back, or propose into another --out FOLDER and take decisions.csv there."
    )


def test_a_changed_plan_is_said(tmp_path: Path) -> None:
    plans.write(tmp_path)
    file = tmp_path / "plan.json"
    file.write_text(file.read_text().replace('"103"', '"101"'))
    with pytest.raises(SaidToPeople, match="damaged or changed since it was written"):
        partnerships.read_last(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(SaidToPeople, match="damaged or changed since it was written"):
        partnerships.read_last(tmp_path)


@pytest.mark.parametrize("content", ["", "{", '{"system": "s"}'])
def test_a_damaged_manifest_is_said_and_nothing_is_written_over(tmp_path: Path, content: str) -> None:
    plans.write(tmp_path)
    (tmp_path / "manifest.json").write_text(content)
    decided = plans.say(("103", "104", "reading", "accept"))
    for action in (
        lambda: plans.write(tmp_path, 1),
        lambda: partnerships.read_last(tmp_path),
        lambda: partnerships.record(tmp_path, decided),
    ):
        with pytest.raises(SaidToPeople) as said:
            action()
        assert str(said.value) == (
            f"{tmp_path}/manifest.json: the manifest of this plan is damaged. "
            "Choose another --out FOLDER, and keep decisions.csv: the rest can be made again."
        )
    assert (tmp_path / "manifest.json").read_text() == content


def test_every_table_of_a_plan_can_be_written(tmp_path: Path) -> None:
    known = (tables.PROPOSALS, tables.ALTERNATIVES, tables.UNMATCHED, tables.PROVIDERS, tables.LIMITS,
             tables.EQUITY, tables.PLAN, tables.CHANGES)  # fmt: skip
    frames = {table.name: table.empty() for table in known}
    partnerships.write(tmp_path, frames, texts={}, manifest=plans.make_manifest())
    assert {f"{name}.csv" for name in frames} <= set(list_files(tmp_path))
