"""Events from a file: looked at row by row, saved all or none, once, by who may, in the form people have."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed.words import HEADINGS
from commonroom.web.audit.models import Entry
from commonroom.web.files import receiving
from commonroom.web.inquiry.actions import visits
from commonroom.web.inquiry.events import actions, cells, columns, looking, reading
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import Visit
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.partnerships.spelling import plain

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)

GOOD = """partner,date,kind,what for,begins at,ends at,place,receiver hours,provider hours,who else,outcome
Birchwood School,2026-10-05,visit,See how tutors follow up,09:30,12:00,Birchwood,6,4.5,two tutors,A list
900002,12/11/2026,meeting,Look at the first month,,,,"1,5",1,,
birchwood school,2027-01-14,support day,A morning with the attendance team,9am,11.30,,,,,
"""


def read(text, *, name="events.csv", encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return reading.read(io.BytesIO(content), name=name, size=len(content))


def look(person, school, text, **how):
    file = actions.send(who=person, school=school, table=read(text, **how), now=NOW)
    return looking.look(person, file, today=TODAY)


@pytest.fixture
def sent(head, ashfield, partnership):
    return actions.send(who=head, school=ashfield, table=read(GOOD), now=NOW)


@pytest.fixture(autouse=True)
def _that_day(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda value=None: TODAY if value is None else value.date())


def test_each_row_says_what_it_means_before_anything_is_saved(head, sent):
    looked = looking.look(head, sent, today=TODAY)
    assert [row.number for row in looked.new] == [2, 3, 4]
    assert looked.refused == looked.there == looked.unread == []
    first, second, third = (row.words for row in looked.new)
    assert (first.begins, first.ends) == (datetime.time(9, 30), datetime.time(12))
    assert (first.receiver_hours, first.provider_hours, second.receiver_hours) == (6, 4.5, 1.5)
    assert [one.state for one in (first, second, third)] == ["held", "held", "planned"]
    assert [row.kind_label for row in looked.new] == ["Visit", "Meeting", "Support day"]
    assert looked.new[2].state_label == "Planned"
    assert not Visit.objects.exists()


def test_saved_events_stand_in_the_room_with_who_saved_them(head, sent, partnership):
    saved = actions.save(who=head, file=sent, leave_out=False, now=NOW)
    assert (saved.added, saved.left_out, saved.saved) == (3, 0, NOW)
    visit = Visit.objects.get(date=datetime.date(2026, 10, 5))
    assert (visit.who, visit.others, visit.outcome, visit.location) == (
        head,
        "two tutors",
        "A list",
        "Birchwood",
    )
    assert Moment.objects.filter(partnership=partnership).count() == 3
    assert Entry.objects.filter(action="visit.record").count() == 3
    assert Entry.objects.filter(action="events.save").count() == 1
    assert "Birchwood" not in str(Entry.objects.get(action="events.send").after)


def test_the_same_file_twice_adds_nothing_whoever_sends_it(head, sent, ashfield, birchwood, other_head):
    actions.save(who=head, file=sent, leave_out=False, now=NOW)
    again = actions.send(who=head, school=ashfield, table=read(GOOD), now=NOW)
    looked = looking.look(head, again, today=TODAY)
    assert looked.new == []
    assert [row.there for row in looked.there] == ["It is there already."] * 3
    with pytest.raises(SaidToPeople, match="nothing new"):
        actions.save(who=head, file=again, leave_out=False, now=NOW)
    from_partner = look(
        other_head, birchwood, GOOD.replace("Birchwood School", "Ashfield").replace("900002", "900001")
    )
    assert [row.number for row in from_partner.there] == [3]
    assert Visit.objects.count() == 3


def test_what_was_typed_into_the_room_is_the_same_event(head, ashfield, partnership):
    from commonroom.web.inquiry.words import Came

    words = Came(date=datetime.date(2026, 11, 12), purpose="Look at  the first month!", kind="meeting")
    visits.record(who=head, partnership=partnership, words=words, today=TODAY)
    looked = look(head, ashfield, GOOD)
    assert [row.number for row in looked.there] == [3]


def test_a_file_is_saved_once(head, sent):
    actions.save(who=head, file=sent, leave_out=False, now=NOW)
    with pytest.raises(SaidToPeople, match="saved already"):
        actions.save(who=head, file=sent, leave_out=False, now=NOW)


def test_an_event_that_is_twice_in_a_file_is_saved_once(head, ashfield, partnership):
    text = "partner,date,what for\nBirchwood School,2026-10-05,A visit\nBirchwood School,05/10/2026,a VISIT\n"
    looked = look(head, ashfield, text)
    assert len(looked.new) == 1
    assert [row.there for row in looked.there] == ["It is the same event as in row 2."]


BAD = """partner;date;kind;what for;begins at;ends at;receiver hours;state;colour
Birchwood School;30.11.2026;;Fine;;;;planned;red
Birchwod School;2018/19;stroll;;14;13:00;many;held;
Birchwood School;2027-02-01;;Too early to be over;;;;took place;
Birchwood School;2026-10-01;;Turned;12:00;11:00;;;
Birchwood School;2026-10-02;;No beginning;;11:00;;;
Cedar School;31/02/2026;;Elsewhere;25:00;;-1;maybe;
;;;;;;1;;
"""


def test_every_row_that_cannot_be_read_says_what_is_wrong_and_what_to_do(head, ashfield, partnership):
    looked = look(head, ashfield, BAD)
    assert [row.number for row in looked.new] == [2]
    assert looked.unread == ["colour"]
    said = {
        row.number: [(slip.column, slip.what, slip.remedy) for slip in row.slips] for row in looked.refused
    }
    assert said[3] == [
        ("what for", "The cell is empty.", "Fill it."),
        (
            "partner",
            "Ashfield School has no partnership with “Birchwod School”.",
            "Did you mean Birchwood School?",
        ),
        (
            "date",
            "“2018/19” is a year, and an event has a day.",
            "Write the day, like 2026-11-30 or 30/11/2026.",
        ),
        ("kind", "“stroll” is not known here.", "Write one of these: visit, meeting or support day."),
        ("begins at", "“14” is not a time of day.", "Write it like 14:30."),
        (
            "receiver hours",
            "“many” is not a number of hours from 0 to 500.",
            "Write it in figures, such as 1.5.",
        ),
    ]
    assert [slip[1] for slip in said[4]] == ["It cannot have taken place yet: its day is in the future."]
    assert [slip[1] for slip in said[5]] == ["It ends before it begins."]
    assert [slip[1] for slip in said[6]] == ["It ends, and nothing says when it begins."]
    assert [slip[0] for slip in said[7]] == ["partner", "date", "state", "begins at", "receiver hours"]
    assert said[7][0][2] == "You have partnerships with: Birchwood School."
    assert [slip[0] for slip in said[8]] == ["date", "what for", "partner"]


def test_rows_to_be_mended_stop_all_unless_they_are_left_out(head, ashfield, partnership):
    file = actions.send(who=head, school=ashfield, table=read(BAD), now=NOW)
    with pytest.raises(SaidToPeople, match="rows to be mended"):
        actions.save(who=head, file=file, leave_out=False, now=NOW)
    assert not Visit.objects.exists()
    saved = actions.save(who=head, file=file, leave_out=True, now=NOW)
    assert (saved.added, saved.left_out) == (1, 6)


def test_when_one_event_cannot_be_saved_none_is(head, sent, monkeypatch):
    record = visits.record

    def fail_at_the_third(**how):
        if Visit.objects.count() == 2:
            raise SaidToPeople("The room has just been closed.")
        return record(**how)

    monkeypatch.setattr(visits, "record", fail_at_the_third)
    with pytest.raises(SaidToPeople, match="row 4: The room has just been closed"):
        actions.save(who=head, file=sent, leave_out=False, now=NOW)
    assert not Visit.objects.exists()
    assert not Moment.objects.exists()
    assert EventFile.objects.get().saved is None


def test_two_who_save_the_same_at_once_are_told(head, sent, monkeypatch):
    from django.db import IntegrityError

    def collide(**how):
        raise IntegrityError

    monkeypatch.setattr(visits, "record", collide)
    with pytest.raises(SaidToPeople, match="Somebody else saved it just now"):
        actions.save(who=head, file=sent, leave_out=False, now=NOW)


def test_only_a_head_brings_events_in_and_only_their_own_file(head, other_head, sent, ashfield, make_person):
    teacher = make_person("teacher", ashfield)
    for person in (teacher, other_head):
        with pytest.raises(PermissionDenied):
            actions.send(who=person, school=ashfield, table=read(GOOD), now=NOW)
        with pytest.raises(PermissionDenied):
            actions.save(who=person, file=sent, leave_out=True, now=NOW)
        with pytest.raises(PermissionDenied):
            actions.throw_away(who=person, file=sent)


def test_partnerships_of_other_schools_are_no_partnerships_of_ours(head, ashfield, birchwood, cedar):
    Partnership.objects.create(
        receiver=birchwood, provider=cedar, theme="attendance", agreed=datetime.date(2026, 9, 1)
    )
    looked = look(
        head, ashfield, "receiver,provider,date,what for\n900002,900003,2026-10-05,Nothing of ours\n"
    )
    assert looked.refused[0].slips == [
        looking.Slip(
            "receiver",
            "Ashfield School has no partnership with “900002”.",
            "Your school has no partnership yet.",
        )
    ]


@pytest.mark.parametrize(
    ("heads", "cells_", "found"),
    [
        ("receiver,provider", "900001,Birchwood School", True),
        ("Receiver URN,Provider URN", "900001,900002", True),
        ("receiver,provider", "900002,900001", False),
        ("receiver,provider", "900001,", False),
        ("receiver,provider", "900001,900003", False),
        ("partnership", "Ashfield School – Birchwood School", True),
        ("partnership", "900002 900001", True),
        ("partnership", "Nothing", False),
        ("ysgol bartner", "900002", True),
        ("partner,theme", "900002,Attendance", True),
        ("partner,theme", "900002,ATTENDANCE", True),
        ("partner,theme", "900002,Reading", False),
    ],
)
def test_a_row_names_its_partnership_in_several_ways(head, ashfield, partnership, heads, cells_, found):
    looked = look(head, ashfield, f"{heads},date,what for\n{cells_},2026-10-05,A visit\n")
    assert bool(looked.new) is found
    assert bool(looked.refused) is not found


def test_of_several_partnerships_with_a_school_the_theme_or_the_number_tells(
    head, ashfield, birchwood, partnership
):
    other = Partnership.objects.create(
        receiver=birchwood, provider=ashfield, theme="reading", agreed=datetime.date(2026, 9, 1)
    )
    text = (
        "partner,partnership,theme,date,what for\n"
        "900002,,,2026-10-05,Which\n"
        "900002,,Attendance,2026-10-05,This\n"
        f",{other.pk},,2026-10-05,That\n"
    )
    looked = look(head, ashfield, text)
    assert [row.partnership for row in looked.new] == [partnership, other]
    (slip,) = looked.refused[0].slips
    assert slip.column == "theme"
    assert slip.what == "There are 2 partnerships with this school."
    assert f"({other.pk})" in slip.remedy


def test_a_closed_partnership_takes_no_events(head, ashfield, partnership):
    Partnership.objects.update(state=Partnership.State.CLOSED)
    looked = look(head, ashfield, "partner,date,what for\n900002,2026-10-05,Late\n")
    assert [slip.what for slip in looked.refused[0].slips] == ["This partnership is closed."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_table_is_read_however_it_was_written(encoding, separator, ends):
    lines = ["partner,date,what for", "Ysgol Glan-y-Môr,2026-10-05,Café – “talk”"]
    text = ends.join(line.replace(",", separator) for line in lines)
    table = read(text, encoding=encoding)
    assert table.heads == ["partner", "date", "what for"]
    assert table.rows == [(2, ["Ysgol Glan-y-Môr", "2026-10-05", "Café – “talk”"])]


def test_titles_above_and_empty_rows_do_no_harm_and_rows_keep_their_number():
    text = 'Our events\n\npartner,date,what for\n,,\n"A ""B""",2026-10-05,"two\nlines"\n\nC,2026-10-06,x\n'
    assert read(text).rows == [(5, ['A "B"', "2026-10-05", "two\nlines"]), (8, ["C", "2026-10-06", "x"])]


def workbook(*rows, before=()):
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name, 0)
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_is_read_from_its_first_sheet_with_a_table(head, ashfield, partnership):
    day, time = datetime.datetime(2026, 10, 5), datetime.time(9, 30)
    content = workbook(
        ["partner", "date", "what for", "begins at", "provider hours"],
        [900002, day, "A visit", time, 4.5],
        [900002, datetime.datetime(2026, 10, 6, 9), "With a time", None, 3.0],
        before=("empty",),
    )
    looked = look(head, ashfield, content, name="events.xlsx")
    assert [row.words.begins for row in looked.new] == [time, None]
    assert [row.words.date.day for row in looked.new] == [5, 6]
    assert [row.words.provider_hours for row in looked.new] == [4.5, 3]


def test_whole_numbers_that_a_program_wrote_with_a_point_are_whole():
    packed = io.BytesIO(workbook(["partner", "date"], [900002, "2026-10-05"]))
    changed = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>900002</v>", b"<v>900002.0</v>"))
    assert read(changed.getvalue(), name="events.xlsx").rows == [(2, ["900002", "2026-10-05"])]


def bomb():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<a/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (200 * 1024 * 1024))
    return kept.getvalue()


def hollow():
    """A workbook in name: its parts hold nothing."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<a/>")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("events.csv", b"x" * (reading.SIZE + 1), "larger than 2 MB"),
        ("events.pdf", b"%PDF-1.4", "no table that can be read"),
        ("events.exe", b"MZ", "no table that can be read"),
        ("events.csv", b"", "no row with the names"),
        ("events.csv", b"only one column\na\nb\n", "no row with the names"),
        ("events.csv", b"partner,date,what for\n", "no row below"),
        ("events.csv", b"a,b\n" + b"1,2\n" * (reading.ROWS + 1), "more than 2000 rows"),
        ("events.csv", b"a,b\n" + b"," * 100 + b"1\n", "more than 60 cells"),
        ("events.csv", b'a,b\n"' + b"y" * 6000 + b'",1\n', "more than 60 cells"),
        ("events.csv", b'a,b\n1,2\n3,"' + b"y" * 200_000, "row 3: A cell does not end"),
        ("events.csv", b"\x00\x01\x02binary,,", "not what its name says"),
        ("events.csv", b"<!doctype html><html>", "not what its name says"),
        ("events.xlsx", b"PK\x03\x04 not a workbook", "not what its name says"),
        ("events.xlsx", hollow(), "not what its name says"),
        ("events.xlsx", bomb(), "unpacks to far more"),
        ("events.xlsx", workbook(["a", "b"]), "no row below"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(name, content, said):
    with pytest.raises(SaidToPeople, match=said):
        read(content, name=name)


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ("colour,shape", "These columns are missing: “partner”, “date”, “what for”"),
        ("partner,dat,what for", "Should “dat” be “date”"),
        ("receiver,date,what for", "These columns are missing: “partner”"),
    ],
)
def test_missing_columns_are_named_with_what_there_is_and_nothing_is_kept(head, ashfield, heads, said):
    with pytest.raises(SaidToPeople, match=said):
        actions.send(who=head, school=ashfield, table=read(f"{heads}\n1,2,3\n"), now=NOW)
    assert not EventFile.objects.exists()
    assert not Entry.objects.exists()


def test_columns_of_tables_that_impact_is_judged_by_are_known_here_by_the_same_names():
    for word in ("receiver", "provider", "partnership", "theme", "kind"):
        assert set(HEADINGS[word]) <= set(columns.HEADINGS[word])
    assert set(HEADINGS["start"]) | set(HEADINGS["date"]) <= set(columns.HEADINGS["date"])
    assert set(HEADINGS["practice"]) <= set(columns.HEADINGS["purpose"])


@pytest.mark.parametrize("language", ["en", "cy"])
def test_what_a_column_is_called_on_pages_is_a_name_that_is_read(language):
    with override(language):
        for word, label in columns.LABELS.items():
            assert plain(str(label)) in columns.HEADINGS[word]


def test_a_table_of_pairs_as_impact_reads_it_is_a_table_of_events(head, ashfield, partnership):
    looked = look(
        head,
        ashfield,
        "provider,receiver,start,theme,practice\n900002,900001,2026-10-05,attendance,Calls home\n",
    )
    assert [row.words.purpose for row in looked.new] == ["Calls home"]


def test_welsh_columns_and_words_are_read(head, ashfield, partnership):
    with override("cy"):
        looked = look(
            head,
            ashfield,
            "ysgol bartner;dyddiad;math;ar gyfer beth;oriau’r darparwr;cyflwr\n"
            "900002;05/10/2026;cyfarfod;Sgwrs;2,5;cynhaliwyd\n",
        )
    words = looked.new[0].words
    assert (words.kind, words.state, words.provider_hours) == ("meeting", "held", 2.5)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", (2026, 11, 30)),
        ("30/11/2026", (2026, 11, 30)),
        ("30.11.2026", (2026, 11, 30)),
        ("30-11-2026", (2026, 11, 30)),
        ("3/4/26", (2026, 4, 3)),
        ("2026-11-30 00:00:00", (2026, 11, 30)),
        ("2026-11-30T09:30", (2026, 11, 30)),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert cells.day(text) == datetime.date(*day)


@pytest.mark.parametrize(
    "text", ["11/30/2026", "tomorrow", "2026", "2026/27", "1926-11-30", "2026-13-01", ""]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(SaidToPeople, match=r"is not a date|is a year"):
        cells.day(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("9:05", (9, 5)),
        ("09.05", (9, 5)),
        ("14:30:00", (14, 30)),
        ("9am", (9, 0)),
        ("12am", (0, 0)),
        ("2.30 PM", (14, 30)),
    ],
)
def test_times_are_read_as_people_write_them(text, time):
    assert cells.time(text) == datetime.time(*time)


@pytest.mark.parametrize("text", ["9", "24:00", "10:60", "13pm", "0am", "noon"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(SaidToPeople, match="not a time of day"):
        cells.time(text)


@pytest.mark.parametrize("text", ["-1", "501", "NaN", "Infinity", "1e9", "x", "1.2.3"])
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(SaidToPeople, match="not a number of hours"):
        cells.hours(text)


def test_long_texts_are_refused_and_not_cut(head, ashfield, partnership):
    looked = look(head, ashfield, f"partner,date,what for\n900002,2026-10-05,{'x' * 301}\n")
    assert [slip.what for slip in looked.refused[0].slips] == ["It is 1 letter too long."]


def test_old_files_that_were_not_saved_are_forgotten(head, ashfield, partnership):
    long_ago = NOW - actions.LONG - datetime.timedelta(days=1)
    old = actions.send(who=head, school=ashfield, table=read(GOOD), now=long_ago)
    kept = [
        actions.send(who=head, school=ashfield, table=read(GOOD), now=NOW) for _ in range(actions.KEPT + 1)
    ]
    assert set(EventFile.objects.all()) == set(kept[1:])
    assert old not in EventFile.objects.all()


# Pages.


def upload(text, name="events.csv"):
    return {"file": SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())}


def test_from_the_file_to_the_room_by_the_pages(browse, head, ashfield, partnership):
    client = browse(head)
    page = client.get(reverse("events", args=[ashfield.pk]))
    assert "What the file needs" in page.content.decode()
    answer = client.post(reverse("events", args=[ashfield.pk]), upload(GOOD))
    file = EventFile.objects.get()
    assert (answer.status_code, answer.url) == (303, reverse("event-file", args=[file.pk]))
    page = client.get(answer.url).content.decode()
    assert "Save 3 events" in page
    assert "See how tutors follow up" in page
    assert not Visit.objects.exists()
    answer = client.post(answer.url)
    assert answer.status_code == 303
    assert Visit.objects.count() == 3
    assert "3 events were saved" in client.get(answer.url).content.decode()
    assert "events.csv" in client.get(reverse("events", args=[ashfield.pk])).content.decode()


def test_a_file_with_bad_rows_shows_them_and_can_be_taken_away_to_be_mended(
    browse, head, ashfield, partnership
):
    client = browse(head)
    answer = client.post(reverse("events", args=[ashfield.pk]), upload(BAD), follow=True)
    page = answer.content.decode()
    assert "“2018/19” is a year, and an event has a day." in page
    assert "These columns are not read:" in page
    file = EventFile.objects.get()
    refused = client.post(reverse("event-file", args=[file.pk]))
    assert refused.status_code == 422
    assert "rows to be mended, so nothing was saved" in refused.content.decode()
    sheet = client.get(reverse("event-file-refused", args=[file.pk])).content.decode("utf-8-sig").splitlines()
    assert sheet[0].endswith("colour,what is wrong,what to do")
    assert len(sheet) == 7
    assert "'-1" in sheet[5]
    answer = client.post(reverse("event-file", args=[file.pk]), {"leave_out": "on"}, follow=True)
    assert "6 rows were left out" in answer.content.decode()


def test_wrong_columns_are_said_on_the_form(browse, head, ashfield):
    answer = browse(head).post(reverse("events", args=[ashfield.pk]), upload("a,b\n1,2\n"))
    assert answer.status_code == 422
    assert "These columns are missing" in answer.content.decode()


def test_a_page_without_a_file_is_shown_again(browse, head, ashfield):
    assert browse(head).post(reverse("events", args=[ashfield.pk]), {}).status_code == 422


def test_a_file_that_was_dropped_while_it_came_is_said(browse, head, ashfield, monkeypatch):
    monkeypatch.setattr(receiving, "LIMIT", 1000)
    sent = {"file": SimpleUploadedFile("events.csv", b"x" * 200_000)}
    answer = browse(head).post(reverse("events", args=[ashfield.pk]), sent)
    assert answer.status_code == 422
    assert "This file is larger than 10 MB." in answer.content.decode()
    assert "This field is required" not in answer.content.decode()


def test_the_example_is_a_file_that_can_be_sent(browse, head, other_head, ashfield, birchwood, partnership):
    client = browse(head)
    for language in ("en", "cy"):
        client.cookies["django_language"] = language
        example = client.get(reverse("events-example", args=[ashfield.pk])).content
        looked = look(head, ashfield, example)
        assert (len(looked.new), looked.refused, looked.unread) == (1, [], [])
    of_partner = browse(other_head).get(reverse("events-example", args=[birchwood.pk])).content
    assert len(look(other_head, birchwood, of_partner).new) == 1
    Partnership.objects.all().delete()
    assert b"Name or number" in browse(head).get(reverse("events-example", args=[ashfield.pk])).content


def test_a_file_can_be_thrown_away(browse, head, sent, ashfield):
    answer = browse(head).post(reverse("event-file-throw", args=[sent.pk]))
    assert (answer.status_code, answer.url) == (303, reverse("events", args=[ashfield.pk]))
    assert not EventFile.objects.exists()


def test_a_file_with_nothing_new_offers_no_saving(browse, head, sent, ashfield):
    actions.save(who=head, file=sent, leave_out=False, now=NOW)
    client = browse(head)
    page = client.post(reverse("events", args=[ashfield.pk]), upload(GOOD), follow=True).content.decode()
    assert "It is there already." in page
    assert "Save" not in page.split("<main")[1].split("</main>")[0]


def test_nobody_else_finds_the_file(browse, other_head, stranger, officer, sent, ashfield, make_person):
    colleague = make_person("headteacher", ashfield)
    for person in (other_head, stranger, officer, colleague):
        client = browse(person)
        for name in ("event-file", "event-file-refused"):
            assert client.get(reverse(name, args=[sent.pk])).status_code == 404
        assert client.post(reverse("event-file", args=[sent.pk])).status_code == 404
        assert client.post(reverse("event-file-throw", args=[sent.pk])).status_code == 404
    for person in (other_head, stranger, officer):
        assert browse(person).get(reverse("events", args=[ashfield.pk])).status_code == 403
        assert browse(person).get(reverse("events-example", args=[ashfield.pk])).status_code == 403
    assert browse().get(reverse("event-file", args=[sent.pk])).status_code == 302
    assert browse(colleague).get(reverse("events", args=["nothing"])).status_code == 404


def test_html_in_a_file_is_text_on_the_page(browse, head, ashfield, partnership):
    text = "partner,date,what for,<b>x</b>\n900002,2026-10-05,<script>alert(1)</script>,\n<i>,x,y,\n"
    page = (
        browse(head).post(reverse("events", args=[ashfield.pk]), upload(text), follow=True).content.decode()
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<i>" not in page


def test_a_file_says_its_name(sent):
    assert str(sent) == "events.csv"
    assert sent.place().schools == {"900001"}
