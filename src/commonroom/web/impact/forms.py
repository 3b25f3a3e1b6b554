"""What two heads want to know of their work."""

from __future__ import annotations

import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from commonroom.web.impact import measures
from commonroom.web.impact.actions import Asked
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.queries import school_year
from commonroom.web.inquiry.sheet import RoomForm, take
from commonroom.web.partnerships.models import Partnership


class PlanForm(RoomForm):
    """A plan that is asked for."""

    measure = forms.ChoiceField(label=_("what should have changed"))
    first = take(ImpactPlan, "first", min_value=2016, max_value=2100)
    last = take(
        ImpactPlan,
        "last",
        min_value=2016,
        max_value=2100,
        help_text=_("The calendar year in which the school year ends: 2028 is 2027/28."),
    )
    smallest = take(
        ImpactPlan,
        "smallest",
        min_value=0,
        help_text=_("In standard deviations of schools: 0.2 is small, 0.5 is large."),
    )
    question = take(ImpactPlan, "question", required=True, help_text=_("In your own words."))
    failure = take(
        ImpactPlan,
        "failure",
        required=True,
        help_text=_("What you would have to see to say: it did not help."),
    )
    reason = take(ImpactPlan, "reason", required=True)

    def __init__(self, *args: Any, again: bool, **others: Any) -> None:
        """Offer the measures of the phase; ask for the reason where a plan is locked already."""
        super().__init__(*args, **others)
        choice = cast(forms.ChoiceField, self.fields["measure"])
        choice.choices = [("", "---------"), *measures.choices(self.partnership.phase)]
        if not again:
            del self.fields["reason"]

    def words(self) -> Asked:
        """Return what was typed."""
        names = [name for name in self.fields if name not in ("key", "revision")]
        return cast(Asked, self.made(Asked, *names))


def first_years(partnership: Partnership, today: datetime.date) -> tuple[int, int]:
    """Return the years of results that a plan is about unless somebody says otherwise."""
    year = school_year(partnership.starts or today)
    return year, year + 1
