from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import yaml

from commonroom import sources
from commonroom.sources import guess
from commonroom.sources.mapping import Mapping

Write = Callable[[str, str | bytes], Path]

ILLINOIS = """\
RCDTS,School Name,District,School Level,# Notes,Enrollment,Percent Low Income,Percent English Learners,\
Percent IEP,Students Tested,Percent Meets,Growth,Average Growth Score,Chronic Absence Rate,Latitude,Longitude
15016299025,Adams,Chicago,ES,x,"1,204",81.2%,12.5%,10%,410,24.1%,0.2,49.2,31.0%,41.95,-87.7
15016299026,Baker,Chicago,ES,y,310,93.1%,tbc,11%,98,*,-0.1,51.0,40.2%,41.85,-87.65
15016299027,Carver,Chicago,HS,z,810,60.0%,3.0%,12%,200,44.5%,0.4,55.5,22.5%,41.7,-87.6
"""


def suggested(path: Path) -> tuple[str, Mapping, sources.Reading]:
    """The text of a suggestion, as a mapping, and what it reads straight away."""
    text = sources.suggest(path)
    mapping = Mapping.model_validate(yaml.safe_load(text))
    return text, mapping, sources.table.read(path, mapping=mapping)


def test_a_district_is_guessed_and_read_straight_away(write: Write) -> None:
    text, mapping, reading = suggested(write("report card 2023-24.csv", ILLINOIS))
    assert (mapping.school, mapping.name, mapping.authority) == ("RCDTS", "School Name", "District")
    assert mapping.year == 2024
    assert mapping.phase.values == {"ES": "primary", "HS": "secondary"}  # type: ignore[union-attr]
    assert mapping.location.latitude == "Latitude"  # type: ignore[union-attr]
    assert mapping.context == {
        "pupils": "Enrollment",
        "fsm": "Percent Low Income",
        "eal": "Percent English Learners",
        "sen_support": "Percent IEP",
    }
    kinds = {name: (o.unit, o.kind, o.direction, o.cohort) for name, o in mapping.outcomes.items()}
    assert kinds == {
        "percent_meets": ("%", "share", "higher", "Students Tested"),
        "growth": ("points", "progress", "higher", "Students Tested"),
        "average_growth_score": ("points", "score", "higher", "Students Tested"),
        "chronic_absence_rate": ("%", "share", "lower", "Students Tested"),
    }
    assert mapping.missing == {"*": "suppressed", "tbc": "not given"}
    assert "# Not used: # Notes" in text
    assert reading.schools.height == 3
    assert reading.problems.is_empty()


def test_a_consortium_in_welsh_is_guessed_and_read(workbook: Callable[..., Path]) -> None:
    path = workbook(
        [
            ["Rhif yr ysgol", "Enw'r ysgol", "Awdurdod lleol", "Sector", "Blwyddyn", "Nifer y disgyblion",
             "% Prydau ysgol am ddim", "Carfan", "Sgôr pwyntiau 9 wedi'i gapio", "Presenoldeb %",
             "Dwyreiniad", "Gogleddiad"],
            [6714000, "Ysgol Gyfun Bro", "Abertawe", "Uwchradd", "2022/23", 900, 21.5, 180, 361.2, 91.1,
             260000, 193000],
            [6714001, "Ysgol Gynradd Cwm", "Abertawe", "Cynradd", "2022/23", 210, "*", 30, None, 93.5,
             261000, 194000],
        ]
    )  # fmt: skip
    _, mapping, reading = suggested(path)
    assert (mapping.school, mapping.year, mapping.authority) == (
        "Rhif yr ysgol",
        "Blwyddyn",
        "Awdurdod lleol",
    )
    assert set(mapping.outcomes) == {"sgor_pwyntiau_9_wedi_i_gapio", "presenoldeb_percent"}
    assert mapping.context == {"pupils": "Nifer y disgyblion", "fsm": "% Prydau ysgol am ddim"}
    assert set(reading.figures["year"]) == {2023}
    assert reading.schools["easting"].to_list() == [260000.0, 261000.0]


def test_parquet_without_any_known_name_still_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"k": ["a", "b", "c"], "9th": [0.1, 0.5, 0.5]}).write_parquet(path)
    text, mapping, reading = suggested(path)
    assert mapping.school == "k"
    assert "it has the most different values" in text
    assert "year: 2000  # NOT FOUND" in text
    assert "phase: secondary  # NOT FOUND" in text
    assert list(mapping.outcomes) == ["outcome_9th"]
    assert reading.figures.height == 3


def test_a_table_without_numbers_takes_what_there_is(write: Write) -> None:
    _, mapping, _ = suggested(write("a.csv", "School ID,Enrollment\n1,20\n2,30\n"))
    assert mapping.outcomes["enrollment"].column == "Enrollment"
    _, mapping, _ = suggested(write("b.csv", "School ID\n1\n2\n"))
    assert mapping.outcomes["school_id"].column == "School ID"


def test_two_columns_of_one_name_and_unknown_phases_are_told_apart(write: Write) -> None:
    text = "School ID,Phase,Score-A,Score A\n1,Primary,5,6\n2,All-through,7,8\n"
    _, mapping, reading = suggested(write("a.csv", text))
    assert list(mapping.outcomes) == ["score_a", "score_a_2"]
    assert mapping.phase.values == {"All-through": "all", "Primary": "primary"}  # type: ignore[union-attr]
    assert set(reading.figures["phase"]) == {"all", "primary"}


def test_names_are_compared_without_accents_and_in_small_letters() -> None:
    assert guess.plain("Sgôr_Pwyntiau 9") == "sgor pwyntiau 9"
    assert guess.plain("schoolName") == "school name"
    assert guess.plain("% Meets/Exceeds") == "% meets/exceeds"


def test_a_column_that_is_empty_is_no_number(write: Write) -> None:
    text, mapping, _ = suggested(write("a.csv", "School ID,Percent Meets,Percent Passed\n1,,40\n2,,50\n"))
    assert list(mapping.outcomes) == ["percent_passed"]
    assert "# Not used: Percent Meets" in text
