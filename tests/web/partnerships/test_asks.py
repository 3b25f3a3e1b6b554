"""A school asks another for help: the question, the answer, the messages, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership, Person
from commonroom.web.audit.models import Entry
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.asks import actions, queries
from commonroom.web.partnerships.asks.actions import Question
from commonroom.web.partnerships.asks.models import Ask, Message
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School, System

Browse = Callable[[Person | None], Client]

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def question(asked: School, theme: str = "attendance", phase: str = "secondary") -> Question:
    return Question(asked, theme, phase, "May we see your Friday calls?\nIn March?")


@pytest.fixture
def ask(head: Person, other_head: Person, ashfield: School, birchwood: School) -> Ask:
    return actions.ask(who=head, asker=ashfield, question=question(birchwood), now=NOW)


def test_asking_writes_one_entry_and_a_letter_to_the_head_asked(ask: Ask, other_head: Person) -> None:
    assert str(ask) == "Ashfield School – Birchwood School: Attendance"
    letter = Letter.objects.get(kind="partnerships.asked")
    assert letter.to == other_head.email
    assert letter.subject == "Ashfield School asks for your help: Attendance"
    assert "> May we see your Friday calls?\n> In March?" in letter.text
    assert f"/asks/{ask.pk}/" in letter.text
    assert [one.action for one in Entry.objects.all()] == ["ask.write"]


def test_a_letter_is_in_the_language_of_who_reads_it(
    head: Person, other_head: Person, ashfield: School, birchwood: School
) -> None:
    Person.objects.filter(pk=other_head.pk).update(language="cy")
    actions.ask(who=head, asker=ashfield, question=question(birchwood), now=NOW)
    assert "Presenoldeb" in Letter.objects.get().subject


@pytest.mark.parametrize(
    ("theme", "phase", "sentence"),
    [
        ("attendance", "secondary", "has asked this already"),
        ("attendance", "primary", "no such theme"),
        ("english", "primary", "no such theme"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(
    theme: str, phase: str, sentence: str, ask: Ask, head: Person
) -> None:
    with pytest.raises(SaidToPeople, match=sentence):
        actions.ask(who=head, asker=ask.asker, question=question(ask.asked, theme, phase), now=NOW)
    assert Ask.objects.count() == 1


def test_nobody_asks_itself_nor_a_partner_about_what_they_work_on(
    head: Person, partnership: Partnership, ashfield: School, birchwood: School
) -> None:
    with pytest.raises(SaidToPeople, match="cannot ask itself"):
        actions.ask(who=head, asker=ashfield, question=question(ashfield), now=NOW)
    with pytest.raises(SaidToPeople, match="work together"):
        actions.ask(who=head, asker=ashfield, question=question(birchwood), now=NOW)


def test_a_school_asks_five_times_a_day(head: Person, ashfield: School, system: System) -> None:
    others = [
        School.objects.create(number=f"91000{n}", name=f"School {n}", phases="secondary", seen="v")
        for n in range(actions.A_DAY + 1)
    ]
    for other in others[:-1]:
        actions.ask(who=head, asker=ashfield, question=question(other), now=NOW)
    with pytest.raises(SaidToPeople, match="asked 5 schools today"):
        actions.ask(who=head, asker=ashfield, question=question(others[-1]), now=NOW)
    actions.ask(who=head, asker=ashfield, question=question(others[-1]), now=NOW + timedelta(days=1))
    assert Ask.objects.count() == actions.A_DAY + 1


def test_only_heads_ask_and_answer_and_each_for_their_own(
    ask: Ask, head: Person, other_head: Person, officer: Person, stranger: Person
) -> None:
    for person in (other_head, officer, stranger):
        with pytest.raises(PermissionDenied):
            actions.ask(who=person, asker=ask.asker, question=question(ask.asked, "reading"), now=NOW)
    for person in (head, officer, stranger):
        with pytest.raises(PermissionDenied):
            actions.answer(who=person, ask=ask, said=Answered(Answer.YES), now=NOW)
    with pytest.raises(PermissionDenied):
        actions.withdraw(who=other_head, ask=ask)
    with pytest.raises(PermissionDenied):
        actions.write(who=stranger, ask=ask, school=ask.asker, text="Hello.")
    with pytest.raises(PermissionDenied):
        actions.write(who=stranger, ask=ask, school=School.objects.get(name="Cedar School"), text="Hello.")


def test_a_yes_opens_what_the_heads_then_agree_on_and_is_given_once(ask: Ask, other_head: Person) -> None:
    actions.answer(who=other_head, ask=ask, said=Answered(Answer.YES, "Gladly."), now=NOW)
    with pytest.raises(SaidToPeople, match="answered already"):
        actions.answer(who=other_head, ask=ask, said=Answered(Answer.NO, "No."), now=NOW)
    agreement = Agreement.objects.get()
    assert (agreement.receiver, agreement.provider, agreement.state) == (ask.asker, ask.asked, "open")
    assert ask.state == "yes"
    assert not Partnership.objects.exists()
    assert "Next the two heads agree" in Letter.objects.get(kind="partnerships.answered_yes").text


def test_who_has_an_old_page_open_answers_nothing_again(ask: Ask, other_head: Person) -> None:
    stale = Ask.objects.get(pk=ask.pk)
    actions.answer(who=other_head, ask=ask, said=Answered(Answer.YES), now=NOW)
    with pytest.raises(SaidToPeople, match="answered already"):
        actions.answer(who=other_head, ask=stale, said=Answered(Answer.NO, "No."), now=NOW)
    assert Ask.objects.get().state == "yes"


def test_what_two_heads_are_agreeing_on_is_not_asked_again(
    ask: Ask, head: Person, other_head: Person
) -> None:
    actions.answer(who=other_head, ask=ask, said=Answered(Answer.YES), now=NOW)
    with pytest.raises(SaidToPeople, match="agreeing on this already"):
        actions.ask(who=head, asker=ask.asker, question=question(ask.asked), now=NOW)
    assert ask.agreement == Agreement.objects.get()


def test_a_no_needs_a_reason_and_a_not_now_a_later_day(ask: Ask, other_head: Person, head: Person) -> None:
    with pytest.raises(SaidToPeople, match="needs a reason"):
        actions.answer(who=other_head, ask=ask, said=Answered(Answer.NO, " "), now=NOW)
    with pytest.raises(SaidToPeople, match="over already"):
        actions.answer(who=other_head, ask=ask, said=Answered(Answer.LATER, until=date(2026, 11, 1)), now=NOW)
    actions.answer(who=other_head, ask=ask, said=Answered(Answer.LATER), now=NOW)
    assert ask.until == date(2027, 5, 23)
    assert "Ask again from" in Letter.objects.get(kind="partnerships.answered_later").text
    again = actions.ask(who=head, asker=ask.asker, question=question(ask.asked), now=NOW)
    actions.answer(who=other_head, ask=again, said=Answered(Answer.NO, "We have no cover."), now=NOW)
    assert "> We have no cover." in Letter.objects.get(kind="partnerships.answered_no").text


def test_a_question_taken_back_is_neither_answered_nor_written_under(
    ask: Ask, head: Person, other_head: Person
) -> None:
    actions.withdraw(who=head, ask=ask)
    with pytest.raises(SaidToPeople, match="taken back"):
        actions.answer(who=other_head, ask=ask, said=Answered(Answer.YES), now=NOW)
    with pytest.raises(SaidToPeople, match="taken back"):
        actions.write(who=other_head, ask=ask, school=ask.asked, text="A pity.")


def test_a_message_sent_twice_is_written_once(ask: Ask, head: Person, other_head: Person) -> None:
    for _ in range(2):
        actions.write(who=other_head, ask=ask, school=ask.asked, text="When?", once="form-1")
    actions.write(who=head, ask=ask, school=ask.asker, text="In March.")
    assert [str(one) for one in Message.objects.all()] == ["When?", "In March."]
    assert Message.objects.all()[0].place() == ask.place()
    assert Letter.objects.filter(kind="partnerships.message").count() == 2


def test_questions_are_read_by_the_two_schools_only(
    ask: Ask, head: Person, other_head: Person, officer: Person, stranger: Person
) -> None:
    seen = {who: list(queries.asks(who)) for who in (head, other_head, officer, stranger)}
    assert seen == {head: [ask], other_head: [ask], officer: [], stranger: []}


def test_the_whole_conversation_on_pages(
    head: Person, other_head: Person, birchwood: School, browse: Browse
) -> None:
    mine, theirs = browse(head), browse(other_head)
    assert "Ask Birchwood School for help" in mine.get("/asks/new/?of=900002&theme=attendance").text
    sent = {"asker": "900001", "theme": "attendance", "phase": "secondary", "message": "May we come?"}
    answered = mine.post("/asks/new/?of=900002", sent)
    ask = Ask.objects.get()
    assert (answered.status_code, answered["Location"]) == (303, f"/asks/{ask.pk}/")
    again = mine.post("/asks/new/?of=900002", sent)
    assert again.status_code == 422
    assert "May we come?" in again.text
    assert "May we come?" in theirs.get("/asks.csv").text
    assert f"/asks/{ask.pk}/" in theirs.get("/asks/").text
    assert "Answer" in theirs.get(f"/asks/{ask.pk}/").text
    assert theirs.get(f"/asks/{ask.pk}/messages/").status_code == 200
    written = {"school": "900002", "text": "Which day?", "once": "a"}
    assert theirs.post(f"/asks/{ask.pk}/messages/", written).status_code == 303
    assert "Which day?" in mine.get(f"/asks/{ask.pk}/").text
    assert theirs.get(f"/asks/{ask.pk}/answer/").status_code == 200
    assert theirs.post(f"/asks/{ask.pk}/answer/", {"answer": "no"}).status_code == 422
    assert theirs.post(f"/asks/{ask.pk}/answer/", {"answer": "yes"}).status_code == 303
    assert f"/agreements/{Agreement.objects.get().pk}/" in mine.get(f"/asks/{ask.pk}/").text


def test_a_question_is_taken_back_on_a_page(ask: Ask, head: Person, browse: Browse) -> None:
    client = browse(head)
    assert "Take this question back?" in client.get(f"/asks/{ask.pk}/withdraw/").text
    assert client.post(f"/asks/{ask.pk}/withdraw/").status_code == 303
    assert "Taken back" in client.get(f"/asks/{ask.pk}/").text
    again = client.post(f"/asks/{ask.pk}/withdraw/")
    assert again.status_code == 400
    assert "taken back" in again.text


def test_pages_are_refused_to_others(
    ask: Ask,
    officer: Person,
    stranger: Person,
    make_person: Callable[..., Person],
    browse: Browse,
) -> None:
    teacher = make_person("teacher", ask.asker)
    pages = ("", "page/", "answer/", "messages/", "withdraw/")
    for page in pages:
        assert browse(stranger).get(f"/asks/{ask.pk}/{page}").status_code == 404
    assert browse(officer).get(f"/asks/{ask.pk}/").status_code == 404
    assert [browse(teacher).get(f"/asks/{ask.pk}/{page}").status_code for page in pages] == [
        200,
        200,
        403,
        403,
        403,
    ]
    assert browse(teacher).get("/asks/new/?of=900002").status_code == 403
    assert browse(officer).get("/asks/").status_code == 403
    assert browse(None).get("/asks/").status_code == 302


def test_where_nobody_of_the_school_is_on_the_site_the_page_says_so(
    head: Person, other_head: Person, birchwood: School, browse: Browse
) -> None:
    Membership.objects.filter(person=other_head).update(until=NOW)
    assert "Nobody of Birchwood School is on this site yet" in browse(head).get("/asks/new/?of=900002").text
    actions.ask(who=head, asker=School.objects.get(pk="900001"), question=question(birchwood), now=NOW)
    page = browse(head).get(f"/asks/{Ask.objects.get().pk}/").text
    assert "can invite the head: Greater Manchester" in " ".join(page.split())
    assert not Letter.objects.exists()


def test_the_page_to_bring_says_where_nothing_was_published(
    ask: Ask, head: Person, browse: Browse, settings: object, tmp_path: Path
) -> None:
    settings.PAGES = tmp_path  # type: ignore[attr-defined]
    page = browse(head).get(f"/asks/{ask.pk}/page/")
    assert page.status_code == 200
    assert page.text.count("No figures have been published here yet.") == 2
