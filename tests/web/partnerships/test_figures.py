"""Published figures on the page to bring: what is said of a school in a theme, and how sure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import translation

from commonroom.web import evidence
from commonroom.web.accounts.models import Person
from commonroom.web.partnerships import figures
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.figures import Figures, Line
from commonroom.web.schools.models import School

Browse = Callable[[Person | None], Client]


def every(theme: str, phase: str) -> list[Figures]:
    numbers = [one["number"] for one in evidence.shown().register() if one["in_system"]]
    return [figures.find(number, theme, phase) for number in numbers[:400]]


def test_figures_come_with_ranges_sources_and_how_sure(shown_pages: Path) -> None:
    found = every("attainment", "primary") + every("attainment", "secondary")
    lines = [line for one in found for line in one.lines]
    assert len(lines) > 20
    assert len({line.measure for line in lines}) == 4
    assert all("95% range" in line.difference for line in lines if not line.difference.startswith("withheld"))
    assert all(line.source for line in lines if not line.difference.startswith("withheld"))
    said = {line.sure.split(",")[0] for line in lines}
    assert said >= {"better", "less well", "cannot be said"}
    assert not any("100%" in line.sure for line in lines)
    standings = {one.standing for one in found}
    assert "Nothing is published of this school in this theme." in standings
    assert len(standings) >= 3


def test_a_theme_without_results_says_so_in_both_languages(shown_pages: Path) -> None:
    noted = {one.note for one in every("writing", "primary")}
    assert len(noted) == 1
    assert "only what schools say themselves counts" in noted.pop()
    with translation.override("cy"):
        assert "yr hyn a ddywed ysgolion" in every("writing", "primary")[0].note


def test_two_schools_stand_beside_each_other_measure_by_measure() -> None:
    left = Figures("a", lines=(Line("Absence", "7.1% in 2025", "+1", "cannot be said", "200", "DfE"),))
    right = Figures("b", lines=(Line("Entries", "40% in 2025", "−1", "cannot be said", "100", "DfE"),))
    assert [measure for measure, _ in figures.beside(left, right)] == ["Absence", "Entries"]
    assert figures.beside(left, right)[0][1][0] == ("Last figure", "7.1% in 2025", "none published")


def test_what_is_withheld_is_not_hinted_at() -> None:
    claim: Any = {"value": None, "low": None, "high": None, "claim": False, "better": None}
    assert figures._difference(claim, "points", 1) == "withheld: too few pupils"
    assert figures._sure({**claim, "probability": None}) == "cannot be said"
    place: Any = {"trends": [{"measure": "absence", "points": [{"year": 2025, "value": None}]}]}
    assert figures._latest("absence", place, {"digits": 1, "unit": "%"}) == "none published"  # type: ignore[typeddict-item]


def test_the_page_to_bring_cites_its_evidence_and_says_when_it_is_older(
    shown_pages: Path, head: Person, ashfield: School, birchwood: School, browse: Browse
) -> None:
    version = evidence.version()
    pair = {"theme": "attendance", "phase": "secondary", "message": "May we come?"}
    ask = Ask.objects.create(asker=ashfield, asked=birchwood, evidence=version, **pair)
    page = browse(head).get(f"/asks/{ask.pk}/page/").text
    assert f"evidence {version}" in page
    assert "published anew" not in page
    Ask.objects.update(evidence="an older one")
    assert "published anew" in browse(head).get(f"/asks/{ask.pk}/page/").text
