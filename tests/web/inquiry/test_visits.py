"""Visits and meetings: planned, held, who took part, and the hours of each school."""

from __future__ import annotations

import uuid
from datetime import date, time
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import actions, words
from commonroom.web.inquiry.models import Visit
from commonroom.web.partnerships.models import Moment, Partnership
from room_words import TODAY, begin_cycle, read, record_visit

pytestmark = pytest.mark.django_db
TYPED = {"kind": "visit", "purpose": "See <b>registration</b>", "date": "2026-11-02", "state": "held"}


def change(who, visit, **others):
    came = words.Came(**{"date": visit.date, "purpose": visit.purpose, **others})
    return actions.visits.change(who=who, visit=visit, words=came, revision=visit.revision, today=TODAY)


def test_a_visit_is_recorded_once_however_often_it_is_sent(partnership, head, other_head, browse):
    cycle = begin_cycle(head, partnership)
    typed = {
        **TYPED,
        "begins": "08:30",
        "ends": "11:30",
        "location": "Birchwood",
        "people": [head.pk, other_head.pk],
        "others": "two pastoral leads",
        "receiver_hours": "6",
        "provider_hours": "9.5",
        "cycle": cycle.pk,
        "key": str(uuid.uuid4()),
    }
    client = browse(head)
    for _ in range(2):
        assert client.post(f"/partnerships/{partnership.pk}/visits/new/", typed).status_code == 303
    visit = Visit.objects.get()
    assert (visit.provider_hours, visit.travel_hours, visit.people.count()) == (Decimal("9.5"), 0, 2)
    moment = Moment.objects.get(kind="visit.held")
    assert moment.date == date(2026, 11, 2)
    assert Entry.objects.filter(action="visit.record").count() == 1
    page = read(client, partnership, f"visits/{visit.pk}/")
    for shown in (
        "See &lt;b&gt;registration&lt;/b&gt;",
        "08:30",
        "two pastoral leads",
        "9.5",
        str(other_head),
    ):
        assert shown in page
    assert "I took part" not in page
    listed = read(client, partnership, "visits/")
    assert "six to a day" in listed
    assert str(visit) == "See <b>registration</b>"


def test_a_planned_visit_is_changed_moved_and_held(partnership, head, other_head, browse):
    visit = record_visit(
        head, partnership, date=date(2020, 12, 1), begins=time(9), ends=time(10), people=(head,)
    )
    path = f"/partnerships/{partnership.pk}/visits/{visit.pk}/"
    client = browse(head)
    assert "did it take place?" in read(client, partnership, "visits/")
    assert client.get(f"{path}change/").status_code == 200
    typed = {**TYPED, "state": "planned", "revision": "1", "people": [head.pk]}
    assert client.post(f"{path}change/", {**typed, "purpose": "Lessons"}).status_code == 303
    assert client.post(f"{path}change/", {**typed, "state": "held", "revision": "2"}).status_code == 303
    assert [moment.kind for moment in Moment.objects.order_by("pk")] == [
        "visit.planned",
        "visit.changed",
        "visit.held",
    ]
    late = client.post(f"{path}change/", {**typed, "purpose": "Late", "revision": "1"})
    assert late.status_code == 422
    assert "Took place" in late.content.decode()


def test_people_say_themselves_that_they_took_part(partnership, head, other_head, browse):
    visit = record_visit(head, partnership)
    path = f"/partnerships/{partnership.pk}/visits/{visit.pk}/"
    client = browse(other_head)
    assert "I will take part" in client.get(path).content.decode()
    assert client.get(f"{path}join/").status_code == 405
    for _ in range(2):
        assert client.post(f"{path}join/").status_code == 303
    assert list(visit.people.all()) == [other_head]
    assert Entry.objects.filter(action="visit.join").count() == 1


def test_who_joins_while_another_writes_is_not_left_out(partnership, head, other_head, browse):
    visit = record_visit(head, partnership)
    path = f"/partnerships/{partnership.pk}/visits/{visit.pk}/"
    actions.visits.join(who=other_head, visit=visit, today=TODAY)
    late = browse(head).post(f"{path}change/", {**TYPED, "date": visit.date, "revision": "1"})
    assert late.status_code == 422
    assert f'<dd class="lines">{other_head}</dd>' in late.content.decode()
    assert list(visit.people.all()) == [other_head]
    entry = Entry.objects.get(action="visit.join")
    assert (entry.before, entry.after) == ({"people": []}, {"people": [other_head.pk]})


def test_who_was_there_stays_when_they_leave_the_school(partnership, head, make_person, ashfield):
    teacher = make_person("teacher", ashfield)
    visit = record_visit(head, partnership, people=(teacher,))
    Membership.objects.filter(person=teacher).delete()
    change(head, visit, people=(teacher,))
    assert list(visit.people.all()) == [teacher]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"state": "held", "date": date(2026, 12, 1)}, "not taken place yet"),
        ({"begins": time(10), "ends": time(9)}, "ends before it begins"),
        ({"provider_hours": Decimal(-1)}, "below nought"),
    ],
)
def test_what_cannot_be_is_refused(wrong, said, partnership, head):
    with pytest.raises(SaidToPeople, match=said):
        record_visit(head, partnership, **wrong)


def test_strangers_are_not_named_and_name_nobody(partnership, head, stranger, officer):
    with pytest.raises(SaidToPeople, match="does not belong"):
        record_visit(head, partnership, people=(stranger,))
    visit = record_visit(head, partnership)
    for person in (stranger, officer):
        for act in (
            lambda who: record_visit(who, partnership),
            lambda who: change(who, visit),
            lambda who: actions.visits.join(who=who, visit=visit, today=TODAY),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
    assert Entry.objects.filter(kind="visit").count() == 1


def test_a_visit_of_another_room_is_not_found(partnership, head, ashfield, cedar, browse):
    other = Partnership.objects.create(receiver=ashfield, provider=cedar, theme="reading", agreed=TODAY)
    visit = record_visit(head, partnership)
    for part in ("", "change/"):
        assert browse(head).get(f"/partnerships/{other.pk}/visits/{visit.pk}/{part}").status_code == 404
