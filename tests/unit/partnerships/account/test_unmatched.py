"""Why needs are left alone, on the small system: each reason is what, changed, brings a partner."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom.partnerships import agreed, candidates
from commonroom.partnerships.account import Past, unmatched
from commonroom.partnerships.account.case import Case
from commonroom.partnerships.agreed import Agreed
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.definition import Definition
from commonroom.tables import partnerships as tables
from unit.partnerships.account.made_case import (
    EDGES,
    STANDING,
    best,
    capacities,
    case,
    led,
    reach,
    relax,
    rule,
    stood,
)  # fmt: skip
from unit.partnerships.small_system import A, B, C, D, E, F, edges, ground, standing

NOTHING = Past().barred
FEW = {"name": "few", "giver": "school", "receiver": "authority", "most": 1, "why": "", "why_cy": ""}


def _explain(found: Case, reached: pl.DataFrame | None = None, barred: pl.DataFrame = NOTHING) -> list[dict]:
    return unmatched.explain(
        found, reach=tables.REACH.empty() if reached is None else reached, barred=barred
    ).to_dicts()


def _helped_with_one_more(found: Case, row: dict) -> bool:
    """Whether a plan solved again with one more in the cap that binds meets the need."""
    chosen = best(relax(found.arranged.problem, row["limit"], row["binding"]))
    assert chosen is not None
    met = found.arranged.edges[chosen].select("receiver", "theme").rows()
    return (row["receiver"], row["theme"]) in met


def test_a_provider_that_is_full_is_named_with_the_days_it_lacks_and_their_worth() -> None:
    # A has one partnership, and helps F, a Keys to Success school; B helps E, which gains more than D.
    found = case(definition=rule(days={"base": 14.0, "per_100_pupils": 0.0}))
    assert found.arranged.edges[found.solution.chosen].select("receiver", "provider").rows() == [
        (A, D), (E, B), (F, A),
    ]  # fmt: skip
    (row,) = _explain(found)
    assert (row["receiver"], row["theme"], row["keys"]) == (D, "reading", False)
    assert (row["reason"], row["limit"], row["binding"], row["provider"]) == ("full", "provider", A, A)
    assert (row["also"], row["candidates"], row["cohort"]) == (None, 2, 40.0)
    # Fourteen days, ten of them given: six more make another partnership.
    assert row["more_days"] == pytest.approx(6.0)
    # The need is met (1.5 times its ideal is spared for its ideal less 0.05), and A and D help each other.
    ideal = found.arranged.needs["ideal"][1]
    assert row["worth"] == pytest.approx(0.5 * ideal + 0.05 + 0.25 * 0.05, abs=2000 * UNIT)
    assert row["gap"] == pytest.approx(0.5, abs=0.01)
    assert _helped_with_one_more(found, row)


@pytest.mark.parametrize(
    ("candidate", "definition", "stands", "expected"),
    [
        # D has two needs, and may be helped in one.
        (
            edges((D, "reading", A, 0.05), (D, "mathematics", B, 0.04)),
            rule(themes_at_once=1),
            standing((D, "reading", "need"), (D, "mathematics", "need"), (A, "reading", "strength"),
                     (B, "mathematics", "strength")),
            ("receiver", "receiver", D, B, None),
        ),
        # A has the days to help two, and may help one in a theme.
        (
            edges((D, "reading", A, 0.05), (E, "reading", A, 0.04)),
            rule(theme_at_once=1, days={"base": 20.0, "per_100_pupils": 0.0}),
            standing((D, "reading", "need"), (E, "reading", "need"), (A, "reading", "strength")),
            ("theme", "theme", f"{A} > primary > reading", A, None),
        ),
        # Each school gives at most one partnership in an authority.
        (
            edges((D, "reading", A, 0.05), (E, "reading", A, 0.04)),
            rule(days={"base": 20.0, "per_100_pupils": 0.0},
                 caps=[FEW]),
            standing((D, "reading", "need"), (E, "reading", "need"), (A, "reading", "strength")),
            ("cap", "few", f"{A} > Westham", A, None),
        ),
    ],
)  # fmt: skip
def test_caps_of_the_definition_are_named(
    candidate: pl.DataFrame,
    definition: Definition,
    stands: pl.DataFrame,
    expected: tuple[str | float | None, ...],
) -> None:
    found = case(candidate, stands.with_columns(measure="theme"), definition=definition)
    (row,) = _explain(found)
    names = ("reason", "limit", "binding", "provider", "more_days")
    assert tuple(row[name] for name in names) == expected
    assert _helped_with_one_more(found, row)


def test_themes_that_rest_on_one_measure_are_named() -> None:
    stands = standing((D, "reading", "need"), (D, "mathematics", "need"), (A, "reading", "strength"),
                      (B, "mathematics", "strength"))  # fmt: skip
    found = case(edges((D, "reading", A, 0.05), (D, "mathematics", B, 0.04)), stands)
    (row,) = _explain(found)
    assert (row["reason"], row["limit"], row["theme"]) == ("measure", "measure", "mathematics")
    assert _helped_with_one_more(found, row)


def test_days_that_were_stated_are_named_with_what_one_more_takes() -> None:
    stands = standing((D, "reading", "need"), (E, "reading", "need"), (A, "reading", "strength"),
                      (B, "reading", "strength"), keys=(D, E))  # fmt: skip
    candidate = edges((D, "reading", A, 0.05), (E, "reading", B, 0.04))
    for found, reason, binding, days in (
        (
            case(candidate, stands, capacities=capacities(("authority", "Eastham", 10.0, None))),
            "cap",
            "Eastham",
            10.0,
        ),
        (
            case(
                candidate,
                stands,
                capacities=capacities(("trust", "T", 10.0, None)),
                trusts={"A": "T", "B": "T"},
            ),
            "cap",
            "T",
            10.0,
        ),
        (led(case(candidate, stands), pools={"": 1}), "leader", "", 6.0),
        (led(case(candidate, stands), pools={"": 0, "Westham": 1}), "leader", "Westham", 6.0),
    ):
        (row,) = _explain(found)
        assert (row["reason"], row["binding"], row["more_days"]) == (reason, binding, days)
        assert (row["receiver"], row["keys"]) == (E, True)
        assert _helped_with_one_more(found, row)


def test_a_change_that_is_not_worth_it_is_said() -> None:
    stands = standing((D, "reading", "need"), (A, "reading", "strength"), (B, "reading", "strength"))
    definition = rule(
        weights={"disadvantage": 0.0, "alone": 0.0, "swap": 0.0, "known": 0.0, "change": 3.0},
        days={"base": 0.0},
    )
    last = pl.DataFrame({"receiver": [D], "phase": ["primary"], "theme": ["reading"], "provider": [A]})
    both = edges((D, "reading", A, 0.05), (D, "reading", B, 0.04))
    rows = _explain(case(both, stands, definition=definition, last=last))
    assert [row["reason"] for row in rows] == ["full"]
    stated = capacities(("school", A, 0.0, None), ("school", B, 10.0, None))
    rows = _explain(case(both, stands, definition=definition, last=last, capacities=stated))
    # B could, but leaving A costs more than B brings; one more of A would do.
    assert [(row["reason"], row["binding"]) for row in rows] == [("full", A)]
    only = edges((D, "reading", A, 0.0), (D, "reading", B, 0.04))
    rows = _explain(case(only, stands, definition=definition, last=last, capacities=stated))
    assert [(row["reason"], row["provider"], row["worth"]) for row in rows] == [("dear", B, None)]


def test_a_keys_to_success_school_alone_always_has_its_reason() -> None:
    stands = standing((D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"),
                      (C, "reading", "need"), (A, "reading", "strength"), keys=(C, D, E, F))  # fmt: skip
    found = case(edges((D, "reading", A, 0.05), (E, "reading", A, 0.03)), stands)
    rows = _explain(found, reach((F, "reading", 1, 0, 0, 0), (C, "reading", 1, 1, 1, 0)))
    assert [(row["receiver"], row["reason"], row["keys"]) for row in rows] == [
        (C, "rivals", True), (E, "full", True), (F, "far", True),
    ]  # fmt: skip


REACHED = {
    "nobody": (reach((D, "reading", 0, 0, 0, 0)), (0, None, None, None)),
    "far": (reach((D, "reading", 4, 0, 0, 0), outside_provider=B, outside_minutes=75.0), (4, B, 15.0, None)),
    "rivals": (reach((D, "reading", 4, 3, 2, 1), rival_provider=B, barred_provider=A), (2, B, None, None)),
    "declined": (reach((D, "reading", 4, 2, 1, 2), barred_provider=A, rival_provider=A), (1, A, None, None)),
    "later": (reach((D, "reading", 4, 1, 0, 1), barred_provider=C), (1, C, None, None)),
}
BARRED = pl.DataFrame(
    [(D, A, None, None, "declined", None), (D, C, "primary", "reading", "later", datetime.date(2027, 1, 1))],
    schema=agreed.BARRED,
    orient="row",
)


@pytest.mark.parametrize("reason", REACHED)
def test_a_need_without_a_candidate_is_told_what_is_in_reach(reason: str) -> None:
    reached, (number, provider, minutes, also) = REACHED[reason]
    stands = standing((D, "reading", "need"), (A, "reading", "strength"))
    (row,) = _explain(case(tables.EDGES.empty(), stands), reached, BARRED)
    assert row["reason"] == reason
    assert (row["candidates"], row["provider"], row["more_minutes"], row["also"]) == (
        number,
        provider,
        minutes,
        also,
    )
    assert (row["limit"], row["worth"], row["more_days"]) == (None, None, None)
    assert row["binding"] == (None if reason == "far" else provider)


def test_pairs_that_are_rivals_and_declined_name_both() -> None:
    stands = standing((D, "reading", "need"), (A, "reading", "strength"))
    reached = reach((D, "reading", 4, 1, 1, 1), barred_provider=A, rival_provider=A)
    (row,) = _explain(case(tables.EDGES.empty(), stands), reached, BARRED)
    assert (row["reason"], row["also"], row["candidates"], row["provider"]) == ("declined", "rivals", 1, A)


def test_a_rival_that_declined_too_is_not_named_as_one_that_would_help() -> None:
    stands = standing((D, "reading", "need"), (A, "reading", "strength"))
    reached = reach((D, "reading", 4, 2, 2, 1), barred_provider=A, rival_provider=A)
    (row,) = _explain(case(tables.EDGES.empty(), stands), reached, BARRED)
    assert (row["reason"], row["candidates"], row["provider"]) == ("rivals", 1, None)


def _weighed(definition: Definition, barred: pl.DataFrame, *stands: tuple[str, str, str]) -> list[dict]:
    made = standing(*stands)
    found = candidates.weigh(made, ground(), definition=definition, barred=barred)
    rows = _explain(case(found.edges, made, definition=definition), found.reach, barred)
    assert len(rows) <= 1
    return rows


def test_what_is_named_as_too_far_comes_into_reach_with_those_minutes() -> None:
    near, free = {"most_minutes": 10.0}, {"avoid": False}
    rows = (D, "reading", "need"), (A, "reading", "strength")
    (row,) = _weighed(rule(travel=near, rivals=free), NOTHING, *rows)
    assert (row["reason"], row["provider"]) == ("far", A)
    limit = 10.0 + row["more_minutes"]
    assert _weighed(rule(travel={"most_minutes": limit - 0.01}, rivals=free), NOTHING, *rows) != []
    assert _weighed(rule(travel={"most_minutes": limit + 1e-9}, rivals=free), NOTHING, *rows) == []


def test_what_is_named_as_a_rival_would_help_if_rivals_were_not_avoided() -> None:
    rows = (B, "reading", "need"), (A, "reading", "strength")
    (row,) = _weighed(rule(), NOTHING, *rows)
    assert (row["reason"], row["provider"], row["candidates"]) == ("rivals", A, 1)
    assert _weighed(rule(rivals={"avoid": False}), NOTHING, *rows) == []


def test_what_is_named_as_declined_or_later_would_help_if_nobody_had_said_so() -> None:
    rows = (F, "reading", "need"), (A, "reading", "strength")
    for decision, reason in (("decline", "declined"), ("later", "later")):
        said = pl.DataFrame(
            [
                (
                    A,
                    F,
                    "primary",
                    "reading",
                    decision,
                    "both",
                    "no",
                    datetime.date(2026, 1, 1),
                    datetime.date(2027, 1, 1),
                )
            ],
            schema=tables.DECISIONS.schema,
            orient="row",
        )
        barred = agreed.barred(Agreed(decisions=said), date=datetime.date(2026, 6, 1))
        (row,) = _weighed(rule(), barred, *rows)
        assert (row["reason"], row["provider"], row["binding"]) == (reason, A, A)
        assert _weighed(rule(), NOTHING, *rows) == []


def test_needs_that_are_met_or_stand_already_are_not_told() -> None:
    fixed = stood((D, "reading", A, 0.05))
    rows = _explain(case(EDGES, STANDING, fixed=fixed), reach((F, "reading", 3, 2, 0, 0)))
    # A's days go to D; F has nobody else.
    assert [(row["receiver"], row["reason"], row["binding"]) for row in rows] == [(F, "full", A)]
