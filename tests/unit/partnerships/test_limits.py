"""Every cap as groups of candidates, counted by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.partnerships.limits import TOGETHER, Pairs, TooTightError, limit
from commonroom.tables import partnerships as tables
from unit.partnerships.small_system import A, B, C, D, E, F, define

EAST, WEST = "Eastham", "Westham"
WHERE = {A: EAST, B: EAST, C: EAST, D: WEST, E: WEST, F: WEST}


def _behind(*rows: tuple[str, str, str], keys: tuple[str, ...] = (), **trusts: str) -> pl.DataFrame:
    """Candidates by receiver, theme and provider, and who stands behind them."""
    letters = dict(zip((A, B, C, D, E, F), "ABCDEF", strict=True))
    return pl.DataFrame(
        [
            {
                "receiver": receiver,
                "phase": "primary",
                "theme": theme,
                "provider": provider,
                "keys": receiver in keys,
                "measure": theme,
                "provider_authority": WHERE[provider],
                "trust": trusts.get(letters[provider], provider),
                "receiver_authority": WHERE[receiver],
                "receiver_trust": trusts.get(letters[receiver], receiver),
            }
            for receiver, theme, provider in rows
        ],
        schema=dict.fromkeys(("receiver", "phase", "theme", "provider"), pl.String)
        | {"keys": pl.Boolean, "measure": pl.String}
        | dict.fromkeys(("provider_authority", "trust", "receiver_authority", "receiver_trust"), pl.String),
    )


def _pairs(
    edges: pl.DataFrame, *, fixed: pl.DataFrame | None = None, stated: tuple = (), slots: int = 2
) -> Pairs:
    rows = pl.concat([edges, *([] if fixed is None else [fixed])])
    needs = rows.select("receiver", "phase", "theme", authority="receiver_authority").unique().sort(pl.all())
    capacities = pl.DataFrame(list(stated), schema=tables.CAPACITIES.schema, orient="row")
    providers = pl.DataFrame({"provider": [A, B, C, D, E, F], "slots": [slots] * 6})
    numbers = pl.struct("receiver", "phase", "theme").rank("dense").cast(pl.Int64) - 1
    edges = edges.select(numbers.alias("need"), pl.all())
    fixed = edges.drop("need")[:0] if fixed is None else fixed
    return Pairs(edges, fixed, needs, providers, capacities)


EDGES = _behind((D, "reading", A), (E, "reading", A), (F, "reading", A), (F, "mathematics", A),
                (A, "mathematics", F), (F, "reading", B))  # fmt: skip


def test_receivers_and_providers_have_their_own_caps_less_what_stands() -> None:
    fixed = _behind((D, "mathematics", A))
    caps = limit(_pairs(EDGES, fixed=fixed), definition=define(themes_at_once=2, theme_at_once=3, caps=()))
    receiver, (theme, provider) = caps.receiving[1], caps.giving
    assert receiver.group.tolist() == [1, 2, 3, 3, 0, 3]
    assert receiver.caps.tolist() == [2, 1, 2, 2]
    assert theme.group.tolist()[:4] == [theme.group[0]] * 3 + [
        theme.names.index(f"{A} > primary > mathematics")
    ]
    assert theme.caps[theme.names.index(f"{A} > primary > mathematics")] == 2
    assert (provider.names, provider.caps.tolist()) == ((A, B, F), [1, 2, 2])
    assert provider.group.tolist() == [0, 0, 0, 0, 2, 1]
    assert caps.crossing == ()


def test_a_share_counts_the_needs_of_the_receivers_authority() -> None:
    cap = {"name": "in-one", "giver": "trust", "receiver": "authority", "share": 0.5, "least": 1,
           "why": "w", "why_cy": "w"}  # fmt: skip
    (level,) = limit(_pairs(EDGES), definition=define(caps=(cap,))).crossing
    # Four needs in Westham, one in Eastham: A may have two of its four, and no other giver could have more.
    assert level.names == (f"{A}{TOGETHER}{WEST}",)
    assert level.caps.tolist() == [2]
    assert level.group.tolist() == [0, 0, 0, 0, -1, -1]


def test_schools_of_one_trust_are_counted_together() -> None:
    edges = _behind((D, "reading", A), (E, "reading", A), (F, "reading", B), A="North", B="North")
    cap = {"name": "in-one", "giver": "trust", "receiver": "authority", "most": 2, "why": "w", "why_cy": "w"}
    (level,) = limit(_pairs(edges), definition=define(caps=(cap,))).crossing
    assert (level.names, level.group.tolist(), level.caps.tolist()) == (("North > Westham",), [0, 0, 0], [2])


@pytest.mark.parametrize(("giver", "left"), [("authority", [-1, 0, 0]), ("school", [1, 0, 0])])
def test_away_counts_only_those_from_elsewhere(giver: str, left: list[int]) -> None:
    edges = _behind((E, "reading", D), (E, "mathematics", A), (F, "reading", A))
    cap = {"name": "away", "giver": giver, "receiver": "authority", "most": 0, "away": True,
           "why": "w", "why_cy": "w"}  # fmt: skip
    (level,) = limit(_pairs(edges), definition=define(caps=(cap,))).crossing
    assert level.group.tolist() == left


def test_away_from_the_own_trust() -> None:
    edges = _behind((D, "reading", A), (E, "reading", A), A="North", D="North")
    cap = {"name": "away", "giver": "trust", "receiver": "authority", "most": 0, "away": True, "theme": True,
           "why": "w", "why_cy": "w"}  # fmt: skip
    (level,) = limit(_pairs(edges), definition=define(caps=(cap,))).crossing
    assert level.group.tolist() == [-1, 0]
    assert level.names == ("North > Westham > primary > reading",)


def test_a_cap_on_a_theme_alone() -> None:
    cap = {"name": "one-theme", "theme": True, "most": 1, "why": "w", "why_cy": "w"}
    (level,) = limit(_pairs(EDGES), definition=define(caps=(cap,))).crossing
    assert level.names == ("primary > mathematics", "primary > reading")


def test_leaders_serve_their_authority_and_one_without_serves_the_others() -> None:
    edges = _behind((D, "reading", A), (A, "reading", D), (F, "reading", A), keys=(A, D))
    stated = (("leader", "Ann Example (made up)", 13.0, WEST), ("leader", "Bo Example (made up)", 6.0, None))
    caps = limit(_pairs(edges, stated=stated), definition=define(caps=()))
    leader = caps.receiving[2]
    assert leader.names == ("", WEST)
    assert leader.caps.tolist() == [1, 2]
    assert leader.group.tolist() == [1, 0, -1]


def test_where_every_leader_has_an_authority_nobody_serves_the_others() -> None:
    edges = _behind((D, "reading", A), (A, "reading", D), keys=(A, D))
    stated = (("leader", "Ann Example (made up)", 6.0, WEST),)
    leader = limit(_pairs(edges, stated=stated), definition=define(caps=())).receiving[2]
    assert dict(zip(leader.names, leader.caps.tolist(), strict=True)) == {"": 0, WEST: 1}


def test_an_authority_nests_where_no_trust_is_stated_and_crosses_where_one_is() -> None:
    edges = _behind((D, "reading", A), (E, "reading", B), A="North")
    authority = ("authority", EAST, 10.0, None)
    alone = limit(_pairs(edges, stated=(authority,)), definition=define(caps=()))
    assert [level.name for level in alone.giving] == ["theme", "provider", "authority"]
    both = limit(
        _pairs(edges, stated=(authority, ("trust", "North", 30.0, None))), definition=define(caps=())
    )
    assert [level.name for level in both.giving] == ["theme", "provider", "trust"]
    assert [level.name for level in both.crossing] == ["authority"]
    assert both.giving[2].group.tolist() == [0, -1]
    assert both.crossing[0].caps.tolist() == [1]


def test_what_stands_beyond_a_cap_is_named_with_whose_and_by_how_much() -> None:
    fixed = _behind((D, "reading", A), (E, "reading", A), (F, "reading", A))
    with pytest.raises(TooTightError) as caught:
        limit(_pairs(EDGES[3:], fixed=fixed, slots=1), definition=define(caps=()))
    assert str(caught.value) == (
        f"provider: what is agreed already goes beyond the cap provider of {A}: 2 partnerships too many. "
        "Raise that cap or the days stated, or pause or end a partnership."
    )


def test_a_cap_that_nothing_could_overfill_is_left_out() -> None:
    cap = {"name": "wide", "giver": "school", "most": 9, "why": "w", "why_cy": "w"}
    assert limit(_pairs(EDGES), definition=define(caps=(cap,))).crossing == ()
    assert np.all(limit(_pairs(EDGES), definition=define(caps=())).receiving[1].group >= 0)


def test_a_school_is_helped_once_for_each_measure_whatever_the_themes() -> None:
    edges = _behind((D, "eal", A), (D, "attainment", A), (D, "reading", B), (E, "eal", A), (F, "eal", A),
                    (F, "attainment", B), keys=(F,)).with_columns(
        measure=pl.when(pl.col("theme") == "reading").then(None).otherwise(pl.lit("rwm_expected"))
    )  # fmt: skip
    caps = limit(_pairs(edges), definition=define(caps=()))
    assert caps.receiving[0].group.tolist() == [0, 0, -1, -1, -1, -1]
    assert caps.receiving[0].names == (f"{D} > primary > rwm_expected",)
    (crossing,) = caps.crossing
    assert (crossing.name, crossing.group.tolist(), crossing.caps.tolist()) == (
        "measure-of-keys", [-1, -1, -1, -1, 0, 0], [1],
    )  # fmt: skip


def test_what_stands_in_two_themes_of_one_measure_stands() -> None:
    edges = _behind((D, "eal", A), (D, "send", A)).with_columns(measure=pl.lit("rwm_expected"))
    fixed = _behind((D, "attainment", B), (D, "mobility", B)).with_columns(measure=pl.lit("rwm_expected"))
    caps = limit(_pairs(edges, fixed=fixed), definition=define(caps=(), themes_at_once=4))
    assert caps.receiving[0].caps.tolist() == [0]
