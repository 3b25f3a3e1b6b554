from __future__ import annotations

import polars as pl
import pytest
from scipy.special import ndtr

from commonroom.partnerships import keys
from commonroom.partnerships.definition import Keys
from commonroom.tables.partnerships import KEYS

RULE = Keys(below=20, probability=0.8, disadvantage=75, source="made up")


def levels(*rows, measure="rwm_expected", year=2025):
    """Rows of school, level, sd and cohort."""
    names = ["school", "level_unit", "level_unit_sd", "cohort"]
    found = pl.DataFrame(rows, schema=names, orient="row")
    return found.with_columns(phase=pl.lit("primary"), measure=pl.lit(measure), year=pl.lit(year))


def nation(values=range(0, 101, 10), measure="rwm_expected", year=2025):
    """The nation's figures: 0, 10 ... 100 have their 20th percentile at 20."""
    return pl.DataFrame({"value": [float(v) for v in values]}).with_columns(
        phase=pl.lit("primary"), measure=pl.lit(measure), year=pl.lit(year)
    )


def here(**places):
    return pl.DataFrame(
        {"school": list(places), "phase": "primary", "disadvantage": list(places.values())},
        schema_overrides={"disadvantage": pl.Float64},
    )


def test_low_for_sure_and_disadvantaged() -> None:
    """The line is 20: a level of 15 with sd 5 is one sd below it, 0.841; one of 16 is 0.788."""
    found = keys.select(
        levels(("a", 15.0, 5.0, 30.0), ("b", 16.0, 5.0, 30.0), ("c", 0.0, 5.0, 30.0)),
        here(a=75.0, b=99.0, c=74.9),
        nation(),
        definition=RULE,
    )
    assert found.columns == list(KEYS.schema)
    assert found.rows() == [("a", "primary", pytest.approx(ndtr(1.0)), 75.0, 30.0)]


def test_the_line_is_of_the_same_year_and_measure() -> None:
    told = pl.concat([nation(), nation([90.0] * 5, year=2024), nation([90.0] * 5, measure="maths_score")])
    low, high = ("a", 5.0, 5.0, 30.0), ("b", 60.0, 5.0, 30.0)
    found = keys.select(levels(low, high), here(a=80.0, b=80.0), told, definition=RULE)
    assert found["school"].to_list() == ["a"]


def test_where_less_is_better_low_is_high() -> None:
    """The nation's worst fifth begins at 80."""
    asked = {"definition": RULE, "lower": ["rwm_expected"]}
    found = keys.select(
        levels(("a", 85.0, 5.0, 30.0), ("b", 5.0, 5.0, 30.0)), here(a=80.0, b=80.0), nation(), **asked
    )
    assert found["probability"].to_list() == [pytest.approx(ndtr(1.0))]
    assert found["school"].to_list() == ["a"]


def test_small_schools_are_not_named_and_what_is_not_known_selects_nobody() -> None:
    found = keys.select(
        levels(("a", 0.0, 5.0, 5.0), ("b", 0.0, 5.0, 6.0), ("c", 0.0, 5.0, 30.0), ("z", 0.0, 5.0, 30.0)),
        here(a=90.0, b=90.0, c=None),
        nation([*range(0, 101, 10), float("nan")]),
        definition=RULE,
    )
    assert found["school"].to_list() == ["b"]


def test_each_phase_has_its_own_line() -> None:
    both = pl.concat(
        [levels(("a", 5.0, 1.0, 30.0)), levels(("a", 5.0, 1.0, 30.0)).with_columns(phase=pl.lit("secondary"))]
    )
    places = pl.concat([here(a=90.0), here(a=90.0).with_columns(phase=pl.lit("secondary"))])
    told = pl.concat([nation(), nation([0.0] * 9).with_columns(phase=pl.lit("secondary"))])
    found = keys.select(both, places, told, definition=RULE)
    assert found["phase"].to_list() == ["primary"]
