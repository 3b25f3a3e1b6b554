from __future__ import annotations

import polars as pl

from builders import figures, inputs
from commonroom import panel
from commonroom.panel import measures, systems


def test_only_mainstream_schools_with_a_result_of_that_year_are_compared() -> None:
    found = figures(
        ("1", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("2", 2018, "secondary", "attainment8", None, None),
        ("3", 2017, "secondary", "attainment8", 40.0, 100.0),
        ("4", 2018, "secondary", "attainment8", 40.0, 100.0),
        ("5", 2018, "primary", "rwm_expected", 40.0, 100.0),
        ("1", 2018, "all", "eal", 12.0, None),
    )
    given = inputs(found)
    schools = given.schools.with_columns(
        kind=pl.when(pl.col("school") == "4").then(pl.lit("special")).otherwise("kind")
    )
    built = panel.build(
        panel.Inputs(schools, given.figures, given.links, given.problems),
        measures=measures.load(),
        system=systems.load("england"),
    )
    compared = panel.comparable(built, phase="secondary", year=2018)
    assert compared["school"].to_list() == ["1"]
    assert compared["eal"].to_list() == [12.0]
    assert compared["prior"].to_list() == [None]
    assert panel.years(built, measure="attainment8", phase="secondary") == [2017, 2018]
    assert panel.years(built, measure="attainment8", phase="primary") == []
