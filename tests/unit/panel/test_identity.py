from __future__ import annotations

import polars as pl

from builders import figures, links
from commonroom.panel import identity


def rules(frame: pl.DataFrame) -> dict[str, tuple[str, str, int]]:
    return {row["number"]: (row["school"], row["rule"], row["steps"]) for row in frame.iter_rows(named=True)}


def result(school: str, year: int, value: float = 50.0) -> tuple[str, int, str, str, float, float]:
    return (school, year, "secondary", "attainment8", value, 100.0)


def test_a_new_number_continues_the_old_one_whoever_says_so() -> None:
    found = figures(result("1", 2018), result("2", 2023))
    assert rules(identity.joins(links(("1", "2", "successor")), found)) == {"1": ("2", "one-to-one", 1)}
    assert rules(identity.joins(links(("2", "1", "predecessor")), found)) == {"1": ("2", "one-to-one", 1)}


def test_a_chain_passes_through_numbers_without_figures_and_counts_generations() -> None:
    found = figures(result("1", 2017), result("3", 2019), result("4", 2024))
    said = links(("1", "2", "successor"), ("2", "3", "successor"), ("3", "4", "successor"))
    assert rules(identity.joins(said, found)) == {"1": ("4", "one-to-one", 2), "3": ("4", "one-to-one", 1)}


def test_a_chain_that_leads_to_no_figures_joins_nothing() -> None:
    found = figures(result("1", 2017))
    assert identity.joins(links(("1", "2", "successor")), found).is_empty()


def test_several_schools_that_became_one_are_merged() -> None:
    found = figures(result("1", 2018), result("2", 2018), result("3", 2023))
    said = links(("1", "3", "successor"), ("2", "3", "successor"))
    assert rules(identity.joins(said, found)) == {"1": ("3", "merged", 1), "2": ("3", "merged", 1)}


def test_a_split_goes_to_the_successor_with_two_thirds_of_the_pupils() -> None:
    pupils = [("2", 2023, "all", "pupils", 800.0, None), ("3", 2023, "all", "pupils", 200.0, None)]
    found = figures(result("1", 2018), result("2", 2023), result("3", 2023), *pupils)
    said = links(("1", "2", "successor"), ("1", "3", "successor"))
    assert rules(identity.joins(said, found)) == {"1": ("2", "split", 1)}


def test_a_split_into_equals_goes_to_neither_and_is_listed() -> None:
    pupils = [("2", 2023, "all", "pupils", 500.0, None), ("3", 2023, "all", "pupils", 500.0, None)]
    found = figures(result("1", 2018), result("2", 2023), result("3", 2023), *pupils)
    joins = identity.joins(links(("1", "2", "successor"), ("1", "3", "successor")), found)
    assert rules(joins) == {"1": ("1", "apart", 0)}
    assert "none has two thirds" in joins["explanation"][0]


def test_a_split_of_a_number_without_figures_is_not_listed() -> None:
    found = figures(result("2", 2023), result("3", 2023))
    assert identity.joins(links(("1", "2", "successor"), ("1", "3", "successor")), found).is_empty()


def test_a_later_generation_is_not_taken_for_a_split() -> None:
    found = figures(result("1", 2017), result("2", 2019), result("3", 2024))
    said = links(("1", "2", "successor"), ("1", "3", "successor"), ("2", "3", "successor"))
    assert rules(identity.joins(said, found))["1"] == ("3", "one-to-one", 2)


def test_two_schools_with_results_in_the_same_two_years_stay_two() -> None:
    found = figures(*(result(school, year) for school in ("1", "2") for year in (2018, 2019)))
    joins = identity.joins(links(("1", "2", "successor")), found)
    assert rules(joins) == {"1": ("1", "apart", 0)}
    assert "two schools" in joins["explanation"][0]


def test_numbers_that_succeed_each_other_or_themselves_say_nothing() -> None:
    found = figures(result("1", 2018), result("2", 2023))
    said = links(("1", "1", "successor"), ("1", "2", "successor"), ("2", "1", "successor"))
    assert rules(identity.joins(said, found)) == {"1": ("2", "one-to-one", 1)}


def test_a_circle_of_links_ends() -> None:
    found = figures(result("1", 2017), result("2", 2018), result("3", 2019))
    said = links(("1", "2", "successor"), ("2", "3", "successor"), ("3", "1", "successor"))
    assert identity.joins(said, found).height <= 3
    empty = links(
        ("1", "8", "successor"), ("8", "9", "successor"), ("9", "7", "successor"), ("7", "8", "successor")
    )
    assert identity.joins(empty, found).is_empty()
