"""Forms of the board and of answers to proposals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships import themes
from commonroom.web.partnerships.asks.forms import AnswerForm
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.partnerships.forms import SideForm
from commonroom.web.partnerships.sides import Phase, Side

ALL = ("", _("All"))
#: What of the list may be chosen beside the states: what differs from the run before.
SINCE = (("new", _("New since the last run")), ("stay", _("Stays")), ("went", _("No longer proposed")))


class ChoiceForm(forms.Form):
    """Which proposals of a board somebody wants to see."""

    state = forms.ChoiceField(label=_("State"), choices=[ALL, *Proposal.State.choices], required=False)
    since = forms.ChoiceField(label=_("Compared"), choices=[ALL, *SINCE], required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=[ALL, *Phase.choices], required=False)
    school = forms.CharField(label=_("School"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every theme."""
        super().__init__(*args, **kwargs)
        self.fields["theme"].choices = [ALL, *themes.choices()]  # type: ignore[attr-defined]

    def choose(self, found: QuerySet[Proposal], run: Run) -> QuerySet[Proposal]:
        """Return those of the proposals that are wanted; all where the form cannot be read."""
        if not self.is_valid():
            return found
        given = self.cleaned_data
        exact = {name: given[name] for name in ("state", "theme", "phase") if given[name]}
        found = found.filter(**exact)
        since = {"new": Q(first=run, gone=None), "stay": ~Q(first=run) & Q(gone=None), "went": ~Q(gone=None)}
        found = found.filter(since[given["since"]]) if given["since"] else found
        named = Q(receiver__name__icontains=given["school"]) | Q(provider__name__icontains=given["school"])
        return found.filter(named) if given["school"] else found


class SendForm(forms.Form):
    """Which proposals are sent."""

    proposals = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _("Choose at least one proposal.")}
    )

    def __init__(self, *args: Any, keys: list[int], **kwargs: Any) -> None:
        """Take the proposals with these keys."""
        super().__init__(*args, **kwargs)
        self.fields["proposals"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]


class ReplyForm(SideForm, AnswerForm):
    """What a school answers to a proposal."""

    field_order = ("side", "answer", "reason", "until")

    def __init__(self, *args: Any, sides: list[Side], **kwargs: Any) -> None:
        """Say who reads the reason."""
        super().__init__(*args, sides=sides, **kwargs)
        self.fields["reason"].help_text = _(
            "A no needs its reason here. The other school and those who run the board read it."
        )
