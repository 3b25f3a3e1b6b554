"""Ask a school for help, answer, write to each other about it, and take a question back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web import evidence
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.partnerships import answers, letters, schools, themes
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks.models import Ask, Message
from commonroom.web.partnerships.sides import Answer
from commonroom.web.post.plain import Passage
from commonroom.web.schools.models import School

#: Questions that a school may send on one day: each is an evening's work for a head who answers.
A_DAY = 5


@dataclass(frozen=True)
class Question:
    """What is asked of whom."""

    asked: School
    theme: str
    phase: str
    message: str


@change
def ask(*, who: Person, asker: School, question: Question, now: datetime.datetime) -> Ask:
    """Ask a school for help, in the name of another; write to whoever may answer.

    Raises SaidToPeople where a school asks itself, asks again what is open, works with the other in the
    theme already, or has sent as many questions as it may on one day.
    """
    permissions.check(who, Action.ASK_WRITE, asker)
    schools.hold(asker.pk, question.asked.pk)
    _check(asker, question, now)
    made = Ask.objects.create(
        asker=asker, who=who, sent=now, evidence=evidence.version()[:40], **vars(question)
    )
    audit.record(who=who, action="ask.write", thing=made)
    letters.to_heads(
        made.asked, Action.ASK_ANSWER, "asked", school=asker.name, theme=made.theme,
        message=Passage(made.message), path=reverse("ask", args=[made.pk]),
    )  # fmt: skip
    return made


@change
def answer(*, who: Person, ask: Ask, said: Answered, now: datetime.datetime) -> Ask:
    """Answer for the school that was asked: yes, not now, or no with a reason.

    A yes opens what the two heads then agree on: aim, days and start.
    """
    permissions.check(who, Action.ASK_ANSWER, ask.asked)
    schools.hold(ask.asker_id, ask.asked_id)
    ask.refresh_from_db()
    _check_open(ask)
    said = answers.check(said, today=timezone.localdate(now))
    before = audit.fields(ask)
    ask.state = Ask.State(said.answer.value)
    ask.reason, ask.until = said.reason, said.until
    ask.answered, ask.answered_by = now, who
    if said.answer is Answer.YES:
        agreements.open_between(of=ask)
    ask.save()
    audit.record(who=who, action="ask.answer", thing=ask, before=before)
    letters.to_heads(
        ask.asker, Action.ASK_WRITE, f"answered_{said.answer.value}", school=ask.asked.name, theme=ask.theme,
        reason=Passage(ask.reason), until=ask.until, path=reverse("ask", args=[ask.pk]),
    )  # fmt: skip
    return ask


@change
def write(*, who: Person, ask: Ask, school: School, text: str, once: str = "") -> Message:
    """Write to the other school about a question; the same form sent twice writes once.

    Arguments: `who` writes, about which `ask`, for which `school` of the two, what `text`; `once` names
    the form that it was written in.
    """
    if school.pk not in (ask.asker_id, ask.asked_id):
        raise PermissionDenied
    permissions.check(who, Action.ASK_WRITE, school)
    schools.hold(ask.asker_id, ask.asked_id)
    there = Message.objects.filter(ask=ask, once=once).first() if once else None
    if there is not None:
        return there
    ask.refresh_from_db()
    if ask.state == Ask.State.WITHDRAWN:
        raise SaidToPeople(_("This question was taken back."), remedy=_("Ask anew if there is need."))
    made = Message.objects.create(ask=ask, school=school, who=who, text=text, once=once)
    audit.record(who=who, action="message.write", thing=made)
    other = ask.asked if school.pk == ask.asker_id else ask.asker
    letters.to_heads(
        other, Action.ASK_ANSWER, "message", school=school.name, theme=ask.theme, message=Passage(text),
        path=reverse("ask", args=[ask.pk]),
    )  # fmt: skip
    return made


@change
def withdraw(*, who: Person, ask: Ask) -> Ask:
    """Take a question back that has no answer yet."""
    permissions.check(who, Action.ASK_WRITE, ask.asker)
    schools.hold(ask.asker_id, ask.asked_id)
    ask.refresh_from_db()
    _check_open(ask)
    before = audit.fields(ask)
    ask.state = Ask.State.WITHDRAWN
    ask.save(update_fields=["state"])
    audit.record(who=who, action="ask.withdraw", thing=ask, before=before)
    return ask


def _check_open(ask: Ask) -> None:
    if ask.state == Ask.State.WITHDRAWN:
        raise SaidToPeople(_("This question was taken back."), remedy=_("There is nothing to answer."))
    if ask.state != Ask.State.OPEN:
        raise SaidToPeople(
            _("This question was answered already."), remedy=_("Write a message if there is more to say.")
        )


def _check(asker: School, question: Question, now: datetime.datetime) -> None:
    asked, theme, phase = question.asked, question.theme, question.phase
    if asker.pk == asked.pk:
        raise SaidToPeople(_("A school cannot ask itself."), remedy=_("Choose another school."))
    if not themes.has(theme, phase) or phase not in schools.phases(asker):
        raise SaidToPeople(
            _("The school has no such theme in this phase."), remedy=_("Choose another theme or phase.")
        )
    pair = {"theme": theme, "phase": phase}
    if Ask.objects.filter(asker=asker, asked=asked, state=Ask.State.OPEN, **pair).exists():
        raise SaidToPeople(
            _("Your school has asked this already, and waits for an answer."),
            remedy=_("Write a message under that question, or take it back."),
        )
    agreements.check_apart(asker, asked, theme, phase)
    if Agreement.objects.filter(receiver=asker, provider=asked, state=Agreement.State.OPEN, **pair).exists():
        raise SaidToPeople(
            _("The two heads are agreeing on this already."),
            remedy=_("Go to what they agree on, among your partnerships."),
        )
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if Ask.objects.filter(asker=asker, sent__gte=day).count() >= A_DAY:
        raise SaidToPeople(
            _("Your school has asked %(number)s schools today, which is the most on one day.")
            % {"number": A_DAY},
            remedy=_("Ask again tomorrow."),
        )
