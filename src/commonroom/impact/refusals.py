"""Why a question cannot be asked: a sentence for people, and the reason by name for other words of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from commonroom.errors import SaidToPeople

#: What can stand in the way of a question about an outcome of which there is a plan.
Key = Literal["measure", "phase", "figures", "schools", "school", "late", "early", "break", "alone"]


@dataclass(frozen=True)
class Reason:
    """What stands in the way, for who says it in other words or another language.

    `measure`, `year`: what it is about, where it is about one; `last`: the last year that was asked about.
    """

    key: Key
    measure: str = ""
    year: int | None = None
    last: int | None = None


class Refusal(SaidToPeople):
    """A sentence on a question that cannot be asked; it has the `reasons` for which that is so."""

    def __init__(self, what: str, *, where: str, remedy: str = "", reasons: tuple[Reason, ...]) -> None:
        """Keep the sentence, and the reasons beside it."""
        super().__init__(what, where=where, remedy=remedy)
        self.reasons = reasons
