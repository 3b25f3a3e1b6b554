"""Why no plan could be made, in the words of the site and the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commonroom.web.impact import measures
from commonroom.web.impact.models import ImpactPlan

#: What stands in the way, as the analysis names it (impact.refusals.Key); and a job that failed.
SENTENCES: Mapping[str, str | Promise] = {
    "measure": _("The evidence of this site has no such measure. Choose another one."),
    "phase": _("%(measure)s is no measure of the phase that the partnership is about. Choose another one."),
    "figures": _("Too few schools have figures of %(measure)s. Choose another measure."),
    "schools": _("One of the two schools is not in the evidence of this site. Ask who looks after the site."),
    "school": _("%(school)s has no figures of %(measure)s. Choose another measure."),
    "late": _(
        "The years end in %(last)s, and the first results that the work can touch are those of %(year)s. "
        "Choose %(year)s or a later year."
    ),
    "early": _(
        "There are no results of %(measure)s before those of %(year)s, which the work can touch, so there is "
        "nothing to compare with. Choose another measure."
    ),
    "break": _(
        "From %(year)s on, figures of %(measure)s mean something else than before. Choose another measure."
    ),
    "alone": _("Every school with figures takes part, so that nobody is left to compare with."),
    "failed": _("Something went wrong, and it was noted. Ask for the plan again."),
}


def say(plan: ImpactPlan) -> list[str]:
    """Return why a plan could not be made, a sentence or two for each reason; nothing where none is named."""
    return [_sentence(plan, reason) for reason in plan.said.get("reasons", ())]


def _sentence(plan: ImpactPlan, reason: Mapping[str, Any]) -> str:
    return str(SENTENCES[reason["key"]]) % {
        "school": plan.partnership.receiver,
        "measure": measures.label(reason["measure"]),
        "year": reason["year"],
        "last": reason["last"],
    }
