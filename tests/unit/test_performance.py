"""The performance map, the gap and the floor: by hand, and against scipy's bivariate normal."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, multivariate_normal, norm

from commonroom import disclosure, performance
from commonroom.panel import measures
from commonroom.tables.performance import QUADRANTS

MEASURES = measures.load()


def estimates(rows, **more):
    """Rows of school, attainment, its sd, improvement, its sd."""
    names = ["school", "attainment_unit", "attainment_unit_sd", "improvement_unit", "improvement_unit_sd"]
    types = [pl.String, *[pl.Float64] * 4]
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    fixed = {"phase": "secondary", "measure": "attainment8", "from_year": 2019, "year": 2025}
    facts = {name: pl.lit(value) for name, value in fixed.items()} | {"cohort": pl.lit(150.0)} | more
    return frame.with_columns(**facts)


CORRELATION = "attainment_improvement_correlation"


def test_quadrants_of_independent_estimates_are_products():
    rows = [("a", 1.0, 1.0, 1.0, 0.5), ("b", -1.0, 1.0, -1.0, 0.5)]
    found = performance.map(estimates(rows, **{CORRELATION: pl.lit(0.0)})).to_dicts()
    right, up = norm.cdf(1.0), norm.cdf(2.0)
    assert found[0]["higher_rising"] == pytest.approx(right * up)
    assert found[0]["lower_rising"] == pytest.approx((1 - right) * up)
    assert found[0]["higher_falling"] == pytest.approx(right * (1 - up))
    assert found[0]["lower_falling"] == pytest.approx((1 - right) * (1 - up))
    assert [row["quadrant"] for row in found] == ["higher_rising", "lower_falling"]
    assert found[0]["probability"] == found[0]["higher_rising"]
    assert found[0]["said"]
    assert found[0]["attainment_low"] == pytest.approx(1 - norm.ppf(0.9))
    assert found[0]["improvement_high"] == pytest.approx(1 + 0.5 * norm.ppf(0.9))
    assert (found[0]["reference"], found[0]["reference_attainment"]) == ("nation", 0.0)
    assert (found[0]["start"], found[0]["end"], found[0]["pupils"]) == (2019, 2025, 150)


@settings(max_examples=60, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.2, 2), st.floats(0.2, 2), st.floats(-0.95, 0.95))
def test_quadrants_equal_the_bivariate_normal(right, up, right_sd, up_sd, correlation):
    rows = [("a", right, right_sd, up, up_sd), ("b", -right, right_sd, -up, up_sd)]
    first = performance.map(estimates(rows, **{CORRELATION: pl.lit(correlation)})).to_dicts()[0]
    shared = correlation * right_sd * up_sd
    covariance = [[right_sd**2, shared], [shared, up_sd**2]]
    both = multivariate_normal.cdf([right, up], mean=[0, 0], cov=covariance)
    assert first["higher_rising"] == pytest.approx(both, abs=1e-7)
    assert sum(first[name] for name in QUADRANTS) == pytest.approx(1)


def test_a_school_between_quadrants_is_grey():
    rows = [("a", 0.0, 1.0, 0.0, 1.0), ("b", 0.1, 1.0, 0.1, 1.0)]
    assert performance.map(estimates(rows))["said"].to_list() == [False, False]


def test_without_a_correlation_the_level_is_taken_to_have_been_as_well_known():
    rows = [("a", 0.0, 1.0, 0.0, 0.8), ("b", 0.0, 0.1, 0.0, 5.0)]
    assert performance.map(estimates(rows))["correlation"].to_list() == pytest.approx([0.4, 0.99])


def test_the_ellipse_holds_eighty_per_cent():
    found = performance.map(estimates([("a", 2.0, 1.5, 1.0, 0.5)], **{CORRELATION: pl.lit(0.6)})).to_dicts()[
        0
    ]
    draws = np.random.default_rng(1).multivariate_normal([0, 0], [[2.25, 0.45], [0.45, 0.25]], 200_000)
    angle = math.radians(found["angle"])
    turned = draws @ np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    inside = (turned[:, 0] / found["major"]) ** 2 + (turned[:, 1] / found["minor"]) ** 2 <= 1
    assert inside.mean() == pytest.approx(0.8, abs=0.005)


def test_quadrants_are_about_the_means_of_the_system_or_of_the_family():
    rows = [(name, x, 1.0, 0.0, 1.0) for name, x in (("a", 1.0), ("b", 3.0), ("c", 8.0), ("d", 0.0))]
    members = pl.DataFrame(
        {
            "school": ["a", "b", "c", "d"],
            "in_system": [True, True, False, False],
            "family": ["F1", "F2", "F1", None],
        }
    )
    system = performance.map(estimates(rows), members=members, reference="system")
    assert system["reference_attainment"].to_list() == [2.0] * 4
    family = performance.map(estimates(rows), members=members, reference="family")
    assert family["school"].to_list() == ["a", "b", "c"]
    assert family["reference_attainment"].to_list() == [4.5, 3.0, 4.5]


def test_what_is_not_known_has_no_quadrant():
    rows = [("a", None, 1.0, 0.0, 1.0), ("b", 0.0, 0.0, 0.0, 0.0), ("c", 1.0, 1.0, 1.0, 1.0)]
    found = performance.map(estimates(rows))
    assert found["quadrant"].to_list()[0] is None
    assert found["probability"].to_list()[0] is None
    assert performance.map(estimates([])).is_empty()


def test_a_place_on_the_map_of_few_pupils_is_withheld():
    found = performance.map(estimates([("a", 1.0, 1.0, 1.0, 1.0)], cohort=pl.lit(5.0)))
    shown = disclosure.release(found, rule=performance.MAP_RULE).rows()[0]
    left = {name for name, value in shown.items() if value is not None}
    assert left == {
        "school", "phase", "measure", "start", "end", "reference", "reference_attainment",
        "reference_improvement",
    }  # fmt: skip


def outcomes(rows):
    """Rows of school, year, measure, value, cohort."""
    names = {
        "school": pl.String,
        "year": pl.Int32,
        "measure": pl.String,
        "value": pl.Float64,
        "cohort": pl.Float64,
    }
    frame = pl.DataFrame(rows, schema=names, orient="row")
    phase = pl.when(pl.col("measure").str.contains("level4|rwm")).then(pl.lit("primary"))
    return frame.with_columns(phase=phase.otherwise(pl.lit("secondary")), release=pl.lit("DfE"))


def schools(*inside, outside=()):
    names = [*inside, *outside]
    return pl.DataFrame({"school": names, "in_system": [name in inside for name in names]})


def pair(school, year, whole, poor, pupils, few, measure="attainment8"):
    return [
        (school, year, measure, whole, pupils),
        (school, year, f"{measure}_disadvantaged", poor, few),
    ]


def test_other_pupils_are_what_is_left():
    """100 pupils at 46, 40 of them disadvantaged at 40: the other 60 are at 50, and the gap is -10."""
    found = performance.gap(
        outcomes(pair("a", 2019, 46.0, 40.0, 100.0, 40.0)), schools=schools("a"), measures=MEASURES
    )
    row = found.schools.to_dicts()[0]
    assert (row["other"], row["gap"]) == (pytest.approx(50), pytest.approx(-10))
    rounding = (6 / 0.36 * 0.005) ** 2 / 3
    half = 1.96 * math.sqrt(26**2 / 40 + 26**2 / 60 + rounding)
    assert row["high"] - row["gap"] == pytest.approx(half, rel=1e-4)
    assert (row["pupils_disadvantaged"], row["pupils_other"], row["pupils_fewer"]) == (39, 59, 39)
    assert found.places["low"].to_list() == [None, None]


def test_a_share_has_binomial_noise_and_an_unknown_deviation_no_range():
    rows = [
        *pair("a", 2014, 60.0, 50.0, 100.0, 50.0, "five_ac_english_maths"),
        *pair("a", 2019, 0.1, -0.2, 100.0, 50.0, "progress8"),
    ]
    found = performance.gap(outcomes(rows), schools=schools("a"), measures=MEASURES).schools
    first, second = found.to_dicts()
    share = (35 + 1) / 52
    variance = 10_000 * (0.25 + share * (1 - share)) / 50 + (10 / 0.25 * 0.005) ** 2 / 3
    assert first["high"] - first["gap"] == pytest.approx(1.96 * math.sqrt(variance), rel=1e-4)
    assert second["gap"] == pytest.approx(-0.6)
    assert second["low"] is None


def test_the_gap_of_a_place_is_over_its_pupils():
    rows = [
        *pair("a", 2019, 46.0, 40.0, 100.0, 40.0),
        *pair("b", 2019, 40.0, 30.0, 60.0, 20.0),
        *pair("c", 2019, 50.0, 45.0, 50.0, 10.0),
        ("d", 2019, "attainment8", 50.0, 10.0),
    ]
    found = performance.gap(outcomes(rows), schools=schools("a", "b", outside=("c", "d")), measures=MEASURES)
    places = {row["place"]: row for row in found.places.to_dicts()}
    poor, other = (40 * 40 + 20 * 30) / 60, (60 * 50 + 40 * 45) / 100
    system = places["system"]
    assert (system["disadvantaged"], system["other"]) == (pytest.approx(poor), pytest.approx(other))
    assert (system["schools"], system["pupils"], places["nation"]["schools"]) == (2, 60, 3)
    parts = [(40 - poor) * 40 / 60 - (50 - other) * 60 / 100, (30 - poor) * 20 / 60 - (45 - other) * 40 / 100]
    half = 1.96 * math.sqrt(2 * sum(part**2 for part in parts))
    assert system["high"] - system["value"] == pytest.approx(half, rel=1e-4)
    assert places["rest"]["low"] is None


def test_groups_of_few_and_their_complements_are_withheld():
    rows = [
        *pair("a", 2019, 46.0, 40.0, 100.0, 40.0),
        *pair("b", 2019, 46.0, 40.0, 100.0, 5.0),
        *pair("c", 2019, 46.0, 45.0, 30.0, 26.0),
        *pair("d", 2019, 46.0, 45.0, 30.0, 30.0),
    ]
    found = performance.gap(outcomes(rows), schools=schools("a", "b", "c", "d"), measures=MEASURES)
    shown = {
        row["school"]: row for row in disclosure.release(found.schools, rule=performance.GAPS_RULE).rows()
    }
    assert set(shown) == {"a", "b", "c"}
    assert shown["a"]["gap"] == pytest.approx(-10)
    for school in ("b", "c"):
        assert shown[school]["all"] == 46
        hidden = ("disadvantaged", "other", "gap", "low", "high", "pupils_disadvantaged", "pupils_other")
        assert all(shown[school][name] is None for name in hidden)


def test_a_place_of_few_is_withheld_with_the_rest():
    rows = [*pair("a", 2019, 46.0, 45.0, 30.0, 26.0), *pair("b", 2019, 46.0, 40.0, 100.0, 40.0)]
    rows += pair("c", 2019, 46.0, 40.0, 100.0, 40.0)
    found = performance.gap(outcomes(rows), schools=schools("a", outside=("b", "c")), measures=MEASURES)
    shown = disclosure.release(found.places, rule=performance.GAP_RULE).frame
    assert dict(shown.select("place", "value").iter_rows()) == {
        "nation": pytest.approx(4370 / 106 - 6210 / 124), "rest": None, "system": None
    }  # fmt: skip


def test_fields_published_as_gaps_are_another_thing():
    rows = [("a", 2024, "attainment8", 46.0, 100.0), ("a", 2024, "attainment8_gap", -12.0, 40.0)]
    found = performance.gap(outcomes(rows), schools=schools("a"), measures=MEASURES)
    assert found.schools.is_empty()
    assert found.places.is_empty()


def test_the_share_below_the_floor_has_a_wilson_range():
    rows = [(f"s{n}", 2014, "five_ac_english_maths", 20.0 if n < 3 else 60.0, 150.0) for n in range(40)]
    inside = [f"s{n}" for n in range(20)]
    found = performance.floor(
        outcomes(rows),
        schools=schools(*inside, outside=[f"s{n}" for n in range(20, 40)]),
        measures=MEASURES,
    )
    system, rest, nation = found.to_dicts()
    range_ = binomtest(3, 20).proportion_ci(method="wilson")
    assert (system["number"], system["schools"], system["value"]) == (3, 20, pytest.approx(15))
    assert (system["low"], system["high"]) == (
        pytest.approx(100 * range_.low),
        pytest.approx(100 * range_.high),
    )
    assert system["sentence"] == (
        "3 of 20 schools were below the floor of 30 % in 2014 (15 %, range 5 to 36 %)."
    )
    assert (rest["number"], rest["low"], nation["number"]) == (0, 0.0, 3)
    assert 10 < system["expected"] < 16
    assert system["then"]
    assert "2014" in system["source"]
    assert disclosure.release(found, rule=performance.FLOOR_RULE).withheld.is_empty()


def test_cohort_noise_moves_schools_across_the_floor():
    """Half the schools were just above 30 % with 15 pupils each: some of them are expected below."""
    values = [32.0] * 20 + [70.0] * 20
    rows = [(f"s{n}", 2014, "five_ac_english_maths", v, 15.0) for n, v in enumerate(values)]
    found = performance.floor(
        outcomes(rows), schools=schools(*(f"s{n}" for n in range(40))), measures=MEASURES
    )
    assert found["number"][0] == 0
    assert 5 < found["expected"][0] < 25


def test_no_floor_is_invented_and_no_figure_of_nobody():
    rows = [
        ("a", 2019, "attainment8", 46.0, 100.0),
        ("b", 2011, "level4_english_maths", 55.0, None),
        ("a", 2017, "five_ac_english_maths", 46.0, 100.0),
    ]
    found = performance.floor(outcomes(rows), schools=schools("a", outside="b"), measures=MEASURES)
    said = dict(found.filter(place="system").select("measure", "sentence").iter_rows())
    assert said == {
        "attainment8": "There was no floor on “Attainment 8” in 2019, so none is counted.",
        "five_ac_english_maths": "There was no floor on “Five GCSEs at A* to C with English and"
        " mathematics” in 2017, so none is counted.",
        "level4_english_maths": "No school here has a figure on “Level 4 or above in English and mathematics”"
        " in 2011.",
    }
    rest = found.filter(place="rest", measure="level4_english_maths").to_dicts()[0]
    assert (rest["number"], rest["value"], rest["expected"]) == (1, 100, None)
    assert found.filter(measure="attainment8")["value"].null_count() == 3
