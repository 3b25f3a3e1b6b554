from __future__ import annotations

import polars as pl

from commonroom import sources
from commonroom.panel import measures
from commonroom.tables import sources as tables


def figures(*rows: tuple[str, int, float | None], release: str = "A") -> pl.DataFrame:
    full = [
        (school, year, "secondary", "attainment8", value, None, None, release) for school, year, value in rows
    ]
    return pl.DataFrame(full, schema=tables.FIGURES.schema, orient="row")


def schools(*rows: dict[str, object]) -> pl.DataFrame:
    empty = dict.fromkeys(tables.SCHOOLS.schema)
    return pl.DataFrame([empty | row for row in rows], schema=tables.SCHOOLS.schema)


def test_nothing_combines_to_nothing() -> None:
    reading = sources.combine([])
    assert reading.schools.is_empty()
    assert reading.figures.is_empty()
    assert reading.problems.is_empty()


def test_the_earlier_reading_is_kept_and_the_difference_is_counted() -> None:
    final = sources.Reading(figures=figures(("1", 2019, 40.0), ("2", 2019, 50.0)))
    provisional = sources.Reading(
        figures=figures(("1", 2019, 41.5), ("2", 2019, 50.0), ("3", 2019, 60.0), release="B")
    )
    reading = sources.combine([final, provisional])
    assert reading.figures.select("school", "value", "release").rows() == [
        ("1", 40.0, "A"),
        ("2", 50.0, "A"),
        ("3", 60.0, "B"),
    ]
    other, same = sorted(reading.problems.rows(named=True), key=lambda row: -row["left_out"])
    assert other["what"] == (
        "attainment8 2019 is given twice with other numbers, here and in A, for 1 school "
        "(the first: 40 and 41.5)."
    )
    assert (other["file"], other["school"], other["left_out"]) == ("B", "1", 1)
    assert same["what"] == "attainment8 2019 is given twice, here and in A, for 1 school."
    assert same["left_out"] == 0


def test_a_suppressed_figure_is_not_filled_from_a_later_reading() -> None:
    first = sources.Reading(figures=figures(("1", 2019, None)))
    second = sources.Reading(figures=figures(("1", 2019, 12.0), release="B"))
    reading = sources.combine([first, second])
    assert reading.figures["value"].to_list() == [None]
    assert "(the first: no number and 12)" in reading.problems["what"][0]


def test_a_school_year_twice_in_one_file_is_said() -> None:
    reading = sources.combine([sources.Reading(figures=figures(("1", 2019, 40.0), ("1", 2019, 44.0)))])
    assert reading.figures["value"].to_list() == [40.0]
    assert "twice with other numbers, in the same file, for 1 school " in reading.problems["what"][0]


def test_empty_facts_of_a_school_are_filled_from_later_readings() -> None:
    first = sources.Reading(schools=schools({"school": "1", "name": "Adams", "release": "A"}))
    second = sources.Reading(
        schools=schools({"school": "1", "name": "Old Adams", "authority": "Bury", "release": "B"})
    )
    (row,) = sources.combine([first, second]).schools.rows(named=True)
    assert (row["name"], row["authority"], row["release"]) == ("Adams", "Bury", "A")


def test_a_school_in_two_places_is_said_and_the_first_is_kept() -> None:
    places = [
        sources.Reading(schools=schools({"school": "1", "easting": east, "northing": 0.0, "release": "A"}))
        for east in (0.0, 3500.0)
    ]
    near = sources.Reading(schools=schools({"school": "1", "easting": 10.0, "northing": 0.0}))
    reading = sources.combine(places)
    assert reading.schools["easting"].to_list() == [0.0]
    assert reading.problems["what"][0] == "The school is given in two places, 3.5 km apart."
    assert sources.combine([places[0], near]).problems.is_empty()


def test_problems_of_all_readings_are_kept_once_and_measures_by_name() -> None:
    known = list(measures.load(["absence", "attainment8"]).values())
    problem = sources.Problem(file="a.csv", what="It is odd.", remedy="Look at it.")
    said = pl.concat([tables.PROBLEMS.empty(), tables.PROBLEMS.check(pl.DataFrame([vars(problem)]))])
    readings = [
        sources.Reading(problems=said, measures=(known[0],)),
        sources.Reading(problems=said, measures=tuple(known)),
    ]
    reading = sources.combine(readings)
    assert reading.problems.height == 1
    assert {measure.name for measure in reading.measures} == {"absence", "attainment8"}
