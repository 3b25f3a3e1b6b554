"""Pages of questions between schools."""

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

from commonroom.web import sheets
from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.asks import actions, queries
from commonroom.web.partnerships.asks.forms import AnswerForm, AskForm, MessageForm
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.pages import Doubt, Page, answer, bring, confirm, who

FOLDER = "commonroom/partnerships/asks"
COLUMNS = {
    "id": "pk", "sent": "sent", "asker": "asker_id", "asker_name": "asker.name", "asked": "asked_id",
    "asked_name": "asked.name", "theme": "theme", "phase": "phase", "state": "state", "message": "message",
    "answered": "answered", "reason": "reason", "until": "until",
}  # fmt: skip


@login_required
@require_safe
def asks(request: HttpRequest) -> HttpResponse:
    """Show what the person's schools asked, and were asked."""
    return render(request, f"{FOLDER}/list.html", _lists(request))


@login_required
@require_safe
def asks_file(request: HttpRequest) -> HttpResponse:
    """Give what the person's schools asked, and were asked, as a CSV file."""
    lists = _lists(request)
    return sheets.answer("asks", COLUMNS, (*lists["received"], *lists["sent"]))


@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a school for help."""
    askers = schools.of(request.user, Action.ASK_WRITE)
    if not askers.exists():
        raise PermissionDenied
    asked = schools.get(request.GET.get("of", ""))
    given = {name: request.GET[name] for name in ("theme", "phase") if name in request.GET}
    start = {"phase": schools.phases(asked)[0], **given}
    form = AskForm(request.POST or None, askers=askers, initial=start)

    def act(form: AskForm) -> tuple[str, str]:
        made = actions.ask(
            who=who(request),
            asker=form.cleaned_data["asker"],
            question=form.question(asked),
            now=timezone.now(),
        )
        return reverse("ask", args=[made.pk]), _("Sent to %(school)s.") % {"school": asked}

    reached = schools.who_may(Action.ASK_ANSWER, asked).exists()
    context = {"asked": asked, "reached": reached, "systems": asked.systems.all()}
    return answer(request, form, act, page=Page(f"{FOLDER}/new.html", context))


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a question, its answer, and what the two schools wrote about it."""
    return render(request, f"{FOLDER}/ask.html", _shown(request, _get(request, pk)))


@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer in the name of the school that was asked."""
    found = _get(request, pk)
    permissions.check(request.user, Action.ASK_ANSWER, found.asked)

    def act(form: AnswerForm) -> tuple[str, str]:
        actions.answer(who=who(request), ask=found, said=form.said, now=timezone.now())
        return reverse("ask", args=[found.pk]), _("Your answer was sent.")

    page = Page(f"{FOLDER}/answer.html", {"ask": found})
    return answer(request, AnswerForm(request.POST or None), act, page=page)


@login_required
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to the other school about a question."""
    found = _get(request, pk)
    own = _own(request, found)
    if not own.exists():
        raise PermissionDenied

    def act(form: MessageForm) -> tuple[str, str]:
        given = form.cleaned_data
        actions.write(
            who=who(request), ask=found, school=given["school"], text=given["text"], once=given["once"]
        )
        return reverse("ask", args=[found.pk]), _("Your message was sent.")

    form = MessageForm(request.POST or None, own=own)
    return answer(request, form, act, page=Page(f"{FOLDER}/message.html", {"ask": found}))


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a question back, after asking whether that is meant."""
    found = _get(request, pk)
    permissions.check(request.user, Action.ASK_WRITE, found.asker)
    back = reverse("ask", args=[found.pk])
    doubt = Doubt(
        _("Take this question back?"),
        _("%(school)s can no longer answer it.") % {"school": found.asked},
        _("Take it back"),
    )
    return confirm(request, lambda: actions.withdraw(who=who(request), ask=found), doubt=doubt, back=back)


@login_required
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page to bring: published figures of both schools in the theme, side by side, to print."""
    found = _get(request, pk)
    return bring(request, found, (found.asker, found.asked), back=reverse("ask", args=[found.pk]))


def _lists(request: HttpRequest) -> dict[str, Any]:
    if not schools.may_somewhere(request.user, Action.ASK_SEE):
        raise PermissionDenied
    own = permissions.schools(request.user, Action.ASK_SEE)
    found = list(queries.asks(request.user))
    return {
        "received": [one for one in found if one.asked_id in own],
        "sent": [one for one in found if one.asker_id in own],
    }


def _shown(request: HttpRequest, found: Ask) -> dict[str, Any]:
    """Everything that the page of a question shows."""
    own = _own(request, found)
    waiting = found.state == Ask.State.OPEN
    return {
        "ask": found,
        "messages_of_both": found.messages.select_related("school", "who"),
        "agreement": found.agreement,
        "may_answer": waiting and permissions.may(request.user, Action.ASK_ANSWER, found.asked),
        "may_withdraw": waiting and permissions.may(request.user, Action.ASK_WRITE, found.asker),
        "form": MessageForm(own=own) if own else None,
        **queries.reach(found),
    }


def _own(request: HttpRequest, found: Ask) -> schools.Schools:
    """The schools of the two that the person writes for."""
    return schools.of(request.user, Action.ASK_WRITE).filter(pk__in=(found.asker_id, found.asked_id))


def _get(request: HttpRequest, pk: int) -> Ask:
    return get_object_or_404(queries.asks(request.user), pk=pk)
