"""Offers, questions, agreements, the board and proposals, as programs ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions as accounts
from commonroom.web.accounts.models import Person
from commonroom.web.jobs.models import Job
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School, System

Program = Callable[[Person], "Asking"]


class Asking:
    """A program that acts for a person by a token, and sends and reads JSON."""

    def __init__(self, person: Person) -> None:
        _, text = accounts.make_token(who=person, name="program", now=timezone.now())
        self.client = Client(headers={"authorization": f"Bearer {text}"})

    def __call__(self, verb: str, path: str, given: Any = None) -> tuple[int, Any]:
        answer = self.client.generic(verb, f"/api{path}", _json(given), content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None


def _json(given: Any) -> str:
    import json

    return "" if given is None else json.dumps(given)


@pytest.fixture
def mine(head: Person) -> Asking:
    return Asking(head)


@pytest.fixture
def theirs(other_head: Person) -> Asking:
    return Asking(other_head)


@pytest.fixture
def elsewhere(stranger: Person) -> Asking:
    return Asking(stranger)


def test_offers_are_written_listed_changed_and_withdrawn(
    mine: Asking, theirs: Asking, elsewhere: Asking
) -> None:
    said = {"says": "offer", "theme": "attendance", "phase": "secondary", "words": "Calls.", "days": 8}
    status, made = theirs("POST", "/schools/900002/offers", said)
    assert (status, made["school"]["name"], made["days"]) == (201, "Birchwood School", "8")
    assert theirs("POST", "/schools/900002/offers", said)[0] == 400
    assert theirs("POST", "/schools/900001/offers", said)[0] == 404
    assert theirs("POST", "/schools/900002/offers", {**said, "words": "\x00"})[0] == 422
    assert [one["id"] for one in mine("GET", "/offers?theme=attendance")[1]] == [made["id"]]
    assert mine("GET", "/offers?phase=primary")[1] == []
    assert elsewhere("GET", "/offers")[1] == []
    assert theirs("PUT", f"/offers/{made['id']}", {**said, "words": "Texts."})[1]["words"] == "Texts."
    assert mine("PUT", f"/offers/{made['id']}", said)[0] == 404
    assert theirs("PUT", "/schools/900002/days", {"days": 20}) == (200, {"days": "20"})
    assert theirs("DELETE", f"/offers/{made['id']}")[0] == 204
    assert theirs("GET", "/offers/ours")[1] == []


def test_from_a_question_to_a_partnership(mine: Asking, theirs: Asking, elsewhere: Asking) -> None:
    question = {
        "asker": "900001",
        "asked": "900002",
        "theme": "attendance",
        "phase": "secondary",
        "message": "May we come?",
    }
    assert theirs("POST", "/asks", question)[0] == 404
    status, ask = mine("POST", "/asks", question)
    assert (status, ask["state"]) == (201, "open")
    path = f"/asks/{ask['id']}"
    assert elsewhere("GET", path)[0] == 404
    message = {"school": "900002", "text": "When?", "once": "a"}
    assert [theirs("POST", f"{path}/messages", message)[0] for _ in range(2)] == [201, 201]
    assert [one["text"] for one in mine("GET", path)[1]["messages"]] == ["When?"]
    assert mine("POST", f"{path}/answer", {"answer": "yes"})[0] == 403
    assert theirs("POST", f"{path}/answer", {"answer": "yes"})[1]["state"] == "yes"
    assert [one["id"] for one in theirs("GET", "/asks")[1]] == [ask["id"]]
    agreement = theirs("GET", "/agreements")[1][0]
    path = f"/agreements/{agreement['id']}"
    terms = {"aim": "Fridays.", "days": 10, "starts": "2027-01-11", "side": "receiver", "version": 1}
    assert mine("PUT", f"{path}/terms", terms)[1]["version"] == 2
    assert theirs("POST", f"{path}/yes", {"side": "receiver", "version": 2})[0] == 403
    agreed = theirs("POST", f"{path}/yes", {"side": "provider", "version": 2})[1]
    assert agreed["state"] == "agreed"
    assert [one["id"] for one in mine("GET", "/partnerships")[1]] == [agreed["partnership"]]
    assert theirs("POST", f"{path}/drop", {"side": "provider", "reason": "No."})[0] == 400
    assert mine("GET", path)[1] == agreed
    assert mine("POST", "/asks", {**question, "theme": "reading"})[0] == 201
    pk = mine("GET", "/asks")[1][0]["id"]
    assert mine("DELETE", f"/asks/{pk}")[0] == 204
    assert Partnership.objects.count() == 1


def test_the_board_and_its_proposals(
    mine: Asking, theirs: Asking, officer: Person, system: System, ashfield: School, birchwood: School
) -> None:
    board = Asking(officer)
    path = "/systems/greater-manchester/board"
    assert board("GET", path)[1] == {"last": None, "newest": None, "compared": {}}
    status, run = board("POST", f"{path}/runs")
    assert (status, run["state"], run["progress"]["state"]) == (202, "waiting", "waiting")
    assert board("POST", f"{path}/runs")[0] == 400
    assert mine("GET", path)[0] == 404
    made = Run.objects.get()
    Run.objects.update(state="done")
    Job.objects.all().delete()
    one = Proposal.objects.create(
        system=system,
        receiver=ashfield,
        provider=birchwood,
        theme="attendance",
        phase="secondary",
        run=made,
        first=made,
        planned="new",
        sentences={"en": {"what": "Help."}, "cy": {"what": "Cymorth."}},
    )
    last = board("GET", path)[1]
    assert (last["last"]["progress"], last["compared"]) == (None, {"new": 1, "stay": 0, "went": 0})
    assert mine("GET", f"/proposals/{one.pk}")[0] == 404
    assert board("POST", f"{path}/send", {"proposals": [one.pk]})[0] == 200
    assert board("GET", f"{path}/proposals")[1][0]["state"] == "sent"
    assert [each["id"] for each in mine("GET", "/proposals")[1]] == [one.pk]
    answer = {"side": "receiver", "answer": "yes"}
    assert theirs("POST", f"/proposals/{one.pk}/answer", answer)[0] == 403
    replied = mine("POST", f"/proposals/{one.pk}/answer", answer)[1]
    assert [(each["side"], each["answer"]) for each in replied["replies"]] == [("receiver", "yes")]
    assert mine("POST", f"/proposals/{one.pk}/take-back")[0] == 403
    assert board("POST", f"/proposals/{one.pk}/take-back")[1]["state"] == "taken_back"


def test_days_of_many_and_trusts(mine: Asking, officer: Person, birchwood: School) -> None:
    board = Asking(officer)
    path = "/systems/greater-manchester/board"
    told = {"schools": {"900002": "Bright Trust"}, "revision": 0}
    assert board("PUT", f"{path}/trusts", told) == (200, {**told, "revision": 1})
    assert board("PUT", f"{path}/trusts", told)[0] == 400
    assert board("GET", f"{path}/trusts")[1]["revision"] == 1
    stated = {"kind": "trust", "name": "Bright Trust", "days": 30.5}
    status, made = board("PUT", f"{path}/days", stated)
    assert (status, made["days"]) == (200, "30.5")
    assert board("PUT", f"{path}/days", {**stated, "days": 40_000})[0] == 422
    assert board("PUT", f"{path}/days", {**stated, "name": "Dim Trust"})[0] == 400
    assert board("GET", f"{path}/days")[1] == [made]
    for verb, at, given in (("GET", "days", None), ("PUT", "days", stated), ("PUT", "trusts", told)):
        assert mine(verb, f"{path}/{at}", given)[0] == 404
    assert mine("DELETE", f"{path}/days/{made['id']}")[0] == 404
    assert board("DELETE", f"{path}/days/{made['id']}")[0] == 204
    assert board("DELETE", f"{path}/days/{made['id']}")[0] == 404
