"""What people say is read against the evidence, and what they decide is recorded for the next plan."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.partnerships.agreed import Agreed
from commonroom.pipeline import agreed, deciding
from commonroom.pipeline.agreed import Files
from commonroom.store import evidence, partnerships
from stores import plans
from stores.builders import make_manifest

SCHOOLS = pl.DataFrame(
    [
        (f"{n}", f"{name} High", "Northshire", n < 105)
        for n, name in zip(range(101, 107), "ABCDEF", strict=True)
    ],
    schema=["school", "name", "authority", "in_system"],
    orient="row",
)
TABLES = {
    "schools": SCHOOLS,
    "joins": pl.DataFrame({"number": ["99", "101"], "school": ["101", "101"]}),
    "comparable": SCHOOLS.select("school", phase=pl.lit("secondary")),
}
DAY = datetime.date(2026, 11, 22)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place with evidence of six made-up schools and a plan of two partnerships."""
    evidence.write(tmp_path / "evidence", TABLES, manifest=make_manifest())
    plans.write(tmp_path / "plan")
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def decide(
    folder: Path, rows: str, header: str = "provider,receiver,theme,decision,reason"
) -> deciding.Released:
    file = write(folder, "d.csv", f"{header}\n{rows}\n")
    return deciding.decide(folder / "plan", file, evidence=folder / "evidence", date=DAY)


def test_what_people_say_is_read_with_the_schools_of_the_evidence(folder: Path) -> None:
    opened = evidence.open(folder / "evidence")
    files = Files(
        said=write(folder, "said.csv", "ysgol,thema,dywed\nA high,Mathemateg,cynnig\n99,EBacc,request\n"),
        capacities=write(
            folder, "c.csv", "kind,name,days\ntrust,alpha,50\nauthority,northshire,9\nschool,101,5\n"
        ),
        trusts=write(folder, "t.csv", "school,trust\n101,Alpha\n"),
        ties=write(folder, "ties.csv", "provider,receiver,theme\n102,103,reading\n"),
        minutes=write(folder, "m.csv", "from,to,minutes\n101,102,12\n"),
    )
    found = agreed.read(opened, files)
    assert (found.decisions, found.last) == (None, None)
    frames = (found.statements, found.capacities, found.trusts, found.ties, found.minutes)
    said, days, trusts, ties, minutes = (frame.rows() for frame in frames if frame is not None)
    assert said == [
        ("101", "secondary", "ebacc", "request", None, None),
        ("101", "secondary", "mathematics", "offer", None, None),
    ]
    assert [row[:3] for row in days] == [
        ("authority", "Northshire", 9.0), ("school", "101", 5.0), ("trust", "Alpha", 50.0),
    ]  # fmt: skip
    assert trusts == [("101", "Alpha")]
    assert ties == [("102", "103", "secondary", "reading", "running", None)]
    assert minutes == [("101", "102", 12.0)]
    assert list(agreed.hashes(files)) == ["said", "capacities", "trusts", "ties", "minutes"]


def test_what_was_proposed_and_decided_is_read_from_the_folder_of_plans(folder: Path) -> None:
    opened = evidence.open(folder / "evidence")
    assert agreed.read(opened, Files()) == Agreed()
    before = agreed.read(opened, Files(), folder=folder / "plan")
    assert before.decisions is None
    assert before.last is not None
    assert before.last.height == 2
    decide(folder, "103,104,reading,accept,")
    after = agreed.read(opened, Files(), folder=folder / "plan")
    assert after.decisions is not None
    assert after.decisions["decision"].to_list() == ["accept"]
    assert list(agreed.hashes(Files(), folder=folder / "plan")) == ["decisions", "last"]
    assert agreed.hashes(Files(), folder=folder / "nowhere") == {}


def test_what_is_decided_is_recorded_and_what_comes_next_is_said(folder: Path) -> None:
    told = decide(folder, "C High,D High,Darllen,derbyn,")
    assert told.frame.select("receiver_name", "phase", "theme", "provider_name", "decision", "by").rows() == [
        ("D High", "secondary", "reading", "C High", "accept", "both")
    ]
    assert told.sentences == (
        "1 decision is recorded: 1 accept.",
        "Of the plan, 1 proposal is still to be decided.",
        f"Next: commonroom partnerships propose --out {folder}/plan. What was accepted stays, a pair that "
        "declined is not proposed again, and as little else as possible changes.",
    )
    told = decide(folder, "103,104,reading,accept,\n101,102,ebacc,decline,no time")
    assert told.sentences[:3] == (
        "1 decision is recorded: 1 decline.",
        "1 row was recorded before.",
        "Of the plan, 0 proposals are still to be decided.",
    )
    told = decide(folder, "103,104,reading,accept,\n101,102,ebacc,decline,no time")
    assert told.sentences[:2] == ("0 decisions are recorded.", "2 rows were recorded before.")


def test_themes_of_a_plan_need_not_be_those_of_the_program(folder: Path) -> None:
    plans.write(folder / "plan", 1, ("103", "104", "chess"))
    assert decide(folder, "103,104,chess,accept,").frame["theme"].to_list() == ["chess"]
    with pytest.raises(SaidToPeople, match=r"no theme “mobility”\. Choose one of: chess, ebacc, reading"):
        decide(folder, "103,104,mobility,accept,")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "999,104,reading,accept,",
            "row 2, column provider: “999”: no school of this evidence has that number.",
        ),
        (
            "101,104,reading,accept,",
            "/plan: this was never proposed: 101 helps 104 in reading. Take the rows out",
        ),
        ("103,104,reading,decline,", "row 2, column reason: who declines says why."),
    ],
)
def test_a_decision_that_cannot_be_is_said_and_nothing_is_recorded(
    folder: Path, rows: str, sentence: str
) -> None:
    with pytest.raises(SaidToPeople) as said:
        decide(folder, f"{rows}\n101,102,ebacc,accept," if "row 2" in sentence else rows)
    assert sentence in str(said.value)
    assert partnerships.decisions(folder / "plan").is_empty()


def test_a_second_partner_in_a_theme_is_refused(folder: Path) -> None:
    plans.write(folder / "plan", 1, ("105", "104", "reading"), ("103", "104", "ebacc"))
    decide(folder, "103,104,reading,pause,")
    with pytest.raises(SaidToPeople) as said:
        decide(folder, "105,104,reading,accept,\n103,104,ebacc,accept,")
    assert str(said.value) == (
        f"{folder}/plan: a school is helped by one school in a theme, but these are accepted: "
        "D High in reading by C High and E High. Decline or put off all but one of each."
    )
    assert partnerships.decisions(folder / "plan").height == 1
    rows = "103,104,reading,decline,no time,2026-11-23\n105,104,reading,accept,,2026-11-23"
    told = decide(folder, rows, header="provider,receiver,theme,decision,reason,date")
    assert told.sentences[0] == "2 decisions are recorded: 1 accept, 1 decline."


def test_without_a_plan_there_is_nothing_to_decide(folder: Path) -> None:
    file = write(folder, "d.csv", "provider,receiver,theme,decision\n103,104,reading,accept\n")
    with pytest.raises(SaidToPeople, match=r"there is no plan here\. Propose one: commonroom partnerships"):
        deciding.decide(folder / "other", file, evidence=folder / "evidence", date=DAY)
