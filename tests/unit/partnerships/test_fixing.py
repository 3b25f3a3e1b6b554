"""What stands already, weighed as candidates are."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.partnerships import fixing, gains
from unit.partnerships.small_system import A, B, D, E, define, ground, standing

STANDING = standing((D, "reading", "need"), (A, "reading", "strength"), (E, "reading", "need"))


def _fixed(*rows: tuple[str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["receiver", "theme", "provider"], orient="row")
    return frame.with_columns(phase=pl.lit("primary"), state=pl.lit("running"))


def test_a_partnership_that_stands_has_the_gain_of_a_candidate() -> None:
    definition = define()
    found = fixing.weigh(_fixed((D, "reading", A)), STANDING, ground(), definition=definition)
    row = found.row(0, named=True)
    # 9 km in a straight line: 11.7 by road, 5 of them at 25 km/h and the rest at 45, and 5 minutes to start.
    assert row["minutes"] == pytest.approx(5 + 5 / 25 * 60 + 6.7 / 45 * 60)
    gap = float(gains.gap(pl.Series([-0.5]).to_numpy(), pl.Series([0.2]).to_numpy())[0])
    product = gap * 0.994 * row["likeness"] * row["nearness"]
    assert row["gain"] == pytest.approx(gains.closes(definition.gain) * product)
    assert (row["state"], row["known"], row["distance"]) == ("running", True, None)


def test_a_school_of_which_nothing_is_known_counts_as_any() -> None:
    found = fixing.weigh(_fixed((B, "science", E)), STANDING, ground(), definition=define())
    row = found.row(0, named=True)
    assert row["probability"] == define().gain.said
    spread = (0.5**2 + 0.2**2) ** 0.5
    assert row["gap"] == pytest.approx(spread * 0.39894228)


def test_nothing_stands() -> None:
    nobody = _fixed((D, "reading", A))[:0]
    found = fixing.weigh(nobody, STANDING, ground(), definition=define())
    assert found.is_empty()
    assert "state" in found.columns


def test_a_place_that_nobody_knows_is_as_far_as_may_be() -> None:
    found = fixing.weigh(_fixed((D, "reading", "999999")), STANDING, ground(), definition=define())
    row = found.row(0, named=True)
    assert (row["km"], row["minutes"], row["travel"]) == (None, None, "authority")
    assert row["nearness"] == pytest.approx(2.718281828 ** (-60 / 90))
