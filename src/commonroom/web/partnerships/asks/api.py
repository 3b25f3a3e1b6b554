"""Questions between schools, for programs."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status

from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions, queries
from commonroom.web.partnerships.asks.actions import Question
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.sides import Phase
from commonroom.web.partnerships.texts import AnswerIn, Letter, Name, Number, Once, SchoolOut, who
from commonroom.web.schools.models import School

router = Router(tags=["partnerships"])


class QuestionIn(Schema):
    """What a school is asked, in the name of another."""

    asker: Number
    asked: Number
    theme: Name
    phase: Phase
    message: Letter


class AskAnswerIn(AnswerIn):
    """What a school answers to a question."""

    until: datetime.date | None = None


class MessageIn(Schema):
    """What somebody writes to the other school; `once` names it, so that sent twice it is written once."""

    school: Number
    text: Letter
    once: Once = ""


class MessageOut(Schema):
    """What was written, by which school."""

    id: int
    school: SchoolOut
    text: str
    when: datetime.datetime


class AskOut(Schema):
    """A question, and what was answered."""

    id: int
    asker: SchoolOut
    asked: SchoolOut
    theme: str
    phase: str
    message: str
    sent: datetime.datetime
    state: str
    reason: str
    until: datetime.date | None
    answered: datetime.datetime | None


class ConversationOut(AskOut):
    """A question with all that the two schools wrote about it."""

    messages: list[MessageOut]

    @staticmethod
    def resolve_messages(ask: Ask) -> list[Any]:
        """Return what the two schools wrote, the first first."""
        return list(ask.messages.select_related("school"))


@router.get("/asks", response=list[AskOut], url_name="asks")
def list_asks(request: HttpRequest) -> Any:
    """List what the person's schools asked and were asked."""
    return queries.asks(who(request))


@router.post("/asks", response={201: ConversationOut}, url_name="ask-new")
def ask(request: HttpRequest, question: QuestionIn) -> Any:
    """Ask a school for help."""
    own = School.objects.filter(pk__in=permissions.schools(who(request), Action.ASK_SEE))
    made = actions.ask(
        who=who(request),
        asker=get_object_or_404(own, pk=question.asker),
        question=Question(
            get_object_or_404(School, pk=question.asked),
            question.theme,
            question.phase.value,
            question.message,
        ),
        now=timezone.now(),
    )
    return Status(201, made)


@router.get("/asks/{int:pk}", response=ConversationOut, url_name="ask")
def show(request: HttpRequest, pk: int) -> Any:
    """Give a question with all that the two schools wrote about it."""
    return _get(request, pk)


@router.post("/asks/{int:pk}/answer", response=ConversationOut, url_name="ask-answer")
def answer(request: HttpRequest, pk: int, given: AskAnswerIn) -> Any:
    """Answer in the name of the school that was asked."""
    said = Answered(given.answer, given.reason, given.until)
    return actions.answer(who=who(request), ask=_get(request, pk), said=said, now=timezone.now())


@router.post("/asks/{int:pk}/messages", response={201: MessageOut}, url_name="ask-write")
def write(request: HttpRequest, pk: int, given: MessageIn) -> Any:
    """Write to the other school about a question."""
    found = _get(request, pk)
    school = get_object_or_404(School, pk=given.school)
    made = actions.write(who=who(request), ask=found, school=school, text=given.text, once=given.once)
    return Status(201, made)


@router.delete("/asks/{int:pk}", response={204: None}, url_name="ask-withdraw")
def withdraw(request: HttpRequest, pk: int) -> Any:
    """Take a question back that has no answer yet."""
    actions.withdraw(who=who(request), ask=_get(request, pk))
    return Status(204, None)


def _get(request: HttpRequest, pk: int) -> Ask:
    return get_object_or_404(queries.asks(who(request)), pk=pk)
