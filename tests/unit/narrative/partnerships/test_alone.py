"""One sentence for each need without a partner, and for each change, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from commonroom.narrative.partnerships import explain
from commonroom.tables import partnerships as tables
from unit.narrative.partnerships.made_plans import ALONE, CHANGE, fill, frames, told

START = "Attendance (secondary): no partner for Cedar (Bolton) yet, because "
FULL = "the schools that could help have given all their days"
NOBODY: dict[str, Any] = {"provider": None, "more_days": None, "worth": None}


def _alone(language: str = "en", **changed: Any) -> str:
    found = frames() | {"unmatched": fill(tables.UNMATCHED, ALONE | changed)}
    return str(explain(found, told=told(), language=language).unmatched["said"][0])  # type: ignore[arg-type]


def _changed(language: str = "en", **changed: Any) -> str:
    found = frames() | {"changes": fill(tables.CHANGES, CHANGE | changed)}
    return str(explain(found, told=told(), language=language).changes["said"][0])  # type: ignore[arg-type]


def test_a_need_alone_says_why_and_what_would_change_it() -> None:
    assert _alone() == (
        f"{START}{FULL}; Birch (Bury) could help with 10 days more; that would be worth 0.05 sd to the whole "
        "plan."
    )
    assert _alone("cy") == (
        "Presenoldeb (uwchradd): nid oes partner i Cedar (Bolton) eto: mae'r ysgolion a allai helpu wedi "
        "rhoi eu dyddiau i gyd; gallai Birch (Bury) helpu gyda 10 diwrnod arall; byddai hynny'n werth 0.05 "
        "gs i'r cynllun cyfan."
    )


REASONS = [
    ({"reason": "nobody", **NOBODY}, "no school is known to be strong in it."),
    ({"reason": "far", "more_minutes": 7.2}, "too far away; Birch (Bury) could help with 8 more minutes"),
    ({"reason": "far", "more_minutes": 0.4}, "Birch (Bury) could help with one more minute of travel"),
    ({"reason": "far", "more_minutes": None}, "every school strong in it is too far away."),
    ({"reason": "rivals"}, "the same streets; Birch (Bury) could help if both wished it all the same"),
    ({"reason": "declined"}, "said no, or were told no; Birch (Bury) could help if both thought again"),
    ({"reason": "later"}, "asked later; Birch (Bury) could help when the time has come"),
    ({"reason": "full", "provider": None}, f"{FULL}; 10 days more would bring it help;"),
    ({"reason": "full", "more_days": None}, f"{FULL}."),
    ({"reason": "theme"}, "is allowed at once; Birch (Bury) could help if it might take one more"),
    ({"reason": "receiver"}, "allowed (2); Birch (Bury) could help if one more were allowed, or afterwards"),
    ({"reason": "measure"}, "rests on the same figures; Birch (Bury) could help if one more were allowed"),
    ({"reason": "leader", "binding": "Bolton"}, "(Bolton); Birch (Bury) could help with more days of a"),
    ({"reason": "dear", **NOBODY}, "every change that would bring it help would take more from"),
    ({"reason": "open"}, "did not reach it; Birch (Bury) could help in a plan chosen in the best way"),
    (
        {"reason": "cap", "limit": "in-one-authority", "binding": "Bolton"},
        "a limit of the plan is reached (Bolton): No trust, and no school without one, gives more than a "
        "quarter of the help in one authority; Birch (Bury) could help if one more were allowed",
    ),
    ({"reason": "cap", "limit": "trust", "binding": None}, "reached: days of a trust; Birch"),
    ({"reason": "cap", "limit": "a-cap", "binding": "2 > attendance8 > absence"},
     "(Birch, attendance8, Absence): a-cap"),
    ({"reason": "cap", "limit": "trust", "binding": "secondary > attendance"},
     "(secondary, Attendance): days of a trust;"),
    ({"also": "theme: 2; trust", "worth": 0.0},
     "with 10 days more, with this giving way too: schools that one school helps in a theme at once (Birch), "
     "days of a trust."),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), REASONS)
def test_every_reason_has_its_sentence(changed: dict[str, Any], said: str) -> None:
    english, welsh = _alone(**changed), _alone("cy", **changed)
    assert english.startswith(START)
    assert said in english
    assert english.endswith(".")
    assert welsh.startswith("Presenoldeb (uwchradd): nid oes partner i Cedar (Bolton) eto: ")
    assert "{" not in english + welsh


def test_welsh_names_caps_in_welsh() -> None:
    said = _alone("cy", reason="cap", limit="in-one-authority", binding="absence")
    assert "(Absenoldeb): Nid yw unrhyw ymddiriedolaeth" in said


def test_a_need_of_few_pupils_keeps_its_worth_to_itself() -> None:
    assert _alone(cohort=5.0) == f"{START}{FULL}; Birch (Bury) could help with 10 days more."


WHY = {
    "declined": "the two were not both for it", "later": "one of the two asked to be asked later",
    "no need": "the need is no longer there", "need": "the need is new",
    "no strength": "the strength of the school before is no longer there",
    "again": "something else in the plan has changed",
}  # fmt: skip
WHO = [
    ("3", "2", "Birch (Bury) instead of Cedar (Bolton)"),
    (None, "2", "Birch (Bury), where there was nobody"),
    ("3", None, "nobody now, where there was Cedar (Bolton)"),
    (None, None, "nobody, as before"),
]


@pytest.mark.parametrize(("before", "now", "move"), WHO)
@pytest.mark.parametrize("why", WHY)
def test_every_change_has_its_sentence(before: str | None, now: str | None, move: str, why: str) -> None:
    said = _changed(before=before, now=now, why=why)
    assert said == f"Attainment (secondary), Abbey <b>& Mill (Bolton): {move}; {WHY[why]}."
    welsh = _changed("cy", before=before, now=now, why=why)
    assert welsh.startswith("Cyrhaeddiad (uwchradd) (Abbey <b>& Mill (Bolton)): ")
    assert WHY[why] not in welsh
