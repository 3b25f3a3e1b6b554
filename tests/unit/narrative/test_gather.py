"""From the tables of the evidence to released parts of the story."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom import narrative
from commonroom.disclosure import Released

ZION = "Zion <b>School</b>"
Tables = dict[str, pl.DataFrame]


def _row(released: Released | None, **where: object) -> dict[str, object]:
    assert released is not None
    return released.frame.filter(**where).row(0, named=True)


def test_averages_are_weighted_by_pupils_and_of_mainstream_schools(story: narrative.Story) -> None:
    here = _row(story.glance, phase="primary", year=2019, place="system")
    there = _row(story.glance, phase="primary", year=2019, place="nation")
    # Four schools of the system with 41, 43, 45 and 47; two outside with 49 and 51; the special one apart.
    assert (here["value"], here["schools"], here["pupils"]) == (44.0, 4, 400.0)
    assert (there["value"], there["schools"]) == (46.0, 6)


def test_the_range_of_an_average_follows_the_spread_of_schools(story: narrative.Story) -> None:
    here = _row(story.glance, phase="primary", year=2019, place="system")
    # Linearised: sqrt(9 + 1 + 1 + 9) / 4 times sqrt(4 / 3), then 1.96 of them.
    assert here["high"] == pytest.approx(44.0 + 1.96 * (20**0.5 / 4) * (4 / 3) ** 0.5)


def test_the_difference_from_the_nation_counts_only_what_lies_outside(story: narrative.Story) -> None:
    apart = _row(story.glance, phase="primary", year=2019, place="difference")
    inside, outside = (20**0.5 / 4) * (4 / 3) ** 0.5, (2**0.5 / 2) * 2**0.5
    error = (2 / 6) * (inside**2 + outside**2) ** 0.5
    assert apart["value"] == -2.0
    assert apart["high"] == pytest.approx(-2.0 + 1.96 * error)


def test_a_system_that_is_the_whole_nation_does_not_differ_from_it(
    tables: Tables, facts: narrative.Facts
) -> None:
    tables["schools"] = tables["schools"].with_columns(in_system=pl.lit(True))
    apart = _row(narrative.gather(tables, facts=facts).glance, place="difference", phase="primary")
    assert (apart["value"], apart["low"], apart["high"]) == (0.0, 0.0, 0.0)


def test_only_compared_schools_of_the_system_are_on_the_map(story: narrative.Story) -> None:
    assert story.map is not None
    assert story.map.frame["school"].unique().sort().to_list() == ["1", "2", "3", "4"]


def test_the_map_withholds_small_cohorts_with_the_reason(story: narrative.Story) -> None:
    assert _row(story.map, school="2", phase="secondary")["attainment"] is None
    assert story.map is not None
    assert "fewer than 6 pupils" in story.map.note


def test_the_rest_of_the_nation_guards_but_is_not_shown(story: narrative.Story) -> None:
    assert story.gap is not None
    assert story.floor is not None
    assert story.gap.frame["place"].unique().sort().to_list() == ["nation", "system"]
    assert "rest" not in story.floor.frame["place"]


def test_a_claim_is_told_in_the_unit_and_direction_of_its_measure(story: narrative.Story) -> None:
    assert story.better is not None
    assert story.better.frame["school"].to_list() == ["2", "4"]
    less = _row(story.better, school="4")
    # Absence: lower is better, and one standard deviation between 4 % and 6 % is the root of two.
    assert less["value"] == pytest.approx(0.5 * 2**0.5)
    assert (less["low"], less["high"]) == (pytest.approx(0.1 * 2**0.5), pytest.approx(0.9 * 2**0.5))


def test_places_come_from_quality_positions_sensitivity_and_groups(story: narrative.Story) -> None:
    row = _row(story.families, school="2", phase="secondary")
    assert (row["position"], row["lowest"], row["highest"]) == (80.0, 60.0, 63.0)
    assert (row["grade"], row["family"], row["honorary"], row["pupils"]) == ("fair", "A", True, 100.0)


def test_without_the_learned_definition_the_first_one_is_used(tables: Tables, facts: narrative.Facts) -> None:
    for name in ("match_quality", "neighbours", "positions"):
        tables[name] = tables[name].with_columns(preset=pl.lit("dfe-2026"))
    story = narrative.gather(tables, facts=facts)
    assert _row(story.families, school="1")["preset"] == "dfe-2026"
    assert _row(story.nearest, school="1")["name"] == "Far School"


def test_parts_that_the_evidence_does_not_have_stay_empty(tables: Tables, facts: narrative.Facts) -> None:
    kept = {
        name: tables[name] for name in ("schools", "outcomes", "context", "joins", "problems", "left_out")
    }
    story = narrative.gather(kept, facts=facts)
    parts = (story.map, story.families, story.nearest, story.better, story.gap, story.floor, story.judged)
    assert parts == (None,) * 7


def test_positions_may_be_missing_where_quality_is_there(tables: Tables, facts: narrative.Facts) -> None:
    del tables["positions"], tables["sensitivity"], tables["families"]
    row = _row(narrative.gather(tables, facts=facts).families, school="1")
    assert (row["position"], row["claim"], row["family"]) == (None, None, None)


def test_a_long_list_of_problems_is_cut_and_counted(tables: Tables, facts: narrative.Facts) -> None:
    tables["problems"] = pl.concat([tables["problems"]] * 230)
    problems = narrative.gather(tables, facts=facts).problems.frame
    assert (problems.height, problems["total"][0]) == (200, 230)


def test_what_pupils_results_say_of_few_pupils_is_withheld(story: narrative.Story) -> None:
    assert story.pupils is not None
    assert story.pupils.frame["name"].to_list() == ["Abbey School", "Mill School", "Siôn School", ZION]
    withheld = _row(story.pupils, school="1")
    assert (withheld["effect"], withheld["low"], withheld["high"]) == (None, None, None)
    assert _row(story.pupils, school="4")["effect"] == -2.0
    assert story.pupils.source == "sums.parquet"
