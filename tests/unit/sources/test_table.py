from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.sources import Reading, table

Write = Callable[[str, str | bytes], Path]
One = Callable[..., tuple[float | None, str | None]]

CHICAGO = """\
School ID,School Name,Network,Level,Enrollment,Low Income,Tested,Percent Meets,Growth Score,Latitude,Longitude
610000,Adams,Network 1,ES,"1,204",81.2%,410,24.1%,49.2,41.95,-87.70
610001.0,Baker,Network 1,ES,310,93.1%,98,*,51.0,41.85,-87.70
610002,Carver,Network 2,HS,810,60.0%,200,144.5%,55.5,0,0
"""
MAPPING = """\
title: District results 2024
source: Made by the tests
date: 2024-09-01
school: School ID
name: School Name
authority: Network
year: 2024
phase: {column: Level, values: {ES: primary, HS: secondary}}
location: {latitude: Latitude, longitude: Longitude}
outcomes:
  meets: {column: Percent Meets, unit: "%", kind: share, cohort: Tested}
  growth: {column: Growth Score, unit: points, kind: score, low: 0, high: 100}
context: {pupils: Enrollment, fsm: Low Income}
"""


@pytest.fixture
def read(write: Write) -> Callable[..., Reading]:
    """Read a text through a mapping's text, with parts of either replaced."""

    def reading(*changes: tuple[str, str], csv: str = CHICAGO, mapping: str = MAPPING) -> Reading:
        for old, new in changes:
            assert old in csv + mapping
            csv, mapping = csv.replace(old, new), mapping.replace(old, new)
        return table.read(write("district.csv", csv), mapping=write("mapping.yaml", mapping))

    return reading


def test_a_district_with_degrees_and_percent_strings_is_read(read: Callable[..., Reading], one: One) -> None:
    reading = read()
    assert one(reading.figures, "610000", "meets") == (24.1, None)
    assert one(reading.figures, "610001", "meets") == (None, "suppressed")
    assert one(reading.figures, "610000", "growth") == (49.2, None)
    assert one(reading.figures, "610000", "pupils") == (1204.0, None)
    assert one(reading.figures, "610001", "fsm") == (93.1, None)
    assert reading.figures.filter(variable="meets", school="610000")["cohort"].to_list() == [410.0]
    phases = dict(reading.figures.select("school", "phase").unique().rows())
    assert phases == {"610000": "primary", "610001": "primary", "610002": "secondary"}
    assert [measure.name for measure in reading.measures] == ["meets", "growth"]
    facts = reading.schools.select("name", "authority", "authority_code", "kind", "release").row(0)
    assert facts == ("Adams", "Network 1", "Network 1", "mainstream", "District results 2024")


def test_degrees_become_metres_about_the_middle(read: Callable[..., Reading]) -> None:
    schools = read().schools
    # A tenth of a degree of latitude is 11.12 km; the middle is half-way.
    assert schools["northing"].to_list() == [
        pytest.approx(5559.8, abs=1),
        pytest.approx(-5559.8, abs=1),
        None,
    ]
    assert schools["easting"].to_list() == [0.0, 0.0, None]
    moved = read(("41.85,-87.70", "41.95,-87.60")).schools
    # and a tenth of longitude there 8.27 km
    assert moved["easting"][1] - moved["easting"][0] == pytest.approx(8269.5, abs=2)


def test_distances_are_right_to_half_a_per_cent(read: Callable[..., Reading]) -> None:
    # Cardiff to Holyhead is 226.18 km on the WGS 84 ellipsoid (Vincenty).
    schools = read(("41.95,-87.70", "51.4816,-3.1791"), ("41.85,-87.70", "53.3094,-4.6330")).schools
    (east, north), (east_2, north_2) = schools.select("easting", "northing").rows()[:2]
    assert ((east - east_2) ** 2 + (north - north_2) ** 2) ** 0.5 == pytest.approx(226_177, rel=0.005)


def test_tables_that_are_read_together_have_one_middle(write: Write) -> None:
    first = write("a/district.csv", CHICAGO)
    second = write("b/district.csv", CHICAGO.replace("6100", "7100").replace("41.", "42."))
    schools = table.read([first, second], mapping=write("mapping.yaml", MAPPING)).schools
    north = dict(schools.select("school", "northing").rows())
    assert north["710000"] - north["610000"] == pytest.approx(111_082, rel=0.005)


def test_metres_stay_as_they_are(read: Callable[..., Reading]) -> None:
    changes = [
        ("Latitude", "East"),
        ("Longitude", "North"),
        ("latitude", "easting"),
        ("longitude", "northing"),
    ]
    schools = read(*changes, ("41.95,-87.70", "384000,401000")).schools
    assert schools.select("easting", "northing").row(0) == (384000.0, 401000.0)


def test_a_place_off_the_globe_and_a_table_without_places(read: Callable[..., Reading]) -> None:
    off = read(("41.95", "141.95"))
    assert off.schools["northing"][0] is None
    assert "141.95 is outside -89.9 to 89.9." in off.problems["what"]
    nowhere = read(("41.95,-87.70", ","), ("41.85,-87.70", ","))
    assert nowhere.schools["easting"].null_count() == 3
    none = read(("location: {latitude: Latitude, longitude: Longitude}\n", ""))
    assert none.schools["easting"].null_count() == 3


def test_a_share_above_100_is_left_out(read: Callable[..., Reading], one: One) -> None:
    reading = read()
    assert one(reading.figures, "610002", "meets") == (None, "outside 0 to 100")
    assert reading.problems.select("row", "column", "school", "what").rows() == [
        (3, "Percent Meets", "610002", "144.5 is outside 0 to 100.")
    ]


def test_fractions_are_read_as_shares(read: Callable[..., Reading], one: One) -> None:
    reading = read(("81.2%", "0.812"), ("93.1%", "0.931"), ("60.0%", "0.6"))
    assert one(reading.figures, "610001", "fsm") == (93.1, None)


def test_rows_without_school_or_phase_are_left_out_and_counted(read: Callable[..., Reading]) -> None:
    reading = read(("610001.0", " "), ("HS,810", "K-8,810"))
    assert reading.schools["school"].to_list() == ["610000"]
    assert reading.problems.select("row", "what", "left_out").rows() == [
        (2, "1 row with no school number.", 1),
        (3, "1 row with no phase that the mapping names.", 1),
    ]


def test_when_no_row_can_be_used_that_is_said(read: Callable[..., Reading]) -> None:
    with pytest.raises(SaidToPeople, match="no row can be used: 3 rows with no phase that the mapping names"):
        read(("ES: primary, HS: secondary", "Elementary: primary"))


def test_columns_that_the_mapping_names_wrongly_are_said(read: Callable[..., Reading]) -> None:
    reading = read(
        ("column: Percent Meets", "column: Percent meeting"), ("pupils: Enrollment", "pupils: Enrolment")
    )
    said = dict(reading.problems.select("column", "what").rows())
    assert said["Percent meeting"].endswith("does not have. Similar to Percent meeting: Percent Meets.")
    assert said["Enrolment"].endswith("Similar to Enrolment: Enrollment.")
    assert sorted(reading.problems["left_out"]) == [0, 3]
    assert set(reading.figures["variable"]) == {"growth", "fsm"}


def test_a_mapping_of_another_table_is_refused(read: Callable[..., Reading]) -> None:
    with pytest.raises(SaidToPeople, match="columns that the table does not have: RCDTS"):
        read(("school: School ID", "school: RCDTS"))
    with pytest.raises(SaidToPeople, match="does not have: Percent Passed"):
        read(("column: Percent Meets", "column: Percent Passed"), ("column: Growth Score", "column: Gain"))
    with pytest.raises(SaidToPeople, match="does not have: School year"):
        read(("year: 2024", "year: School year"))


LONG = """\
id,Blwyddyn,Dangosydd,Gwerth,Carfan,Rhif blaenorol
6714000,2022/23,Sgôr,361.2,180,
6714000,2023/24,Sgôr,365.0,182,
6714001,2023/24,Sgôr,350.1,90,6710009.0
6714001,2023/24,Presenoldeb,91.2,,6710009.0
6714001,someday,Sgôr,1,1,6710009.0
"""
LONG_MAPPING = """\
title: Canlyniadau
source: Made by the tests
date: 2024-09-01
school: id
year: Blwyddyn
phase: secondary
predecessor: Rhif blaenorol
long: {variable: Dangosydd, value: Gwerth, cohort: Carfan}
outcomes:
  sgor: {column: Sgôr, unit: points, kind: score, low: 0, high: 500}
context: {stability: Presenoldeb}
"""


def test_a_long_table_has_one_row_for_each_figure(read: Callable[..., Reading], one: One) -> None:
    reading = read(csv=LONG, mapping=LONG_MAPPING)
    assert one(reading.figures, "6714000", "sgor", 2023) == (361.2, None)
    assert one(reading.figures, "6714000", "sgor", 2024) == (365.0, None)
    assert one(reading.figures, "6714001", "stability", 2024) == (91.2, None)
    assert reading.figures.filter(school="6714001", variable="sgor")["cohort"].to_list() == [90.0]
    assert reading.links.select("school", "linked", "link").rows() == [("6714001", "6710009", "predecessor")]
    assert reading.problems["what"].to_list() == ["1 row with no year between 1980 and 2100."]


def test_a_long_table_without_its_value_column_is_refused(read: Callable[..., Reading]) -> None:
    with pytest.raises(SaidToPeople, match="does not have: Value"):
        read(("value: Gwerth", "value: Value"), csv=LONG, mapping=LONG_MAPPING)


def test_years_in_columns_are_read(read: Callable[..., Reading], one: One) -> None:
    mapping = LONG_MAPPING.split("year:")[0] + (
        "phase: secondary\noutcomes:\n  meets: {column: {2023: M23, 2024: M24}, unit: '%', kind: share}\n"
    )
    reading = read(csv="id,M23,M24\n007,41%,44%\n", mapping=mapping)
    assert one(reading.figures, "007", "meets", 2023) == (41.0, None)
    assert one(reading.figures, "007", "meets", 2024) == (44.0, None)


def test_a_school_year_twice_is_kept_once(read: Callable[..., Reading]) -> None:
    reading = read(("610001.0", "610000"), ("310,", "311,"))
    assert reading.figures.filter(school="610000", variable="pupils")["value"].to_list() == [1204.0]
    assert any("twice with other numbers" in what for what in reading.problems["what"])
    assert any("given in two places, 11.1 km apart" in what for what in reading.problems["what"])


def test_several_tables_of_one_form_are_read_together(write: Write) -> None:
    first = write("a/district.csv", CHICAGO)
    second = write("b/district.csv", CHICAGO.replace("6100", "7100"))
    reading = table.read([first, second], mapping=write("mapping.yaml", MAPPING))
    assert reading.schools.height == 6
    assert len(reading.measures) == 2


def test_a_copy_of_a_table_is_read_once_and_said(write: Write) -> None:
    paths = [write("a/district.csv", CHICAGO), write("b/district.csv", CHICAGO)]
    reading = table.read(paths, mapping=write("mapping.yaml", MAPPING))
    assert "This is the same file as a/district.csv." in reading.problems["what"]
    assert reading.schools.height == 3


def test_parquet_is_read(tmp_path: Path, write: Write, one: One) -> None:
    frame = pl.DataFrame({"id": [1], "Reading": [0.415], "n": [20]})
    frame.write_parquet(tmp_path / "a.parquet")
    mapping = (
        "title: T\nsource: S\ndate: 2024-09-01\nschool: id\nyear: 2024\nphase: primary\noutcomes:\n"
        "  reading: {column: Reading, unit: '%', kind: share, cohort: n}\n"
    )
    reading = table.read(tmp_path / "a.parquet", mapping=write("m.yaml", mapping))
    assert one(reading.figures, "1", "reading") == (41.5, None)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024", 2024), ("2023-24", 2024), ("2023/2024", 2024), ("SY2023-24", 2024), ("SY23-24", 2024),
        ("2024.0", 2024), ("2024-09-01", 2024), ("School Year 2024", 2024), ("12", None), ("1066", None),
        ("2150", None), ("", None),
    ],
)  # fmt: skip
def test_years_are_those_in_which_the_school_year_ends(text: str, year: int | None) -> None:
    assert pl.select(table.parse_year(pl.lit(text))).item() == year
