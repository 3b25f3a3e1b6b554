"""Pages of what two heads agree on, and the list of partnerships."""

from __future__ import annotations

from collections.abc import Callable
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
from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.agreements import actions, queries
from commonroom.web.partnerships.agreements.actions import Voice
from commonroom.web.partnerships.agreements.forms import DropForm, TermsForm, VersionForm
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import Page, answer, who
from commonroom.web.partnerships.sides import Side

FOLDER = "commonroom/partnerships/agreements"
COLUMNS = {
    "id": "pk", "state": "state", "receiver": "receiver_id", "receiver_name": "receiver.name",
    "provider": "provider_id", "provider_name": "provider.name", "theme": "theme", "phase": "phase",
    "aim": "aim", "days": "days", "agreed": "agreed", "starts": "starts", "ends": "ends", "closed": "closed",
}  # fmt: skip


@login_required
@require_safe
def partnerships(request: HttpRequest) -> HttpResponse:
    """Show the partnerships of the person's schools and systems by state, and what is being agreed."""
    found = sorted(_partnerships(request), key=lambda one: Partnership.State.values.index(one.state))
    rooms = permissions.schools(request.user, Action.PARTNERSHIP_SEE)
    context = {
        "open": [
            (one, queries.waiting(request.user, one))
            for one in queries.agreements(request.user).filter(state=Agreement.State.OPEN)
        ],
        "states": [
            (Partnership.State(state).label, [(one, _may_enter(request, one, rooms)) for one in rows])
            for state, rows in groupby(found, key=lambda one: one.state)
        ],
    }
    return render(request, f"{FOLDER}/partnerships.html", context)


@login_required
@require_safe
def partnerships_file(request: HttpRequest) -> HttpResponse:
    """Give the partnerships of the person's schools and systems as a CSV file."""
    return sheets.answer("partnerships", COLUMNS, _partnerships(request))


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the terms on the table, and which head said yes to them."""
    agreement = _get(request, pk)
    sides = queries.sides(request.user, agreement)
    waiting = queries.waiting(request.user, agreement)
    is_open = agreement.state == Agreement.State.OPEN
    context = {
        "agreement": agreement,
        "speaks": is_open and bool(sides),
        "form": VersionForm(sides=waiting, initial={"version": agreement.version})
        if is_open and agreement.aim and waiting
        else None,
        "sides": [
            (agreement.receiver, Side.RECEIVER.label, agreement.receiver_yes, agreement.receiver_said),
            (agreement.provider, Side.PROVIDER.label, agreement.provider_yes, agreement.provider_said),
        ],
    }
    return render(request, f"{FOLDER}/agreement.html", context)


@login_required
def set_terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Put terms on the table."""
    agreement, sides = _speaking(request, pk)
    start = {name: getattr(agreement, name) for name in ("version", "aim", "starts", "ends")}
    start["days"] = None if agreement.days is None else f"{agreement.days.normalize():f}"

    def act(form: TermsForm) -> str:
        actions.set_terms(
            voice=_voice(request, form),
            agreement=agreement,
            terms=form.terms,
            version=form.cleaned_data["version"],
        )
        return _("Your terms were sent to the other head.")

    form = TermsForm(request.POST or None, sides=sides, initial=start)
    return _answer(request, agreement, form, act, "terms")


@login_required
def say_yes(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes to the terms on the table."""
    agreement, sides = _speaking(request, pk)

    def act(form: VersionForm) -> str:
        made = actions.say_yes(
            voice=_voice(request, form),
            agreement=agreement,
            version=form.cleaned_data["version"],
            today=timezone.localdate(),
        )
        if made.partnership_id:
            return _("Agreed: both heads said yes. Your partnership has its own room now.")
        return _("Your yes was sent. It binds nobody before the other head says yes as well.")

    form = VersionForm(request.POST or None, sides=sides, initial={"version": agreement.version})
    return _answer(request, agreement, form, act, "yes")


@login_required
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the terms on the table unpursued."""
    agreement, sides = _speaking(request, pk)

    def act(form: DropForm) -> str:
        actions.drop(voice=_voice(request, form), agreement=agreement, reason=form.cleaned_data["reason"])
        return _("The other head was told that you do not go on.")

    form = DropForm(request.POST or None, sides=sides, initial={"version": agreement.version})
    return _answer(request, agreement, form, act, "drop")


def _answer(
    request: HttpRequest, agreement: Agreement, form: VersionForm, act: Callable[..., str], page: str
) -> HttpResponse:
    path = reverse("agreement", args=[agreement.pk])
    shown = Page(f"{FOLDER}/{page}.html", {"agreement": agreement})
    return answer(request, form, lambda form: (path, act(form)), page=shown)


def _voice(request: HttpRequest, form: VersionForm) -> Voice:
    return Voice(who(request), Side(form.cleaned_data["side"]))


def _partnerships(request: HttpRequest) -> list[Partnership]:
    if not schools.may_somewhere(request.user, Action.PARTNERSHIP_SUMMARY):
        raise PermissionDenied
    return list(queries.partnerships(request.user))


def _may_enter(request: HttpRequest, one: Partnership, rooms: frozenset[str]) -> bool:
    """Whether the person may enter its room, of which the list then has the address."""
    inside = one.receiver_id in rooms or one.provider_id in rooms
    return inside or permissions.may(request.user, Action.PARTNERSHIP_SEE, one)


def _get(request: HttpRequest, pk: int) -> Agreement:
    return get_object_or_404(queries.agreements(request.user), pk=pk)


def _speaking(request: HttpRequest, pk: int) -> tuple[Agreement, list[Side]]:
    agreement = _get(request, pk)
    sides = queries.sides(request.user, agreement)
    if not sides:
        raise PermissionDenied
    return agreement, sides
