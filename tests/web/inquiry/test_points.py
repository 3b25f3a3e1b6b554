"""Actions that somebody does by a day, and decisions."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import actions, words
from commonroom.web.inquiry.models import ActionPoint, Decision
from commonroom.web.partnerships.models import Moment
from room_words import TODAY, agree_point, begin_cycle, take_decision

pytestmark = pytest.mark.django_db


def test_an_action_is_agreed_once_changed_and_ticked_off(partnership, head, other_head, browse):
    path = f"/partnerships/{partnership.pk}/actions/"
    cycle = begin_cycle(head, partnership)
    client = browse(head)
    assert client.get(f"{path}new/?cycle={cycle.pk}").status_code == 200
    typed = {
        "what": "Send <b>figures</b>",
        "owner": other_head.pk,
        "due": "2020-01-02",
        "key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert client.post(f"{path}new/", typed).status_code == 303
    point = ActionPoint.objects.get()
    page = client.get(path).content.decode()
    assert "Send &lt;b&gt;figures&lt;/b&gt;" in page
    assert "overdue" in page
    assert client.get(f"{path}{point.pk}/").status_code == 200
    assert (
        client.post(f"{path}{point.pk}/", {**typed, "what": "Send all", "revision": "1"}).status_code == 303
    )
    assert client.post(f"{path}{point.pk}/", {**typed, "what": "Late", "revision": "1"}).status_code == 422
    assert client.get(f"{path}{point.pk}/tick/").status_code == 405
    for _ in range(2):
        assert (
            client.post(f"{path}{point.pk}/tick/", {"back": "room"}).url == f"/partnerships/{partnership.pk}/"
        )
    point.refresh_from_db()
    assert point.done is not None
    assert not point.is_overdue(TODAY)
    assert "Actions done" in client.get(path).content.decode()
    assert client.post(f"{path}{point.pk}/tick/", {"done": "no"}).url == path
    kinds = [moment.kind for moment in Moment.objects.filter(kind__startswith="point").order_by("pk")]
    assert kinds == ["point.agreed", "point.changed", "point.done", "point.undone"]
    assert Entry.objects.filter(kind="actionpoint").count() == 4
    assert str(point) == "Send all"


def test_an_action_stays_with_its_owner_who_left_and_goes_to_nobody_else_outside(
    partnership, head, stranger, make_person, ashfield
):
    teacher = make_person("teacher", ashfield)
    point = agree_point(head, partnership, owner=teacher)
    Membership.objects.filter(person=teacher).delete()
    same = words.Point("Send more", teacher, TODAY)
    actions.points.change(who=head, point=point, words=same, revision=1, today=TODAY)
    with pytest.raises(SaidToPeople, match="does not belong"):
        agree_point(head, partnership, owner=stranger)
    assert agree_point(head, partnership, owner=None).owner is None


def test_a_decision_is_taken_once_and_put_differently(partnership, head, browse):
    path = f"/partnerships/{partnership.pk}/decisions/"
    cycle = begin_cycle(head, partnership)
    client = browse(head)
    assert client.get(f"{path}new/?cycle={cycle.pk}").status_code == 200
    typed = {"what": "Year 9 <b>first</b>", "by": "heads", "date": "2026-11-02", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(f"{path}new/", {**typed, "cycle": cycle.pk}).status_code == 303
    decision = Decision.objects.get()
    assert "Year 9 &lt;b&gt;first&lt;/b&gt;" in client.get(path).content.decode()
    assert client.get(f"{path}{decision.pk}/").status_code == 200
    changed = {**typed, "what": "Year 8 first", "revision": "1", "by": "meeting"}
    assert client.post(f"{path}{decision.pk}/", changed).status_code == 303
    late = client.post(f"{path}{decision.pk}/", {**changed, "what": "Year 7 first", "by": "heads"})
    assert late.status_code == 422
    assert "Everybody who was at the meeting" in late.content.decode()
    kinds = [moment.kind for moment in Moment.objects.filter(kind__startswith="decision").order_by("pk")]
    assert kinds == ["decision.taken", "decision.changed"]
    assert Entry.objects.filter(kind="decision").count() == 2
    assert str(Decision.objects.get()) == "Year 8 first"


def test_nothing_is_decided_in_the_future(partnership, head):
    with pytest.raises(SaidToPeople, match="in the future"):
        take_decision(head, partnership, date=date(2026, 11, 23))


def test_strangers_agree_and_decide_nothing(partnership, head, stranger, officer):
    point, decision = agree_point(head, partnership), take_decision(head, partnership)
    before = Entry.objects.count()
    asked, decided = words.Point("x"), words.Decided("x", TODAY)
    for person in (stranger, officer):
        for act in (
            lambda who: agree_point(who, partnership),
            lambda who: take_decision(who, partnership),
            lambda who: actions.points.tick(who=who, point=point, done=True, today=TODAY),
            lambda who: actions.points.change(who=who, point=point, words=asked, revision=1, today=TODAY),
            lambda who: actions.decisions.change(
                who=who, decision=decision, words=decided, revision=1, today=TODAY
            ),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
    assert Entry.objects.count() == before
