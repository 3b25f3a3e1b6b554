"""The review at the end of a term, lists to take away, and writing once and over nobody."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError

from commonroom.errors import SaidToPeople
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import forms, takeaway
from commonroom.web.inquiry.actions import writing
from commonroom.web.inquiry.kinds import label
from commonroom.web.inquiry.models import Decision, Lesson, Note, Review
from commonroom.web.partnerships.models import Moment
from room_words import (
    TODAY,
    agree_point,
    begin_cycle,
    read,
    record_visit,
    take_decision,
    write_note,
    write_review,
)

pytestmark = pytest.mark.django_db


def test_each_head_adds_their_word_and_days_are_filled_in(partnership, head, other_head, browse):
    record_visit(head, partnership, state="held", provider_hours=Decimal(9))
    path = f"/partnerships/{partnership.pk}/reviews/"
    page = browse(head).get(f"{path}new/").content.decode()
    assert page.count('name="term"') == 3
    year = int(page.split('<option value="')[1][:4])
    typed = {
        "year": year,
        "term": "autumn",
        "well": "<b>Trust</b>",
        "word": "Again",
        "key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert browse(head).post(f"{path}new/", typed).status_code == 303
    review = Review.objects.get()
    assert (review.days, review.receiver_word, review.provider_word) == (Decimal("1.5"), "Again", "")
    client = browse(other_head)
    assert client.get(f"{path}{review.pk}/").status_code == 200
    added = {"well": "<b>Trust</b>", "word": "And again", "revision": "1"}
    assert client.post(f"{path}{review.pk}/", added).status_code == 303
    changed = {"well": "Much trust", "word": "And again", "revision": "2"}
    assert client.post(f"{path}{review.pk}/", changed).status_code == 303
    assert client.post(f"{path}{review.pk}/", changed).status_code == 422
    page = client.get(path).content.decode()
    for shown in ("Again", "And again", "Much trust", f"Autumn term {year - 1}/"):
        assert shown in page
    kinds = [moment.kind for moment in Moment.objects.filter(kind__startswith="review").order_by("pk")]
    assert kinds == ["review.written", "review.word", "review.changed"]
    assert Entry.objects.filter(kind="review").count() == 3
    with pytest.raises(SaidToPeople, match="reviewed already"):
        write_review(head, partnership, year=year)


def test_two_heads_of_a_school_see_each_other_s_word(partnership, head, make_person, ashfield, browse):
    review = write_review(head, partnership, word="Mine")
    path = f"/partnerships/{partnership.pk}/reviews/{review.pk}/"
    typed = {"well": "Trust", "word": "Yours", "revision": "0"}
    late = browse(make_person("headteacher", ashfield)).post(path, typed).content.decode()
    assert '<dt>Your word as head</dt><dd class="lines">Mine</dd>' in late
    assert "Yours" in late


def test_every_list_is_taken_away_with_its_formulas_disarmed(partnership, head, other_head, browse):
    begin_cycle(head, partnership)
    write_note(head, partnership, "=cmd()")
    write_note(other_head, partnership, "Secret", visibility="school")
    record_visit(head, partnership, people=(head, other_head))
    agree_point(head, partnership)
    take_decision(head, partnership)
    write_review(head, partnership)
    for name in takeaway.TABLES:
        response = browse(head).get(f"/partnerships/{partnership.pk}/{name}.csv")
        assert response["Content-Type"].startswith("text/csv")
        lines = response.content.decode("utf-8-sig").splitlines()
        assert len(lines) >= (1 if name == "files" else 2)
        assert "Secret" not in response.content.decode()
    assert "'=cmd()" in read(browse(head), partnership, "notes.csv")
    assert browse(head).get(f"/partnerships/{partnership.pk}/nonsense.csv").status_code == 404


def test_what_two_send_at_the_same_moment_under_one_key_is_one_thing(partnership, head, monkeypatch):
    note = write_note(head, partnership)
    asked = []
    found = writing._sent_before

    def late(made):
        asked.append(made)
        return None if len(asked) == 1 else found(made)

    monkeypatch.setattr(writing, "_sent_before", late)
    again = Note(partnership=partnership, who=head, key=note.key, text="x", date=TODAY, school=note.school)
    assert writing.once(again) == (note, False)


def test_the_key_of_another_is_no_way_to_their_thing(partnership, head, other_head):
    note = write_note(head, partnership)
    made = Note(partnership=partnership, who=other_head, key=note.key, text="x", date=TODAY)
    with pytest.raises(IntegrityError):
        writing.once(made)


def test_kinds_of_other_words_have_no_label():
    assert label("somebody.else") == ""
    assert label("note.written") == "Note written"


def test_things_are_called_by_what_they_say(partnership, head, ashfield):
    assert str(write_review(head, partnership)) == "Autumn term 2026/27"
    assert str(Lesson(school=ashfield)) == "Ashfield School: what we learned"
    assert str(Decision(what="Year 9")) == "Year 9"


def test_of_what_was_removed_meanwhile_nothing_is_shown_beside(partnership, head):
    form = forms.DoneForm({"happened": "x"}, person=head, partnership=partnership)
    form.show_theirs(writing.Overtaken(None))
    assert form.theirs == []
