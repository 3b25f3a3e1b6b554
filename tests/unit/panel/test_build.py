from __future__ import annotations

import datetime

import polars as pl
import pytest

from builders import figures, inputs, links
from commonroom import panel
from commonroom.errors import SaidToPeople
from commonroom.panel import measures, systems
from commonroom.tables import sources

MEASURES = measures.load()
EVERYTHING = systems.load("england")


def build(*args: object) -> panel.Panel:
    return panel.build(inputs(*args), measures=MEASURES, system=EVERYTHING)  # type: ignore[arg-type]


def one(frame: pl.DataFrame, **where: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in where.items()), named=True)


def test_an_older_number_fills_years_that_the_newer_one_has_not() -> None:
    found = figures(
        ("1", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("2", 2018, "secondary", "attainment8", None, None),
        ("2", 2019, "secondary", "attainment8", 44.0, 110.0),
        ("1", 2019, "secondary", "attainment8", 41.0, 100.0),
    )
    built = build(found, links(("1", "2", "successor")))
    assert one(built.outcomes, school="2", year=2018)["value"] == 40.0
    assert one(built.outcomes, school="2", year=2018)["numbers"] == "1"
    assert one(built.outcomes, school="2", year=2019)["value"] == 44.0
    assert built.left_out.select("measure", "year", "figures").rows() == [("attainment8", 2019, 1)]
    assert one(built.schools, school="2")["numbers"] == 2


def test_merged_schools_are_averaged_by_cohort_and_their_pupils_added() -> None:
    found = figures(
        ("1", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("2", 2018, "secondary", "attainment8", 50.0, 300.0),
        ("3", 2023, "secondary", "attainment8", 48.0, 380.0),
        ("1", 2018, "all", "pupils", 500.0, None),
        ("2", 2018, "all", "pupils", 1500.0, None),
        ("1", 2018, "all", "eal", 10.0, None),
        ("2", 2018, "all", "eal", 50.0, None),
    )
    built = build(found, links(("1", "3", "successor"), ("2", "3", "successor")))
    merged = one(built.outcomes, school="3", year=2018)
    assert merged["value"] == pytest.approx(47.5)
    assert merged["cohort"] == 400.0
    assert merged["numbers"] == "1+2"
    context = one(built.context, school="3", year=2018)
    assert context["pupils"] == 2000.0
    assert context["eal"] == pytest.approx(40.0)


def test_a_missing_figure_keeps_why_it_is_missing() -> None:
    found = figures(("1", 2018, "primary", "rwm_expected", None, None))
    assert one(build(found).outcomes, school="1")["missing"] == "suppressed"


def test_a_share_above_100_is_left_out_counted_and_said() -> None:
    found = figures(
        ("1", 2018, "primary", "rwm_expected", 140.0, 30.0),
        ("1", 2017, "primary", "rwm_expected", 60.0, 30.0),
    )
    built = build(found)
    assert built.outcomes["year"].to_list() == [2017]
    assert built.left_out["figures"].sum() == 1
    problem = built.problems.row(0, named=True)
    assert problem["column"] == "rwm_expected"
    assert problem["row"] == 1
    assert "140.0" in problem["what"]
    assert problem["remedy"]


def test_context_is_the_nearest_year_within_three_and_says_which() -> None:
    found = figures(
        ("1", 2016, "secondary", "attainment8", 40.0, 100.0),
        ("1", 2017, "secondary", "attainment8", 40.0, 100.0),
        ("1", 2023, "secondary", "attainment8", 40.0, 100.0),
        ("1", 2015, "all", "eal", 10.0, None),
        ("1", 2019, "all", "eal", 30.0, None),
        ("1", 2019, "all", "pupils", 900.0, None),
        ("1", 2023, "secondary", "prior", 104.0, None),
    )
    context = build(found).context
    first, second, last = (one(context, school="1", year=year) for year in (2016, 2017, 2023))
    assert (first["eal"], first["context_year"]) == (10.0, 2019)  # pupils came from farthest, 2019
    assert (second["eal"], second["pupils"], second["context_year"]) == (
        10.0,
        900.0,
        2015,
    )  # a tie: the earlier
    assert (last["eal"], last["prior"], last["cohort_year"]) == (None, 104.0, 2023)
    assert second["cohort_year"] is None
    assert first["carried"] == "eal 2015; pupils 2019"
    assert last["carried"] == ""


def test_cohorts_are_published_carried_or_estimated_and_say_so() -> None:
    found = figures(
        ("1", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("1", 2018, "secondary", "progress8", 0.1, None),
        ("1", 2019, "secondary", "attainment8", 41.0, None),
        ("1", 2023, "secondary", "attainment8", 41.0, None),
        ("1", 2023, "secondary", "attainment8_disadvantaged", 35.0, None),
        ("1", 2018, "secondary", "attainment8_disadvantaged", 35.0, None),
        ("1", 2023, "secondary", "disadvantaged", 25.0, None),
        ("1", 2018, "all", "pupils", 500.0, None),
        ("1", 2023, "all", "pupils", 600.0, None),
        ("2", 2018, "secondary", "attainment8", 41.0, None),
    )
    outcomes = build(found).outcomes

    def cohort(school: str, year: int, measure: str) -> tuple[object, object]:
        row = one(outcomes, school=school, year=year, measure=measure)
        return row["cohort"], row["cohort_from"]

    assert cohort("1", 2018, "progress8") == (100.0, "published")
    assert cohort("1", 2019, "attainment8") == (100.0, "carried")
    assert cohort("1", 2023, "attainment8") == (120.0, "estimated")
    assert cohort("1", 2023, "attainment8_disadvantaged") == (30.0, "estimated")
    assert cohort("1", 2018, "attainment8_disadvantaged") == (None, None)
    assert cohort("2", 2018, "attainment8") == (None, None)


def test_absence_of_the_whole_school_stands_in_the_phase_it_has_results_in() -> None:
    found = figures(
        ("1", 2019, "primary", "rwm_expected", 60.0, 30.0),
        ("1", 2019, "secondary", "attainment8", 40.0, 100.0),
        ("1", 2019, "all", "absence", 5.0, None),
    )
    outcomes = build(found).outcomes
    assert outcomes.filter(pl.col("measure") == "absence")["phase"].to_list() == ["primary"]


def test_the_newest_facts_win_and_older_ones_fill_gaps() -> None:
    found = figures(
        ("1", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("2", 2019, "secondary", "attainment8", 44.0, 110.0),
    )
    given = inputs(found, links(("1", "2", "successor")))
    schools = given.schools.with_columns(
        easting=pl.when(pl.col("school") == "1").then(380000.0),
        closed=pl.when(pl.col("school") == "1").then(datetime.date(2018, 8, 31)),
    )
    built = panel.build(
        panel.Inputs(schools, given.figures, given.links, given.problems),
        measures=MEASURES,
        system=EVERYTHING,
    )
    row = one(built.schools, school="2")
    assert (row["name"], row["easting"], row["closed"]) == ("School 2", 380000.0, None)


def test_a_system_that_matches_no_school_is_one_sentence() -> None:
    nowhere = systems.System(
        name="nowhere", label="Nowhere", label_cy="Unman", authorities=("Atlantis",), source="made up",
        date=datetime.date(2026, 1, 1),
    )  # fmt: skip
    found = figures(("1", 2018, "primary", "rwm_expected", 60.0, 30.0))
    with pytest.raises(SaidToPeople, match="nowhere: no school of the data belongs to the system Nowhere"):
        panel.build(inputs(found), measures=MEASURES, system=nowhere)


def test_problems_of_the_source_are_kept() -> None:
    found = figures(("1", 2018, "primary", "rwm_expected", 60.0, 30.0))
    given = inputs(found)
    said = pl.DataFrame(
        [("a.csv", 3, "URN", "1", "A problem.", "A remedy.", 1)], schema=sources.PROBLEMS.schema, orient="row"
    )
    built = panel.build(
        panel.Inputs(given.schools, given.figures, given.links, said), measures=MEASURES, system=EVERYTHING
    )
    assert built.problems["what"].to_list() == ["A problem."]
