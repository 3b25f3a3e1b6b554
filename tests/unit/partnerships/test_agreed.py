"""What schools said and agreed, and what a plan must keep to because of it."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.partnerships import agreed
from commonroom.partnerships.agreed import Agreed
from commonroom.tables import partnerships as tables

DAY = datetime.date(2026, 11, 22)
WEEK = datetime.timedelta(days=7)


def decide(*words: tuple[str, str, int], until: int | None = None, theme: str = "reading") -> pl.DataFrame:
    """Decisions of one pair: what, by whom, and in which week; `until` for pause and later."""
    rows = [
        ("P", "R", "primary", theme, what, by, None, DAY + week * WEEK,
         DAY + until * WEEK if until is not None and what in ("pause", "later") else None)
        for what, by, week in words
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=tables.DECISIONS.schema, orient="row")


def tie(state: str, week: int | None = None, *, theme: str = "reading", provider: str = "P") -> pl.DataFrame:
    date = None if week is None else DAY + week * WEEK
    row = (provider, "R", "primary", theme, state, date)
    return pl.DataFrame([row], schema=tables.TIES.schema, orient="row")


def state(decisions: pl.DataFrame | None, ties: pl.DataFrame | None = None) -> str | None:
    """What the plan of the day takes the pair for."""
    found = agreed.fixed(Agreed(decisions=decisions, ties=ties), date=DAY)
    assert found.columns == ["receiver", "phase", "theme", "provider", "state"]
    return found["state"][0] if found.height else None


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ([("accept", "both", 0)], "accept"),
        ([("accept", "both", 0), ("decline", "both", 1)], "decline"),
        ([("decline", "both", 1), ("accept", "both", 0)], "decline"),
        ([("decline", "both", 0), ("accept", "both", 0)], "accept"),
        ([("decline", "provider", 0), ("accept", "receiver", 1)], "decline"),
        ([("decline", "provider", 0), ("accept", "receiver", 1), ("accept", "provider", 2)], "accept"),
        ([("decline", "provider", 0), ("accept", "both", 1)], "accept"),
        ([("later", "receiver", 0), ("pause", "provider", 1)], "later"),
        ([("pause", "receiver", 0), ("accept", "provider", 1)], "pause"),
        ([("accept", "receiver", 0)], "accept"),
    ],
)
def test_of_each_side_the_latest_word_counts_and_of_both_the_more_careful(
    words: list[tuple[str, str, int]], counts: str
) -> None:
    found = agreed.in_force(decide(*words))
    assert found["decision"].to_list() == [counts]
    assert found.columns == list(tables.DECISIONS.schema)


def test_each_pair_and_theme_has_its_own_word_in_order() -> None:
    other = decide(("accept", "both", 0)).with_columns(receiver=pl.lit("A"))
    whole = pl.concat([decide(("decline", "both", 0)), decide(("accept", "both", 0), theme="ebacc"), other])
    rows = agreed.in_force(whole).select("receiver", "theme", "decision").rows()
    assert rows == [("A", "reading", "accept"), ("R", "ebacc", "accept"), ("R", "reading", "decline")]


def test_of_two_sides_who_decline_the_latest_reason_is_kept() -> None:
    whole = decide(("decline", "provider", 0), ("decline", "receiver", 1))
    whole = whole.with_columns(reason=pl.Series(["first", "second"]))
    assert agreed.in_force(whole)["reason"].to_list() == ["second"]


@pytest.mark.parametrize(("one", "other", "kept"), [(3, 2, 3), (2, 3, 3)])
def test_of_two_sides_who_say_later_the_later_date_is_kept(one: int, other: int, kept: int) -> None:
    words = [decide(("later", "provider", 0), until=one), decide(("later", "receiver", 1), until=other)]
    assert agreed.in_force(pl.concat(words))["until"].to_list() == [DAY + kept * WEEK]


def test_of_two_sides_who_pause_one_without_an_end_is_kept() -> None:
    words = [decide(("pause", "provider", 0)), decide(("pause", "receiver", 1), until=3)]
    assert agreed.in_force(pl.concat(words))["until"].to_list() == [None]


def test_a_pair_that_declined_is_barred_in_every_theme_and_in_that_direction_only() -> None:
    whole = pl.concat([decide(("decline", "both", 0)), decide(("decline", "receiver", 0), theme="ebacc")])
    assert agreed.barred(Agreed(decisions=whole), date=DAY).rows() == [
        ("R", "P", None, None, "declined", None)
    ]


@pytest.mark.parametrize(("until", "is_barred"), [(-1, False), (0, False), (1, True)])
def test_later_bars_its_theme_until_its_date(until: int, is_barred: bool) -> None:
    found = agreed.barred(Agreed(decisions=decide(("later", "both", -2), until=until)), date=DAY)
    row = ("R", "P", "primary", "reading", "later", DAY + until * WEEK)
    assert found.rows() == ([row] if is_barred else [])
    assert found.schema == agreed.BARRED


def test_where_nobody_said_anything_nothing_is_barred_fixed_or_known() -> None:
    nothing = Agreed()
    assert agreed.barred(nothing, date=DAY).schema == agreed.BARRED
    assert agreed.fixed(nothing, date=DAY).schema == agreed.FIXED
    assert agreed.known(nothing).schema == agreed.KNOWN
    assert all(frame.is_empty() for frame in (agreed.fixed(nothing, date=DAY), agreed.known(nothing)))


@pytest.mark.parametrize(
    ("decisions", "ties", "expected"),
    [
        (decide(("accept", "both", 0)), None, "accepted"),
        (decide(("decline", "both", 0)), None, None),
        (decide(("later", "both", 0), until=1), None, None),
        (decide(("later", "both", -3), until=-1), None, None),
        (decide(("pause", "both", 0)), None, "paused"),
        (decide(("pause", "both", 0), until=1), None, "paused"),
        (decide(("pause", "both", -3), until=0), None, "accepted"),
        (None, tie("running"), "running"),
        (None, tie("ended"), None),
        (None, tie("ended", 1), "running"),
        (None, tie("ended", 0), None),
        (decide(("accept", "both", 0)), tie("running"), "running"),
        (decide(("pause", "both", 0)), tie("running"), "paused"),
        (decide(("decline", "both", 0)), tie("running"), None),
        (decide(("decline", "both", 0)), tie("ended", 1), None),
        (decide(("decline", "both", -2)), tie("running", -1), "running"),
        (decide(("later", "both", 0), until=1), tie("running"), None),
        (decide(("later", "both", -3), until=-1), tie("running"), "running"),
        (decide(("accept", "both", -2)), tie("ended", -1), None),
        (decide(("accept", "both", 0)), tie("ended", -1), "accepted"),
        (decide(("accept", "both", 0)), tie("ended"), None),
        (decide(("decline", "both", 0)), tie("running", theme="ebacc"), "running"),
    ],
)
def test_what_stands(decisions: pl.DataFrame | None, ties: pl.DataFrame | None, expected: str | None) -> None:
    assert state(decisions, ties) == expected


def test_two_partners_in_a_theme_are_refused() -> None:
    ties = tie("running", provider="Q")
    both = Agreed(ties=ties, decisions=decide(("accept", "both", 0)))
    with pytest.raises(SaidToPeople) as said:
        agreed.fixed(both, date=DAY)
    assert str(said.value) == (
        "ties and decisions: school R (primary) is helped in reading by P (accepted) and Q (running); "
        "a plan holds one partner in a theme. "
        "End one of the two: take its tie out, or decide that it is declined."
    )


def test_schools_with_a_tie_know_each_other_both_ways_and_once() -> None:
    ties = pl.concat([tie("ended"), tie("running", theme="ebacc"), tie("running", provider="Q")])
    assert agreed.known(Agreed(ties=ties)).rows() == [("P", "R"), ("Q", "R"), ("R", "P"), ("R", "Q")]
