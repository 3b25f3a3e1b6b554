"""Three sentences for each proposal: what, why this one, and what each side gains, in both languages."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from commonroom.narrative.partnerships import explain
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import OTHER, fill, frames, proposal, told


def _said(part: str, language: str = "en", **changed: Any) -> str:
    explained = explain(proposal(**changed), told=told(), language=language)  # type: ignore[arg-type]
    return str(explained.proposals[part][0])


def test_a_proposal_is_told_in_three_sentences() -> None:
    assert _said("what") == (
        "Attainment: Birch (Bury) would help Abbey <b>& Mill (Bolton) with 10 days of its time in a year."
    )
    assert _said("why") == (
        "Why this one: pupils at Birch did better (Attainment 8) than pupils in schools with similar "
        "measured context (probability 97%); the two schools have much the same kind of pupils; 5.2 km, "
        "about 12 minutes one way; next best Cedar (Bolton) (the whole plan would lose at least 0.05 sd), or "
        "Dale (Bury) (the whole plan would lose at least 0.05 sd)."
    )
    assert _said("gains") == (
        "Expected in a year, not promised: Abbey <b>& Mill higher by 1.0 points (Attainment 8; 95% range 0.2 "
        "to 2.0; 0.10 sd, 0.02 to 0.20), of a gap of 8.0 points (4.0 to 12.0); Birch has its own practice "
        "looked into, for which no measured gain is claimed."
    )


def test_the_same_is_told_in_welsh() -> None:
    assert _said("what", "cy") == (
        "Cyrhaeddiad: byddai Birch (Bury) yn helpu Abbey <b>& Mill (Bolton) â 10 diwrnod o'i hamser "
        "mewn blwyddyn."
    )
    assert "tebygolrwydd 97%" in _said("why", "cy")
    assert "1.0 pwyntiau yn uwch (Cyrhaeddiad 8; ystod 95% 0.2 i 2.0" in _said("gains", "cy")


WHAT = [
    ({"state": "kept"}, "would help Abbey", "as in the last plan."),
    ({"state": "accepted"}, "has agreed to help Abbey", "a year."),
    ({"state": "running"}, "is already helping Abbey", "a year."),
    ({"state": "paused"}, "the work of Birch (Bury) with Abbey", "are kept for it."),
    ({"keys": True}, "(Bolton), a Keys to Success school, with 10 days", "."),
    ({"third": "4"}, "would help Abbey <b>& Mill (Bolton) and Dale (Bury) together with", "."),
    ({"days": 1.0}, "with one day of its time", "."),
    ({"days": 2.5}, "with 2.5 days of its time", "."),
    ({"provider": "99"}, ": 99 would help", "."),
    ({"provider": "5"}, ": Elm would help", "."),
    ({"theme": "gardening"}, "gardening: Birch", "."),
]
WHY = [
    ({"measure": "progress8"}, "made more progress (Progress 8)", "fwy o gynnydd"),
    ({"measure": None}, "pupils at Birch did better than pupils in schools", "Birch yn well na"),
    ({"strength": "said"}, "Birch offers this itself and no figure speaks of it", "ei hun ac nid oes ffigur"),
    ({"provider_cohort": 5.0}, "is withheld, because it would be about fewer than 6 pupils", "delir yn ôl"),
    ({"probability": None}, "how sure the strength of Birch is, is not known", "ni wyddys pa mor sicr"),
    ({"distance": 0.9}, "a similar kind of pupils", "eithaf tebyg"),
    ({"distance": 1.2}, "rather different kinds of pupils, which is counted", "braidd yn wahanol"),
    ({"distance": 3.0}, "schools have different kinds of pupils, which", "ddisgyblion gwahanol"),
    ({"distance": None}, "how alike their pupils are is not known", "pa mor debyg yw eu disgyblion"),
    ({"travel": "matrix"}, "; 12 minutes one way, 5.2 km;", "; 12 munud un ffordd, 5.2 km;"),
    ({"travel": "matrix", "km": None}, "; 12 minutes one way;", "; 12 munud un ffordd;"),
    ({"travel": "authority", "km": None}, "and 12 minutes one way are assumed", "thybir 12 munud"),
    ({"km": 12.3}, "; 12 km, about 12 minutes", "; 12 km, tua 12 munud"),
]
GAINS = [
    ({"measure": "absence", "spread": 1.5}, "lower by 0.2 percentage points (Absence; 95% range 0.0",
     "yn is (Absenoldeb"),
    ({"measure": None}, "nearer to schools alike by 0.10 sd (95% range 0.02 to 0.20)", "tebyg o 0.10 gs"),
    ({"spread": None}, "nearer to schools alike by 0.10 sd", "tebyg o 0.10 gs"),
    ({"gain": None, "gap": None}, "itself asks for this, and because no figure", "ei hun sy'n gofyn"),
    ({"cohort": 5.0}, "is withheld, because it would be about fewer than 6 pupils", "llai na 6 o"),
    ({"provider_cohort": 3.0}, "what Abbey <b>& Mill gains is withheld", "delir yn ôl"),
    ({"swap": "attendance"}, "; in turn Abbey <b>& Mill helps Birch (Attendance).", "yn ei thro"),
    ({"third": "4"}, "; Dale learns beside it, and Birch has", "mae Dale yn dysgu wrth ei hochr"),
]  # fmt: skip
OTHERS = [
    ({"full": True}, "Cedar (Bolton) (its days are all given; the whole plan would lose at least 0.05 sd).",
     "rhoddwyd ei dyddiau"),
    ({"costs": 0.001}, "Cedar (Bolton) (the whole plan would lose less than 0.01 sd).", "llai na 0.01 gs"),
    ({"costs": 0.0, "full": True}, "(its days are all given; the whole plan would lose less", "llai na 0.01"),
    ({"costs": None}, "(what it would cost is not known).", "ni wyddys beth"),
    ({"cohort": 4.0}, "(what it would cost is withheld).", "delir yn ôl yr hyn"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "middle", "end"), WHAT)
def test_what_would_happen_is_told_as_it_stands(changed: dict[str, Any], middle: str, end: str) -> None:
    said = _said("what", **changed)
    assert middle in said
    assert said.endswith(end)
    assert "{" not in _said("what", "cy", **changed)


@pytest.mark.parametrize(("changed", "english", "welsh"), WHY)
def test_a_reason_says_what_it_rests_on(changed: dict[str, Any], english: str, welsh: str) -> None:
    assert english in _said("why", **changed)
    assert welsh in _said("why", "cy", **changed)


@pytest.mark.parametrize(("changed", "english", "welsh"), GAINS)
def test_a_gain_has_its_range_or_says_why_not(changed: dict[str, Any], english: str, welsh: str) -> None:
    assert english in _said("gains", **changed)
    assert welsh in _said("gains", "cy", **changed)


@pytest.mark.parametrize(("changed", "english", "welsh"), OTHERS)
def test_an_alternative_says_what_it_would_cost(changed: dict[str, Any], english: str, welsh: str) -> None:
    found = frames() | {"alternatives": fill(tables.ALTERNATIVES, OTHER | changed)}
    explained = [explain(found, told=told(), language=language) for language in ("en", "cy")]
    first, second = (one.proposals.filter(receiver="1")["why"][0] for one in explained)
    assert english in first
    assert ", or " not in first
    assert welsh in second


def test_a_strength_of_few_pupils_gives_away_no_alternative() -> None:
    few = fill(tables.STANDING, {"school": "3", "phase": "secondary", "theme": "attainment", "cohort": 2.0})
    found = frames() | {"alternatives": fill(tables.ALTERNATIVES, OTHER), "standing": few}
    said = explain(found, told=told(), language="en").proposals.filter(receiver="1")["why"][0]
    assert "Cedar (Bolton) (what it would cost is withheld)." in said


def test_nobody_else_could_help() -> None:
    found = frames() | {"alternatives": tables.ALTERNATIVES.empty()}
    said = explain(found, told=told(), language="en").proposals["why"]
    assert said.str.ends_with("; no other school could help within the rules.").all()


def test_themes_are_called_what_people_call_them() -> None:
    named = told(themes={"attainment": "Getting on"})
    assert explain(frames(), told=named, language="en").proposals["what"][0].startswith("Getting on: ")


def test_the_best_alternative_is_first_and_rows_are_in_order() -> None:
    found = frames() | {
        "alternatives": fill(tables.ALTERNATIVES, OTHER | {"place": 2, "provider": "4"}, OTHER)
    }
    explained = explain(found, told=told(), language="en").proposals
    assert explained["receiver"].to_list() == ["1", "4"]
    assert "next best Cedar" in explained["why"][0]
    assert explained.schema == dict.fromkeys(
        ("receiver", "phase", "theme", "what", "why", "gains"), pl.String()
    )
