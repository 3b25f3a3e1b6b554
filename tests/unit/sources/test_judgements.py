"""Inspection judgements: the bundled ones, Ofsted's file and one's own."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources import judgements
from commonroom.tables.impact import JUDGEMENTS

OFSTED = """URN,School name,Ofsted phase,Inspection start date,Overall effectiveness
100001,A,Primary,12/03/2011,3
100001,A,Primary,12/03/2014,3
100002,B,All-through,2013-05-01 00:00:00,1
100003.0,C,Special,01/02/2010,2
100004,D,Secondary,01/02/2010,9
100005,E,Secondary,soon,2
,F,Secondary,01/02/2010,2
100002,B,Secondary,01/05/2013,2
"""


def write(folder: Path, text: str, name: str = "ofsted.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_history_is_whole_and_small() -> None:
    found = judgements.ship()
    assert found.rows.height == 60_131
    assert found.problems.is_empty()
    assert (found.rows["date"].min(), found.rows["date"].max()) == (
        datetime.date(2005, 9, 12),
        datetime.date(2020, 2, 26),
    )
    assert set(found.rows["judgement"]) == set(judgements.WORDS.values()) - {"3"}
    assert set(found.rows["phase"].drop_nulls()) == {"primary", "secondary"}
    assert (judgements.bundled.FOLDER / "judgements.parquet").stat().st_size < 300_000


def test_a_damaged_installation_is_said(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="Install commonroom again"):
        judgements.ship(tmp_path)
    (tmp_path / "judgements.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(SaidToPeople, match="cannot be read"):
        judgements.ship(tmp_path)


def test_ofsteds_file_is_read_as_it_is(tmp_path: Path) -> None:
    found = judgements.read(write(tmp_path, OFSTED))
    assert found.rows.drop("release").rows() == [
        ("100001", datetime.date(2011, 3, 12), "satisfactory", "primary"),
        ("100001", datetime.date(2014, 3, 12), "requires improvement", "primary"),
        ("100002", datetime.date(2013, 5, 1), "outstanding", "secondary"),
        ("100003", datetime.date(2010, 2, 1), "good", None),
    ]
    assert found.rows.schema == pl.Schema(JUDGEMENTS.schema)
    assert found.problems["left_out"].to_list() == [1, 1, 1, 1]
    assert found.problems["row"].to_list() == [7, 6, 5, None]


def test_the_latest_form_of_ofsteds_file_is_read(tmp_path: Path) -> None:
    header = "URN,Inspection start date of latest OEIF graded inspection,Latest OEIF overall effectiveness"
    found = judgements.read(
        write(tmp_path, f"{header}\n1,21/05/2024,3\n2,NULL,NULL\n3,21/10/2024,Not judged\n")
    )
    assert found.rows["judgement"].to_list() == ["requires improvement"]
    assert found.problems["left_out"].to_list() == [1, 1]


def test_ones_own_words_are_read_from_several_files(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    write(tmp_path / "all", "school;Date;Rating\n1;1 May 2012;Special measures\n", "a.csv")
    write(tmp_path / "all", "school;Date;Rating\n2;01-06-2012;GOOD\n", "b.csv")
    found = judgements.read(tmp_path / "all")
    assert found.rows["judgement"].to_list() == ["inadequate", "good"]
    assert found.rows["phase"].null_count() == 2
    assert found.rows["release"].to_list() == ["all/a.csv", "all/b.csv"]


def test_a_file_without_judgements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="no column overall effectiveness; the columns are URN, date"):
        judgements.read(write(tmp_path, "URN,date\n1,2012-01-01\n"))
    with pytest.raises(SaidToPeople, match="no row has a school number"):
        judgements.read(write(tmp_path, "URN,date,grade\n1,2012-01-01,9\n"))
