"""Pages of offers and requests."""

from __future__ import annotations

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import sheets
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.market import actions, queries
from commonroom.web.partnerships.market.forms import CapacityForm, OfferForm, WantedForm
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.partnerships.pages import Doubt, Page, answer, confirm, who

FOLDER = "commonroom/partnerships/market"
COLUMNS = {
    "school": "school_id", "name": "school.name", "authority": "school.authority", "theme": "theme",
    "phase": "phase", "says": "says", "days": "days", "until": "until", "words": "words",
    "written": "written",
}  # fmt: skip


@login_required
@require_safe
def market(request: HttpRequest) -> HttpResponse:
    """Show offers and requests by theme."""
    day = timezone.localdate()
    form = WantedForm(request.GET or {}, authorities=_authorities(request))
    found = queries.market(request.user, day=day, wanted=form.wanted)
    themes = [(label, list(rows)) for label, rows in groupby(found, key=lambda one: one.theme_label)]
    context = {
        "form": form,
        "themes": sorted(themes, key=lambda one: one[0]),
        "asking": schools.of(request.user, Action.ASK_WRITE).exists(),
        "own": set(schools.of(request.user, Action.MARKET_SEE).values_list("pk", flat=True)),
        "writing": schools.of(request.user, Action.OFFER_WRITE).exists(),
    }
    return render(request, f"{FOLDER}/market.html", context)


@login_required
@require_safe
def market_file(request: HttpRequest) -> HttpResponse:
    """Give offers and requests as a CSV file."""
    form = WantedForm(request.GET or {}, authorities=_authorities(request))
    found = queries.market(request.user, day=timezone.localdate(), wanted=form.wanted)
    return sheets.answer("offers", COLUMNS, found)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what the person's schools say of themselves."""
    mine = _mine(request)
    days = {one.school_id: one for one in Capacity.objects.filter(school__in=mine)}
    said = queries.own(request.user)
    context = {
        "schools": [
            (school, days.get(school.pk), [one for one in said if one.school_id == school.pk])
            for school in mine
        ],
        "today": timezone.localdate(),
    }
    return render(request, f"{FOLDER}/own.html", context)


@login_required
def write(request: HttpRequest) -> HttpResponse:
    """Write an offer or a request."""
    start = {name: request.GET.get(name, "") for name in ("theme", "phase", "says", "school")}
    form = OfferForm(
        request.POST or None, schools=_mine(request), initial={k: v for k, v in start.items() if v}
    )

    def act(form: OfferForm) -> tuple[str, str]:
        school = form.cleaned_data["school"]
        actions.write(who=who(request), school=school, said=form.said, today=timezone.localdate())
        return reverse("offers-own"), _("Written. Others of your systems can read it now.")

    page = Page(f"{FOLDER}/write.html", {"keep": "offer-new"})
    return answer(request, form, act, page=page)


@login_required
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an offer or a request."""
    offer = _get(request, pk)
    initial = {name: getattr(offer, name) for name in ("says", "theme", "phase", "words", "days", "until")}
    form = OfferForm(
        request.POST or None,
        schools=_mine(request).filter(pk=offer.school_id),
        initial={**initial, "school": offer.school_id},
    )

    def act(form: OfferForm) -> tuple[str, str]:
        actions.revise(who=who(request), offer=offer, said=form.said, today=timezone.localdate())
        return reverse("offers-own"), _("Changed.")

    page = Page(f"{FOLDER}/write.html", {"offer": offer, "keep": f"offer-{offer.pk}"})
    return answer(request, form, act, page=page)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an offer or a request, after asking whether that is meant."""
    offer = _get(request, pk)
    doubt = Doubt(
        _("Withdraw “%(offer)s”?") % {"offer": offer},
        _("Others no longer see it. You can write it again at any time."),
        _("Withdraw"),
    )
    return confirm(
        request,
        lambda: actions.withdraw(who=who(request), offer=offer),
        doubt=doubt,
        back=reverse("offers-own"),
    )


@login_required
def capacity(request: HttpRequest, number: str) -> HttpResponse:
    """Say how many days a year a school can give in all."""
    school = schools.get(number, _mine(request))
    held = Capacity.objects.filter(school=school).first()
    form = CapacityForm(request.POST or None, initial={"days": held.days} if held else None)

    def act(form: CapacityForm) -> tuple[str, str]:
        actions.set_capacity(who=who(request), school=school, days=form.cleaned_data["days"])
        return reverse("offers-own"), _("Written.")

    return answer(request, form, act, page=Page(f"{FOLDER}/capacity.html", {"school": school}))


def _authorities(request: HttpRequest) -> list[str]:
    """The authorities to choose from; refuses whoever may not see the list at all."""
    if not schools.may_somewhere(request.user, Action.MARKET_SEE):
        raise PermissionDenied
    return queries.authorities(request.user)


def _mine(request: HttpRequest) -> schools.Schools:
    """The schools whose words the person writes; refuses whoever writes none."""
    found = schools.of(request.user, Action.OFFER_WRITE)
    if not found.exists():
        raise PermissionDenied
    return found


def _get(request: HttpRequest, pk: int) -> Offer:
    return get_object_or_404(queries.own(request.user), pk=pk)
