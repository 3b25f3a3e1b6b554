"""What the pages on impact say of rules and tables is what the program does."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from commonroom.impact import strength
from commonroom.impact.guards import reasons
from commonroom.tables.impact import EVENTS

DOCS = Path(__file__).parents[2] / "docs"
EXPLANATION = (DOCS / "explanation" / "impact.md").read_text(encoding="utf-8")
HOW_TO = (DOCS / "how-to" / "judge-impact.md").read_text(encoding="utf-8")


def test_the_rule_of_strength_is_the_one_that_judges() -> None:
    told = inspect.getdoc(strength.judge) or ""
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert len(rows) > 15
    assert "\n".join(rows) in EXPLANATION


@pytest.mark.parametrize("guard", reasons.GUARDS)
def test_every_guard_is_explained(guard: str) -> None:
    assert f"`{guard}`" in EXPLANATION


@pytest.mark.parametrize("column", EVENTS.schema)
def test_every_column_of_events_is_explained(column: str) -> None:
    assert f"`{column}`" in HOW_TO
