"""One row for each result, and what the matching learns from it."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

from commonroom.impact import findings
from commonroom.impact.findings import Source
from commonroom.partnerships import definition, gains
from commonroom.tables import impact as tables
from commonroom.tables import partnerships
from unit.impact import planned
from unit.impact.planned import make_events

PANEL = planned.make_panel()
EVENTS = make_events(0, 1, 2, theme="reading", practice="peer review")
PLAN = planned.make_plan(PANEL, EVENTS)
DAY = datetime.date(2026, 11, 22)
SOURCE = Source("North", PLAN, 2, "0123456789ab", DAY)
GAIN = definition.load().gain


def headline(*roles: str, **other: object) -> pl.DataFrame:
    nothing: dict[str, object] = dict.fromkeys(tables.HEADLINE.schema)
    row = nothing | {
        "measure": "score", "phase": "secondary", "effect": 0.2, "se": 0.1, "low": 0.0, "high": 0.4,
        "schools": 3, "clusters": 1, "comparison": 30, "design": "matched", "first_year": 2018,
        "last_year": 2019, "strength": 4, "verdict": "unclear",
    }  # fmt: skip
    return pl.DataFrame([row | other | {"role": role} for role in roles], schema=tables.HEADLINE.schema)


def stand(*schools: int, effect: float = -0.5, theme: str = "reading", **other: object) -> pl.DataFrame:
    nothing: dict[str, object] = dict.fromkeys(partnerships.STANDING.schema)
    row = nothing | {
        "phase": "secondary", "theme": theme, "measure": "score", "effect": effect, "sd": 0.3, "keys": False,
    }  # fmt: skip
    rows = [row | {"school": planned.name(n)} | other for n in schools]
    return pl.DataFrame(rows, schema=partnerships.STANDING.schema)


def test_a_result_becomes_one_row() -> None:
    found = findings.rows(headline("receiver"), events=EVENTS, source=SOURCE)
    assert found.schema == tables.FINDINGS.schema
    assert found.to_dicts() == [{
        "plan": PLAN.hash, "role": "receiver", "who": "North", "theme": "reading", "practice": "peer review",
        "measure": "score", "phase": "secondary", "first_year": 2018, "last_year": 2019, "effect": 0.2,
        "se": 0.1, "low": 0.0, "high": 0.4, "predicted": None, "schools": 3, "clusters": 1, "comparison": 30,
        "design": "matched", "strength": 4, "verdict": "unclear", "deviations": 2,
        "evidence": "0123456789ab", "date": DAY,
    }]  # fmt: skip


def test_each_role_says_what_its_own_schools_say() -> None:
    both = pl.concat(
        [EVENTS, make_events(5, role="provider"), make_events(6, role="provider", theme="maths")]
    )
    found = findings.rows(headline("receiver", "provider"), events=both, source=SOURCE)
    assert found.select("role", "theme", "practice").rows() == [
        ("provider", "", ""), ("receiver", "reading", "peer review"),
    ]  # fmt: skip


def test_without_a_plan_its_hash_is_empty() -> None:
    source = Source("North", None, 0, "0123456789ab", DAY)
    assert findings.rows(headline("receiver"), events=EVENTS, source=source)["plan"].to_list() == [""]


def predicted(standing: pl.DataFrame, *roles: str) -> list[float | None]:
    events = pl.concat([EVENTS, make_events(0, 1, 2, role="provider")])
    found = findings.rows(
        headline(*(roles or ("receiver",))), events=events, source=SOURCE, standing=standing
    )
    return found["predicted"].to_list()


def test_the_gap_of_those_that_were_helped_is_what_they_could_have_gained() -> None:
    standing = pl.concat([
        stand(0, 1), stand(2, effect=0.4),
        # Another theme of the same measure, another measure, phase and school: none of them counts.
        stand(0, theme="writing"), stand(1, effect=-9, measure="other"), stand(1, effect=-9, phase="primary"),
        stand(9, effect=-9),
    ])  # fmt: skip
    gap = gains.gap(np.array([-0.5, -0.5, 0.4]), np.full(3, 0.3)).mean()
    assert predicted(standing) == [pytest.approx(float(gap))]
    assert predicted(standing, "provider", "receiver")[0] is None


def test_where_the_gap_of_few_is_known_nothing_is_predicted() -> None:
    assert predicted(stand(0)) == [None]
    assert predicted(pl.concat([stand(0), stand(1, 2, sd=None)])) == [None]
    assert predicted(stand()) == [None]
    assert predicted(stand(0, 1))[0] is not None


def make(effect: float = 0.2, **other: object) -> pl.DataFrame:
    found = findings.rows(
        headline("receiver", effect=effect, last_year=2018),
        events=EVENTS,
        source=SOURCE,
        standing=stand(0, 1, 2),
    )
    return found.with_columns(
        pl.lit(value, dtype=tables.FINDINGS.schema[name]).alias(name) for name, value in other.items()
    )


def test_the_matching_learns_what_share_of_gaps_was_closed() -> None:
    learnt = findings.to_gains(make(effect=0.05))
    assert learnt.columns == list(gains.FINDING)
    after = gains.learn(GAIN, learnt)
    gap = learnt["predicted"][0]
    precise = 1 / GAIN.closes_sd**2 + gap**2 / 0.1**2
    assert after.closes_sd == pytest.approx(precise**-0.5)
    assert after.closes == pytest.approx((GAIN.closes / GAIN.closes_sd**2 + gap * 0.05 / 0.1**2) / precise)
    nothing = findings.to_gains(tables.FINDINGS.empty())
    assert gains.learn(GAIN, nothing).closes == pytest.approx(GAIN.closes)


@pytest.mark.parametrize(
    "other",
    [
        {"role": "provider"}, {"strength": 2}, {"strength": None}, {"effect": None}, {"se": 0.0},
        {"se": float("nan")}, {"predicted": None}, {"predicted": 0.0},
    ],
)  # fmt: skip
def test_what_teaches_nothing_is_left_out(other: dict[str, object]) -> None:
    assert findings.to_gains(make(**other)).is_empty()
    assert findings.to_gains(make(strength=3)).height == 1


def test_an_effect_over_several_years_is_of_more_than_one_year_of_work() -> None:
    one, three = findings.to_gains(make()), findings.to_gains(make(last_year=2020))
    assert three["predicted"][0] == pytest.approx(2 * one["predicted"][0])


def test_several_measures_of_one_plan_are_one_piece_of_evidence() -> None:
    two = pl.concat([make(0.2), make(0.4, measure="other", se=0.3), make(0.6, plan="another")])
    found = findings.to_gains(two.sample(fraction=1, shuffle=True, seed=3))
    assert sorted(found.select("effect", "se").rows()) == [
        (pytest.approx(0.3), pytest.approx(0.2)), (0.6, 0.1),
    ]  # fmt: skip
