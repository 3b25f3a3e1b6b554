"""Forms of offers and requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships import themes
from commonroom.web.partnerships.forms import Day, offer_schools
from commonroom.web.partnerships.market.actions import Said
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.partnerships.market.queries import SHOWN, Wanted
from commonroom.web.partnerships.sides import Phase
from commonroom.web.partnerships.topics import YEAR
from commonroom.web.schools.models import School


class OfferForm(forms.Form):
    """What a school says of itself in a theme."""

    school = forms.ModelChoiceField(School.objects.none(), label=_("School"), empty_label=None)
    says = forms.ChoiceField(
        label=_("What does the school say?"), choices=Offer.Says.choices, widget=forms.RadioSelect
    )
    theme = forms.ChoiceField(label=_("Theme"))
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices)
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("What you do, or would like to learn. Others read it as you write it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    days = forms.DecimalField(
        label=_("Days a year"),
        help_text=_("Of an offer: how many days of your people's time you can give in it."),
        min_value=0,
        max_value=YEAR,
        max_digits=4,
        decimal_places=1,
        required=False,
    )
    until = forms.DateField(label=_("Until"), required=False, widget=Day())

    def __init__(self, *args: Any, schools: QuerySet[School], **kwargs: Any) -> None:
        """Offer the schools whose words the person writes."""
        super().__init__(*args, **kwargs)
        offer_schools(self, "school", schools)
        self.fields["theme"].choices = themes.choices()  # type: ignore[attr-defined]

    @property
    def said(self) -> Said:
        """What the form says."""
        return Said(**{name: value for name, value in self.cleaned_data.items() if name != "school"})


class CapacityForm(forms.ModelForm[Capacity]):
    """How many days a year a school can give in all."""

    class Meta:
        model = Capacity
        fields = ("days",)
        help_texts = {"days": _("The brokering board asks no more of the school than this.")}  # noqa: RUF012


class WantedForm(forms.Form):
    """What of the list somebody wants to see."""

    says = forms.ChoiceField(label=_("Offers or requests"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), required=False)
    authority = forms.ChoiceField(label=_("Authority"), required=False)

    def __init__(self, *args: Any, authorities: list[str], **kwargs: Any) -> None:
        """Offer what there is to choose from."""
        super().__init__(*args, **kwargs)
        says: list[tuple[str, Any]] = [(one.value, one.label) for one in SHOWN]
        choices: dict[str, list[tuple[str, Any]]] = {
            "says": says,
            "theme": themes.choices(),
            "phase": list(Phase.choices),
            "authority": [(name, name) for name in authorities],
        }
        for name, values in choices.items():
            self.fields[name].choices = [("", _("All")), *values]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What is wanted; everything where the form cannot be read."""
        return Wanted(**self.cleaned_data) if self.is_valid() else Wanted()
