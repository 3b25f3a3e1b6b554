"""Every rule of a plan is checked: one plan that keeps to all, spoilt in every way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from commonroom.errors import CommonroomError
from commonroom.partnerships.checking import BrokenError, check, check_plan
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.solving.greedy import greedy
from commonroom.partnerships.solving.problem import Level, Problem
from commonroom.tables import partnerships as tables
from unit.partnerships.made_plan import PLAN, STANDING, capacities, given, pairs, proposals
from unit.partnerships.small_system import A, B, C, D, E, F, define, ground
from unit.partnerships.solving.tiny import allowed, tiny


def judge(plan: pl.DataFrame | None = None, **changes: object) -> str:
    """The faults found in a plan, empty when none."""
    parts: dict[str, object] = {
        "standing": STANDING,
        "ground": ground(),
        "definition": define(),
        "given": given(),
        **changes,
    }
    try:
        check_plan(proposals() if plan is None else plan, **parts)  # type: ignore[arg-type]
    except BrokenError as broken:
        return str(broken)
    return ""


def test_a_plan_that_keeps_to_everything_passes() -> None:
    assert judge() == ""
    assert judge(tables.PROPOSALS.empty()) == ""


@generated(st.integers(0, 2**32), st.data())
@settings(max_examples=200, deadline=None)
def test_a_choice_passes_only_where_counting_allows_it(seed: int, data: st.DataObject) -> None:
    problem = tiny(seed)
    chosen = data.draw(st.lists(st.integers(0, problem.need.size - 1), max_size=6, unique=True))
    try:
        check(problem, np.array(sorted(chosen), dtype=np.int64))
        passed = True
    except BrokenError:
        passed = False
    assert passed == allowed(problem, chosen)
    check(problem, greedy(problem))


def two(**changes: object) -> Problem:
    groups = np.array([0, 0])
    problem = Problem(np.array([0, 1]), np.array([1, 1]), np.array([9, 9]), np.array([-1, -1]))
    return replace(problem, giving=(Level("provider", groups, np.array([1]), ("100001",)),), **changes)


def test_a_choice_is_refused_with_the_cap_and_by_how_much() -> None:
    with pytest.raises(BrokenError, match="provider of 100001: 2 where 1 are allowed, 1 too many"):
        check(two(), np.array([0, 1]))
    check(two(), np.array([0, 1]), joined=[1])
    crossing = (Level("in-one", np.array([0, 0]), np.array([1])),)
    with pytest.raises(BrokenError, match="in-one of group 0: 2 where 1 are allowed"):
        check(two(crossing=crossing), np.array([0, 1]), joined=[1])


@pytest.mark.parametrize(
    ("chosen", "joined", "fault"),
    [
        ([0, 2], [], "no candidate 2"),
        ([-1], [], "no candidate -1"),
        ([0, 0], [], "choosing of candidate 0: 2 where 1"),
        ([0], [1], "Candidate 1 shares, but is not chosen"),
    ],
)
def test_a_choice_that_is_none_is_refused(chosen: list[int], joined: list[int], fault: str) -> None:
    with pytest.raises(BrokenError, match=fault):
        check(two(), np.array(chosen), joined=joined)


def test_a_need_met_twice_is_refused() -> None:
    problem = replace(two(), need=np.array([1, 1]), giving=())
    with pytest.raises(BrokenError, match="need 1: 2 where 1"):
        check(problem, np.array([0, 1]))


def spoil(row: int, **values: object) -> pl.DataFrame:
    """The plan with one row changed."""
    here = pl.int_range(pl.len()) == row
    return proposals().with_columns(
        pl.when(here).then(pl.lit(value, dtype=tables.PROPOSALS.schema[name])).otherwise(name).alias(name)
        for name, value in values.items()
    )


DAYS = {"partnership": 10.0, "base": 30.0, "per_100_pupils": 0.0, "per_strength": 0.0, "own_need": 1.0}
CAP = {"giver": "", "receiver": "", "theme": False, "share": None, "least": 0, "most": None, "away": False}
WHY = {"why": "why", "why_cy": "pam"}


def cap(**changes: object) -> dict[str, object]:
    return {"caps": [{"name": "made-up", **CAP, **WHY, **changes}]}


ALL_TO_A = ((D, "reading", A), (E, "reading", A), (F, "reading", A))
SPOILT: dict[str, tuple[Callable[[], str], str]] = {
    "a need met twice": (
        lambda: judge(pl.concat([proposals(), proposals((D, "reading", B))])),
        f"meeting once of {D}, primary, reading: 2 where 1",
    ),
    "a school that helps itself": (lambda: judge(spoil(0, provider=D)), f"help itself: {D}"),
    "a need that nobody has": (
        lambda: judge(spoil(1, theme="mathematics")),
        f"Nobody needs this: {E}, primary, mathematics, {B}",
    ),
    "a strength that nobody has": (
        lambda: judge(spoil(1, provider=C)),
        f"not strong in this: {E}, primary, reading, {C}",
    ),
    "more themes at once": (
        lambda: judge(proposals(*PLAN, (F, "reading", A)), definition=define(themes_at_once=1, days=DAYS)),
        f"themes at once of {F}: 2 where 1 are allowed, 1 too many",
    ),
    "help in two themes that rest on one measure": (
        lambda: judge(proposals(*PLAN, (F, "reading", A)), definition=define(days=DAYS)),
        f"measure of {F} > primary > made_up: 2 where 1 are allowed, 1 too many",
    ),
    "more receivers in a theme": (
        lambda: judge(proposals(*ALL_TO_A), definition=define(theme_at_once=2, days=DAYS)),
        f"theme of {A} > primary > reading: 3 where 2 are allowed, 1 too many",
    ),
    "more days than by rule": (
        lambda: judge(proposals(*ALL_TO_A), definition=define(days={**DAYS, "base": 25.0})),
        f"days of {A}: 30 where 25 are allowed, 5 too many",
    ),
    "more days than its own need leaves": (
        lambda: judge(proposals(*ALL_TO_A), definition=define(days={**DAYS, "own_need": 0.5})),
        f"days of {A}: 30 where 15",
    ),
    "more days than stated": (
        lambda: judge(given=given(capacities=capacities(("school", B, 5.0, None)))),
        f"days of {B}: 10 where 5",
    ),
    "more days than offered": (
        lambda: judge(given=given(statements=offer(B, 4.0))),
        f"days of {B}: 10 where 4",
    ),
    "other days than one takes": (
        lambda: judge(spoil(1, days=3.0)),
        f"takes 10 days, and this has others: {E}",
    ),
    "more days than the trust stated": (
        lambda: judge(
            ground=ground(A="Oak", B="Oak"), given=given(capacities=capacities(("trust", "Oak", 10.0, None)))
        ),
        "days stated by the trust of Oak: 20 where 10",
    ),
    "more days than the authority stated": (
        lambda: judge(given=given(capacities=capacities(("authority", "Eastham", 25.0, None)))),
        "days stated by the authority of Eastham: 30 where 25",
    ),
    "more days than the leaders of the authority": (
        lambda: judge(given=given(capacities=capacities(("leader", "L", 5.0, "Westham")))),
        "days of system leaders of Westham: 6 where 5",
    ),
    "no leaders for the others": (
        lambda: judge(given=given(capacities=capacities(("leader", "L", 50.0, "Eastham")))),
        "days of system leaders of : 6 where 0",
    ),
    "more days than the leaders for all": (
        lambda: judge(given=given(capacities=capacities(("leader", "L", 3.0, None)))),
        "system leaders of : 6 where 3",
    ),
    "a pair that declined": (
        lambda: judge(given=given(barred=pairs((E, None, None, B)))),
        f"refused, or put off: {E}, primary, reading, {B}",
    ),
    "a pair that said later": (
        lambda: judge(given=given(barred=pairs((E, "primary", "reading", B)))),
        "refused, or put off",
    ),
    "a partnership that stands and is not there": (
        lambda: judge(given=given(fixed=pairs((E, "primary", "reading", A)))),
        f"stands already is not in the plan: {E}, primary, reading, {A}",
    ),
    "a swap that is none": (lambda: judge(spoil(1, swap="reading")), f"not help in turn: {E}"),
    "too far": (
        lambda: judge(definition=define(travel={"most_minutes": 22.0})),
        f"beyond 22 minutes: {A}",
    ),
    "no minutes": (lambda: judge(spoil(1, minutes=None)), "beyond 60 minutes"),
    "other minutes": (lambda: judge(spoil(1, minutes=5.0)), f"not those of its travel: {E}"),
    "other kilometres": (lambda: judge(spoil(1, km=5.0)), f"not those of its travel: {E}"),
    "travel that is none": (lambda: judge(spoil(1, travel="flight")), f"not those of its travel: {E}"),
    "no travel": (lambda: judge(spoil(1, travel=None)), f"not those of its travel: {E}"),
    "a file of minutes that is none": (lambda: judge(spoil(1, travel="matrix")), "not those of its travel"),
    "an area where places are known": (
        lambda: judge(spoil(1, travel="authority")),
        "not those of its travel",
    ),
    "rivals": (
        lambda: judge(definition=define(rivals={"overlap": 1.6})),
        f"They are rivals: {A}, primary, mathematics, {D}",
    ),
    "a cap of a trust in one authority": (
        lambda: judge(
            ground=ground(A="Oak", B="Oak"),
            definition=define(**cap(giver="trust", receiver="authority", most=1)),
        ),
        "made-up of Oak > Westham: 2 where 1 are allowed, 1 too many",
    ),
    "a cap that is a share of needs": (
        lambda: judge(definition=define(**cap(giver="authority", receiver="authority", share=0.5))),
        "made-up of Eastham > Westham: 3 where 2",
    ),
    "a share that has a most": (
        lambda: judge(definition=define(**cap(receiver="authority", share=1.0, most=2))),
        "made-up of Westham: 3 where 2",
    ),
    "a cap of themes": (
        lambda: judge(definition=define(**cap(theme=True, most=1))),
        "primary > mathematics: 2 where 1",
    ),
    "a cap of those away": (
        lambda: judge(
            ground=ground(A="Oak", D="Oak"), definition=define(**cap(giver="trust", most=0, away=True))
        ),
        f"made-up of {B}: 1 where 0",
    ),
}


def offer(school: str, days: float) -> pl.DataFrame:
    row = {"school": school, "phase": "primary", "theme": "reading", "says": "offer", "days": days}
    return tables.STATEMENTS.check(pl.DataFrame([{**row, "date": None}], schema=tables.STATEMENTS.schema))


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_spoilt_is_found(what: str) -> None:
    spoilt, fault = SPOILT[what]
    assert fault in spoilt()


def test_those_of_one_trust_are_not_away() -> None:
    definition = define(**cap(giver="trust", most=0, away=True))
    faults = judge(proposals((D, "reading", A)), ground=ground(A="Oak", D="Oak"), definition=definition)
    assert faults == ""


def test_what_stands_already_counts_and_is_not_judged_otherwise() -> None:
    stands = given(fixed=pairs((E, "primary", "mathematics", B)))
    plan = pl.concat([proposals(), proposals((E, "mathematics", B), minutes=500.0)])
    many = define(days=DAYS)
    assert judge(plan, given=stands, definition=many) == ""
    assert f"days of {B}: 20 where 18" in judge(plan, given=stands)


def test_what_stands_already_may_stand_twice_for_one_measure() -> None:
    plan, many = proposals(*PLAN, (F, "reading", A)), define(days=DAYS)
    one, two = (F, "primary", "reading", A), (F, "primary", "mathematics", C)
    assert f"measure of {F}" in judge(plan, definition=many, given=given(fixed=pairs(one)))
    assert judge(plan, definition=many, given=given(fixed=pairs(one, two))) == ""


def test_many_faults_are_counted() -> None:
    faults = judge(
        spoil(0, provider=D, minutes=900.0, travel="flight", days=1.0), definition=define(theme_at_once=1)
    )
    assert "; and " in faults
    assert isinstance(BrokenError(), CommonroomError)


def measured(*rows: tuple[str, str, float]) -> Ground:
    return replace(ground(), minutes=pl.DataFrame(list(rows), schema=tables.MINUTES.schema, orient="row"))


def test_minutes_of_a_file_are_looked_up_both_ways() -> None:
    plan = spoil(1, travel="matrix", minutes=7.0)
    assert judge(plan, ground=measured((B, E, 7.0))) == ""
    assert judge(plan, ground=measured((E, B, 7.0))) == ""
    assert "not those of its travel" in judge(plan, ground=measured((E, B, 7.0), (B, E, 8.0)))


def test_a_school_without_a_place_is_met_within_its_authority() -> None:
    lost = pl.when(pl.col("school") != E).then("easting").alias("easting")
    without = replace(ground(), schools=ground().schools.with_columns(lost))
    plan = spoil(1, travel="authority", minutes=30.0, km=None)
    assert "not those of its travel" in judge(plan, ground=without)
    one = pl.lit("Eastham").alias("authority")
    assert judge(plan, ground=replace(without, schools=without.schools.with_columns(one))) == ""
    nowhere = replace(ground(), schools=ground().schools.with_columns(one, easting=pl.lit(None, pl.Float64)))
    assert judge(plan.filter(receiver=E), ground=nowhere) == ""


def group(**changes: object) -> pl.DataFrame:
    """D and E learn reading together from A; the days are shared."""
    plan = proposals(
        (D, "reading", A), (E, "reading", A), third=pl.Series([E, D]), days=pl.Series([5.0, 5.0])
    )
    return plan.with_columns(**changes)


def test_a_group_of_three_is_one_partnership_of_its_provider() -> None:
    assert judge(group()) == ""
    one = define(theme_at_once=1)
    assert judge(group(), definition=one) == ""
    assert "theme of" in judge(group(third=pl.lit(None, pl.String), days=pl.lit(10.0)), definition=one)
    assert "takes 10 days" in judge(group(days=pl.lit(10.0)))
    assert "third of this group is not in it" in judge(group(third=pl.lit(F)))
    near = define(threes={"most_minutes": 12.0})
    assert f"too far apart: {D}" in judge(group(), definition=near)
    assert judge(group(), definition=near, ground=measured((D, E, 2.0))) == ""
