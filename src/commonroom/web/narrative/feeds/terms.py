"""When the terms of a school year end, in England and Wales.

Each authority and academy sets its own days, and no register of them is open. What they have in common is
a rule: the last Friday before Christmas, the last before the fortnight of Easter (early in April where Easter
is late), and one near the third week of July. A school may end some days later, in Wales a week: then its
people are still there to look back together.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from commonroom.web.inquiry.models import Review

Term = Review.Term

#: The last days, month and day, on which terms end: on the Friday on or before them.
LAST = {Term.SPRING: (4, 5), Term.SUMMER: (7, 23), Term.AUTUMN: (12, 22)}
#: Spring terms end so long before Easter at the latest: on the Friday before Palm Sunday.
BEFORE_EASTER = datetime.timedelta(days=9)
FRIDAY = 4


def between(first: datetime.date, last: datetime.date) -> Iterator[tuple[datetime.date, int, Term]]:
    """Yield the terms that end between two days: the day, the year of the school year, and the term."""
    for year in range(first.year, last.year + 1):
        for term in LAST:
            day = end(term, year)
            if first <= day <= last:
                yield day, year + (term == Term.AUTUMN), term


def end(term: Term, year: int) -> datetime.date:
    """Return the Friday of a calendar year with which a term ends at most schools."""
    latest = datetime.date(year, *LAST[term])
    if term == Term.SPRING:
        latest = min(latest, easter(year) - BEFORE_EASTER)
    return latest - datetime.timedelta(days=(latest.weekday() - FRIDAY) % 7)


def easter(year: int) -> datetime.date:
    """Return Easter Sunday, by the rule of Butcher (1876) for the Gregorian calendar."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    lost = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - lost + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return datetime.date(year, month, day + 1)
