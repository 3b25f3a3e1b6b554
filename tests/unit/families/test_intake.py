from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.families.intake import complete_prior, load_expectation, read_intake
from commonroom.tables.panel import CONTEXT_VARIABLES
from unit.families.intakes import system

SECONDARY = load_expectation("secondary")


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_definitions_use_only_context_and_say_why_the_rest_is_left_out(phase: str) -> None:
    definition = load_expectation(phase)
    assert set(definition.variables) <= set(CONTEXT_VARIABLES)
    assert set(definition.criteria) <= set(definition.variables)
    assert {"region", "absence", "type", "faith"} <= set(definition.left_out)
    assert all(flag.why for flag in definition.structure)


def test_structure_is_read_from_published_words() -> None:
    schools = pl.DataFrame(
        {
            "school": ["a", "b", "c", "d"],
            "authority_code": ["1", "1", "2", "2"],
            "gender": ["girls", "boys", "mixed", None],
            "admissions": ["selective", "non-selective", "Selective", None],
            "type": ["Academy", "University technical college", "Studio schools", "City technology college"],
            "eal": [1.0, 2.0, 3.0, 4.0],
        }
    )
    intake = read_intake(schools, definition=SECONDARY)
    found = {name: list(intake.values[:, at]) for at, name in enumerate(intake.names)}
    assert found["girls"] == [1, 0, 0, 0]
    assert found["boys"] == [0, 1, 0, 0]
    assert found["selective"] == [1, 0, 1, 0]
    assert found["from_14"] == [0, 1, 1, 0]
    assert intake.roles == ("context", *("structure",) * 4)


def test_context_is_standardised_within_its_kind_of_school() -> None:
    schools = pl.DataFrame(
        {
            "school": ["a", "b", "c", "d", "e"],
            "kind": ["mainstream", "special", "mainstream", "special", "college"],
            "ehcp": [1.0, 98.0, 3.0, 100.0, 50.0],
        }
    )
    intake = read_intake(schools, definition=SECONDARY)
    half = 0.5**0.5
    np.testing.assert_allclose(intake.values[:, 0], [-half, -half, half, half, 0.0])
    assert len(set(intake.block)) == 3


def test_a_school_without_authority_is_an_authority_of_its_own() -> None:
    schools = pl.DataFrame(
        {"school": ["a", "b", "c"], "authority_code": ["1", None, None], "eal": [1.0, 2.0, 3.0]}
    )
    assert len(set(read_intake(schools, definition=SECONDARY).area)) == 3
    assert len(set(read_intake(schools.drop("authority_code"), definition=SECONDARY).area)) == 3


def test_prior_is_completed_from_the_shares_that_were_published() -> None:
    shares = pl.DataFrame({"prior_high": [10.0, 20.0, 30.0, None], "prior_low": [30.0, 20.0, 10.0, 5.0]})
    alone = complete_prior(shares)["prior"].to_list()
    assert alone[3] is None
    np.testing.assert_allclose(alone[:3], sorted(alone[:3]))
    np.testing.assert_allclose(sum(alone[:3]), 0, atol=1e-12)
    known = complete_prior(shares.with_columns(prior=pl.Series([100.0, None, 104.0, None])))[
        "prior"
    ].to_list()
    assert known[0] == 100.0
    assert known[2] == 104.0
    np.testing.assert_allclose(known[1], 102.0)


def test_prior_is_left_alone_without_both_shares() -> None:
    schools = pl.DataFrame({"prior_high": [10.0, 20.0]})
    assert complete_prior(schools).equals(schools)


def test_shares_that_do_not_differ_complete_with_the_mean() -> None:
    schools = pl.DataFrame({"prior_high": [10.0, 10.0], "prior_low": [5.0, 5.0], "prior": [100.0, None]})
    assert complete_prior(schools)["prior"].to_list() == [100.0, 0.0]


def test_what_cannot_be_learned_from_is_said_in_a_sentence() -> None:
    schools, _ = system(30)
    with pytest.raises(SaidToPeople, match="no primary school"):
        read_intake(schools, definition=load_expectation("primary"))
    with pytest.raises(SaidToPeople, match="s00000 is there twice"):
        read_intake(pl.concat([schools, schools.head(1)]), definition=SECONDARY)
    with pytest.raises(SaidToPeople, match="nothing is known of the pupils"):
        read_intake(schools.select("school", "authority_code"), definition=SECONDARY)
