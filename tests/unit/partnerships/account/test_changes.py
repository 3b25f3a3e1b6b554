"""What differs from the last plan, and why."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom.partnerships import agreed
from commonroom.partnerships.account import Past, changes
from commonroom.tables import partnerships as tables
from unit.partnerships.account.made_case import EDGES, STANDING, case, last, stood
from unit.partnerships.small_system import A, B, C, D, E, F, standing


def _rows(found: pl.DataFrame) -> list[tuple[str, str | None, str | None, str]]:
    return found.select("receiver", "before", "now", "why").rows()


#: The plan of the made-up case, as it was proposed before.
SAME = ((A, "mathematics", D), (E, "reading", B), (F, "reading", A))


def test_a_plan_that_is_the_same_has_no_changes() -> None:
    assert changes.tell(case(), past=Past(proposals=last(*SAME))).is_empty()


def test_in_a_first_plan_every_need_is_new() -> None:
    assert {row[3] for row in _rows(changes.tell(case(), past=Past()))} == {"need"}


def test_a_need_that_was_alone_before_is_not_new() -> None:
    alone = last((F, "reading", A)).select("receiver", "phase", "theme")
    past = Past(
        proposals=last(*SAME[:2]),
        unmatched=pl.concat([tables.UNMATCHED.empty(), alone], how="diagonal_relaxed"),
    )
    assert _rows(changes.tell(case(), past=past)) == [(F, None, A, "again")]


BARRED = [
    (E, C, None, None, "declined", None),
    (F, C, "primary", "reading", "later", datetime.date(2027, 1, 1)),
    (A, C, "primary", "reading", "later", datetime.date(2027, 1, 1)),
]


def test_what_people_said_comes_first() -> None:
    barred = pl.DataFrame(BARRED, schema=agreed.BARRED, orient="row")
    past = Past(proposals=last((A, "mathematics", C), (E, "reading", C), (F, "reading", C)), barred=barred)
    # A and C put off reading, and it is mathematics in which C is not strong.
    assert _rows(changes.tell(case(), past=past)) == [
        (A, C, D, "no strength"), (E, C, B, "declined"), (F, C, A, "later"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "stands", "expected"),
    [
        ((D, "reading", A), STANDING, (D, A, None, "again")),
        ((B, "mathematics", D), STANDING, (B, D, None, "no need")),
        ((D, "reading", E), STANDING, (D, E, None, "no strength")),
        ((E, "reading", A), STANDING, (E, A, B, "again")),
    ],
)
def test_the_first_reason_that_holds_is_given(
    before: tuple[str, str, str], stands: pl.DataFrame, expected: tuple[str, str, str | None, str]
) -> None:
    kept = [row for row in SAME if row[:2] != before[:2]]
    found = changes.tell(case(EDGES, stands), past=Past(proposals=last(*kept, before)))
    assert _rows(found) == [expected]


def test_what_stands_now_and_was_proposed_before_is_no_change() -> None:
    found = case(fixed=stood((E, "reading", B, 0.04)))
    assert changes.tell(found, past=Past(proposals=last(*SAME))).is_empty()


def test_a_second_partner_is_a_change_of_one_need() -> None:
    both = stood((D, "reading", A, 0.05), (D, "reading", B, 0.03))
    stands = standing((D, "reading", "need"), (A, "reading", "strength"), (B, "reading", "strength"))
    found = case(EDGES.clear(), stands, fixed=both)
    assert _rows(changes.tell(found, past=Past(proposals=last((D, "reading", A))))) == [(D, None, B, "again")]
