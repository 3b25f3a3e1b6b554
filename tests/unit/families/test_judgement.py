from __future__ import annotations

import math
import statistics

import numpy as np
import polars as pl
import pytest

from commonroom.families import Variable, find, judge, learn
from commonroom.families.judgement import SIZE, WIDE, correlate
from unit.families.builders import preset
from unit.families.intakes import slow_standing, system

BY_PRIOR = preset(Variable(name="prior", weight=1.0), name="by-prior")


def tiny() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Seven schools in four authorities, two of them held out."""
    schools = pl.DataFrame(
        {
            "school": list("abcdefg"),
            "phase": "secondary",
            "authority_code": ["301", "301", "302", "302", "307", "304", "304"],
            "prior": [100.0, 101.0, 103.0, 104.0, 107.0, 108.0, 112.0],
            "eal": [5.0, 9.0, 1.0, 7.0, 3.0, 20.0, 2.0],
            "gender": ["girls", "mixed", "mixed", "girls", "mixed", "mixed", "boys"],
        }
    )
    value = [40.0, 44.0, 47.0, 50.0, 49.0, 58.0, 60.0]
    return schools, pl.DataFrame({"school": list("abcdefg"), "value": value})


def correlation(first: list[float], second: list[float]) -> float:
    if len(set(first)) < 2 or len(set(second)) < 2:
        return 0.0
    return statistics.correlation(first, second)


def test_every_number_is_that_of_its_slow_twin() -> None:
    schools, outcomes = tiny()
    judged = judge(schools, outcomes, phase="secondary", presets=[BY_PRIOR])
    value = dict(outcomes.iter_rows())
    rows = {row["school"]: row for row in schools.iter_rows(named=True)}
    # With fifty asked for, everyone's family is everyone else; those elsewhere are what is left.
    elsewhere = {
        own: [other for other in rows if rows[other]["authority_code"] != rows[own]["authority_code"]]
        for own in rows
    }
    stood = slow_standing(elsewhere, value)
    scores = {}
    for name in ("prior", "eal"):
        mean = statistics.mean(row[name] for row in rows.values())
        spread = statistics.stdev(row[name] for row in rows.values())
        scores[name] = {own: (row[name] - mean) / spread for own, row in rows.items()}
    for group, members in {"all": "abcdefg", "chosen": "abfg", "held-out": "cde"}.items():
        found = judged.row(by_predicate=pl.col("rows") == group, named=True)
        middle = statistics.mean(value[own] for own in members)
        left = sum(stood[own][0] ** 2 for own in members)
        assert found["n"] == len(members)
        assert found["r2"] == pytest.approx(1 - left / sum((value[own] - middle) ** 2 for own in members))
        gaps = {
            own: [
                abs(scores[name][own] - statistics.mean(scores[name][o] for o in rows if o != own))
                for name in scores
            ]
            for own in members
        }
        assert found["gap_mean"] == pytest.approx(
            statistics.mean(gap for pair in gaps.values() for gap in pair)
        )
        assert found["gap_worst5"] == pytest.approx(
            float(np.quantile([statistics.mean(pair) for pair in gaps.values()], 0.95))
        )
        assert found["reciprocity"] == 1
        assert found["most_used"] == 6
        position = [stood[own][1] for own in members]
        with_context = {
            name: correlation(position, [scores[name][own] for own in members]) for name in scores
        }
        worst = max(with_context, key=lambda name: abs(with_context[name]))
        assert found["correlated_with"] == worst
        assert found["correlation"] == pytest.approx(abs(with_context[worst]))
        facts = [[float(rows[own]["gender"] == fact) for own in members] for fact in ("girls", "boys")]
        assert found["structure"] == pytest.approx(max(abs(correlation(position, fact)) for fact in facts))
        prior = [
            scores["prior"][own] - statistics.mean(scores["prior"][o] for o in elsewhere[own])
            for own in members
        ]
        assert found["control"] == pytest.approx(correlation([stood[own][0] for own in members], prior))


def test_reciprocity_and_use_are_of_fifty() -> None:
    schools, outcomes = system(120)
    judged = judge(schools, outcomes, phase="secondary", presets=[BY_PRIOR])
    found = find(schools, preset=BY_PRIOR, k=50)
    row = judged.row(by_predicate=pl.col("rows") == "all", named=True)
    assert row["reciprocity"] == pytest.approx(found.neighbours["mutual"].mean())
    assert row["most_used"] == found.quality["used"].max()


def test_learned_is_better_out_of_sample_and_fairer() -> None:
    schools, outcomes = system(600)
    learned = learn(schools, outcomes, phase="secondary")
    judged = judge(
        schools,
        outcomes,
        phase="secondary",
        presets=["families-2011", learned.preset],
        expected=learned.expected,
    )
    every = judged.filter(pl.col("rows") == "all")
    rows = {(row["preset"], row["adjusted"]): row for row in every.iter_rows(named=True)}
    assert len(rows) == 4
    assert rows["learned", True]["r2"] > rows["families-2011", False]["r2"] + 0.01
    assert rows["learned", True]["correlation"] < rows["families-2011", False]["correlation"]
    assert rows["learned", True]["structure"] < 0.15 < rows["families-2011", False]["structure"]
    assert rows["learned", True]["gap_mean"] == rows["learned", False]["gap_mean"]
    assert set(every["measure"]) == {"attainment8"}
    assert set(every["year"]) == {2024}


def test_noise_of_cohorts_is_taken_out() -> None:
    schools, outcomes = system(900, noise=0.0)
    draw = np.random.default_rng(5)
    cohort = draw.integers(20, 200, 900).astype(float)
    noisy = outcomes.with_columns(
        cohort=pl.Series(cohort),
        value=pl.col("value") + pl.Series(30 / np.sqrt(cohort) * draw.normal(size=900)),
    )
    learned = learn(schools, noisy, phase="secondary")
    row = judge(schools, noisy, phase="secondary", presets=[learned.preset], expected=learned.expected).row(
        by_predicate=pl.col("adjusted") & (pl.col("rows") == "all"), named=True
    )
    assert row["r2"] + 0.03 < row["r2_corrected"] < 1.01
    assert row["r2_corrected"] > 0.95


@pytest.mark.parametrize("cohort", [pl.lit(None, dtype=pl.Float64), pl.lit(100.0)])
def test_cohorts_that_say_nothing_correct_nothing(cohort: pl.Expr) -> None:
    schools, outcomes = system(60)
    judged = judge(schools, outcomes.with_columns(cohort=cohort), phase="secondary", presets=[BY_PRIOR])
    assert judged["r2_corrected"].null_count() == judged.height


def test_alike_outcomes_have_no_variance_to_explain() -> None:
    schools, outcomes = system(60)
    judged = judge(schools, outcomes.with_columns(value=pl.lit(5.0)), phase="secondary", presets=[BY_PRIOR])
    assert set(judged["r2"]) == {0.0}
    assert judged["r2_corrected"].null_count() == judged.height
    assert set(judged["correlation"]) == {0.0}


def test_without_prior_there_is_no_control_and_without_codes_nobody_held_out() -> None:
    schools, outcomes = system(60)
    plain = schools.drop("prior", "gender", "admissions", "type").with_columns(
        authority_code="area " + pl.col("authority_code")
    )
    judged = judge(plain, outcomes, phase="secondary", presets=["fbit-2026", "eal"])
    assert judged["control"].null_count() == judged["structure"].null_count() == judged.height
    assert set(judged["rows"]) == {"all", "chosen"}


def test_a_school_alone_in_its_kind_is_judged_by_nothing() -> None:
    schools, outcomes = tiny()
    alone = schools.with_columns(
        kind=pl.col("school"),
        authority_code=pl.when(pl.col("school") == "c").then(pl.lit("302")).otherwise(pl.lit("301")),
    )
    judged = judge(alone, outcomes, phase="secondary", presets=[BY_PRIOR])
    row = judged.row(by_predicate=pl.col("rows") == "held-out", named=True)
    assert (row["r2"], row["gap_mean"], row["gap_worst5"], row["reciprocity"]) == (None,) * 4
    assert row["most_used"] == 0


def test_correlation_is_over_what_both_know() -> None:
    nan = math.nan
    assert correlate(np.array([1.0, 2.0, 3.0, nan]), np.array([1.0, 2.0, 4.0, 9.0])) == pytest.approx(
        statistics.correlation([1, 2, 3], [1, 2, 4])
    )
    assert correlate(np.array([1.0, nan]), np.array([1.0, 2.0])) == 0


def test_families_already_found_are_judged_as_those_found_here() -> None:
    schools, outcomes = system(240)
    told = outcomes.filter(pl.int_range(pl.len()) % 7 != 3)
    given = [find(schools, preset=name, k=SIZE, reach=WIDE) for name in (BY_PRIOR, "families-2011")]
    found = judge(schools, outcomes, phase="secondary", presets=given)
    assert found.equals(judge(schools, outcomes, phase="secondary", presets=[BY_PRIOR, "families-2011"]))
    fewer = judge(schools, told, phase="secondary", presets=given)
    assert fewer.filter(pl.col("rows") == "all")["n"].to_list() == [told.height] * 2


def test_families_of_some_schools_are_judged_whole() -> None:
    schools, outcomes = system(120)
    every, some = (find(schools, preset=BY_PRIOR, reach=WIDE, only=only) for only in (None, ["s00003"]))
    assert some.neighbours["school"].unique().to_list() == ["s00003"]
    judged = [judge(schools, outcomes, phase="secondary", presets=[one]) for one in (every, some)]
    assert judged[0].equals(judged[1])
