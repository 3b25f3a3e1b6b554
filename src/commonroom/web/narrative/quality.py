"""Where the figures of the system are from, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonroom.web.narrative.page import Table
from commonroom.web.schools import labels
from commonroom.web.schools.figures import whole

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Counted, Facts, System

WHY: Final = {
    "no number in the release (its code was not kept)": gettext_lazy(
        "no number in the publication; the copy at hand did not keep the reason"
    ),
    "an older number of a school that has a newer figure for the same year": gettext_lazy(
        "an older number of a school that has a newer figure for the same year"
    ),
    "outside the range of the measure": gettext_lazy("outside the possible range of the measure"),
}


def tell(system: System, facts: Facts) -> list[Table]:
    """Return the publications, what was left out, what was joined and what is missing, as tables."""
    return [_releases(facts), *_left_out(system), *_joins(system), *_missing(system), _problems(system)]


def _releases(facts: Facts) -> Table:
    heads = (_("Publication"), _("Years"), _("Schools"), _("Figures"))
    rows = tuple(
        (
            one["name"],
            str(one["first"]) if one["first"] == one["last"] else f"{one['first']}–{one['last']}",
            whole(one["schools"]),
            whole(one["figures"]),
        )
        for one in facts["releases"]
    )
    said = _("Every figure comes from a publication; here they are, and how many figures each gave.")
    return Table(_("Publications"), heads, rows, (2, 3), (said,))


def _left_out(system: System) -> list[Table]:
    gone = sum(one["figures"] for one in system["left_out"])
    if not gone:
        return []
    said = _("{n} figures were left out.").format(n=whole(gone))
    return [
        _counted(_("Figures left out, by reason"), (_("Why"), _("Figures")), _why(system["left_out"]), said)
    ]


def _joins(system: System) -> list[Table]:
    rows = [
        (str(labels.JOINED.get(one["what"], one["what"])), whole(one["figures"])) for one in system["joins"]
    ]
    if not rows:
        return []
    said = _(
        "Schools change their number, merge or are divided; their published numbers were joined like this."
    )
    return [
        _counted(_("School numbers that continue another, by rule"), (_("Rule"), _("Numbers")), rows, said)
    ]


def _missing(system: System) -> list[Table]:
    rows = _why(system["missing"])
    if not rows:
        return []
    total = sum(one["figures"] for one in system["missing"])
    said = _("For {n} school-years there is no figure.").format(n=whole(total))
    return [_counted(_("Why figures are missing"), (_("Why"), _("Figures")), rows, said)]


def _problems(system: System) -> Table:
    n = system["problems"]
    said = (
        _("{n} problems were found in the files.").format(n=whole(n))
        if n
        else _("No problem was found in the files.")
    )
    return Table("", (), (), (), (said,))


def _why(counted: Iterable[Counted]) -> list[tuple[str, str]]:
    """Reasons in the language of the page; one that has no words yet, as it was written."""
    known = {**labels.MISSING, **WHY}
    return [(str(known.get(one["what"], one["what"])), whole(one["figures"])) for one in counted]


def _counted(caption: str, heads: tuple[str, ...], rows: list[tuple[str, str]], said: str) -> Table:
    return Table(caption, heads, tuple(rows), (1,), (said,))
