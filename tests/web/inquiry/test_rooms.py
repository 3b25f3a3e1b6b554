"""The room: who comes in, what it shows, and how the partnership goes on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404

from commonroom.errors import SaidToPeople
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import actions, queries, words
from commonroom.web.inquiry.actions.writing import Closed, Overtaken
from commonroom.web.inquiry.models import Lesson
from commonroom.web.partnerships.models import Moment, Partnership
from room_words import TODAY, agree_point, begin_cycle, read, record_visit, write_note, write_review

pytestmark = pytest.mark.django_db
PARTS = (
    "",
    "cycles/",
    "notes/",
    "files/",
    "visits/",
    "actions/",
    "decisions/",
    "reviews/",
    "timeline/",
    "impact/",
)
WRITING = ("cycles/new/", "notes/new/", "files/new/", "visits/new/", "actions/new/", "decisions/new/")
LEADING = ("aim/", "supporters/", "begin/", "close/", "reviews/new/", "impact/new/")
rooms = actions.rooms


def close(who, partnership, lesson="Start small."):
    held = Lesson.objects.filter(partnership=partnership, school__memberships__person=who).first()
    read = (lesson, held.revision if held else 0)
    return rooms.close(who=who, partnership=partnership, lesson=read, today=TODAY)


def shown(client, path):
    """The revision that a form has."""
    return client.get(path).content.decode().split('name="revision" value="')[1].split('"')[0]


def set_aim(who, partnership, *said):
    revision = queries.revision_of_aim(partnership)
    aim = words.Aim(*said)
    return rooms.set_aim(who=who, partnership=partnership, words=aim, revision=revision, today=TODAY)


def name_supporters(who, partnership, *people):
    revision = queries.revision_of_supporters(partnership)
    return rooms.name_supporters(
        who=who, partnership=partnership, people=people, revision=revision, today=TODAY
    )


def test_heads_of_both_schools_open_every_page(partnership, head, other_head, browse):
    for client in (browse(head), browse(other_head)):
        for part in (*PARTS, *WRITING, *LEADING):
            assert client.get(f"/partnerships/{partnership.pk}/{part}").status_code == 200


def test_strangers_learn_nothing_and_officers_see_the_summary_alone(partnership, stranger, officer, browse):
    outside, above, nobody = browse(stranger), browse(officer), browse(None)
    for part in (*PARTS, *WRITING, *LEADING):
        path = f"/partnerships/{partnership.pk}/{part}"
        assert outside.get(path).status_code == 404
        assert above.get(path).status_code == (200 if part == "" else 403)
        assert nobody.get(path).status_code == 302


def test_teachers_work_and_do_not_lead(partnership, make_person, ashfield, browse):
    teacher = browse(make_person("teacher", ashfield))
    for part in LEADING:
        assert teacher.get(f"/partnerships/{partnership.pk}/{part}").status_code == 403
    assert teacher.get(f"/partnerships/{partnership.pk}/notes/new/").status_code == 200


def test_governors_read_and_do_not_write(partnership, make_person, ashfield, browse):
    governor = browse(make_person("governor", ashfield))
    assert governor.get(f"/partnerships/{partnership.pk}/").status_code == 200
    assert governor.get(f"/partnerships/{partnership.pk}/notes/new/").status_code == 403


def test_an_administrator_comes_into_no_room(partnership, make_person, browse):
    assert browse(make_person("administrator")).get(f"/partnerships/{partnership.pk}/").status_code == 404


def test_the_summary_shows_what_systems_may_see_and_nothing_that_was_written(
    partnership, head, officer, browse
):
    write_note(head, partnership, "Eleven of fifteen answered.")
    page = read(browse(officer), partnership)
    assert "More pupils in school on Fridays." in page
    assert "Attendance" in page
    assert "Eleven" not in page
    partnership.refresh_from_db()
    set_aim(head, partnership, "Reading")
    close(head, partnership, "A lesson of ours.")
    page = read(browse(officer), partnership)
    assert "Closed on" in page
    assert "A lesson of ours" not in page


def test_the_overview_says_what_matters_now(partnership, head, other_head, browse):
    rooms.begin(who=head, partnership=partnership, today=TODAY)
    begin_cycle(head, partnership, question="Later?")
    begin_cycle(head, partnership, question="Sooner?", plan_by=date(2020, 1, 1))
    record_visit(head, partnership, state="held", receiver_hours=Decimal(6), provider_hours=Decimal(9))
    record_visit(head, partnership, date=date(2100, 1, 4), purpose="Next meeting")
    record_visit(head, partnership, date=date(2020, 1, 4), purpose="Was it held?")
    for number in range(7):
        agree_point(other_head, partnership, what=f"Deed {number}", due=date(2020, 1, 1))
    page = read(browse(head), partnership)
    for words_of_page in (
        "1.5 / 10",
        "Next meeting",
        "Was it held?",
        "Sooner?",
        "overdue",
        "7 overdue",
        "2 cycles",
    ):
        assert words_of_page in page
    found = queries.overview(partnership, today=TODAY)
    assert found.following == "do"
    assert found.days == Decimal("1.5")
    assert [person.pk for person in found.people] == [head.pk, other_head.pk]


def test_an_empty_room_says_so(partnership, head, browse):
    partnership.days = None
    partnership.save()
    page = read(browse(head), partnership)
    assert "No cycle is open." in page
    assert "Nothing has happened yet." in page


def test_rooms_are_those_of_ones_schools_and_those_one_supports(
    partnership, head, stranger, officer, make_person, system
):
    supporter = make_person("system_leader", system)
    assert list(queries.rooms(head)) == [partnership]
    assert (
        list(queries.rooms(stranger)) == list(queries.rooms(officer)) == list(queries.rooms(supporter)) == []
    )
    partnership.supporters.add(supporter)
    assert list(queries.rooms(supporter)) == [partnership]
    with pytest.raises(Http404):
        queries.room(stranger, partnership.pk)


def test_aim_days_and_dates_are_agreed_by_heads(partnership, head, browse):
    path = f"/partnerships/{partnership.pk}/aim/"
    typed = {"aim": "Reading <b>first</b>", "days": "12.5", "starts": "2026-12-01", "ends": "2027-07-01"}
    response = browse(head).post(path, {**typed, "revision": shown(browse(head), path)})
    assert response.status_code == 303
    partnership.refresh_from_db()
    assert partnership.days == Decimal("12.5")
    assert Entry.objects.filter(action="partnership.change").count() == 1
    assert Moment.objects.get().kind == "room.changed"
    page = read(browse(head), partnership)
    assert "Reading &lt;b&gt;first&lt;/b&gt;" in page
    again = browse(head).post(path, {**typed, "ends": "2026-01-01", "revision": shown(browse(head), path)})
    assert again.status_code == 422
    assert "It ends before it starts." in again.content.decode()
    with pytest.raises(SaidToPeople, match="below nought"):
        set_aim(head, partnership, "a", Decimal(-1))


def test_two_heads_who_change_the_aim_at_once_are_told_of_each_other(partnership, head, other_head, browse):
    path = f"/partnerships/{partnership.pk}/aim/"
    first, second = browse(head), browse(other_head)
    read_by_both = {client: shown(client, path) for client in (first, second)}
    mine = {"aim": "Reading", "days": "12", "starts": "", "ends": ""}
    yours = {"aim": "Fridays", "days": "10", "starts": "", "ends": ""}
    assert first.post(path, {**mine, "revision": read_by_both[first]}).status_code == 303
    rooms.begin(who=head, partnership=Partnership.objects.get(), today=TODAY)
    late = second.post(path, {**yours, "revision": read_by_both[second]})
    page = late.content.decode()
    assert late.status_code == 422
    # Work began after it: that is not what was overtaken, but the day on which it starts is.
    assert f"{head} changed this while you were writing: starts on." in page
    for said in ('<dd class="lines">Reading</dd>', '<dd class="lines">12.0</dd>', "Fridays"):
        assert said in page
    assert Partnership.objects.get().aim == "Reading"
    renewed = page.split('name="revision" value="')[1].split('"')[0]
    assert second.post(path, {**yours, "revision": renewed}).status_code == 303
    assert Partnership.objects.get().aim == "Fridays"


def test_what_was_changed_by_whom_is_said_of_the_aim_alone(partnership, head, other_head):
    stale = queries.revision_of_aim(partnership)
    set_aim(head, partnership, "Reading", Decimal(12))
    close(other_head, partnership)
    rooms.reopen(who=other_head, partnership=partnership, today=TODAY)
    with pytest.raises(Overtaken, match=f"{head} changed this while you were writing: aim, days agreed."):
        rooms.set_aim(
            who=other_head, partnership=partnership, words=words.Aim("x"), revision=stale, today=TODAY
        )
    assert Partnership.objects.get().aim == "Reading"


def test_what_stands_is_no_change_however_it_is_written(partnership):
    assert queries.revision_of_aim(partnership) == queries.revision_of_aim(Partnership.objects.get())


def test_supporters_come_in_and_write_for_both(
    partnership, head, other_head, make_person, system, stranger, browse
):
    supporter = make_person("system_leader", system)
    assert browse(supporter).get(f"/partnerships/{partnership.pk}/notes/").status_code == 403
    client = browse(head)
    path = f"/partnerships/{partnership.pk}/supporters/"
    stale = shown(client, path)
    typed = {"supporters": [supporter.pk], "revision": stale}
    assert client.post(path, typed).status_code == 303
    entry = Entry.objects.get(action="partnership.supporters")
    assert (entry.before, entry.after) == ({"supporters": []}, {"supporters": [supporter.pk]})
    late = browse(other_head).post(path, {"revision": stale})
    assert late.status_code == 422
    assert f"{head} changed this while you were writing." in late.content.decode()
    assert f'<dd class="lines">{supporter}</dd>' in late.content.decode()
    supporter.in_force = None
    assert browse(supporter).get(f"/partnerships/{partnership.pk}/notes/").status_code == 200
    assert "visibility" not in read(browse(supporter), partnership, "notes/new/")
    assert write_note(supporter, partnership).school is None
    with pytest.raises(SaidToPeople, match="neither school"):
        write_note(supporter, partnership, visibility="school")
    with pytest.raises(SaidToPeople, match="no system leader"):
        name_supporters(head, partnership, stranger)
    assert str(supporter) in read(client, partnership)


def test_work_begins_once(partnership, head, browse):
    for _ in range(2):
        assert browse(head).post(f"/partnerships/{partnership.pk}/begin/").status_code == 303
    partnership.refresh_from_db()
    assert partnership.state == "working"
    assert partnership.starts is not None
    assert Entry.objects.filter(action="partnership.begin").count() == 1
    assert Moment.objects.filter(kind="room.begun").count() == 1


def test_a_closed_room_is_read_and_not_written_until_a_head_opens_it_again(
    partnership, head, other_head, browse
):
    note = write_note(head, partnership)
    write_review(head, partnership)
    client = browse(head)
    assert client.post(f"/partnerships/{partnership.pk}/close/", {"text": "Start small."}).status_code == 303
    partnership.refresh_from_db()
    assert (partnership.state, partnership.lessons) == ("closed", "Ashfield School: Start small.")
    for part in PARTS:
        assert client.get(f"/partnerships/{partnership.pk}/{part}").status_code == 200
    for part in (*WRITING, *LEADING, f"notes/{note.pk}/"):
        refused = client.get(f"/partnerships/{partnership.pk}/{part}")
        assert refused.status_code in (400, 409)
        assert "its room can only be read" in refused.content.decode()
    with pytest.raises(Closed):
        write_note(head, partnership)
    with pytest.raises(Closed):
        rooms.begin(who=head, partnership=partnership, today=TODAY)
    other = browse(other_head)
    page = read(other, partnership)
    assert "Write what Birchwood School learned" in page
    # What is left of the work comes before the work, and nobody is told what to do next.
    assert page.index("What we learned") < page.index("The open cycle")
    assert "Next: " not in page
    for _ in range(2):
        assert other.post(f"/partnerships/{partnership.pk}/reopen/").status_code == 303
    partnership.refresh_from_db()
    assert (partnership.state, partnership.closed) == ("working", None)
    assert Entry.objects.filter(action="partnership.reopen").count() == 1
    assert other.get(f"/partnerships/{partnership.pk}/reopen/").status_code == 200
    assert read(client, partnership, "close/").count("Start small.") == 1
    assert client.post(f"/partnerships/{partnership.pk}/close/", {"text": "Unread."}).status_code == 422
    close(head, partnership, "Start smaller.")
    assert Lesson.objects.get().text == "Start smaller."


def test_a_room_whose_place_another_took_stays_closed(partnership, head, browse, monkeypatch):
    close(head, partnership)

    def taken(*_given, **_named):
        raise IntegrityError

    monkeypatch.setattr(Partnership, "save", taken)
    answer = browse(head).post(f"/partnerships/{partnership.pk}/reopen/")
    assert answer.status_code == 422
    assert "another partnership on this theme" in answer.content.decode()
    assert Partnership.objects.get().state == "closed"


def test_both_heads_write_what_their_school_learned_after_the_close_too(
    partnership, head, other_head, browse, birchwood
):
    close(head, partnership)
    path = f"/partnerships/{partnership.pk}/lessons/{birchwood.pk}/"
    assert browse(head).get(path).status_code == 404
    assert browse(head).get(f"/partnerships/{partnership.pk}/lessons/900003/").status_code == 404
    client = browse(other_head)
    assert client.post(path, {"text": "Giving taught us more.", "revision": "0"}).status_code == 303
    partnership.refresh_from_db()
    assert partnership.lessons.endswith("Birchwood School: Giving taught us more.")
    assert client.post(path, {"text": "Twice.", "revision": "0"}).status_code == 422
    assert client.post(path, {"text": "Thrice.", "revision": "1"}).status_code == 303
    assert "Thrice." in client.get(path).content.decode()
    with pytest.raises(Overtaken):
        rooms.write_lesson(
            who=other_head, partnership=partnership, school=birchwood, lesson=("x", 1), today=TODAY
        )
    with pytest.raises(PermissionDenied):
        rooms.write_lesson(who=head, partnership=partnership, school=birchwood, lesson=("x", 2), today=TODAY)


LEADS = {
    "aim": lambda who, on: set_aim(who, on, "x"),
    "supporters": name_supporters,
    "begin": lambda who, on: rooms.begin(who=who, partnership=on, today=TODAY),
    "close": close,
    "reopen": lambda who, on: rooms.reopen(who=who, partnership=on, today=TODAY),
    "lesson": lambda who, on: rooms.write_lesson(
        who=who, partnership=on, school=on.receiver, lesson=("x", 0), today=TODAY
    ),
    "review": write_review,
}


@pytest.mark.parametrize("name", LEADS)
def test_nobody_else_leads(name, partnership, stranger, officer, make_person, ashfield):
    for person in (stranger, officer, make_person("teacher", ashfield), make_person("administrator")):
        with pytest.raises(PermissionDenied):
            LEADS[name](person, partnership)
    assert not Entry.objects.exists()
    assert Partnership.objects.get().state == "agreed"


def test_days_used_are_hours_of_the_school_that_helps_six_to_a_day(partnership, head):
    assert queries.days_used(partnership) == 0
    for hours, state in ((Decimal("7.5"), "held"), (Decimal(6), "cancelled"), (Decimal(6), "planned")):
        record_visit(head, partnership, provider_hours=hours, state=state, travel_hours=Decimal(2))
    assert queries.days_used(partnership) == Decimal("1.3")
    assert queries.hours(partnership) == {"receiver": 0, "provider": Decimal("7.5"), "travel": 2}


def test_a_timeline_tells_of_everything_and_of_one_kind_alone(partnership, head, browse):
    rooms.begin(who=head, partnership=partnership, today=TODAY)
    Moment.objects.create(partnership=partnership, date=TODAY, kind="agreed", title="Agreed by both heads")
    write_note(head, partnership)
    client = browse(head)
    page = read(client, partnership, "timeline/")
    for told in ("Work began", "Note written", "Agreed by both heads"):
        assert told in page
    rooms_alone = read(client, partnership, "timeline/?kind=room")
    assert "Work began" in rooms_alone
    assert "Agreed by both heads" in rooms_alone
    assert "Note written" not in rooms_alone
    assert "Note written" in read(client, partnership, "timeline/?kind=nonsense&all=1")
    for number in range(120):
        Moment.objects.create(
            partnership=partnership, date=TODAY - timedelta(number), kind="x", title=f"m{number}"
        )
    assert "m119" not in read(client, partnership, "timeline/")
    assert "m119" in read(client, partnership, "timeline/?all=1")
