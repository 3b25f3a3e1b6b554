"""A refusal has its reasons by name, so that it can be said in other words and in another language."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom import pipeline
from commonroom.impact import events, outcomes
from commonroom.impact.refusals import Reason
from unit.impact import planned
from unit.impact.planned import make_events

PANEL = planned.make_panel()


def reasons(rows: pl.DataFrame, **other: object) -> tuple[Reason, ...]:
    """Why a question of one school, to be planned, is refused."""
    asked = planned.ask(PANEL, **{"design": "synthetic", "window": (2020, 2021), **other})  # type: ignore[arg-type]
    with pytest.raises(pipeline.Refusal) as refused:
        events.check(rows, panel=PANEL, asked=asked, definition=planned.DEFINITION, ahead=True)
    return refused.value.reasons


def test_each_reason_has_its_name_and_what_it_is_about() -> None:
    assert reasons(make_events(0, 900)) == (Reason("schools"),)
    assert reasons(make_events(40)) == (Reason("school", "score"),)
    assert reasons(make_events(0, start=2022)) == (Reason("late", year=2022, last=2021),)
    assert reasons(make_events(0, start=2016)) == (Reason("early", "score", 2016),)
    assert Reason("alone") in reasons(make_events(*range(40)))
    broken = planned.take(PANEL, planned.MEASURE.model_copy(update={"breaks": (2020,)}))
    assert reasons(make_events(0), outcome=broken) == (Reason("break", "score", 2020),)


def test_several_are_named_together_unless_one_has_no_name() -> None:
    two = pl.concat([make_events(0, start=2016), make_events(900)])
    assert reasons(two) == (Reason("schools"), Reason("early", "score", 2016))
    assert reasons(pl.concat([make_events(0, start=2016), make_events(1)]), window=(2015, 2015)) == ()


@pytest.mark.parametrize(
    ("name", "phase", "change", "reason"),
    [
        ("other", None, {}, Reason("measure")),
        ("score", "primary", {}, Reason("phase", "score")),
        ("score", None, {"phase": "both"}, Reason("phase", "score")),
        ("score:gap", None, {}, Reason("figures", "score")),
    ],
)
def test_outcomes_that_are_not_there_have_one_too(
    name: str, phase: str | None, change: dict[str, object], reason: Reason
) -> None:
    measure = planned.MEASURE.model_copy(update=change)
    with pytest.raises(pipeline.Refusal) as refused:
        outcomes.take(PANEL, name=name, measures={"score": measure}, phase=phase)
    assert refused.value.reasons == (reason,)


def test_too_few_schools_are_too_few() -> None:
    with pytest.raises(pipeline.Refusal) as refused:
        planned.take(planned.make_panel(schools=10))
    assert refused.value.reasons == (Reason("figures", "score"),)
