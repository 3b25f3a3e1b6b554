"""A plan from end to end on six made-up schools, and what people's words change in it."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom import partnerships
from commonroom.partnerships import Agreed, Terms
from commonroom.partnerships.limits import TooTightError
from commonroom.tables import partnerships as tables
from unit.partnerships.small_system import A, B, C, D, E, F, define, ground, standing

TODAY = datetime.date(2026, 11, 1)
#: Nobody is a rival, and no cap of the definition is in the way: what is left can be reckoned.
FREE = define(rivals={"avoid": False}, caps=(), days={"base": 25.0})
STANDING = standing(
    (D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"), (A, "mathematics", "need"),
    (A, "reading", "strength"), (B, "reading", "strength"), (D, "mathematics", "strength"), keys=(F,),
)  # fmt: skip


def _propose(*, agreed: Agreed | None = None, **terms: object) -> partnerships.Proposal:
    settled = Terms(**{"date": TODAY, "redraws": 0} | terms)  # type: ignore[arg-type]
    return partnerships.propose(STANDING, ground(), definition=FREE, terms=settled, agreed=agreed)


def _pairs(plan: partnerships.Proposal) -> list[tuple[str, str, str]]:
    return plan.proposals.select("receiver", "theme", "provider").rows()


def test_everybody_is_helped_and_two_schools_help_each_other() -> None:
    plan = _propose()
    assert _pairs(plan) == [(A, "mathematics", D), (D, "reading", A), (E, "reading", B), (F, "reading", B)]
    swaps = dict(plan.proposals.select("receiver", "swap").iter_rows())
    assert swaps == {A: "reading", D: "mathematics", E: None, F: None}
    row = plan.plan.row(0, named=True)
    assert (row["needs"], row["helped"], row["keys_helped"], row["swaps"]) == (4, 4, 1, 1)
    assert row["bound"] <= row["loss"]
    assert row["shortfall"] < 1e-4
    assert plan.changes.is_empty()


def test_the_same_arguments_give_the_same_plan() -> None:
    one, other = (_propose(redraws=20, compare=True) for _ in range(2))
    assert {name: frame.rows() for name, frame in one.frames.items()} == {
        name: frame.rows() for name, frame in other.frames.items()
    }
    assert one.plan["way"].to_list() == ["best", "greedy", "stable"]
    assert one.plan["redraws"].to_list() == [20, 0, 0]
    assert one.proposals["stays"].is_between(0, 1).all()


def _decide(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [
            {
                "provider": provider, "receiver": receiver, "phase": "primary", "theme": theme,
                "decision": decision, "by": "both", "reason": "made up", "date": TODAY,
                "until": datetime.date(2027, 1, 1) if decision == "later" else None,
            }
            for provider, receiver, theme, decision in rows
        ],
        schema=tables.DECISIONS.schema,
    )  # fmt: skip
    return tables.DECISIONS.check(frame)


def test_what_was_accepted_stays_and_what_was_declined_never_comes_again() -> None:
    first = _propose()
    said = _decide((B, E, "reading", "decline"), (A, D, "reading", "accept"))
    second = _propose(agreed=Agreed(decisions=said, last=first.proposals))
    states = dict(second.proposals.select("receiver", "state").iter_rows())
    assert states == {A: "kept", D: "accepted", E: "new", F: "kept"}
    assert (E, "reading", A) in _pairs(second)
    changed = second.changes.select("receiver", "before", "now", "why").rows()
    assert changed == [(E, B, A, "declined")]


def test_a_need_that_was_left_alone_before_is_no_new_one() -> None:
    said = _decide((B, E, "reading", "later"), (A, E, "reading", "decline"))
    first = _propose(agreed=Agreed(decisions=said))
    then = Agreed(decisions=said, last=first.proposals, left=first.unmatched)
    second = _propose(agreed=then, date=datetime.date(2027, 1, 1))
    assert second.changes.select("receiver", "now", "why").rows() == [(E, B, "again")]


def test_what_is_put_off_comes_again_when_its_day_is_there() -> None:
    said = _decide((B, E, "reading", "later"), (A, E, "reading", "decline"))
    soon = _propose(agreed=Agreed(decisions=said))
    assert soon.unmatched.select("receiver", "reason").rows() == [(E, "later")]
    then = _propose(agreed=Agreed(decisions=said), date=datetime.date(2027, 1, 1))
    assert (E, "reading", B) in _pairs(then)


def test_what_is_agreed_beyond_a_cap_is_refused_by_name() -> None:
    said = _decide((C, D, "reading", "accept"), (C, E, "reading", "accept"))
    days = pl.DataFrame([("school", C, 10.0, None)], schema=tables.CAPACITIES.schema, orient="row")
    offers = pl.concat([STANDING, standing((C, "reading", "strength"))])
    with pytest.raises(TooTightError, match=f"provider of {C}: 1 partnership too many"):
        partnerships.propose(
            offers, ground(), definition=FREE, terms=Terms(TODAY, redraws=0),
            agreed=Agreed(decisions=said, capacities=days),
        )  # fmt: skip


def test_a_stated_day_is_the_day_that_counts() -> None:
    days = pl.DataFrame([("school", B, 10.0, None)], schema=tables.CAPACITIES.schema, orient="row")
    plan = _propose(agreed=Agreed(capacities=days))
    loads = {row["provider"]: row for row in plan.providers.iter_rows(named=True)}
    assert (loads[B]["days"], loads[B]["days_from"]) == (10.0, "stated")
    assert loads[B]["given"] <= 10.0


def test_a_school_without_a_place_is_helped_from_its_own_authority_and_flagged() -> None:
    places = ground()
    nowhere = pl.when(pl.col("school") == E).then(None)
    schools = places.schools.with_columns(
        nowhere.otherwise(pl.col(name)).alias(name) for name in ("easting", "northing")
    )
    strong = pl.concat([STANDING, standing((F, "mathematics", "strength"), (D, "mathematics", "need"))[:1]])
    near = pl.concat([strong, standing((D, "science", "strength"), (E, "science", "need"))])
    plan = partnerships.propose(
        near, partnerships.Ground(schools, {}, {}), definition=FREE, terms=Terms(TODAY, redraws=0)
    )
    row = plan.proposals.row(
        by_predicate=(pl.col("receiver") == E) & (pl.col("theme") == "science"), named=True
    )
    assert (row["provider"], row["km"], row["travel"]) == (D, None, "authority")
    reading = plan.unmatched.filter(receiver=E, theme="reading")
    assert reading.height == 1


def test_nobody_needs_anything() -> None:
    plan = partnerships.propose(
        standing((A, "reading", "strength")), ground(), definition=FREE, terms=Terms(TODAY, redraws=5)
    )
    assert plan.proposals.is_empty()
    assert plan.plan["helped"].to_list() == [0]
