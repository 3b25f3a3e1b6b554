"""What may be shown of an evaluation: no mean that would say what few pupils did."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.narrative.impact import show
from commonroom.narrative.impact.shown import RULES, TABLES
from commonroom.tables import impact as tables
from unit.narrative.impact.made_evaluations import fill, frames, pupils


def test_nothing_is_withheld_of_schools_of_a_hundred() -> None:
    found = show(frames(), pupils=pupils())
    assert {name: getattr(found, name).withheld.height for name in RULES} == dict.fromkeys(RULES, 0)
    assert found.headline.frame["pupils"].to_list() == [1200.0, 600.0]
    assert found.headline.frame["hidden"].to_list() == [False, False]


def test_numbers_that_are_not_known_are_the_publishers_own_affair() -> None:
    assert show(frames()).headline.frame["effect"].null_count() == 0


def test_frames_that_are_not_there_are_empty() -> None:
    found = show({})
    assert all(getattr(found, name).frame.is_empty() for name in TABLES)


def test_a_mean_with_one_small_school_in_it_is_withheld_because_the_others_are_public() -> None:
    found = show(frames(), pupils=pupils(s000=4))
    receiver, provider = found.headline.frame.iter_rows(named=True)
    assert (receiver["effect"], receiver["points_high"], receiver["hidden"]) == (None, None, True)
    assert provider["effect"] is not None
    for name in ("effects", "guards", "balance"):
        frame = getattr(found, name).frame
        column = "effect" if "effect" in frame.columns else "joined"
        assert frame.filter(pl.col("role") == "receiver")[column].drop_nulls().is_empty()
        assert not frame.filter(pl.col("role") == "provider")[column].drop_nulls().is_empty()
    assert found.synthetic.frame["value"].drop_nulls().is_empty()


def test_two_small_schools_of_six_pupils_together_are_enough() -> None:
    found = show(frames(), pupils=pupils(s000=4, s001=4))
    assert found.headline.frame["effect"].null_count() == 0
    assert found.headline.frame["pupils"][0] == 8.0


def test_paths_are_about_the_schools_of_their_own_side() -> None:
    paths = show(frames(), pupils=pupils(c000=3)).paths.frame
    hidden = paths.filter(pl.col("value").is_null()).select("role", "side").unique()
    assert set(hidden.rows()) <= {("receiver", "comparison"), ("provider", "comparison")}
    assert hidden.height
    assert paths.filter(pl.col("side") == "nation")["value"].null_count() == 0


@pytest.mark.parametrize(("at", "hidden"), [(2024, True), (2025, False)])
def test_an_effect_of_a_year_is_about_the_pupils_of_that_year(at: int, hidden: bool) -> None:
    few = pupils().with_columns(
        cohort=pl.when((pl.col("school") == "s000") & (pl.col("year") == 2024)).then(3.0).otherwise("cohort")
    )
    effects = show(frames(), pupils=few).effects.frame
    row = effects.filter(
        pl.col("role") == "receiver", pl.col("aggregation") == "calendar", pl.col("at") == at
    )
    assert row["effect"].is_null().to_list() == [hidden]


def test_a_finding_says_no_more_than_its_answer() -> None:
    row = {"plan": "a", "role": "receiver", "theme": "", "practice": "", "measure": "attainment8",
           "effect": 0.2, "se": 0.1, "low": 0.0, "high": 0.4, "predicted": 0.3}  # fmt: skip
    findings = {"findings": fill(tables.FINDINGS, row)}
    few = show(frames() | findings, pupils=pupils(s000=4)).findings
    assert few.frame.select("effect", "se", "low", "high", "predicted").row(0) == (None,) * 5
    assert few.frame.columns == list(tables.FINDINGS.schema)
    assert show(frames() | findings, pupils=pupils()).findings.frame["effect"].to_list() == [0.2]
