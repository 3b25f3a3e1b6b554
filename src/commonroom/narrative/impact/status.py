"""Whether it was done as planned: what stands at the very top of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from commonroom.narrative import page
from commonroom.narrative.impact import answer
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import Voice
from commonroom.narrative.page import Grid

#: The deviation that says that results were known when it was planned.
DATE = "date"


@dataclass(frozen=True)
class Status:
    """The kind of the status (planned, late, deviations, none), its sentence, and the table of departures."""

    kind: str
    said: Markup
    grid: Grid | None


def tell(shown: Shown, voice: Voice) -> Status:
    """Return whether there was a plan, whether it came in time, and what was done otherwise."""
    kind = kind_of(shown, voice)
    plan = voice.told.plan
    date = voice.words.date(plan.date) if plan else ""
    count = shown.deviations.frame.height
    said = voice.say(f"status.{kind}", n=count, date=date)
    if kind == "deviations" and _late(shown, voice):
        said = f"{said} {voice['status.late_too']}"
    return Status(kind, page.text(said), _grid(shown, voice) if count else None)


def kind_of(shown: Shown, voice: Voice) -> str:
    """Return planned, late, deviations or none."""
    if voice.told.plan is None:
        return "none"
    if set(shown.deviations.frame["field"]) - {DATE}:
        return "deviations"
    return "late" if _late(shown, voice) else "planned"


def short(shown: Shown, voice: Voice) -> str:
    """Return the status in a few words, for the terminal."""
    kind, plan = kind_of(shown, voice), voice.told.plan
    if plan is None:
        return voice["brief.none"]
    key = {"planned": "as_planned"}.get(kind, kind)
    return voice.say(f"brief.{key}", n=shown.deviations.frame.height, date=voice.words.date(plan.date))


def _late(shown: Shown, voice: Voice) -> bool:
    """Return whether results that count were known when it was planned."""
    plan = voice.told.plan
    dated = DATE in shown.deviations.frame["field"].to_list()
    late = any(row["planned"] is False for row in answer.rows(shown))
    return dated or late or (plan is not None and not plan.is_before_outcomes)


def _grid(shown: Shown, voice: Voice) -> Grid:
    """Return what was planned and what was done, in the order of the plan; both are written in English."""
    rows = (
        (
            field(row["field"], voice), voice.named(row["planned"]), voice.named(row["done"]),
            row["why"] or voice["status.unsaid"],
        )
        for row in shown.deviations.frame.iter_rows(named=True)
    )  # fmt: skip
    heads = [voice[f"status.heads.{name}"] for name in ("field", "planned", "done", "why")]
    return replace(page.grid(voice["status.caption"], heads, rows), language="en")


def field(name: str, voice: Voice) -> str:
    """Return a field of a plan in words, `comparison.reuse` as the part and what of it."""
    return ": ".join(voice.maybe(f"status.field.{part}", part) for part in name.split("."))
