"""Did it help, and compared with what."""

from __future__ import annotations

from commonroom.impact.evaluating import SINGLE, Evaluation, Terms, evaluate

__all__ = ["SINGLE", "Evaluation", "Terms", "evaluate"]
