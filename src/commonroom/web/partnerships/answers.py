"""What a school answers to a question or a proposal, and what is asked of the answer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.partnerships.sides import Answer

#: After how long a school that says not now is asked again, where it does not say itself.
LATER = datetime.timedelta(days=182)


@dataclass(frozen=True)
class Answered:
    """Yes, not now or no; why; and from when to ask again."""

    answer: Answer
    reason: str = ""
    until: datetime.date | None = None


def check(said: Answered, *, today: datetime.date) -> Answered:
    """Return an answer with its day; raise SaidToPeople for a no without reason, or a day that is over."""
    if said.answer is Answer.NO and not said.reason.strip():
        raise SaidToPeople(
            _("A no needs a reason."), remedy=_("Write in a sentence why, for those who asked.")
        )
    if said.answer is not Answer.LATER:
        return replace(said, until=None)
    if said.until is not None and said.until <= today:
        raise SaidToPeople(
            _("The day from which to ask again is over already."), remedy=_("Choose a later day.")
        )
    return replace(said, until=said.until or today + LATER)
