from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.families import compare
from commonroom.families.standing import apart, elsewhere, rows_of, stand
from unit.families.intakes import slow_standing

NAMES = [f"s{at}" for at in range(6)]


def neighbours(family: dict[str, list[str]]) -> pl.DataFrame:
    rows = [(own, rank, other) for own, others in family.items() for rank, other in enumerate(others, 1)]
    return pl.DataFrame(
        rows, schema={"school": pl.String, "rank": pl.Int32, "neighbour": pl.String}, orient="row"
    )


def told(values: dict[str, float]) -> pl.DataFrame:
    types = {"school": pl.String, "value": pl.Float64}
    return pl.DataFrame({"school": list(values), "value": list(values.values())}, schema=types)


def test_by_hand() -> None:
    family = neighbours({"a": ["b", "c", "d"], "b": ["a", "c"], "c": ["e"]})
    outcomes = told({"a": 10, "b": 10, "c": 4, "d": 7})
    plain = compare(family, outcomes)
    assert plain.row(0) == ("a", 3, 10.0, 7.0, 3.0, (2 + 0.5) / 3)
    assert plain.row(1) == ("b", 2, 10.0, 7.0, 3.0, 0.75)
    assert plain.row(2) == ("c", 0, 4.0, None, None, None)
    expected = pl.DataFrame({"school": ["a", "b", "c"], "expected": [9.0, 12.0, 3.0]})
    adjusted = compare(family, outcomes, expected=expected)
    # a: 1 above what was expected, b 2 below, c 1 above; d has no expectation and does not count.
    assert adjusted.row(0) == ("a", 2, 10.0, 8.5, 1.5, 0.75)
    assert adjusted.row(1) == ("b", 2, 10.0, 13.0, -3.0, 0.0)
    assert adjusted["school"].to_list() == ["a", "b", "c"]


def test_own_authority_does_not_count_and_no_authority_is_its_own() -> None:
    family = neighbours({"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["c"]})
    areas = pl.DataFrame({"school": ["a", "b", "c", "d"], "authority_code": ["1", "1", None, None]})
    assert apart(family, areas).select("school", "neighbour").rows() == [("a", "c"), ("c", "d"), ("d", "c")]
    stood = compare(family, told({"a": 1, "b": 2, "c": 3, "d": 4}), areas=areas)
    assert dict(stood.select("school", "neighbours").iter_rows()) == {"a": 1, "b": 0, "c": 1, "d": 1}


def test_rows_are_in_the_order_of_rank() -> None:
    family = neighbours({"b": ["c", "a", "x"], "a": ["b"]}).reverse()
    assert rows_of(family, pl.Series(["a", "b", "c"])).tolist() == [[1, -1], [2, 0], [-1, -1]]
    assert rows_of(family.clear(), pl.Series(["a"])).shape == (1, 0)


values = st.dictionaries(st.sampled_from(NAMES), st.integers(-5, 5).map(float), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=5)),
    values,
    st.none() | values,
)
def test_is_its_slow_twin(
    family: dict[str, list[str]], outcome: dict[str, float], expected: dict[str, float] | None
) -> None:
    family = {own: [other for other in others if other != own] for own, others in family.items()}
    frame = None
    basis = dict(outcome)
    if expected is not None:
        frame = told(expected).rename({"value": "expected"})
        basis = {own: outcome[own] - expected[own] for own in outcome if own in expected}
    found = compare(neighbours(family), told(outcome), expected=frame)
    slow = slow_standing(family, basis)
    assert found["school"].to_list() == sorted(basis)
    for school, delta, position in found.select("school", "delta", "position").iter_rows():
        if school in slow:
            assert (delta, position) == pytest.approx(slow[school])
        else:
            assert (delta, position) == (None, None)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=5)),
    st.lists(st.none() | st.sampled_from(["1", "2"]), min_size=6, max_size=6),
    st.integers(1, 4),
)
def test_elsewhere_is_apart_in_rows(family: dict[str, list[str]], code: list[str | None], size: int) -> None:
    family = {own: [other for other in others if other != own] for own, others in family.items()}
    areas = pl.DataFrame(
        {"school": NAMES, "authority_code": code}, schema_overrides={"authority_code": pl.String}
    )
    index = rows_of(neighbours(family), pl.Series(NAMES))
    found = elsewhere(index, np.array([-1 if one is None else int(one) for one in code]), size=size)
    slow = rows_of(apart(neighbours(family), areas), pl.Series(NAMES))[:, :size]
    assert (found[:, : slow.shape[1]] == slow).all()
    assert (found[:, slow.shape[1] :] == -1).all()


def test_a_school_without_a_basis_stands_nowhere_and_does_not_count() -> None:
    value = np.array([1.0, 2.0, 4.0])
    stood = stand(np.array([[1, 2], [0, 2], [0, 1]]), value=value, basis=np.array([1.0, np.nan, 4.0]))
    assert stood.position.tolist() == pytest.approx([0.0, np.nan, 1.0], nan_ok=True)
    assert stood.delta.tolist() == pytest.approx([-3.0, np.nan, 3.0], nan_ok=True)
