"""Everything that a school owns: all of it, of every kind, and nothing of another."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile

import openpyxl
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from commonroom.web.accounts.models import Invitation
from commonroom.web.audit.models import Entry
from commonroom.web.files import keeping
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import Attachment, Lesson, Note, Review
from commonroom.web.narrative.feeds import actions, taking
from commonroom.web.narrative.feeds.taking import cells
from commonroom.web.narrative.feeds.taking.owned import OWNED
from commonroom.web.partnerships.models import Capacity, Offer, Reply
from commonroom.web.schools.models import School

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)
#: Models that lead to a school and are not the school's own, and why.
NOT_OWNED: dict[str, str] = {}


def leads_to_a_school(model, seen=()):
    """Whether a model names a school, or something that does; who wrote it does not count."""
    for field in (*model._meta.get_fields(),):
        if not isinstance(field, models.ForeignKey | models.ManyToManyField):
            continue
        other = field.related_model
        if other in seen or other._meta.app_label != "commonroom" or other._meta.object_name == "Person":
            continue
        if other is School or leads_to_a_school(other, (*seen, model)):
            return True
    return False


def test_every_model_that_leads_to_a_school_can_be_taken_away():
    found = {
        model._meta.object_name
        for model in apps.get_app_config("commonroom").get_models()
        if model is not School and leads_to_a_school(model)
    }
    # An entry names schools in a list, and no key leads there.
    taken = {owned.model._meta.object_name for owned in OWNED}
    assert found | {"School", "Entry"} == taken | set(NOT_OWNED)


def test_every_field_of_a_thing_is_taken_but_secrets_and_where_files_lie():
    for owned in OWNED:
        taken = {column.field.name for column in cells.columns(owned)}
        fields = {
            field.name for field in (*owned.model._meta.concrete_fields, *owned.model._meta.many_to_many)
        }
        assert fields - taken <= {"digest_of_token", "stored", "job"}, owned.name


@pytest.fixture
def file(head, ashfield, partnership):
    kept = keeping.keep(io.BytesIO(b"a file of ours"))
    return Attachment.objects.create(
        partnership=partnership,
        who=head,
        school=ashfield,
        name="plan.txt",
        media_type="text/plain",
        size=kept.size,
        sha256=kept.sha256,
        stored=kept.stored,
    )


@pytest.fixture
def everything(head, ashfield, birchwood, partnership, file, request):
    """One thing of each kind at least, of the school and of its partner alone."""
    for name in ("visit", "point", "cycle", "decision", "own_note", "message", "proposal", "agreement"):
        request.getfixturevalue(name)
    room = {"partnership": partnership, "who": head}
    Note.objects.create(**room, date=TODAY, text='=HYPERLINK("x")\n\x0bShared')
    Note.objects.create(**room, date=TODAY, text="ASHFIELD ALONE", visibility="school", school=ashfield)
    Review.objects.create(**room, year=2026, term="summer", well="+1 a week", days=2.5)
    Lesson.objects.create(**room, school=ashfield, text="Ask early")
    plan = {"measure": "absence", "first": 2027, "last": 2028, "smallest": 0.1, "said": {"en": ["So."]}}
    ImpactPlan.objects.create(**room, **plan, number=1)
    other = Attachment.objects.get(pk=file.pk)
    other.pk, other.stored, other.key = None, "zz/lost", "00000000-0000-0000-0000-000000000001"
    other.visibility, other.school, other.name = "school", birchwood, "SECRET.txt"
    other.save()
    Offer.objects.create(school=ashfield, says="offer", theme="attendance", phase="secondary", words="@home")
    Offer.objects.create(school=birchwood, says="offer", theme="attendance", phase="secondary", words="OTHER")
    Capacity.objects.create(school=ashfield, days=12)
    proposal = request.getfixturevalue("proposal")
    Reply.objects.create(proposal=proposal, side="receiver", answer="yes", reason="we want it")
    Reply.objects.create(proposal=proposal, side="provider", answer="no", reason="OTHER REASON")
    Invitation.objects.create(
        digest_of_token="D" * 64,
        email="new@example.org",
        role="teacher",
        school=ashfield,
        expires=timezone.now(),
    )
    EventFile.objects.create(who=head, school=ashfield, name="old.csv", heads=["a"], rows=[[2, ["b"]]])
    draft = type(proposal).objects.get(pk=proposal.pk)
    draft.pk, draft.theme, draft.state = None, "reading", "draft"
    draft.save()


def parcel(person, school):
    return actions.take_away(
        who=person, school=school, now=datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    )


def opened(person, school):
    with taking.workbook(parcel(person, school)) as made:
        return openpyxl.load_workbook(io.BytesIO(made.read()))


def sheets(person, school):
    """The sheets of a workbook, as lists of rows."""
    book = opened(person, school)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def tables(person, school):
    """The CSV files of an archive, by name, as lists of mappings; and all its other files."""
    with taking.archive(parcel(person, school)) as made, zipfile.ZipFile(made) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    read = {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.pop(name).decode("utf-8-sig"))))
        for name in list(content)
        if name.endswith(".csv")
    }
    return read, content


@pytest.mark.usefixtures("everything")
def test_the_workbook_has_every_kind_and_all_of_it(head, ashfield):
    found = sheets(head, ashfield)
    assert list(found) == ["README", *(owned.name for owned in OWNED)]
    for owned in OWNED:
        heads, names, *rows = found[owned.name]
        assert len(heads) == len(names) == len(set(names))
        assert len(rows) == owned.rows(ashfield).count() > 0, owned.name
    assert [row[1] for row in found["README"] if row[0] == "notes: Notes"] == ["2"]


@pytest.mark.usefixtures("everything")
def test_the_archive_has_the_same_and_the_files_themselves(head, ashfield, file):
    read, others = tables(head, ashfield)
    assert set(read) == {owned.name for owned in OWNED}
    assert {name: len(rows) for name, rows in read.items()} == {
        owned.name: owned.rows(ashfield).count() for owned in OWNED
    }
    assert others[f"files/{file.pk}-plan.txt"] == b"a file of ours"
    assert b"Ashfield School (900001)" in others["README.txt"]
    assert set(others) == {f"files/{file.pk}-plan.txt", "README.txt"}


@pytest.mark.usefixtures("everything")
def test_nothing_that_is_another_school_s_own_is_in_it(head, other_head, ashfield, birchwood):
    ours, others = tables(head, ashfield)
    text = f"{ours}{others}"
    assert "ASHFIELD ALONE" in text
    for secret in ("BIRCHWOOD ALONE", "SECRET.txt", "OTHER", "D" * 64, "reading"):
        assert secret not in text
    theirs = str(tables(other_head, birchwood))
    assert "BIRCHWOOD ALONE" in theirs
    assert "SECRET.txt" in theirs
    assert "ASHFIELD ALONE" not in theirs
    assert "we want it" not in theirs


@pytest.mark.usefixtures("everything")
def test_no_cell_is_a_formula(head, ashfield):
    book = opened(head, ashfield)
    cells_ = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells_)
    texts = [cell.value for cell in cells_ if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith(("=", "+", "@", "\t"))]
    assert '\'=HYPERLINK("x")\nShared' in texts
    read, _others = tables(head, ashfield)
    assert read["notes"][0]["text"] == '\'=HYPERLINK("x")\nShared'
    assert read["reviews"][0]["well"] == "'+1 a week"
    assert read["offers"][0]["words"] == "'@home"


@pytest.mark.usefixtures("everything")
def test_values_are_numbers_days_and_names(head, ashfield):
    found = sheets(head, ashfield)
    _heads, names, row = found["visits"]
    visit = dict(zip(names, row, strict=True))
    assert visit["date"] == datetime.datetime(2026, 11, 30)
    assert visit["begins"] == datetime.time(9, 30)
    assert (visit["kind"], visit["state"], visit["receiver_hours"]) == ("Visit", "Planned", 0)
    assert visit["partnership"] == "Ashfield School – Birchwood School"
    read, _others = tables(head, ashfield)
    assert read["visits"][0]["date"] == "2026-11-30"
    assert read["partnerships"][0]["receiver_id"] == "900001"
    assert read["partnerships"][0]["made_up"] == "no"
    assert read["asks"][0]["sent"] == "2026-11-20 09:00:00"
    assert read["impact-plans"][0]["said"] == '{"en": ["So."]}'
    assert read["people"][0]["person"] == head.name


@pytest.mark.usefixtures("everything")
def test_who_may_not_read_a_kind_is_told_that_it_is_left_out(make_person, ashfield):
    governor = make_person("governor", ashfield)
    found = sheets(governor, ashfield)
    assert "changes" not in found
    assert "event-files" not in found
    said = dict(found["README"])
    assert said["Left out, because you may not read it"] == "Files of events, Who changed what"


def test_it_says_what_when_who_and_from_which_evidence(head, ashfield, partnership):
    said = dict(sheets(head, ashfield)["README"])
    assert said["School"] == "Ashfield School (900001)"
    assert said["When"].startswith("23 November 2026")
    assert said["By"] == head.name
    assert said["Evidence"] == "none was published"
    with override("cy"):
        assert dict(sheets(head, ashfield)["README"])


def test_text_that_no_cell_holds_is_whole_in_the_archive(head, ashfield, partnership):
    Entry.objects.create(
        who=head, action="x", kind="y", key="1", schools=["900001"], after={"text": "z" * 40_000}
    )
    assert max(len(str(cell)) for row in sheets(head, ashfield)["changes"] for cell in row) == 32_767
    assert len(tables(head, ashfield)[0]["changes"][0]["after"]) > 40_000


def test_only_who_may_takes_it_away_and_it_is_written_down(
    browse, head, other_head, stranger, officer, make_person, ashfield
):
    names = ("take", "take-workbook", "take-archive")
    for person in (other_head, stranger, officer, make_person("teacher", ashfield)):
        for name in names:
            assert browse(person).get(reverse(name, args=["900001"])).status_code == 403
        with pytest.raises(PermissionDenied):
            parcel(person, ashfield)
    for name in names:
        assert browse().get(reverse(name, args=["900001"])).status_code == 302
        assert browse(head).get(reverse(name, args=["900009"])).status_code == 404
    assert not Entry.objects.exists()


def test_it_comes_as_files_by_the_page(browse, head, ashfield, partnership):
    client = browse(head)
    page = client.get(reverse("take", args=["900001"])).content.decode()
    assert "Visits and meetings" in page
    workbook = client.get(reverse("take-workbook", args=["900001"]))
    assert workbook.streaming
    assert "commonroom-900001-" in workbook["Content-Disposition"]
    assert workbook["Content-Type"].endswith("spreadsheetml.sheet")
    assert openpyxl.load_workbook(io.BytesIO(b"".join(workbook.streaming_content))).sheetnames[0] == "README"
    archive = client.get(reverse("take-archive", args=["900001"]))
    assert archive["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))).testzip() is None
    assert list(Entry.objects.values_list("action", flat=True)) == ["work.export", "work.export"]


def test_the_number_of_one_school_is_not_part_of_another_s(head, ashfield):
    Entry.objects.create(action="x", kind="y", key="1", schools=["9000011"])
    Entry.objects.create(action="x", kind="y", key="1", schools=["900001", "900002"])
    changes = next(owned for owned in OWNED if owned.name == "changes")
    assert [entry.schools for entry in changes.rows(ashfield)] == [["900001", "900002"]]
