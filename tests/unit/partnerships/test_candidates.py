from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonroom.families.placement import place
from commonroom.families.presets import Preset, Variable
from commonroom.partnerships import gains, surroundings, weighing
from commonroom.partnerships.candidates import Candidates, weigh
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from unit.families.builders import preset
from unit.partnerships.made_standing import standing, themed
from unit.partnerships.slow_candidates import School, System, calipers
from unit.partnerships.small_system import define

CALIPER = 0.5
CRITERIA: Preset = preset(
    Variable(name="eal", weight=0.6, scale=2.0), Variable(name="fsm", weight=0.4, scale=3.0), share=0.5
)


def school(
    name: str,
    kind: str | None = None,
    *,
    at: tuple[float, float] | None = (0.0, 0.0),
    effect: float = 0.5,
    authority: str | None = "X",
    context: list[float | None] | None = None,
) -> School:
    return School(
        name, authority, at, context or [0.0, 0.0], kind, -effect if kind == "need" else effect, 0.25
    )


def weighed(
    schools: list[School],
    definition: Definition,
    *,
    measured: dict[tuple[str, str], float] | None = None,
    barred: set[tuple[str, str]] | None = None,
) -> Candidates:
    rows = [(s.name, s.kind, s.effect, s.sd) for s in schools if s.kind]
    pairs = pl.DataFrame(sorted(barred or ()), orient="row", schema={"receiver": str, "provider": str})
    return weigh(standing(*rows), ground(schools, measured), definition=definition, barred=pairs)


def ground(schools: list[School], measured: dict[tuple[str, str], float] | None = None) -> Ground:
    frame = pl.DataFrame(
        {
            "school": [s.name for s in schools],
            "phase": "primary",
            "authority": pl.Series([s.authority for s in schools], dtype=pl.String),
            "easting": pl.Series([s.place and 1000 * s.place[0] for s in schools], dtype=pl.Float64),
            "northing": pl.Series([s.place and 1000 * s.place[1] for s in schools], dtype=pl.Float64),
            "eal": pl.Series([s.context[0] for s in schools], dtype=pl.Float64),
            "fsm": pl.Series([s.context[1] for s in schools], dtype=pl.Float64),
        }
    )
    placed = place(frame.select("school", "eal", "fsm"), preset=CRITERIA)
    minutes = [(*pair, taken) for pair, taken in (measured or {}).items()]
    matrix = pl.DataFrame(minutes, orient="row", schema={"from": str, "to": str, "minutes": float})
    return Ground(frame.drop("eal", "fsm"), {"primary": placed}, {"primary": CALIPER}, matrix)


def kept(found: Candidates, receiver: str) -> dict[str, float]:
    edges = found.edges.filter(receiver=receiver)
    return dict(edges.select("provider", "gain").iter_rows())


def reach(found: Candidates, receiver: str) -> dict[str, object]:
    return found.reach.filter(receiver=receiver).row(0, named=True)


KM = st.floats(0, 45)
PLACES = st.one_of(st.tuples(KM, KM), st.tuples(KM, KM), st.tuples(KM, KM), st.none())
CONTEXT = st.lists(st.one_of(st.floats(-3, 3), st.none()), min_size=2, max_size=2)
SCHOOLS = st.lists(
    st.builds(
        School,
        name=st.just(""),
        authority=st.sampled_from(["X", "Y", None]),
        place=PLACES,
        context=CONTEXT,
        kind=st.sampled_from(["need", "strength", "strength", None]),
        effect=st.floats(-1, 1),
        sd=st.floats(0.1, 0.5),
    ),
    min_size=2,
    max_size=14,
)
NUMBERS = st.integers(0, 13)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    schools=SCHOOLS,
    measured=st.dictionaries(st.tuples(NUMBERS, NUMBERS), st.floats(0, 120), max_size=8),
    barred=st.sets(st.tuples(NUMBERS, NUMBERS), max_size=6),
    avoid=st.booleans(),
    most=st.sampled_from([1, 2, 3, 40]),
)
def test_the_best_are_those_that_the_slow_twin_finds(
    schools: list[School],
    measured: dict[tuple[int, int], float],
    barred: set[tuple[int, int]],
    avoid: bool,
    most: int,
) -> None:
    for number, one in enumerate(schools):
        one.name = f"s{number:02d}"
    schools[0].context = [0.0, 0.0]
    names = [one.name for one in schools] + ["nobody"] * 14
    matrix = {(names[a], names[b]): taken for (a, b), taken in measured.items() if a != b}
    refused = {(names[a], names[b]) for a, b in barred}
    definition = define(candidates=most, rivals={"avoid": avoid, "nearest": 2})
    found = weighed(schools, definition, measured=matrix, barred=refused)
    far = calipers(schools, CRITERIA, CALIPER)
    slow = System(schools, definition, distances=far, measured=matrix, barred=refused)
    for receiver in schools:
        if receiver.kind == "need":
            assert_as_slow(found, slow, receiver)


def assert_as_slow(found: Candidates, slow: System, receiver: School) -> None:
    most = slow.definition.travel.most_minutes
    pairs = slow.pairs(receiver)
    inside = [pair for pair in pairs if pair.minutes <= most]
    free = [pair for pair in inside if not pair.rival and not pair.barred]
    mine, told = kept(found, receiver.name), reach(found, receiver.name)
    best = sorted((pair.gain for pair in free), reverse=True)[: slow.definition.candidates]
    assert sorted(mine.values(), reverse=True) == pytest.approx(best, rel=1e-9, abs=1e-300)
    by_name = {pair.provider: pair for pair in free}
    for row in found.edges.filter(receiver=receiver.name).iter_rows(named=True):
        pair = by_name[row["provider"]]
        assert row["gain"] == pytest.approx(pair.gain, rel=1e-9, abs=1e-300)
        assert row["minutes"] == pytest.approx(pair.minutes)
        assert row["travel"] == pair.source
        assert row["distance"] == (pair.distance and pytest.approx(pair.distance))
    counts = {
        "strong": sum(s.kind == "strength" for s in slow.schools),
        "in_reach": len(inside),
        "rivals": sum(pair.rival for pair in inside),
        "barred": sum(pair.barred for pair in inside),
        "kept": len(best),
    }
    assert {name: told[name] for name in counts} == counts
    outside = [pair.minutes for pair in pairs if pair.minutes > most and not pair.rival and not pair.barred]
    wanted = min(outside) if outside and len(best) < slow.definition.candidates else None
    assert told["outside_minutes"] == (wanted and pytest.approx(wanted))
    for kind in ("rival", "barred"):
        out = [pair.gain for pair in inside if getattr(pair, kind)]
        name = told[f"{kind}_provider"]
        assert (name is None) == (not out)
        gain = next((pair.gain for pair in inside if pair.provider == name), None)
        assert gain == (pytest.approx(max(out), rel=1e-9, abs=1e-300) if out else None)


def test_a_gain_by_hand() -> None:
    """10 km: 27 2/3 minutes. A criterion of weight 0.6 differs by 1 of scale 2: sqrt(0.15) / 0.5 calipers."""
    need = school("a", "need")
    strong = school("b", "strength", at=(10.0, 0.0), context=[1.0, 0.0])
    definition = define(rivals={"avoid": False})
    edge = weighed([need, strong], definition).edges.row(0, named=True)
    gap = gains.gap(np.array([-0.5]), np.array([0.25]))[0]
    assert edge["km"] == pytest.approx(10.0)
    assert edge["minutes"] == pytest.approx(27 + 2 / 3)
    assert edge["travel"] == "distance"
    assert edge["distance"] == pytest.approx(math.sqrt(0.15) / 0.5)
    assert edge["likeness"] == pytest.approx(math.exp(-0.15 / 0.25 / 2))
    assert edge["nearness"] == pytest.approx(math.exp(-(27 + 2 / 3) / 90))
    assert edge["gap"] == pytest.approx(gap)
    parts = gap * edge["probability"] * edge["likeness"] * edge["nearness"]
    assert edge["gain"] == pytest.approx(gains.closes(definition.gain) * parts)
    assert edge["known"] is False


def test_equal_gains_go_to_the_smaller_identity() -> None:
    schools = [school("n", "need"), *(school(name, "strength", at=(9.0, 0.0)) for name in "gdbfce")]
    found = weighed(schools, define(candidates=3, rivals={"avoid": False}))
    assert found.edges["provider"].to_list() == ["b", "c", "d"]


def test_rivals_are_left_out_and_the_best_of_them_named() -> None:
    """Radii are 1, 0.5, 1 and 9.5 km: a and b (1 km apart) are rivals, a and c (2 km) not quite."""
    line = [
        school("a", "need"),
        school("b", "strength", at=(1.0, 0.0)),
        school("c", "strength", at=(2.0, 0.0), effect=0.2),
        school("d", "strength", at=(20.0, 0.0)),
    ]
    told = [
        (found["in_reach"], found["rivals"], found["kept"], found["rival_provider"])
        for rule in ({"nearest": 2}, {"nearest": 2, "overlap": 1.1}, {"nearest": 2, "avoid": False})
        for found in [reach(weighed(line, define(rivals=rule)), "a")]
    ]
    assert told == [(3, 1, 2, "b"), (3, 2, 1, "b"), (3, 0, 3, None)]
    assert list(kept(weighed(line, define(rivals={"nearest": 2})), "a")) == ["c", "d"]


def test_barred_pairs_are_left_out_in_their_phase_and_theme_or_in_all() -> None:
    rows = themed(
        ("a", "maths", "need", -0.5, 0.2),
        ("a", "reading", "need", -0.5, 0.2),
        *((name, theme, "strength", 0.5, 0.2) for name in "bc" for theme in ("maths", "reading")),
    )
    schools = [school("a"), school("b", at=(9.0, 0.0)), school("c", at=(8.0, 0.0))]
    definition = define(rivals={"avoid": False})
    pairs = [("a", "b", "maths"), ("a", "c", None), ("zz", "b", None), ("a", "zz", None)]
    barred = pl.DataFrame(pairs, orient="row", schema={"receiver": str, "provider": str, "theme": str})
    found = weigh(rows, ground(schools), definition=definition, barred=barred)
    assert found.edges.select("theme", "provider").rows() == [("reading", "b")]
    told = found.reach.select("theme", "in_reach", "barred", "kept", "barred_provider").rows()
    assert told == [("maths", 2, 2, 0, "c"), ("reading", 2, 1, 1, "c")]
    here = barred.with_columns(phase=pl.lit("primary"))
    assert weigh(rows, ground(schools), definition=definition, barred=here).edges.equals(found.edges)
    elsewhere = barred.with_columns(phase=pl.lit("secondary"))
    assert weigh(rows, ground(schools), definition=definition, barred=elsewhere).edges.height == 4
    everywhere = weigh(rows, ground(schools), definition=definition, barred=barred.drop("theme"))
    assert everywhere.edges.is_empty()


def test_having_worked_together_is_known_whoever_helped_whom() -> None:
    schools = [school("a", "need"), *(school(n, "strength", at=(9.0, 0.0)) for n in "bcd")]
    ties = pl.DataFrame({"provider": ["b", "a", "zz"], "receiver": ["a", "c", "a"]})
    rows = [(s.name, s.kind or "", s.effect, s.sd) for s in schools]
    found = weigh(standing(*rows), ground(schools), definition=define(rivals={"avoid": False}), known=ties)
    assert found.edges.select("provider", "known").rows() == [("b", True), ("c", True), ("d", False)]


def test_a_school_is_not_its_own_provider_in_another_phase() -> None:
    """One number in both phases is one school, needing in one what it is strong in in the other."""
    both = pl.concat(
        [
            themed(("a", "reading", "need", -0.5, 0.2), ("b", "reading", "strength", 0.5, 0.2)),
            themed(
                ("a", "reading", "strength", 0.5, 0.2),
                ("b", "reading", "need", -0.5, 0.2),
                phase="secondary",
            ),
        ]
    )
    here = ground([school("a"), school("b", at=(9.0, 0.0))])
    two = pl.concat([here.schools, here.schools.with_columns(phase=pl.lit("secondary"))])
    found = weigh(both, Ground(two, here.placed, here.calipers), definition=define(rivals={"avoid": False}))
    assert found.edges.select("phase", "receiver", "provider", "distance").rows() == [
        ("primary", "a", "b", 0.0),
        ("secondary", "b", "a", None),
    ]


def test_a_school_that_is_nowhere_still_has_its_row() -> None:
    rows = standing(("a", "need", -0.5, 0.2), ("lost", "need", -0.5, 0.2), ("b", "strength", 0.5, 0.2))
    here = ground([school("a"), school("b", at=(9.0, 0.0))])
    found = weigh(rows, here, definition=define(rivals={"avoid": False}))
    assert found.edges["receiver"].to_list() == ["a"]
    assert found.reach.select("receiver", "strong", "in_reach").rows() == [("a", 1, 1), ("lost", 1, 0)]


def test_without_needs_or_strengths_there_is_nobody() -> None:
    here = ground([school("a"), school("b", at=(9.0, 0.0))])
    none = weigh(standing(("b", "strength", 0.5, 0.2)), here, definition=define())
    assert none.edges.is_empty()
    assert none.reach.is_empty()
    alone = weigh(standing(("a", "need", -0.5, 0.2)), here, definition=define())
    assert alone.edges.is_empty()
    assert alone.reach.select("strong", "in_reach", "outside_provider").rows() == [(0, 0, None)]


def many(seed: int, *, size: int) -> list[School]:
    """A dense system: schools at random in 70 by 70 km."""
    random = np.random.default_rng(seed)
    kinds = ["need", "strength", None]
    return [
        school(
            f"s{number:03d}",
            kinds[random.integers(3)],
            at=(float(random.uniform(0, 70)), float(random.uniform(0, 70))),
            effect=float(random.uniform(0.2, 0.9)),
            context=[float(random.normal(0, 2)), float(random.normal(0, 3))],
        )
        for number in range(size)
    ]


def test_in_a_dense_system_in_small_parts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    schools, definition = many(2, size=150), define(candidates=10)
    whole = weighed(schools, definition)
    monkeypatch.setattr(surroundings, "AT_ONCE", 7)
    monkeypatch.setattr(surroundings, "PAIRS", 100)
    parts = weighed(list(reversed(schools)), definition)
    assert parts.edges.equals(whole.edges)
    assert parts.reach.equals(whole.reach)
    far = calipers(schools, CRITERIA, CALIPER)
    slow = System(schools, definition, distances=far, measured={}, barred=set())
    for receiver in [one for one in schools if one.kind == "need"][:12]:
        assert_as_slow(whole, slow, receiver)


def test_candidates_come_by_phase_theme_receiver_and_provider() -> None:
    found = weighed(many(3, size=80), define(candidates=5))
    keys = found.edges.select("phase", "theme", "receiver", "provider")
    assert keys.height > 100
    assert keys.equals(keys.sort(keys.columns))


def test_the_nearest_beyond_though_all_the_nearer_are_barred() -> None:
    """Forty schools at 36 to 75 km, of which the first thirty will not: the 31st is named."""
    strong = [school(f"p{number:02d}", "strength", at=(36.0 + number, 0.0)) for number in range(40)]
    refused = {("a", f"p{number:02d}") for number in range(30)}
    found = weighed([school("a", "need"), *strong], define(rivals={"avoid": False}), barred=refused)
    told = reach(found, "a")
    assert told["outside_provider"] == "p30"
    assert told["in_reach"] == 0


def test_the_best_of_groups() -> None:
    group = np.array([0, 0, 0, 2, 2, 3, 3, 3, 3])
    score = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 7.0, 7.0, 7.0, 8.0])
    assert weighing.best(group, score, most=2).tolist() == [1, 2, 3, 4, 5, 8]
    assert weighing.best(group[:0], score[:0], most=2).tolist() == []
