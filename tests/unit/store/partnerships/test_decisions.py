"""Decisions are added to those before, about what was proposed, and are read as they were said."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.errors import SaidToPeople
from commonroom.store import partnerships
from stores import plans

ACCEPT = plans.say(("103", "104", "reading", "accept"))


def test_decisions_grow_and_the_same_one_is_recorded_once(tmp_path: Path) -> None:
    plans.write(tmp_path)
    new = partnerships.record(tmp_path, ACCEPT)
    assert new["phase"].to_list() == ["secondary"]
    assert partnerships.record(tmp_path, ACCEPT).is_empty()
    later = plans.say(("103", "104", "reading", "pause"), by="provider", date=datetime.date(2026, 12, 24))
    partnerships.record(tmp_path, pl.concat([ACCEPT, later]))
    assert partnerships.decisions(tmp_path).select("decision", "by", "date").rows() == [
        ("accept", "both", plans.DAY), ("pause", "provider", datetime.date(2026, 12, 24)),
    ]  # fmt: skip


def test_what_was_said_is_read_back_to_the_letter(tmp_path: Path) -> None:
    plans.write(tmp_path, 0, *((f"P{n}", f"R{n}", "reading") for n in range(9)))
    reasons = ["=1+1", "-", "'quoted'", "''", "@ŵ", "+", 'a, "b"\nc', '="x"', " x "]
    said = pl.concat(
        [plans.say((f"P{n}", f"R{n}", "reading", "decline"), reason=text) for n, text in enumerate(reasons)]
    )
    partnerships.record(tmp_path, said)
    assert partnerships.decisions(tmp_path)["reason"].to_list() == reasons
    for line in (tmp_path / "decisions.csv").read_text(encoding="utf-8-sig").split("\n"):
        assert ",=" not in line
        assert ",@" not in line


def test_a_decision_without_a_phase_is_about_all_in_which_the_pair_was_proposed(tmp_path: Path) -> None:
    both = pl.concat(
        plans.propose(("103", "104", "reading"), phase=phase) for phase in ("primary", "secondary")
    )
    partnerships.write(tmp_path, {"proposals": both}, texts={}, manifest=plans.make_manifest())
    assert partnerships.record(tmp_path, ACCEPT)["phase"].to_list() == ["primary", "secondary"]
    one = ACCEPT.with_columns(phase=pl.lit("primary"), decision=pl.lit("pause"))
    assert partnerships.record(tmp_path, one)["phase"].to_list() == ["primary"]


def test_a_pair_of_an_earlier_plan_may_still_answer(tmp_path: Path) -> None:
    plans.write(tmp_path)
    plans.write(tmp_path, 1, ("103", "105", "reading"))
    assert partnerships.record(tmp_path, ACCEPT).height == 1


def test_what_was_never_proposed_is_refused_with_all_of_it(tmp_path: Path) -> None:
    plans.write(tmp_path)
    wrong = plans.say(("104", "103", "reading", "accept"), ("103", "104", "ebacc", "accept"))
    other = ACCEPT.with_columns(phase=pl.lit("primary"))
    with pytest.raises(SaidToPeople) as said:
        partnerships.record(tmp_path, pl.concat([ACCEPT, wrong, other]))
    assert str(said.value) == (
        f"{tmp_path}: this was never proposed: 104 helps 103 in reading; 103 helps 104 in ebacc; "
        "103 helps 104 in reading (primary). Take the rows out; "
        "what schools agreed by themselves goes into a file of ties (--ties)."
    )
    assert partnerships.decisions(tmp_path).is_empty()
    many = plans.say(*((f"P{n}", "104", "reading", "accept") for n in range(12)))
    with pytest.raises(SaidToPeople, match=r"P9 helps 104 in reading; and 2 more\. Take"):
        partnerships.record(tmp_path, many)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_without_a_plan_nothing_is_recorded(tmp_path: Path, name: str) -> None:
    with pytest.raises(SaidToPeople) as said:
        partnerships.record(tmp_path / name, ACCEPT)
    assert str(said.value) == (
        f"{tmp_path / name}: there is no plan here. "
        f"Propose one: commonroom partnerships propose --out {tmp_path / name}"
    )
    assert list(tmp_path.iterdir()) == []


def test_who_records_may_look_at_the_whole_before_it_stands(tmp_path: Path) -> None:
    plans.write(tmp_path)
    partnerships.record(tmp_path, ACCEPT)
    seen = []

    def refuse(whole: pl.DataFrame) -> None:
        seen.append(whole)
        raise SaidToPeople("no.")

    with pytest.raises(SaidToPeople, match="no"):
        partnerships.record(tmp_path, plans.say(("101", "102", "ebacc", "accept")), check=refuse)
    assert seen[0]["provider"].to_list() == ["103", "101"]
    assert partnerships.decisions(tmp_path).height == 1


def test_a_history_that_a_spreadsheet_saved_again_is_read(tmp_path: Path) -> None:
    plans.write(tmp_path)
    partnerships.record(tmp_path, ACCEPT)
    before = partnerships.decisions(tmp_path)
    file = tmp_path / "decisions.csv"
    file.write_text(file.read_text(encoding="utf-8-sig").replace("2026-11-22", "22/11/2026"))
    assert_frame_equal(partnerships.decisions(tmp_path), before)


@pytest.mark.parametrize(
    "content", ["", "provider,receiver\n1,2\n", "{header}1,2,secondary,reading,accept,both,,soon,\n"]
)
def test_a_damaged_history_is_said(tmp_path: Path, content: str) -> None:
    plans.write(tmp_path)
    header = ",".join(ACCEPT.columns) + "\n"
    (tmp_path / "decisions.csv").write_text(content.replace("{header}", header))
    for action in (lambda: partnerships.decisions(tmp_path), lambda: partnerships.record(tmp_path, ACCEPT)):
        with pytest.raises(SaidToPeople) as said:
            action()
        assert str(said.value) == (
            f"{tmp_path}/decisions.csv: this table cannot be read: somebody "
            f"changed its columns or its dates. "
            "Put the file back as it was; it holds what cannot be made again."
        )
