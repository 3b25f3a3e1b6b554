"""Strengths and needs, rule by rule, on frames that can be checked by hand."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.partnerships import standing
from commonroom.tables.partnerships import KEYS, STANDING
from unit.partnerships.made_themes import figures, schools, themes, words

LESS = {"effect": -0.8, "better": False}


def stand(better, *, here=None, said=None, keys=None):
    here = schools("a", "b", "c") if here is None else here
    return standing.stand(better, here, themes=themes(), said=said, keys=keys)


def kinds(frame):
    """What the plan takes each row for, and where that is from."""
    return {row["school"]: (row["kind"], row["why"]) for row in frame.iter_rows(named=True)}


def selected(*names, phase="primary"):
    rows = [(name, phase, 0.9, 90.0, 30.0) for name in names]
    return pl.DataFrame(rows, schema=KEYS.schema, orient="row")


def test_a_claim_that_is_sure_enough_is_a_strength_or_a_need() -> None:
    found = stand(figures({"school": "a"}, {"school": "b", **LESS}, {"school": "c", "claim": False}))
    assert found.columns == list(STANDING.schema)
    assert kinds(found) == {"a": ("strength", "evidence"), "b": ("need", "evidence")}
    first, second = found.iter_rows(named=True)
    assert (first["probability"], second["probability"]) == (0.99, pytest.approx(0.01))
    assert (first["measure"], first["effect"], first["sd"]) == ("rwm_expected", 0.8, 0.2)
    assert (first["cohort"], first["spread"], first["source"]) == (30.0, 15.0, "tables of 2025")
    assert (first["evidence"], first["said"], first["keys"]) == ("strength", None, False)


@pytest.mark.parametrize(
    "short", [{"probability": 0.95}, {"agreement": 0.89}, {"agreement": None}, {"claim": False}]
)
def test_a_figure_that_is_not_sure_enough_says_nothing(short: dict[str, object]) -> None:
    assert stand(figures({"school": "a", **short})).is_empty()


def test_a_supporting_measure_must_not_claim_the_opposite() -> None:
    other = {"measure": "rwm_higher"}
    against = stand(figures({"school": "a"}, {"school": "a", **other, **LESS}))
    assert against.is_empty()
    unsure = stand(figures({"school": "a"}, {"school": "a", **other, **LESS, "claim": False}))
    assert kinds(unsure) == {"a": ("strength", "evidence")}
    with_it = stand(figures({"school": "b", **LESS}, {"school": "b", **other, **LESS}))
    assert kinds(with_it) == {"b": ("need", "evidence")}
    mirrored = stand(figures({"school": "b", **LESS}, {"school": "b", **other}))
    assert mirrored.is_empty()


def test_only_schools_with_many_such_pupils_stand_in_a_theme_of_context() -> None:
    here = pl.concat(
        [schools("a", eal=75.0), schools("b", eal=74.9), schools("c", stability=25.0), schools("d", eal=None)]
    )
    rows = figures(*({"school": name} for name in "abcd"))
    found = stand(rows, here=here)
    by_theme = {theme: part["school"].to_list() for (theme,), part in found.group_by("theme")}
    assert by_theme == {"attainment": ["a", "b", "c", "d"], "eal": ["a"], "mobility": ["c"]}


def test_where_a_school_has_few_such_pupils_no_figure_speaks_of_its_offer() -> None:
    said = words(("a", "eal", "offer"), ("b", "eal", "offer"))
    here = pl.concat([schools("a"), schools("b", eal=80.0)])
    found = stand(figures({"school": "a"}, {"school": "b", "claim": False}), here=here, said=said)
    rows = {row["school"]: row for row in found.filter(theme="eal").iter_rows(named=True)}
    assert rows["a"]["effect"] is None
    assert rows["b"]["effect"] == 0.8
    assert [rows[name]["kind"] for name in "ab"] == ["strength", "strength"]
    assert [rows[name]["why"] for name in "ab"] == ["said", "said"]


STRONG, NEEDY, UNSURE = {"claim": True}, LESS, {"claim": False}
RULES = [
    (STRONG, "offer", "strength", "evidence"),
    (STRONG, "request", "need", "said"),
    (STRONG, "no offer", None, None),
    (STRONG, "no need", "strength", "evidence"),
    (NEEDY, "request", "need", "evidence"),
    (NEEDY, "no need", None, None),
    (NEEDY, "no offer", "need", "evidence"),
    # An offer against figures that say need: no help for it, and nobody is sent to it.
    (NEEDY, "offer", None, None),
    (UNSURE, "offer", "strength", "said"),
    (UNSURE, "request", "need", "said"),
    (UNSURE, "no offer", None, None),
    (UNSURE, "no need", None, None),
]


@pytest.mark.parametrize(("figure", "says", "kind", "why"), RULES)
def test_a_school_s_own_word_overrules_and_is_kept(figure, says, kind, why) -> None:
    said = words(("a", "attainment", says))
    found = stand(figures({"school": "a", **figure}), said=said)
    row = found.row(0, named=True)
    assert (row["kind"], row["why"], row["said"]) == (kind, why, says)
    assert row["effect"] == figure.get("effect", 0.8)
    assert row["evidence"] == {id(STRONG): "strength", id(NEEDY): "need"}.get(id(figure))


def test_what_no_figure_speaks_of_rests_on_words_alone() -> None:
    found = stand(figures(), said=words(("a", "science", "offer"), ("b", "science", "request")))
    assert kinds(found) == {"a": ("strength", "said"), "b": ("need", "said")}
    assert found.select("measure", "effect", "sd", "probability", "cohort", "source").null_count().row(0) == (
        2, 2, 2, 2, 2, 2,
    )  # fmt: skip


def test_figures_of_fewer_than_six_pupils_are_not_in_it_and_are_counted() -> None:
    few = figures({"school": "a", "cohort": 5.0}, {"school": "b", "cohort": 6.0})
    here = pl.concat([schools("a", eal=90.0), schools("b")])
    said = words(("a", "attainment", "request"))
    found = stand(few, here=here, said=said)
    row = found.row(0, named=True)
    assert (row["school"], row["kind"], row["why"]) == ("a", "need", "said")
    assert [row[name] for name in ("effect", "sd", "probability", "agreement", "cohort", "evidence")] == [
        None
    ] * 6
    assert found["school"].to_list() == ["a", "b"]
    counted = standing.withheld(few, here, themes=themes())
    assert counted.rows() == [("primary", "attainment", 1), ("primary", "eal", 1)]


def test_a_supporting_measure_of_few_pupils_says_nothing_either() -> None:
    few = {"measure": "rwm_higher", "cohort": 4.0, **LESS}
    assert kinds(stand(figures({"school": "a"}, {"school": "a", **few}))) == {"a": ("strength", "evidence")}


def test_a_keys_school_has_at_least_one_need() -> None:
    better = figures({"school": "a"}, {"school": "b", **LESS}, {"school": "c", "claim": False})
    found = stand(better, keys=selected("a", "b", "c"))
    assert kinds(found) == {"a": ("need", "keys"), "b": ("need", "evidence"), "c": ("need", "keys")}
    assert found["keys"].all()
    assert found["theme"].unique().to_list() == ["attainment"]
    assert found["effect"].to_list() == [0.8, -0.8, 0.8]
    without = stand(figures(), keys=selected("a"))
    assert kinds(without) == {"a": ("need", "keys")}
    assert without["effect"].null_count() == 1


def test_a_need_in_words_is_enough_and_a_strength_of_a_keys_school_stays() -> None:
    here = schools("a", eal=90.0)
    found = stand(
        figures({"school": "a"}), here=here, said=words(("a", "science", "request")), keys=selected("a")
    )
    assert {(row["theme"], row["kind"]) for row in found.iter_rows(named=True)} == {
        ("attainment", "strength"), ("eal", "strength"), ("science", "need"),
    }  # fmt: skip
    assert found["keys"].all()


def test_a_keys_school_may_say_no_need_and_an_offer_does_not_take_its_need() -> None:
    found = stand(
        figures({"school": "a", **LESS}, {"school": "b"}),
        said=words(("a", "attainment", "no need"), ("b", "attainment", "offer")),
        keys=selected("a", "b"),
    )
    assert kinds(found) == {"a": (None, None), "b": ("need", "keys")}


def test_no_need_in_another_theme_leaves_the_one_in_the_headline() -> None:
    here = schools("a", eal=90.0)
    said = words(("a", "eal", "no need"), ("a", "science", "no need"))
    found = stand(figures({"school": "a", "claim": False}), here=here, said=said, keys=selected("a"))
    assert found.filter(kind="need").select("theme", "why").rows() == [("attainment", "keys")]


def test_keys_schools_of_another_phase_or_beyond_the_plan_do_not_count() -> None:
    assert stand(figures(), keys=selected("a", phase="secondary")).is_empty()
    assert stand(figures(), keys=selected("z")).is_empty()


def test_schools_beyond_the_plan_are_left_out() -> None:
    assert stand(figures({"school": "z"})).is_empty()


def test_words_of_no_theme_or_no_school_are_refused() -> None:
    with pytest.raises(
        SaidToPeople, match=r"school a says: primary schools have no theme art \(1 .*Name one of: att"
    ):
        stand(figures(), said=words(("a", "art", "offer")))
    with pytest.raises(SaidToPeople, match="secondary schools have no theme eal"):
        stand(figures(), said=words(("a", "eal", "offer"), phase="secondary"))
    with pytest.raises(SaidToPeople, match="z is no primary school of the plan"):
        stand(figures(), said=words(("z", "eal", "offer")))


def test_order_does_not_depend_on_the_order_of_what_is_given() -> None:
    better = figures({"school": "b", **LESS}, {"school": "a"}, {"school": "c"})
    said = words(("c", "science", "offer"), ("a", "science", "request"))
    one = stand(better, said=said, keys=selected("c", "a"))
    two = stand(better.reverse(), here=schools("c", "b", "a"), said=said.reverse(), keys=selected("a", "c"))
    assert one.equals(two)
    assert one["school"].to_list() == ["a", "b", "c", "a", "c"]


def test_counts_by_phase_and_theme() -> None:
    found = stand(
        figures({"school": "a"}, {"school": "b", **LESS}, {"school": "c", "claim": False}),
        said=words(("b", "attainment", "no need"), ("a", "science", "offer"), ("b", "science", "request")),
        keys=selected("c"),
    )
    assert standing.count(found).to_dicts() == [
        {
            "phase": "primary", "theme": "attainment", "strengths": 1, "needs": 1, "strengths_said": 0,
            "needs_said": 0, "needs_keys": 1, "overruled": 1,
        },
        {
            "phase": "primary", "theme": "science", "strengths": 1, "needs": 1, "strengths_said": 1,
            "needs_said": 1, "needs_keys": 0, "overruled": 0,
        },
    ]  # fmt: skip


def test_spread_is_the_latest_year_s_and_sources_are_of_the_years_used() -> None:
    rows = [
        ("a", 2023, 10.0, "old"), ("a", 2024, 1.0, "May"), ("b", 2024, 3.0, "May"),
        ("a", 2025, 2.0, "June"), ("b", 2025, 6.0, "June"), ("c", 2025, None, "empty"),
    ]  # fmt: skip
    outcomes = pl.DataFrame(rows, schema=["school", "year", "value", "release"], orient="row").with_columns(
        phase=pl.lit("primary"), measure=pl.lit("rwm_expected")
    )
    found = standing.source(figures({"school": "a"}).drop("spread", "source"), outcomes)
    assert found["spread"].to_list() == [pytest.approx(8**0.5)]
    assert found["source"].to_list() == ["May; June"]
    unknown = standing.source(figures({"school": "a", "measure": "other"}).drop("spread", "source"), outcomes)
    assert unknown.select("spread", "source").row(0) == (None, None)


def test_a_date_and_days_of_an_offer_do_not_change_where_it_stands() -> None:
    said = words(("a", "science", "offer")).with_columns(
        days=pl.lit(5.0), date=pl.lit(datetime.date(2026, 9, 1))
    )
    assert kinds(stand(figures(), said=said)) == {"a": ("strength", "said")}
