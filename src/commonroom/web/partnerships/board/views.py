"""Pages of the brokering board of a system."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from commonroom.web import sheets
from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.jobs import queries as jobs
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.board import actions, queries
from commonroom.web.partnerships.board.days.models import say
from commonroom.web.partnerships.board.forms import ChoiceForm, SendForm
from commonroom.web.partnerships.board.models import Proposal, Run, language
from commonroom.web.partnerships.pages import Doubt, SeeOther, confirm, who
from commonroom.web.partnerships.sides import Phase
from commonroom.web.schools.models import System

FOLDER = "commonroom/partnerships/board"
COLUMNS = {
    "id": "pk", "receiver": "receiver_id", "receiver_name": "receiver.name", "provider": "provider_id",
    "provider_name": "provider.name", "theme": "theme", "phase": "phase", "plan": "planned", "state": "state",
    "receiver_answer": "receiver_answer", "provider_answer": "provider_answer", "days": "days",
    "minutes": "minutes", "gain": "gain", "gain_low": "gain_low", "gain_high": "gain_high", "stays": "stays",
    "evidence": "evidence", "source": "source",
}  # fmt: skip
#: Proposals on a page.
ROWS = 30


@login_required
@require_safe
@never_cache
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the last run, what it proposes, and what schools answered."""
    return render(request, f"{FOLDER}/board.html", _board(request, _system(request, slug)))


@login_required
@require_safe
def alone(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the needs for which nobody was found, and why."""
    system = _system(request, slug)
    context = {**queries.frame(request.user, system), "rows": _alone(queries.last(system))}
    return render(request, f"{FOLDER}/alone.html", context)


@login_required
@require_safe
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who gets help, and how the load is shared, as the plan tells it."""
    system = _system(request, slug)
    run = queries.last(system)
    load = [row for row in run.load if row["given"]] if run else []
    load.sort(key=lambda row: row["provider_name"] or row["provider"])
    context = {
        **queries.frame(request.user, system),
        "equity": queries.equity(run) if run else [],
        "load": load,
    }
    return render(request, f"{FOLDER}/share.html", context)


@login_required
@require_safe
def board_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the proposals of a board as a CSV file."""
    return sheets.answer("proposals", COLUMNS, queries.on_board(_system(request, slug)))


@login_required
@require_safe
def alone_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the needs for which nobody was found as a CSV file."""
    rows = _alone(queries.last(_system(request, slug)))
    heads = ("receiver", "receiver_name", "phase", "theme", "reason", "said")
    return sheets.write("unmatched", heads, ([row[name] for name in heads] for row in rows))


@login_required
@require_POST
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a proposal."""
    system = _system(request, slug)
    actions.run(who=who(request), system=system, day=timezone.localdate())
    return SeeOther(reverse("board", args=[system.pk]))


@login_required
@require_safe
@never_cache
def progress(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Answer how far a run is, for the script of the page."""
    found = get_object_or_404(Run, system=_system(request, slug), pk=pk)
    return JsonResponse({**jobs.tell(found.job), "path": ""} if found.job else {"finished": True})


@login_required
@require_POST
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Send proposals to the heads of both schools."""
    system = _system(request, slug)
    permissions.check(request.user, Action.BOARD_WORK, system)
    form = SendForm(request.POST, keys=list(queries.on_board(system).values_list("pk", flat=True)))
    if not form.is_valid():
        shown = {**_board(request, system), "sending": form}
        return render(request, f"{FOLDER}/board.html", shown, status=422)
    _send(request, system, form.cleaned_data["proposals"])
    return SeeOther(reverse("board", args=[system.pk]))


@login_required
def send_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Send all of the list that may be sent, after asking whether that is meant."""
    system = _system(request, slug)
    permissions.check(request.user, Action.BOARD_WORK, system)
    run, back = queries.last(system), reverse("board", args=[system.pk])
    if run is None or request.GET.get("run") != str(run.pk):
        messages.warning(request, _("There is a newer proposal. Look at it before you send any of it."))
        return SeeOther(back)
    found = _form(request).choose(queries.on_board(system), run)
    keys = list(actions.to_send(found).values_list("pk", flat=True))
    doubt = Doubt(
        ngettext("Send %(count)s proposal?", "Send %(count)s proposals?", len(keys)) % {"count": len(keys)},
        _("The heads of both schools get a letter now. Nothing is binding before both have said yes."),
        _("Send them"),
    )
    return confirm(request, lambda: _send(request, system, keys), doubt=doubt, back=back)


def _system(request: HttpRequest, slug: str) -> System:
    return get_object_or_404(queries.systems(request.user), pk=slug)


def _form(request: HttpRequest) -> ChoiceForm:
    return ChoiceForm(request.GET or {})


def _board(request: HttpRequest, system: System) -> dict[str, Any]:
    """What the page of proposals shows."""
    frame = queries.frame(request.user, system)
    run = frame["run"]
    form = _form(request)
    found = form.choose(queries.on_board(system), run) if run else Proposal.objects.none()
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return {
        **frame,
        "form": form,
        "page": page,
        "unreached": queries.unreached(list(page)),
        "sendable": actions.to_send(found).count() if frame["works"] else 0,
        "compared": queries.compare(run) if run else {},
        "changes": [row["said"][language()]["said"] for row in run.changes] if run else [],
        "left_out": [_left_out(one) for one in run.left_out] if run else [],
    }


def _send(request: HttpRequest, system: System, keys: list[int]) -> None:
    sent = actions.send(who=who(request), system=system, proposals=keys, now=timezone.now())
    said = ngettext("%(count)s proposal was sent.", "%(count)s proposals were sent.", len(sent))
    messages.success(request, said % {"count": len(sent)})


def _left_out(one: dict[str, str]) -> str:
    """What a run could not take, in words: what a school said, or days of a trust or an authority."""
    if "kind" in one:
        return say(one["kind"], one["name"])
    return f"{one['school']}: {themes.label(one['theme'])}, {Phase(one['phase']).label}"


def _alone(run: Run | None) -> list[dict[str, Any]]:
    """Needs that a run leaves alone, by name of the school, with the sentence that says why."""
    rows = sorted(run.unmatched, key=_at) if run else []
    return [
        {**row, "theme_label": themes.label(row["theme"]), "said": row["said"][language()]["said"]}
        for row in rows
    ]


def _at(row: dict[str, Any]) -> tuple[str, str, str]:
    return row.get("receiver_name") or row["receiver"], row["phase"], row["theme"]
