"""Pages of proposals, as the two schools see them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import evidence, sheets
from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.board import actions, queries
from commonroom.web.partnerships.board.forms import ReplyForm
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.partnerships.pages import Doubt, Page, answer, bring, confirm, who
from commonroom.web.partnerships.sides import Side

FOLDER = "commonroom/partnerships/board"
COLUMNS = {
    "id": "pk", "sent": "sent", "receiver": "receiver_id", "receiver_name": "receiver.name",
    "provider": "provider_id", "provider_name": "provider.name", "theme": "theme", "phase": "phase",
    "state": "state",
}  # fmt: skip


@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """Show the proposals sent to the person's schools."""
    return render(request, f"{FOLDER}/proposals.html", {"proposals": _list(request)})


@login_required
@require_safe
def proposals_file(request: HttpRequest) -> HttpResponse:
    """Give the proposals sent to the person's schools as a CSV file."""
    return sheets.answer("our-proposals", COLUMNS, _list(request))


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposal, why it was made, and what the two schools answered."""
    found = _get(request, pk)
    given = {reply.side: reply for reply in found.replies.select_related("who")}
    published, unreached = evidence.version(), queries.unreached([found])
    context = {
        "proposal": found,
        "sides": [
            (found.receiver, Side.RECEIVER.label, given.get(Side.RECEIVER)),
            (found.provider, Side.PROVIDER.label, given.get(Side.PROVIDER)),
        ],
        "may_answer": found.state == Proposal.State.SENT and queries.sides(request.user, found),
        "may_take_back": found.state == Proposal.State.SENT
        and permissions.may(request.user, Action.BOARD_WORK, found.system),
        "on_board": permissions.may(request.user, Action.BOARD_SEE, found.system),
        "agreement": _agreement(request, found),
        "stale": bool(published) and found.evidence != published,
        "unreached": unreached,
        "inviting": {
            school.pk
            for school in (found.receiver, found.provider)
            if school.pk in unreached and permissions.may(request.user, Action.PEOPLE_INVITE, school)
        },
    }
    return render(request, f"{FOLDER}/proposal.html", context)


@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a proposal in a school's name."""
    found = _get(request, pk)
    sides = queries.sides(request.user, found)
    if not sides:
        raise PermissionDenied

    def act(form: ReplyForm) -> tuple[str, str]:
        side = Side(form.cleaned_data["side"])
        actions.reply(who=who(request), proposal=found, side=side, said=form.said, now=timezone.now())
        return reverse("proposal", args=[found.pk]), _("Your answer was sent.")

    form = ReplyForm(request.POST or None, sides=sides)
    return answer(request, form, act, page=Page(f"{FOLDER}/answer.html", {"proposal": found}))


@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal back, after asking whether that is meant."""
    found = _get(request, pk)
    permissions.check(request.user, Action.BOARD_WORK, found.system)
    back = reverse("proposal", args=[found.pk])
    doubt = Doubt(
        _("Take this proposal back?"), _("The two schools can no longer answer it."), _("Take it back")
    )
    return confirm(
        request, lambda: actions.take_back(who=who(request), proposal=found), doubt=doubt, back=back
    )


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page to bring: published figures of both schools in the theme, side by side, to print."""
    found = _get(request, pk)
    return bring(request, found, (found.receiver, found.provider), back=reverse("proposal", args=[found.pk]))


def _list(request: HttpRequest) -> Any:
    if not schools.may_somewhere(request.user, Action.ASK_SEE):
        raise PermissionDenied
    return queries.proposals(request.user)


def _agreement(request: HttpRequest, found: Proposal) -> Any:
    """The terms on the table, for those of the two schools who may read them."""
    own = permissions.schools(request.user, Action.ASK_SEE)
    if found.receiver_id not in own and found.provider_id not in own:
        return None
    return found.agreement


def _get(request: HttpRequest, pk: int) -> Proposal:
    return get_object_or_404(queries.seen(request.user), pk=pk)
