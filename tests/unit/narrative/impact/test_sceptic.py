"""What a sceptic asks, who was compared, and mixes of others: plain words and figures with their ranges."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from commonroom.impact import evaluating
from commonroom.impact.guards import reasons
from commonroom.narrative import page, words
from commonroom.narrative.impact import beside, checks, limits, mixes, pictures, show
from commonroom.tables import impact as tables
from unit.narrative.impact.made_evaluations import HEADLINE, fill, frames, pupils, shown, voice

LANGUAGES = ("en", "cy")
VERDICTS = ("holds", "fails", "unclear", "cannot", "shown")


def _row(guard: str, verdict: str = "holds", **more: Any) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(tables.GUARDS.schema)
    return known | {"role": "receiver", "guard": guard, "at": "", "verdict": verdict} | more


def _estimate(effect: float | None = 0.1) -> dict[str, Any]:
    return {"effect": effect, "low": 0.0, "high": 0.2}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_and_every_reason_has_words(language: Any) -> None:
    said = words.load(language).sentences
    missing = [
        *(f"impact.guards.{guard}.ask" for guard in reasons.GUARDS),
        *(f"impact.guards.{guard}.{verdict}" for guard in reasons.GUARDS for verdict in VERDICTS),
        *(f"impact.guards.why.{name}" for name in reasons.CHECKS),
        *(f"impact.reason.{name}" for name in reasons.STEPS),
    ]
    assert [key for key in missing if key not in said] == []


def test_every_check_has_its_place() -> None:
    assert {*checks.ORDER, checks.FACE_VALUE} == set(reasons.GUARDS)


def test_each_check_is_one_row_with_the_worst_of_its_answers() -> None:
    found = {row[0]: row[1:] for row in checks.short(shown(), "receiver", voice())}
    assert next(iter(found)) == "What would have happened anyway?"
    assert found["Were both sides drifting apart before it began?"][0] == "holds"
    drift = found["What if they drifted apart afterwards for another reason?"]
    assert drift[0] == "fails"
    several = found["Does it hang on a single one of them?"]
    assert several[2] == ("6 figures, from 2.1 to 2.6 higher; their ranges reach from 0.3 to 4.4 higher",)
    chance = found["Could it be chance, had others been drawn by lot?"]
    assert chance[2] == ("chance alone gives as much in 2.1% of draws",)
    assert found["Does it stand when so few partnerships are allowed for?"][2] == ("no figure",)
    first = found["What would have happened anyway?"]
    assert first[1].startswith("Something less good")
    assert first[2] == (
        "1.7 points higher (from 0.1 lower to 3.5 higher), 41% of programmes of nothing at all seem to work",
    )


def test_the_change_at_face_value_is_no_row_of_its_own() -> None:
    assert checks.ask("naive", voice()) not in {row[0] for row in checks.short(shown(), "receiver", voice())}


@pytest.mark.parametrize(
    ("guard", "row", "said"),
    [
        ("wild", _estimate(), ("1.0 points higher (from 0.0 to 2.0 higher)",)),
        ("attrition", {"at": "joined", "value": 0.02}, ("took part: 2% of schools",)),
        ("attrition", {"at": "lee", **_estimate(None)},
         ("if those lost were the best or the worst: anything from 0.0 to 2.0 higher (points)",)),
        ("honest", {"at": "relative undone", "value": 0.7},
         ("a drift as before: undone by 0.70 times the largest yearly drift before",)),
        ("honest", {"at": "smooth undone", "value": 0.01},
         ("a drift that bends: undone by a bend of 0.01 sd a year",)),
        ("balance", {"at": "path_2", "value": -0.14},
         ("Result 2 years of results before (sd): 0.14 sd apart",)),
        ("balance", {"at": "eal", "value": 0.1},
         ("pupils whose first language is not English: 0.10 sd apart",)),
        ("permutation", _estimate(), ("no figure",)),
        ("honest", {"at": "relative undone", "value": 0.0, "why": "nothing_to_undo"}, ("no figure",)),
    ],
)  # fmt: skip
def test_figures_of_a_check(guard: str, row: dict[str, Any], said: tuple[str, ...]) -> None:
    assert checks.figures(guard, [_row(guard, **row)], voice()) == said


def test_shares_of_many_rows_are_cut_short() -> None:
    rows = [_row("closures", at=str(at), value=0.01 * at) for at in range(1, 6)]
    assert checks.figures("closures", rows, voice()) == tuple(f"{at}: {at}% of schools" for at in range(1, 4))


def test_without_points_bounds_are_in_standard_deviations() -> None:
    said = checks.figures("attrition", [_row("attrition", **_estimate(None))], voice(spread=None))
    assert said == ("anything from 0.00 to +0.20 sd",)


@pytest.mark.parametrize(
    ("at", "english", "welsh"),
    [
        ("held out -5", "5 years before the last result", "5 blynedd cyn y canlyniad olaf"),
        ("held out -1", "one year before the last result", "blwyddyn cyn y canlyniad olaf"),
        ("plain -8", "8 years before the start, alike", "8 blynedd cyn y dechrau"),
        ("1 before", "begun one result earlier", "gan ddechrau un canlyniad"),
        ("2 before", "begun 2 results earlier", "gan ddechrau 2 canlyniad"),
        ("2019", "begun in 2019", "gan ddechrau yn 2019"),
        ("placebos that fit", "others that such a mix", "eraill y mae cymysgedd"),
        ("relative 0.5", "up to 0.5 times", "hyd at 0.5 gwaith"),
        ("20 minutes", "within 20 minutes", "o fewn 20 munud"),
        ("lowest s001", "lowest, without Birch and its partners", "isaf, heb Birch a'i phartneriaid"),
        ("worst", "if those lost did as badly", "pe bai'r rhai a gollwyd"),
        ("something else", "something else", "something else"),
        ("", "", ""),
    ],
)
def test_what_a_row_is_about(at: str, english: str, welsh: str) -> None:
    assert english in checks.where(at, voice())
    assert welsh in checks.where(at, voice("cy"))


def test_a_check_that_is_not_known_is_still_told() -> None:
    odd = fill(tables.GUARDS, _row("odd_check", "fails", why="an_odd_reason"))
    part = shown(guards=odd)
    assert checks.short(part, "receiver", voice()) == (
        ("odd check", "fails", "It does not stand.", ("no figure",)),
    )
    grid = checks.tell(part, "receiver", voice()).grids[0]
    assert grid.rows == (("odd check", "", "–", "–", "not passed", "an odd reason"),)


@pytest.mark.usefixtures("undrawn")
def test_the_change_at_face_value_is_never_shown_alone() -> None:
    naive = frames()["guards"].filter(pl.col("guard") != "regression_to_mean")
    block = pictures.regression(shown(guards=naive), "receiver", voice())
    assert block.picture is None
    assert "is not shown, because there are no schools" in block.sentences[1]
    assert "3.4" not in " ".join(block.sentences)
    none = pictures.regression(shown(guards=tables.GUARDS.empty()), "provider", voice())
    assert "was not worked out" in none.sentences[1]
    both = pictures.regression(shown(), "receiver", voice())
    assert both.picture is not None
    assert [row[0] for row in both.grids[0].rows] == [
        "Before and after alone", "Schools at the same level without it",
        "Beside schools like them (the answer)",
    ]  # fmt: skip


@pytest.mark.usefixtures("undrawn")
def test_years_held_out_stand_before_the_start_where_the_design_has_none() -> None:
    held = pictures.held_out(shown(), "receiver")
    assert held.select("at", "band_low").rows() == [(-6, None)]
    later = frames()["effects"].filter((pl.col("aggregation") != "dynamic") | (pl.col("at") >= 0))
    block = pictures.effects(shown(effects=later), "receiver", voice())
    assert block is not None
    assert [row[0] for row in block.grids[0].rows] == [
        "in all", "0 years since the start", "1 years since the start", "joined in 2024", "results of 2024",
        "results of 2025",
    ]  # fmt: skip


def test_parts_without_figures_are_left_out() -> None:
    nothing = shown(paths=tables.PATHS.empty(), effects=tables.EFFECTS.empty())
    assert pictures.paths(nothing, "receiver", voice()) is None
    assert pictures.effects(nothing, "receiver", voice()) is None
    assert pictures.unit(voice(spread=None)) == "sd of schools"


def test_what_was_withheld_is_counted_beside_a_picture() -> None:
    few = show(frames(), pupils=pupils(s000=3))
    said = voice().sources(few.paths)
    assert said[-1].startswith("Withheld: ")
    assert "fewer than 6" in said[-1]


def test_comparison_schools_stand_by_authority_and_name() -> None:
    block = beside.compared(shown(), "receiver", voice())
    rows = block.grids[0].rows
    assert [row[0].partition("(")[2] for row in rows] == sorted(row[0].partition("(")[2] for row in rows)
    assert rows[0][1].count("20%") == 5
    assert {row[2] for row in rows} <= {"much alike", "fairly alike", "less alike"}
    assert [beside.alike(distance) for distance in (0.1, 0.5, 0.9)] == ["near", "fair", "far"]
    nobody = beside.compared(shown(comparisons=tables.COMPARISONS.empty()), "receiver", voice())
    assert "No comparison schools are named" in nobody.sentences[1]


def _design(name: str, **more: Any) -> Any:
    return shown(headline=fill(tables.HEADLINE, HEADLINE | {"design": name} | more))


def test_a_design_beside_everybody_says_so() -> None:
    block = beside.compared(_design("dr"), "receiver", voice())
    assert "beside all others of their phase" in block.sentences[0]


def test_a_design_of_one_unit_is_not_told_as_schools_beside_schools() -> None:
    one = show(frames() | {"headline": fill(tables.HEADLINE, HEADLINE | {"design": "sdid", "clusters": 1}),
                           "balance": tables.BALANCE.empty(), "paths": tables.PATHS.empty()})  # fmt: skip
    assert beside.compared(one, "receiver", voice()).sentences == (
        "They stand as one beside a mix of other schools, below.",
    )
    assert "How near the mix ran" in beside.balance(one, "receiver", voice()).sentences[0]
    said = " ".join(limits.tell(one, voice()))
    assert "took part. With so few" not in said
    assert "2020, 2021 and 2022" in said


def test_schools_that_do_not_count_and_are_not_listed_are_still_said() -> None:
    part = show(frames() | {"left_out": tables.LEFT_OUT.empty()})
    assert beside.left_out(part, "receiver", voice()).sentences == (
        "One school that took part does not count in the answer; which is not listed.",
    )


def test_too_many_schools_for_a_page_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "LISTED", 3)
    block = beside.compared(shown(), "receiver", voice())
    assert len(block.grids[0].rows) == 3
    assert "9 more schools" in block.sentences[1]


def test_balance_says_what_differs() -> None:
    block = beside.balance(shown(), "receiver", voice())
    assert "first language is not English differ by more than 0.10" in block.sentences[0]
    good = shown(balance=frames()["balance"].filter(pl.col("variable") != "eal"))
    assert "no difference is larger than 0.10" in beside.balance(good, "receiver", voice()).sentences[0]
    assert "There is no table" in beside.balance(shown(), "nobody", voice()).sentences[0]


def test_who_was_left_out_is_named_and_others_are_counted() -> None:
    block = beside.left_out(shown(), "receiver", voice())
    assert "One school that took part" in block.sentences[0]
    assert block.grids[0].rows == (
        ("Larch (Rochdale)", "no result in the last year before it began", "2023"),
    )
    assert ("another kind of school", "2") in block.grids[1].rows
    nobody = beside.left_out(shown(), "provider", voice())
    assert nobody.grids == ()
    assert "Nobody that took part was left out" in nobody.sentences[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_to_be_left_out_has_words(language: Any) -> None:
    said = words.load(language).group("impact.left_out.why")
    column = next(column for column in tables.LEFT_OUT.columns if column.name == "why")
    named = column.meaning.partition(": ")[2].split(", ")
    assert set(named) == set(said)


@pytest.mark.usefixtures("undrawn")
def test_a_unit_stands_beside_its_mix() -> None:
    section = mixes.tell(shown(), voice())
    assert section is not None
    everybody = frames()["synthetic"].with_columns(unit=pl.lit(evaluating.UNIT))
    all_of_them = mixes.tell(shown(synthetic=everybody), voice("cy"))
    assert all_of_them is not None
    assert all_of_them.blocks[1].title == "Y rhai a gymerodd ran"
    block = section.blocks[1]
    assert block.title == "Abbey <b>& Mill (Bolton)"
    assert "2 of 2 years lie outside" in block.sentences[0]
    assert block.grids[0].rows[0] == ("2016", "−0.40", "−0.41", "+0.01 (−0.20 to 0.20)")
    assert mixes.tell(shown(synthetic=tables.SYNTHETIC.empty()), voice()) is None


@pytest.mark.usefixtures("undrawn")
def test_a_unit_without_years_after_the_start_has_no_line() -> None:
    before = frames()["synthetic"].filter(~pl.col("after")).with_columns(unit=pl.lit("A city"))
    section = mixes.tell(shown(synthetic=before), voice())
    assert section is not None
    assert "A city: after the start, 0 of 0 years" in section.blocks[1].sentences[0]
    assert isinstance(section.blocks[1], page.Block)
