"""What a plan comes to: sentences and large figures, each with its range or why it has none."""

from __future__ import annotations

from typing import Any

import pytest

from commonroom.narrative.partnerships import headline
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import PLAN, PROPOSAL, fill, shown, voice


def _told(language: str = "en", **changed: Any) -> tuple[str, ...]:
    return headline.tell(shown(plan=fill(tables.PLAN, PLAN | changed)), voice(language))


def _facts(**changed: Any) -> list[tuple[str, str]]:
    plan = shown(plan=fill(tables.PLAN, PLAN | changed))
    return [(fact.figure, fact.label) for fact in headline.facts(plan, voice())]


def test_a_plan_is_told_in_schools_first() -> None:
    assert _told()[:4] == (
        "**2 of 3 schools** with a need have a partner in this plan, for 3 of their 4 needs; a school is "
        "helped in at most 2 themes at once.",
        "Schools in the hardest circumstances (Keys to Success) come first: **1 of the 2** have a partner.",
        "**No plan under these rules can lose less.** To lose is to forgo an expected gain, or to leave a "
        "need alone, which has its own price. This is proved by calculation and is not an estimate, so it "
        "has no range.",
        "If all of it took place, the expected gains would add up to **1.5 sd** (95% range 0.2 to 3.1), a "
        "mean of 0.50 sd for each need helped.",
    )


def test_it_says_what_it_assumes_and_how_firm_it_is() -> None:
    said = " ".join(_told()[4:])
    assert "closes 15% of its gap in a year of partnership, give or take 10%" in said
    assert "Giving is **spread fairly evenly** over the schools that could give (Gini 0.30" in said
    assert "drawn anew 20 times" in said
    assert "the middle partnership stays in 75% of those plans, and 0 of 2 stay in fewer than half" in said
    assert "this one loses 3.1% more on average, and at most 5.2% more in 19 draws of 20" in said
    assert said.endswith("In one pair, two schools help each other, each in its own theme.")


def test_other_ways_of_choosing_stand_beside_it() -> None:
    said = headline.tell(shown(), voice())
    assert said[-2:] == (
        "For comparison: going down a list and taking the best pair each time would help 2 of 4 needs, with "
        "expected gains of 1.2 sd.",
        "For comparison: a plan in which no two schools would both rather have each other would help 2 of 4 "
        "needs, with expected gains of 1.2 sd.",
    )
    assert len(headline.tell(shown(), voice("cy"))) == len(said)


def test_a_plan_made_in_another_way_is_told_of_by_itself() -> None:
    said = _told(way="greedy", shortfall=None)
    assert said[0].startswith("**2 of 3 schools**")
    assert not any("No plan under these rules" in sentence or "comparison" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"schools": 1, "schools_helped": 1, "needs": 2, "helped": 1},
         "**One school** has a need: 1 of 2 needs have a partner in this plan."),
        ({"keys_schools": 0}, "No school with a need is a Keys to Success school under the rule."),
        ({"shortfall": 0.25, "loss": 2.5}, "**No plan under these rules can lose more than 20.000% less.**"),
        ({"shortfall": 0.00012}, "**No plan under these rules can lose more than 0.012% less.**"),
        ({"gini": 0.2}, "Giving is **spread evenly** over"),
        ({"gini": 0.6}, "Giving is **spread unevenly** over"),
        ({"gini": 0.9}, "Giving **rests on few** of"),
        ({"swaps": 1200}, "In 1,200 pairs, two schools help each other"),
    ],
)  # fmt: skip
def test_figures_have_their_sentences(changed: dict[str, Any], sentence: str) -> None:
    assert any(said.startswith(sentence) for said in _told(**changed))
    assert "{" not in " ".join(_told("cy", **changed))


@pytest.mark.parametrize(
    ("changed", "unsaid"),
    [
        ({"gain": None}, "add up to"), ({"gini": None}, "Gini"), ({"shortfall": None}, "can lose"),
        ({"redraws": 0}, "drawn anew"), ({"regret": None}, "each draw"), ({"swaps": 0}, "help each other"),
        ({"helped": 0, "schools_helped": 0}, "closes 15%"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_said(changed: dict[str, Any], unsaid: str) -> None:
    assert unsaid in " ".join(_told())
    assert unsaid not in " ".join(_told(**changed))


@pytest.mark.parametrize("plan", [tables.PLAN.empty(), fill(tables.PLAN, PLAN | {"needs": 0})])
def test_a_plan_without_needs_says_so(plan: Any) -> None:
    nothing = shown(plan=plan)
    assert headline.tell(nothing, voice()) == (
        "There is no need that a partner could be sought for, so there is nothing to propose.",
    )
    assert headline.facts(nothing, voice()) == ()


def test_a_tired_reader_sees_five_figures() -> None:
    assert _facts() == [
        ("2/3", "schools with a need have a partner"),
        ("1/2", "Keys to Success schools have one"),
        ("1.5", "sd expected in all (0.2 to 3.1)"),
        ("0%", "worse than the best possible plan, at most"),
        ("75%", "of redrawn plans keep the middle pair"),
    ]
    assert _facts(shortfall=0.001)[3][0] == "0.10%"


def test_figures_that_are_not_known_are_left_out() -> None:
    bare = PROPOSAL | {"stays": None}
    plan = fill(tables.PLAN, PLAN | {"keys_schools": 0, "gain": None, "shortfall": None})
    found = headline.facts(shown(plan=plan, proposals=fill(tables.PROPOSALS, bare)), voice())
    assert [fact.figure for fact in found] == ["2/3"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "the plan that loses least"), ("cy", "sy'n colli leiaf")]
)
def test_a_plan_of_another_way_has_the_best_beside_it(language: str, said: str) -> None:
    ways = fill(tables.PLAN, PLAN | {"way": "stable", "schools_helped": 1}, PLAN)
    told = headline.tell(shown(plan=ways), voice(language))
    assert "**1 " in told[0]
    assert any(said in sentence for sentence in told)
