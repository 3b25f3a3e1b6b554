"""Notes: for both schools, or for one alone; the other never sees, hears or finds anything of it."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.exceptions import PermissionDenied

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Membership
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import actions, queries, words
from commonroom.web.inquiry.models import Note
from commonroom.web.partnerships.models import Moment
from room_words import TODAY, begin_cycle, read, write_note

pytestmark = pytest.mark.django_db
SECRET = "Their head of year is leaving"


def change(who, note, text="Changed", visibility="both"):
    noted = words.Noted(text, TODAY, visibility)
    return actions.notes.change(who=who, note=note, words=noted, revision=note.revision, today=TODAY)


def test_a_note_is_written_once_however_often_it_is_sent(partnership, head, browse):
    cycle = begin_cycle(head, partnership)
    typed = {
        "text": "<script>alert(1)</script>",
        "date": "2026-11-20",
        "visibility": "both",
        "cycle": cycle.pk,
        "stage": "do",
        "key": str(uuid.uuid4()),
    }
    path = f"/partnerships/{partnership.pk}/notes/"
    for _ in range(2):
        assert browse(head).post(f"{path}new/", typed).status_code == 303
    note = Note.objects.get()
    assert (note.stage, note.school_id, note.who) == ("do", "900001", head)
    assert Entry.objects.filter(action="note.write").count() == 1
    assert Moment.objects.filter(kind="note.written").count() == 1
    page = browse(head).get(path).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert str(note).startswith("Note 2026")


def test_a_school_s_own_note_is_the_school_s(
    partnership, head, other_head, officer, stranger, make_person, system, ashfield, browse
):
    cycle = begin_cycle(head, partnership)
    supporter = make_person("system_leader", system)
    partnership.supporters.add(supporter)
    note = write_note(head, partnership, SECRET, visibility="school", cycle=cycle, stage="plan")
    pages = ("", "notes/", "notes.csv", "timeline/", "timeline.csv", f"cycles/{cycle.pk}/")
    colleague = make_person("teacher", ashfield)
    assert SECRET in read(browse(colleague), partnership, "notes/")
    assert "my school only" in read(browse(head), partnership, f"cycles/{cycle.pk}/")
    for person in (other_head, officer, stranger, supporter, make_person("administrator")):
        client = browse(person)
        for page in pages:
            assert SECRET not in read(client, partnership, f"{page}")
        assert note not in queries.notes(person, partnership)
        for path in (f"notes/{note.pk}/", f"notes/{note.pk}/remove/"):
            for ask in (client.get, client.post):
                assert ask(f"/partnerships/{partnership.pk}/{path}").status_code in (403, 404)
        for act in (change, lambda who, note: actions.notes.remove(who=who, note=note, today=TODAY)):
            with pytest.raises(PermissionDenied):
                act(person, note)
    assert not Moment.objects.filter(kind__startswith="note.").exists()


def test_what_a_school_keeps_to_itself_stands_in_no_audit_entry(partnership, head):
    note = write_note(head, partnership, SECRET, visibility="school")
    change(head, note, SECRET + " soon", "school")
    entries = Entry.objects.filter(kind="note")
    assert [entry.schools for entry in entries] == [["900001"], ["900001"]]
    assert "leaving" not in json.dumps([[entry.before, entry.after] for entry in entries])
    actions.notes.remove(who=head, note=Note.objects.get(), today=TODAY)
    assert "leaving" not in json.dumps([[entry.before, entry.after] for entry in Entry.objects.all()])
    assert not Moment.objects.exists()


def test_an_own_note_can_be_shared_and_a_shared_one_not_taken_back(partnership, head, other_head, browse):
    note = write_note(head, partnership, visibility="school")
    path = f"/partnerships/{partnership.pk}/notes/{note.pk}/"
    assert browse(head).get(path).status_code == 200
    typed = {"text": "For both", "date": "2026-11-22", "visibility": "both", "revision": "1"}
    assert browse(head).post(path, typed).status_code == 303
    note.refresh_from_db()
    assert not note.is_own
    assert Moment.objects.get().kind == "note.shared"
    assert "For both" in read(browse(other_head), partnership, "notes/")
    with pytest.raises(SaidToPeople, match="has read this note"):
        change(head, note, visibility="school")
    assert "visibility" not in browse(head).get(path).content.decode()
    assert browse(head).post(path, {**typed, "text": "Again", "revision": "2"}).status_code == 303
    assert Moment.objects.first().kind == "note.changed"


def test_two_who_change_a_note_at_once_both_keep_their_text(partnership, head, make_person, ashfield, browse):
    note = write_note(head, partnership)
    path = f"/partnerships/{partnership.pk}/notes/{note.pk}/"
    typed = {"date": "2026-11-20", "revision": "1"}
    assert browse(head).post(path, {**typed, "text": "Mine"}).status_code == 303
    later = {**typed, "text": "Yours", "date": "2026-11-19"}
    second = browse(make_person("teacher", ashfield)).post(path, later)
    assert second.status_code == 422
    for shown in ("Mine", "Yours", "20 November 2026"):
        assert shown in second.content.decode()


def test_a_note_is_removed_and_leaves_a_trace_without_its_words(partnership, head, browse):
    cycle = begin_cycle(head, partnership)
    note = write_note(head, partnership, "Too much said", cycle=cycle)
    path = f"/partnerships/{partnership.pk}/notes/{note.pk}/remove/"
    assert "Too much said" in browse(head).get(path).content.decode()
    assert browse(head).post(path).status_code == 303
    assert not Note.objects.exists()
    removed, written = Moment.objects.filter(kind__startswith="note.")
    assert (removed.kind, written.path) == ("note.removed", "")
    assert "Too much said" not in read(browse(head), partnership, "timeline/")


def test_a_partner_does_not_change_what_the_other_school_wrote(partnership, head, other_head, browse):
    note = write_note(head, partnership)
    here = f"/partnerships/{partnership.pk}/notes/{note.pk}/"
    assert here in read(browse(head), partnership, "notes/")
    assert here not in read(browse(other_head), partnership, "notes/")
    assert browse(other_head).get(here).status_code == 403
    with pytest.raises(PermissionDenied):
        change(other_head, note)
    assert (
        browse(other_head)
        .post(
            f"/partnerships/{partnership.pk}/notes/{note.pk}/",
            {"text": "x", "date": "2026-11-20", "revision": "1"},
        )
        .status_code
        == 403
    )


def test_who_belongs_to_both_schools_says_for_which(partnership, head, birchwood, browse):
    Membership.objects.create(person=head, role="headteacher", school=birchwood)
    page = read(browse(head), partnership, "notes/new/")
    assert 'name="school"' in page
    typed = {"text": "x", "date": "2026-11-20", "visibility": "school", "school": "900002"}
    assert browse(head).post(f"/partnerships/{partnership.pk}/notes/new/", typed).status_code == 303
    assert Note.objects.get().school == birchwood


def test_nobody_writes_in_another_school_s_name(partnership, head, birchwood):
    with pytest.raises(PermissionDenied):
        write_note(head, partnership, visibility="school", school=birchwood)


def test_strangers_write_nothing(partnership, stranger, officer, make_person, ashfield):
    for person in (stranger, officer, make_person("governor", ashfield)):
        with pytest.raises(PermissionDenied):
            write_note(person, partnership)
    assert not Entry.objects.exists()
