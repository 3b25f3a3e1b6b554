"""Pages of days that trusts, authorities and system leaders have for a system."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import sheets
from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships.board import queries as boards
from commonroom.web.partnerships.board.days import actions, queries
from commonroom.web.partnerships.board.days.forms import DaysForm, TrustsForm
from commonroom.web.partnerships.board.days.models import SharedDays
from commonroom.web.partnerships.pages import Doubt, Page, answer, confirm, who
from commonroom.web.schools.models import System

FOLDER = "commonroom/partnerships/board"
#: As a table of capacities for the command line has them.
HEADS = ("kind", "name", "days", "authority")


@login_required
def days(request: HttpRequest, slug: str) -> HttpResponse:
    """Show whose days a proposal counts on, and say how many there are."""
    system = _system(request, slug)
    frame = boards.frame(request.user, system)
    if request.method == "POST" and not frame["works"]:
        raise PermissionDenied
    held = queries.days(system)
    chosen = request.GET.get("change", "")
    one = held.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
    start = {"whose": f"{one.kind}:{one.name}", "days": one.days} if one is not None else {}

    def act(form: DaysForm) -> tuple[str, str]:
        made = actions.set_days(who=who(request), system=system, stated=form.stated)
        return reverse("board-days", args=[system.pk]), _("Written: %(what)s.") % {"what": made}

    form = DaysForm(request.POST or None, system=system, initial=start)
    context = {**frame, "held": held, "trusts": queries.names(system)}
    return answer(request, form, act, page=Page(f"{FOLDER}/days.html", context))


@login_required
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take days back, after asking whether that is meant."""
    system = _system(request, slug)
    permissions.check(request.user, Action.BOARD_WORK, system)
    held = get_object_or_404(queries.days(system), pk=pk)
    doubt = Doubt(
        _("Take these days back? %(what)s") % {"what": held},
        _("The next proposal is then not limited by them."),
        _("Take them back"),
    )
    back = reverse("board-days", args=[system.pk])
    return confirm(request, lambda: actions.withdraw(who=who(request), held=held), doubt=doubt, back=back)


@login_required
def trusts(request: HttpRequest, slug: str) -> HttpResponse:
    """Say which trust each school of the system is in."""
    system = _system(request, slug)
    permissions.check(request.user, Action.BOARD_WORK, system)
    held = queries.trusts(system)
    start = {"schools": "\n".join("\t".join(row) for row in _trusts(system)), "revision": held.revision}

    def act(form: TrustsForm) -> tuple[str, str]:
        given = form.cleaned_data["revision"]
        made = actions.set_trusts(who=who(request), system=system, trusts=form.trusts, revision=given)
        said = _("Written. Schools in a trust: %(count)d.") % {"count": len(made.schools)}
        return reverse("board-days", args=[system.pk]), said

    form = TrustsForm(request.POST or None, system=system, initial=start)
    return answer(request, form, act, page=Page(f"{FOLDER}/trusts.html", {"system": system}))


@login_required
@require_safe
def days_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the days as a CSV file."""
    rows = []
    for one in queries.days(_system(request, slug)):
        leads = one.kind == SharedDays.Kind.LEADER
        rows.append((one.kind, str(one) if leads else one.name, one.days, one.name if leads else ""))
    return sheets.write("capacities", HEADS, rows)


@login_required
@require_safe
def trusts_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Give which trust each school is in as a CSV file."""
    return sheets.write("trusts", ("school", "trust"), _trusts(_system(request, slug)))


def _trusts(system: System) -> list[tuple[str, str]]:
    held: dict[str, Any] = queries.trusts(system).schools
    return sorted(held.items(), key=lambda one: (one[1], one[0]))


def _system(request: HttpRequest, slug: str) -> System:
    return get_object_or_404(boards.systems(request.user), pk=slug)
