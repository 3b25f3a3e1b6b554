"""An evaluation in plain words: its page, its plan, a part of the report, a few lines for the terminal."""

from commonroom.narrative.impact.judged import brief, evaluation
from commonroom.narrative.impact.planned import plan
from commonroom.narrative.impact.returning import returns
from commonroom.narrative.impact.section import section
from commonroom.narrative.impact.shown import Shown, show
from commonroom.narrative.impact.voice import Told

__all__ = ["Shown", "Told", "brief", "evaluation", "plan", "returns", "section", "show"]
