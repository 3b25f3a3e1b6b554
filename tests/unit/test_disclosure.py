"""Disclosure cannot be undone by subtraction, and a released frame says what it left out."""

from __future__ import annotations

import datetime
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commonroom import disclosure
from commonroom.disclosure import Columns, Rows, Rule, Same

GROUPS = {"all": ("disadvantaged", "other"), "disadvantaged": ("disadvantaged",), "other": ("other",)}
RULE = Rule(
    ("school", "group"),
    {"value": "cohort"},
    (
        Rows("group", "all", ("school",), ("disadvantaged", "other")),
        Rows("school", "all", ("group",)),
    ),
)


def determined(known: list[np.ndarray], target: np.ndarray) -> bool:
    """Whether an adversary who knows some linear sums of the unknowns can work out another."""
    if not known:
        return False
    solved = np.linalg.lstsq(np.array(known).T, target, rcond=None)[0]
    return bool(np.abs(np.array(known).T @ solved - target).max() < 1e-9)


class System:
    """Schools with two groups of pupils; what each figure is, as a sum over those groups."""

    def __init__(self, counts):
        self.counts = np.array(counts, dtype=float)
        self.schools = [f"s{number}" for number in range(len(counts))]

    def people(self, school, group):
        """Pupils of each school (rows) and group (columns) that a figure is about."""
        chosen = np.zeros_like(self.counts)
        rows = slice(None) if school == "all" else [self.schools.index(school)]
        columns = [list(GROUPS["all"]).index(part) for part in GROUPS[group]]
        for column in columns:
            chosen[rows, column] = self.counts[rows, column]
        return chosen.ravel()

    def mean(self, school, group):
        people = self.people(school, group)
        return people / people.sum()

    def long(self):
        values = np.random.default_rng(1).normal(50, 10, self.counts.size)
        rows = []
        for school in [*self.schools, "all"]:
            for group in GROUPS:
                cohort = self.people(school, group).sum()
                value = float(self.mean(school, group) @ values) if cohort else None
                rows.append((school, group, value, cohort))
        return pl.DataFrame(rows, schema=["school", "group", "value", "cohort"], orient="row")


def judge(system, frame):
    """What is released, as sums; what was withheld; and which figures are about few pupils."""
    released = disclosure.release(frame, rule=RULE)
    shown = released.frame.filter(pl.col("value").is_not_null())
    known = [system.mean(*row) for row in shown.select("school", "group").iter_rows()]
    hidden = set(released.withheld.select("school", "group").iter_rows())
    return known, hidden, {row[:2] for row in system.long().iter_rows() if 0 < row[3] < 6}


COUNT = st.sampled_from([0, 1, 4, 5, 6, 7, 11, 30])
COUNTS = st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=4)


SOME = st.sets(st.integers(0, 14), max_size=6)


@settings(max_examples=70, deadline=None)
@given(COUNTS, SOME)
@example([(4, 30), (7, 11), (30, 30)], set())
def test_no_withheld_and_no_small_figure_follows_from_those_released(counts, blanked):
    system = System(counts)
    blank = pl.int_range(pl.len()).is_in(blanked)
    frame = system.long().with_columns(pl.when(~blank).then("value").alias("value"))
    known, hidden, small = judge(system, frame)
    for figure in hidden | small:
        assert not determined(known, system.mean(*figure)), figure


@settings(max_examples=70, deadline=None)
@given(COUNTS, SOME)
@example([(4, 30), (4, 30), (30, 4)], {2, 5, 8, 11})
def test_no_small_figure_follows_when_the_frame_lacks_rows(counts, dropped):
    """A number of pupils that nobody gave may be 0: only what is small is sure to be protected."""
    system = System(counts)
    frame = system.long().filter(~pl.int_range(pl.len()).is_in(dropped))
    known, _, small = judge(system, frame)
    for figure in small:
        assert not determined(known, system.mean(*figure)), figure


@settings(max_examples=70, deadline=None)
@given(COUNTS, st.booleans(), st.sets(st.sampled_from(["poor", "rest", "gap"]), max_size=2))
def test_no_small_group_follows_from_averages_and_gaps_beside_each_other(counts, gapped, dropped):
    names = {"all": "all", "poor": "disadvantaged", "rest": "other"}
    system = System([pair for pair in counts if sum(pair)] or [(4, 30)])
    rows = []
    for school in system.schools:
        row = {"school": school}
        people = {name: system.people(school, group).sum() for name, group in names.items()}
        people["gap"] = min(people["poor"], people["rest"])
        for name, cohort in people.items():
            row |= {name: 50.0 + cohort if cohort else None, f"n_{name}": cohort}
        rows.append(row)
    dropped = dropped if gapped else dropped | {"gap"}
    frame = pl.DataFrame(rows).drop(dropped)
    figures = {name: f"n_{name}" for name in ("all", "poor", "rest", "gap")}
    rule = Rule(("school",), figures, (Columns("all", ("poor", "rest"), "gap"),))
    released = disclosure.release(frame, rule=rule)
    for row in released.frame.iter_rows(named=True):
        school = row["school"]
        means = {
            name: system.mean(school, group)
            for name, group in names.items()
            if system.people(school, group).any()
        }
        if len(means) == 3:
            means["gap"] = means["poor"] - means["rest"]
        known = [mean for name, mean in means.items() if row.get(name) is not None]
        small = [name for name in means if 0 < row[f"n_{name}"] < 6]
        gone = released.withheld.filter(school=school)["column"].to_list()
        for name in {*small, *gone}:
            assert not determined(known, means[name]), (name, row)


@settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_no_number_of_pupils_follows_from_those_released_under_several_measures(counts):
    system = System(counts)
    frame = pl.concat(
        system.long().with_columns(measure=pl.lit(measure)).filter(pl.col("group") != left)
        for measure, left in (("english", "other"), ("maths", "all"), ("science", "none"))
    ).filter(pl.col("school") != "all")
    rule = Rule(
        ("school", "measure", "group"),
        {"cohort": "cohort"},
        (
            Rows("group", "all", ("school", "measure"), ("disadvantaged", "other")),
            Same("cohort", ("school", "group")),
        ),
    )
    released = disclosure.release(frame, rule=rule)
    shown = released.frame.filter(pl.col("cohort").is_not_null())
    ones = System((system.counts > 0).astype(int))
    known = [ones.people(*row) for row in shown.select("school", "group").iter_rows()]
    hidden = set(released.withheld.select("school", "group").iter_rows())
    small = {row[:2] for row in system.long().iter_rows() if 0 < row[3] < 6}
    for figure in hidden | small:
        assert not determined(known, ones.people(*figure)), figure


@pytest.mark.parametrize("largest", [20, 2000])
def test_in_a_large_system_most_figures_survive_and_none_follows(largest):
    rng = np.random.default_rng(3)
    counts = np.column_stack([rng.integers(2, 60, 120), rng.integers(1, largest, 120)])
    system = System(counts)
    released = disclosure.release(system.long(), rule=RULE)
    small = (counts < 6).sum()
    assert small <= released.withheld.height <= 2 * small + 2
    shown = released.frame.filter(pl.col("value").is_not_null())
    known = np.array([system.mean(*row) for row in shown.select("school", "group").iter_rows()])
    hidden = released.withheld.select("school", "group").iter_rows()
    targets = np.array([system.mean(*figure) for figure in hidden])
    solved = np.linalg.lstsq(known.T, targets.T, rcond=None)[0]
    assert (np.abs(known.T @ solved - targets.T).max(axis=0) > 1e-9).all()


def test_a_contradiction_ends_with_everything_withheld():
    frame = pl.DataFrame({"school": ["a"], "whole": [4.0], "part": [4.0], "n": [3], "m": [3]})
    rule = Rule(
        ("school",),
        {"whole": "n", "part": "m"},
        (Columns("whole", ("part",)), Columns("part", ("whole",)), Columns("whole", ("whole",))),
    )
    assert disclosure.release(frame, rule=rule).withheld.height == 2


def test_text_about_few_pupils_is_withheld_too():
    frame = pl.DataFrame({"school": ["a", "b"], "sentence": ["Up.", "Down."], "pupils": [3, 30]})
    released = disclosure.release(frame, rule=Rule(("school",), {"sentence": "pupils"}))
    assert released.frame["sentence"].to_list() == [None, "Down."]


def released():
    frame = pl.DataFrame(
        {
            "school": ["a", "b", "c"],
            "value": [40.5, float("nan"), 3.0],
            "cohort": [30, 30, 3],
            "date": [datetime.date(2024, 9, 1)] * 3,
        }
    )
    rule = Rule(("school",), {"value": "cohort"})
    return disclosure.release(frame, rule=rule, source="DfE, KS4 2023/24", date="2024-12-05")


def test_rows_are_plain_and_what_is_no_number_is_none():
    assert released().rows()[1] == {
        "school": "b",
        "value": None,
        "cohort": 30,
        "date": datetime.date(2024, 9, 1),
    }
    assert released().columns == ["school", "value", "cohort", "date"]


def test_json_carries_source_date_and_what_was_withheld():
    said = json.loads(released().to_json())
    assert said["source"] == "DfE, KS4 2023/24"
    assert said["date"] == "2024-12-05"
    assert said["note"] == "Withheld: one figure: 1 (fewer than 6 pupils)."
    assert said["withheld"] == [{"school": "c", "column": "value", "reason": "fewer than 6 pupils"}]
    assert [row["value"] for row in said["rows"]] == [40.5, None, None]


def test_csv_has_empty_places():
    assert released().to_csv().splitlines()[1:] == [
        "a,40.5,30,2024-09-01",
        "b,,30,2024-09-01",
        "c,,3,2024-09-01",
    ]


def test_a_frame_without_rows_is_released():
    frame = pl.DataFrame(schema={"school": pl.String, "value": pl.Float64, "cohort": pl.Int64})
    released = disclosure.release(frame, rule=Rule(("school",), {"value": "cohort"}))
    assert released.rows() == []
    assert released.note == "No figure was withheld."


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_change_what_is_withheld(seed):
    frame = System([(4, 30), (7, 12), (30, 31)]).long()
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    keys = ["school", "group"]
    first, second = (disclosure.release(f, rule=RULE).withheld for f in (frame, shuffled))
    assert first.sort(keys).equals(second.sort(keys))
