"""Forms of days that many have together, and of trusts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships.board.days import lines, queries
from commonroom.web.partnerships.board.days.actions import Kind, Stated
from commonroom.web.partnerships.board.days.models import MOST, say
from commonroom.web.schools.models import System

#: So many lines that are wrong are shown.
SHOWN = 20


class DaysForm(forms.Form):
    """Whose days, and how many."""

    whose = forms.ChoiceField(
        label=_("Whose days"),
        help_text=_(
            "Of a trust or an authority: what its schools give to other schools together. Of system leaders: "
            "what they have for Keys to Success schools."
        ),
    )
    days = forms.DecimalField(
        label=_("Days a year together"), min_value=0, max_value=MOST, max_digits=6, decimal_places=1
    )

    def __init__(self, *args: Any, system: System, **kwargs: Any) -> None:
        """Offer the trusts and authorities of the system's schools."""
        super().__init__(*args, **kwargs)
        authorities = queries.authorities(system)
        trusts = [name for name, _count in queries.names(system)]
        groups = {Kind.TRUST: trusts, Kind.AUTHORITY: authorities, Kind.LEADER: ["", *authorities]}
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((f"{kind.value}:{name}", say(kind, name)) for kind, names in groups.items() for name in names),
        ]

    @property
    def stated(self) -> Stated:
        """What the form says."""
        kind, _mark, name = self.cleaned_data["whose"].partition(":")
        return Stated(Kind(kind), name, Decimal(self.cleaned_data["days"]))


class TrustsForm(forms.Form):
    """Which trust each school is in, a line for each."""

    schools = forms.CharField(
        label=_("Schools and their trusts"),
        help_text=_(
            "A line for each school: its number or name, then its trust. Two columns copied from a "
            "spreadsheet can be pasted here. The whole list is replaced; schools that are not named are "
            "in no trust."
        ),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )
    leave_out = forms.BooleanField(
        label=_("Leave out lines about schools that are not in this system"), required=False
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, system: System, **kwargs: Any) -> None:
        """Know the schools that may be named."""
        super().__init__(*args, **kwargs)
        self.known = dict(system.schools.values_list("pk", "name"))
        self.trusts: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        """Read the lines, and say of each what is wrong with it."""
        given = super().clean() or {}
        read = lines.read(given.get("schools", ""), schools=self.known)
        wrong = [*read.wrong, *([] if given.get("leave_out") else read.others)]
        if len(wrong) > SHOWN:
            more = _now("and %(count)d more lines.") % {"count": len(wrong) - SHOWN}
            wrong = [*wrong[:SHOWN], more]
        for sentence in wrong:
            self.add_error("schools", sentence)
        self.trusts = read.trusts
        return given
