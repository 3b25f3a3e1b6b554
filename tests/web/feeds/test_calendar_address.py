"""A person's calendar: read by programs at a secret address, that can be ended."""

from __future__ import annotations

import datetime
import zoneinfo

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import words
from commonroom.web.inquiry.actions import visits
from commonroom.web.inquiry.models import Review
from commonroom.web.narrative.feeds import actions, calendar
from commonroom.web.narrative.feeds.models import CalendarAddress

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda value=None: TODAY if value is None else value.date())


def events(content):
    """The events of a calendar by their summary, read back; whatever cannot be read is an error."""
    read = icalendar.Calendar.from_ical(content)
    assert not read.errors
    for event in read.events:
        assert not event.errors
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= set(event)
    return {str(event["summary"]): event for event in read.events}


def test_a_calendar_has_visits_due_days_and_terms(head, visit, point, cycle):
    found = events(calendar.write(head, today=TODAY))
    assert set(found) == {
        "Visit: See tutor time",
        "To be done: Send the list",
        "Plan: Do calls home help?",
        "Look back at the term: Autumn term",
        "Look back at the term: Spring term",
        "Look back at the term: Summer term",
    }
    event = found["Visit: See tutor time"]
    begins = event.decoded("dtstart")
    assert (begins.hour, begins.tzinfo.key) == (9, "Europe/London")
    assert event.decoded("dtend").hour == 12
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert str(event["location"]) == "Birchwood School, hall"
    assert str(event["url"]).endswith(reverse("room-visit", args=[visit.partnership_id, visit.pk]))
    assert event["uid"].startswith(f"visit-{visit.key}@")
    assert (str(event["status"]), str(event["transp"])) == ("CONFIRMED", "OPAQUE")
    due = found["To be done: Send the list"]
    assert due.decoded("dtstart") == datetime.date(2026, 11, 20)
    assert due.decoded("dtend") == datetime.date(2026, 11, 21)
    assert str(due["transp"]) == "TRANSPARENT"


def test_the_zone_is_told_with_its_summer(head, other_head, partnership, visit):
    came = words.Came(date=datetime.date(2027, 6, 1), purpose="June", begins=datetime.time(9))
    visits.record(who=other_head, partnership=partnership, words=came, today=TODAY)
    read = icalendar.Calendar.from_ical(calendar.write(head, today=TODAY))
    (zone,) = read.timezones
    assert zone.tz_name == "Europe/London"
    told, known = zone.to_tz(lookup_tzid=False), zoneinfo.ZoneInfo("Europe/London")
    first = datetime.datetime(2026, 1, 1, 0, 30)
    hours = [first + datetime.timedelta(hours=hour) for hour in range(24 * 700)]
    # In the hour that is passed over or comes twice, clocks may be read in two ways.
    odd = {
        hour
        for hour in hours
        if hour.replace(tzinfo=known, fold=1).utcoffset() != hour.replace(tzinfo=known).utcoffset()
    }
    assert {told.utcoffset(hour) for hour in hours} == {datetime.timedelta(0), datetime.timedelta(hours=1)}
    assert len(odd) == 4
    assert [hour for hour in hours if hour not in odd and told.utcoffset(hour) != known.utcoffset(hour)] == []
    found = events(calendar.write(head, today=TODAY))
    assert found["Visit: June"].decoded("dtstart").utcoffset() == datetime.timedelta(hours=1)
    assert "DTEND" not in found["Visit: June"]
    assert found["Visit: See tutor time"].decoded("dtstart").utcoffset() == datetime.timedelta(0)


def test_a_change_is_a_new_revision_and_a_cancelled_visit_is_cancelled(head, other_head, visit):
    before = events(calendar.write(head, today=TODAY))["Visit: See tutor time"]
    came = words.Came(date=visit.date, purpose=visit.purpose, begins=visit.begins, state="cancelled")
    visits.change(who=other_head, visit=visit, words=came, revision=visit.revision, today=TODAY)
    after = events(calendar.write(head, today=TODAY))["Visit: See tutor time"]
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert (str(after["status"]), str(after["transp"])) == ("CANCELLED", "TRANSPARENT")
    assert after.decoded("dtstamp") >= before.decoded("dtstamp")


def test_the_stamp_is_the_last_change(head, visit):
    when = datetime.datetime(2026, 11, 1, 8, 30, tzinfo=datetime.UTC)
    Entry.objects.filter(kind="visit").update(when=when)
    assert events(calendar.write(head, today=TODAY))["Visit: See tutor time"].decoded("dtstamp") == when
    Entry.objects.all().delete()
    event = events(calendar.write(head, today=TODAY))["Visit: See tutor time"]
    assert event.decoded("dtstamp") == visit.written.replace(microsecond=0)


def test_a_cycle_without_a_day_or_that_was_ended_is_not_told(head, cycle):
    for change in ({"plan_by": None}, {"plan_by": TODAY, "next": "adopt", "ended": TODAY}):
        type(cycle).objects.filter(pk=cycle.pk).update(**change)
        assert not any("Plan" in name for name in events(calendar.write(head, today=TODAY)))


def test_a_reviewed_term_is_not_told(head, partnership):
    Review.objects.create(partnership=partnership, year=2027, term="autumn", well="x", days=1)
    found = icalendar.Calendar.from_ical(calendar.write(head, today=TODAY)).events
    uids = {str(event["uid"]).split("@")[0] for event in found}
    assert f"review-{partnership.pk}-2027-autumn" not in uids
    assert f"review-{partnership.pk}-2027-spring" in uids


def test_people_get_their_own_days_in_their_own_language(head, other_head, stranger, point, visit, own_note):
    assert "Send the list" not in str(events(calendar.write(other_head, today=TODAY)))
    assert events(calendar.write(stranger, today=TODAY)) == {}
    head.language = "cy"
    content = calendar.write(head, today=TODAY)
    assert b"//CY" in content
    assert b"ALONE" not in content


def test_text_cannot_break_out_of_a_line(head, other_head, partnership):
    came = words.Came(
        date=TODAY,
        purpose="One\r\nEND:VEVENT\r\nATTENDEE:x",
        location="a\nATTENDEE:b",
        begins=datetime.time(9),
    )
    visits.record(who=other_head, partnership=partnership, words=came, today=TODAY)
    (event,) = (one for name, one in events(calendar.write(head, today=TODAY)).items() if "One" in name)
    assert "ATTENDEE" not in event
    assert str(event["summary"]) == "Visit: One END:VEVENT ATTENDEE:x"


def test_an_address_is_made_kept_as_a_digest_renewed_and_ended(head):
    secret = actions.renew_calendar(who=head)
    assert calendar.whose(secret) == head
    assert secret not in str(CalendarAddress.objects.values())
    assert secret not in str(list(Entry.objects.values()))
    newer = actions.renew_calendar(who=head)
    assert (calendar.whose(secret), calendar.whose(newer)) == (None, head)
    actions.end_calendar(who=head)
    actions.end_calendar(who=head)
    assert calendar.whose(newer) is None
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "calendar.renew",
        "calendar.renew",
        "calendar.end",
    ]


def test_programs_read_it_and_are_told_when_nothing_changed(browse, head, visit):
    path = reverse("calendar-feed", args=[actions.renew_calendar(who=head)])
    answer = browse().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert events(answer.content)
    again = browse().get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    visit.purpose = "Another"
    visit.save()
    assert browse().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 200
    assert browse().post(path).status_code == 405


def test_a_guessed_address_or_one_of_somebody_gone_is_not_there(browse, head):
    secret = actions.renew_calendar(who=head)
    assert browse().get(reverse("calendar-feed", args=["x" * 43])).status_code == 404
    head.is_active = False
    head.save()
    assert browse().get(reverse("calendar-feed", args=[secret])).status_code == 404


def test_the_page_shows_the_address_once(browse, head):
    client = browse(head)
    assert "There is no address yet." in client.get(reverse("calendar")).content.decode()
    answer = client.post(reverse("calendar-renew"))
    assert (answer.status_code, answer.url) == (303, reverse("calendar"))
    page = client.get(reverse("calendar"))
    assert "/calendar/" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert ".ics" in page.content.decode()
    again = client.get(reverse("calendar")).content.decode()
    assert ".ics" not in again
    assert "Make a new address" in again
    answer = client.post(reverse("calendar-end"), follow=True).content.decode()
    assert "Nobody can read your calendar at that address any more." in answer
    assert not CalendarAddress.objects.exists()


def test_only_a_post_makes_or_ends_an_address(browse, head):
    for name in ("calendar-renew", "calendar-end"):
        assert browse(head).get(reverse(name)).status_code == 405
        assert browse().post(reverse(name)).status_code == 302


def test_an_address_says_whose_it_is(head):
    actions.renew_calendar(who=head)
    there = CalendarAddress.objects.get()
    assert str(there) == f"calendar of {head.pk}"
    assert there.place().people == {head.pk}
