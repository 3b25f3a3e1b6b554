from __future__ import annotations

import pytest

from commonroom.sources.england import definition, recognise

KNOWN = definition.load()


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2018-2019/england_ks4final.csv", 2019),
        ("2018-19/a.csv", 2019),
        ("download_2018_2019.zip/2018-2019/a.csv", 2019),
        ("201819/a.csv", 2019),
        ("2010-2011/2011-2012/a.csv", 2012),
        ("1999/a.csv", None),
        ("edubasealldata20250422.csv", None),
        ("2018-2025/a.csv", None),
        ("a.csv", None),
    ],
)
def test_the_school_year_of_a_path(name: str, year: int | None) -> None:
    assert recognise.year(name) == year


def test_every_kind_is_recognised_by_its_own_first_columns() -> None:
    for kind in KNOWN.kinds:
        columns = [group[0] for group in kind.needs]
        assert recognise.kind(columns, KNOWN.kinds) == kind, kind.name


def test_every_variable_is_a_measure_or_context_or_the_other_group() -> None:
    from commonroom.panel import measures
    from commonroom.tables.panel import CONTEXT_VARIABLES

    names = {figure.variable for kind in KNOWN.kinds for figure in kind.figures}
    others = {"attainment8_other", "progress8_other"}
    assert names - set(measures.load()) - set(CONTEXT_VARIABLES) <= others


def test_a_census_with_its_number_renamed_names_the_similar_column() -> None:
    problem = recognise.describe_unknown("a.csv", ["URNO", "LA", "NOR", "PNUMEAL"], KNOWN.kinds)
    assert problem.what == (
        "It looks like school census, but the column URN is missing. Similar is there: URNO."
    )


def test_the_release_names_what_is_known() -> None:
    ks4 = next(kind for kind in KNOWN.kinds if kind.name == "ks4")
    assert recognise.release(ks4, "x/england_ks4revised.csv", 2019).endswith("revised, 2018/19")
    assert recognise.release(ks4, "x/a.csv", None) == "DfE performance tables, key stage 4"
