"""What waits for a person, what happened and what comes; and their own page that shows it."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from commonroom.web.accounts.models import Membership
from commonroom.web.inquiry import queries as rooms
from commonroom.web.inquiry import words
from commonroom.web.inquiry.actions import visits
from commonroom.web.inquiry.models import Review, Visit
from commonroom.web.narrative.feeds import belonging, queries, terms
from commonroom.web.partnerships.models import Moment, Partnership, Reply

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)
EIGHT = datetime.time(8)
BEFORE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda value=None: TODAY if value is None else value.date())


def titles(lines):
    return [line.title for line in lines]


def kinds(lines):
    return {line.kind for line in lines}


def test_what_waits_is_what_the_person_can_do_late_ones_first(head, ask, proposal, agreement, point, cycle):
    lines = queries.waiting(head, TODAY)
    assert [(line.kind, line.late) for line in lines] == [
        ("point", True),
        ("agreement", False),
        ("proposal", False),
        ("ask", False),
        ("cycle", False),
    ]
    assert titles(lines)[0] == "To be done: Send the list"
    assert titles(lines)[3] == "Birchwood School asks you for help: Attendance"
    assert lines[3].path == reverse("ask", args=[ask.pk])


def test_what_was_answered_waits_no_more(head, other_head, ask, proposal, agreement, ashfield):
    ask.state, agreement.receiver_said = "yes", timezone.now()
    ask.save()
    agreement.save()
    Reply.objects.create(proposal=proposal, side="receiver", answer="yes", who=head)
    assert queries.waiting(head, TODAY) == []
    assert kinds(queries.waiting(other_head, TODAY)) == {"proposal", "agreement"}


def test_what_is_to_be_done_by_others_or_later_does_not_wait(other_head, head, point, cycle, visit):
    assert "point" not in kinds(queries.waiting(other_head, TODAY))
    point.due = TODAY + queries.SOON + datetime.timedelta(days=1)
    point.save()
    cycle.plan_by = TODAY + datetime.timedelta(days=1)
    cycle.save()
    assert queries.waiting(head, TODAY) == []
    point.due = None
    point.save()
    assert kinds(queries.waiting(head, TODAY)) == {"point"}


def test_a_visit_that_is_over_waits_to_be_told(head, visit, make_person, ashfield):
    later = visit.date + datetime.timedelta(days=1)
    (line,) = queries.waiting(head, later)
    assert (line.kind, line.late, line.day) == ("visit", True, visit.date)
    assert queries.waiting(make_person("governor", ashfield), later) == []
    Visit.objects.update(state="cancelled")
    assert queries.waiting(head, later) == []


def test_a_term_that_is_over_waits_for_a_head(head, partnership, make_person, ashfield):
    after = datetime.date(2027, 1, 4)
    (line,) = queries.waiting(head, after)
    assert (line.kind, line.title) == ("review", "Look back at the term: Autumn term")
    assert queries.waiting(make_person("teacher", ashfield), after) == []
    Review.objects.create(partnership=partnership, year=2027, term="autumn", well="All", days=1)
    assert queries.waiting(head, after) == []
    summer = datetime.date(2027, 8, 1)
    assert [line.day.month for line in queries.waiting(head, summer)] == [7]


def test_nothing_of_a_closed_partnership_waits(head, visit, point, cycle):
    Partnership.objects.update(state=Partnership.State.CLOSED)
    assert queries.waiting(head, datetime.date(2027, 1, 4)) == []
    assert [item.kind for item in queries.coming(head, TODAY)] == ["visit"]


def test_what_happened_is_what_others_did(head, other_head, visit, message, ask):
    ask.answered, ask.state, ask.answered_by = timezone.now(), "yes", head
    ask.save()
    assert titles(queries.happened(head, BEFORE)) == [
        "Visit or meeting planned: See tutor time",
        "Birchwood School wrote about: Attendance",
    ]
    assert titles(queries.happened(other_head, BEFORE)) == ["Ashfield School answered: Yes"]
    assert queries.happened(head, timezone.now() + datetime.timedelta(minutes=1)) == []


def test_a_moment_of_an_unknown_kind_is_told_by_its_title(head, partnership):
    Moment.objects.create(partnership=partnership, date=TODAY, kind="else", title="Something")
    Moment.objects.create(partnership=partnership, date=TODAY, kind="room.begun", title="")
    lines = queries.happened(head, BEFORE)
    assert set(titles(lines)) == {"Something", "Work began"}
    assert {line.path for line in lines} == {reverse("room", args=[partnership.pk])}


def test_no_school_is_told_what_another_keeps_to_itself(head, other_head, own_note):
    for person in (head, other_head):
        assert "ALONE" not in str(queries.happened(person, BEFORE))
    assert queries.happened(head, BEFORE) == []


def test_strangers_officers_and_nobody_are_told_nothing(
    stranger, officer, ask, proposal, agreement, visit, message
):
    for person in (stranger, officer):
        assert queries.waiting(person, datetime.date(2027, 1, 4)) == []
        assert queries.happened(person, BEFORE) == []
        assert queries.coming(person, TODAY) == []
    assert not rooms.rooms(AnonymousUser())


def test_who_supports_a_partnership_is_told_of_it_alone(
    make_person, system, partnership, visit, ask, message
):
    leader = make_person("system_leader", system)
    assert queries.coming(leader, TODAY) == []
    partnership.supporters.add(leader)
    assert len(queries.coming(leader, TODAY)) == 1
    assert titles(queries.happened(leader, BEFORE)) == ["Visit or meeting planned: See tutor time"]


def test_what_comes_is_in_order_without_what_was_cancelled(head, other_head, partnership, visit):
    for day, time, state in (
        (30, None, "planned"),
        (30, datetime.time(8), "planned"),
        (25, None, "cancelled"),
    ):
        came = words.Came(
            date=datetime.date(2026, 11, day), purpose=f"{day} {time}", begins=time, state=state
        )
        visits.record(who=other_head, partnership=partnership, words=came, today=TODAY)
    found = [item.title for item in queries.coming(head, TODAY)]
    assert found == ["Visit: 30 None", "Visit: 30 08:00:00", "Visit: See tutor time"]


def test_terms_end_three_times_in_a_school_year():
    found = list(terms.between(datetime.date(2026, 9, 1), datetime.date(2027, 8, 31)))
    assert [(year, term.value) for _end, year, term in found] == [
        (2027, "autumn"),
        (2027, "spring"),
        (2027, "summer"),
    ]


@pytest.mark.parametrize(
    ("year", "spring", "summer", "autumn"),
    [
        # The last days of most authorities of Greater Manchester, or a few days before them.
        (2023, "03-31", "07-21", "12-22"),
        (2024, "03-22", "07-19", "12-20"),
        (2025, "04-04", "07-18", "12-19"),
        (2026, "03-27", "07-17", "12-18"),
        (2027, "03-19", "07-23", "12-17"),
    ],
)
def test_terms_end_on_the_friday_before_the_holidays(year, spring, summer, autumn):
    found = {term.value: f"{terms.end(term, year):%m-%d}" for term in terms.Term}
    assert found == {"spring": spring, "summer": summer, "autumn": autumn}


@pytest.mark.parametrize("day", ["2008-03-23", "2019-04-21", "2024-03-31", "2026-04-05", "2038-04-25"])
def test_easter_is_when_calendars_have_it(day):
    assert terms.easter(int(day[:4])).isoformat() == day


# The page.


def test_the_page_shows_it_all(browse, head, ask, point, visit, partnership):
    page = browse(head).get(reverse("me")).content.decode()
    for said in ("Send the list", "asks you for help", "See tutor time", "09:30–12:00", "Ashfield School"):
        assert said in page
    assert reverse("take", args=["900001"]) in page
    assert reverse("events", args=["900001"]) in page
    assert page.count("<h1") == 1


def test_the_page_of_somebody_new_is_empty_and_says_so(browse, make_person):
    page = browse(make_person()).get(reverse("me")).content.decode()
    assert "Nothing waits for you." in page
    assert "Your partnerships" not in page


def test_each_place_stands_once_with_all_roles_and_what_they_open(make_person, ashfield, system):
    person = make_person("headteacher", ashfield)
    for role, place in (("governor", {"school": ashfield}), ("authority_officer", {"system": system})):
        Membership.objects.create(person=person, role=role, **place)
    school, city = belonging.find(person)
    assert (school.name, school.path) == ("Ashfield School", "/schools/900001/")
    assert [role for role, _leave in school.roles] == ["Headteacher", "Governor"]
    assert len({leave for _role, leave in school.roles}) == 2
    assert [said for said, _path in school.links] == [
        "Offers and requests", "Take everything away as files", "Bring in events from a file", "People",
    ]  # fmt: skip
    assert (city.name, city.path) == ("Greater Manchester", "")
    assert ("Brokering", reverse("board", args=["greater-manchester"])) in city.links


def test_who_looks_after_the_site_belongs_to_it(make_person):
    (site,) = belonging.find(make_person("administrator"))
    assert (site.name, site.path) == ("the site", "")
    assert site.links == [("People", reverse("site-people"))]


def test_a_teacher_is_offered_what_a_teacher_may_do(browse, make_person, ashfield, partnership):
    Partnership.objects.update(state=Partnership.State.CLOSED)
    page = browse(make_person("teacher", ashfield)).get(reverse("me")).content.decode()
    assert reverse("take", args=["900001"]) not in page
    assert reverse("events", args=["900001"]) not in page
    assert "One partnership that is closed" in page


def test_the_week_can_be_taken_away(browse, head, ask, point):
    lines = browse(head).get(reverse("week-file")).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Day,What,Between,Late,Address"
    assert lines[1].startswith("2026-11-20,To be done: Send the list,")
    assert len(lines) == 3


def test_nobody_without_signing_in(browse):
    for name in ("me", "week-file", "calendar"):
        assert browse().get(reverse(name)).status_code == 302


def test_titles_are_in_the_language_in_force(head, visit):
    with override("cy"):
        assert queries.coming(head, TODAY)[0].title.endswith(": See tutor time")
