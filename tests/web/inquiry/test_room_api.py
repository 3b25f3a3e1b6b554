"""The room for programs: the same rules, the same refusals."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from commonroom.web.inquiry.models import Note
from commonroom.web.partnerships.models import Partnership
from room_words import begin_cycle

pytestmark = pytest.mark.django_db


class Program:
    """A program that asks in somebody's name."""

    def __init__(self, client, partnership: Partnership) -> None:
        self.client, self.base = client, f"/api/partnerships/{partnership.pk}/"

    def __call__(self, method: str, path: str, content=None):
        sent = {} if content is None else {"data": json.dumps(content), "content_type": "application/json"}
        response = getattr(self.client, method)(self.base + path, **sent)
        return response.status_code, response.json() if response.content else None


@pytest.fixture
def ask(browse, head, partnership) -> Program:
    return Program(browse(head), partnership)


READING = (
    "summary",
    "room",
    "timeline",
    "reviews",
    "cycles",
    "notes",
    "files",
    "visits",
    "actions",
    "decisions",
    "impact",
)


def test_a_room_is_read(ask, head, partnership):
    begin_cycle(head, partnership)
    for path in READING:
        assert ask("get", path)[0] == 200
    room = ask("get", "room")[1]
    assert (room["days_used"], room["receiver"]["name"]) == ("0.0", "Ashfield School")
    assert room["people"] == [{"id": head.pk, "name": head.name}]
    assert ask("get", "timeline")[1][0]["what"] == "Cycle begun"


def test_strangers_find_nothing_and_officers_the_summary(browse, stranger, officer, partnership, head):
    cycle = begin_cycle(head, partnership)
    outside, above = Program(browse(stranger), partnership), Program(browse(officer), partnership)
    for path in READING:
        assert outside("get", path)[0] == 404
        assert above("get", path)[0] == (200 if path == "summary" else 403)
    for path, content in (
        ("cycles", {"question": "x"}),
        (f"cycles/{cycle.pk}/resume?revision=1", None),
        ("notes", {"text": "x", "date": "2026-11-20", "visibility": "both"}),
        ("visits", {"date": "2026-11-20", "purpose": "x"}),
        ("actions", {"what": "x"}),
        ("decisions", {"what": "x", "date": "2026-11-20"}),
        ("begin", None),
        ("reopen", None),
    ):
        assert outside("post", path, content)[0] == 404
        assert above("post", path, content)[0] == 403


def test_a_cycle_is_run(ask, head):
    status, cycle = ask("post", "cycles", {"question": "Do calls help?", "plan_by": "2026-12-01"})
    assert status == 201
    here = f"cycles/{cycle['id']}"
    assert ask("put", f"{here}/plan?revision=1", {"question": "Do they?"})[1]["question"] == "Do they?"
    assert ask("post", f"{here}/move?revision=2&stage=do")[1]["stage"] == "do"
    assert ask("put", f"{here}/do?revision=3", {"happened": "Yes"})[1]["happened"] == "Yes"
    assert ask("put", f"{here}/study?revision=4", {"learned": "More"})[1]["learned"] == "More"
    status, said = ask("put", f"{here}/study?revision=4", {"learned": "Late"})
    assert status == 409
    assert f"{head} changed this while you were writing: what we learned." in said["what"]
    assert ask("post", f"{here}/end?revision=5", {"next": "adopt", "next_why": "It works"})[1]["ended"]
    assert ask("post", f"{here}/resume?revision=6")[1]["ended"] is None
    assert ask("get", here)[1]["question"] == "Do they?"


def test_notes_are_written_changed_shared_and_removed(ask, browse, other_head, partnership):
    cycle = ask("post", "cycles", {"question": "Do calls help?"})[1]["id"]
    sent = {"text": "Ours", "date": "2026-11-20", "visibility": "school", "cycle": cycle, "stage": "do"}
    key = {"key": "6f6cdd3b-0f0e-4e38-9d36-5f7a5b8a1c11"}
    status, note = ask("post", "notes", {**sent, **key, "school": "receiver"})
    assert status == 201
    assert ask("post", "notes", {**sent, **key})[1]["id"] == note["id"]
    other = Program(browse(other_head), partnership)
    assert other("get", "notes")[1] == []
    assert other("put", f"notes/{note['id']}?revision=1", sent)[0] == 404
    assert other("delete", f"notes/{note['id']}")[0] == 404
    shared = ask("put", f"notes/{note['id']}?revision=1", {**sent, "visibility": "both"})[1]
    assert shared["visibility"] == "both"
    assert [one["text"] for one in other("get", "notes")[1]] == ["Ours"]
    assert ask("delete", f"notes/{note['id']}") == (204, None)
    assert not Note.objects.exists()
    assert ask("post", "notes", {**sent, "cycle": 999_999})[0] == 400
    assert ask("post", "notes", {**sent, "school": "provider"})[0] == 403


def test_files_are_sent_taken_and_removed(ask, head, browse, other_head, partnership, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    sent = {"visibility": "school", "file": SimpleUploadedFile("a.txt", b"abc")}
    response = ask.client.post(f"{ask.base}files", sent)
    assert response.status_code == 201
    here = f"files/{response.json()['id']}"
    taken = ask.client.get(ask.base + here)
    assert b"".join(taken.streaming_content) == b"abc"
    assert taken["Content-Disposition"].startswith("attachment")
    other = Program(browse(other_head), partnership)
    assert (other("get", here)[0], other("delete", here)[0]) == (404, 404)
    wrong = ask.client.post(f"{ask.base}files", {**sent, "file": SimpleUploadedFile("a.html", b"<html>")})
    assert wrong.status_code == 400
    assert ask("delete", here)[0] == 204


def test_visits_actions_and_decisions_are_written_and_changed(ask, head, stranger):
    visit = {"date": "2026-11-20", "purpose": "See", "begins": "09:00:00Z", "provider_hours": 6}
    status, made = ask("post", "visits", {**visit, "people": [head.pk]})
    assert (status, made["begins"], made["people"][0]["id"]) == (201, "09:00:00", head.pk)
    for nobody in (stranger.pk, 999_999):
        assert ask("post", "visits", {**visit, "people": [nobody]})[0] == 400
    held = ask("put", f"visits/{made['id']}?revision=1", {**visit, "state": "held"})[1]
    assert (held["state"], ask("get", "room")[1]["days_used"]) == ("held", "1.0")
    assert ask("post", f"visits/{made['id']}/join")[1]["people"][0]["id"] == head.pk
    status, point = ask("post", "actions", {"what": "Send", "owner": head.pk, "due": "2026-12-01"})
    assert (status, point["owner"]["id"]) == (201, head.pk)
    assert ask("post", "actions", {"what": "Send", "owner": 999_999})[0] == 400
    assert ask("put", f"actions/{point['id']}?revision=1", {"what": "Send all"})[1]["owner"] is None
    assert ask("post", f"actions/{point['id']}/tick")[1]["done"]
    status, decision = ask("post", "decisions", {"what": "Year 9", "date": "2026-11-02"})
    assert status == 201
    assert (
        ask("put", f"decisions/{decision['id']}?revision=1", {"what": "Year 8", "date": "2026-11-02"})[0]
        == 200
    )


def test_heads_lead(ask, browse, other_head, partnership):
    revision = ask("get", "room")[1]["revision"]
    assert ask("put", f"aim?revision={revision}", {"aim": "Reading", "days": 12})[1]["days"] == "12"
    status, said = ask("put", f"aim?revision={revision}", {"aim": "Attendance"})
    assert (status, "aim, days agreed" in said["what"]) == (409, True)
    assert ask("post", "begin")[1]["state"] == "working"
    review = {"year": 2027, "term": "autumn", "well": "Trust", "word": "Again"}
    status, made = ask("post", "reviews", review)
    assert (status, made["receiver_word"]) == (201, "Again")
    other = Program(browse(other_head), partnership)
    assert other("put", f"reviews/{made['id']}?revision=1", review)[1]["provider_word"] == "Again"
    plan = {
        "measure": "attainment8",
        "first": 2028,
        "last": 2029,
        "smallest": 0.2,
        "question": "x",
        "failure": "y",
    }
    status, asked = ask("post", "impact", plan)
    assert (status, asked["state"]) == (202, "waiting")
    assert ask("post", "close", {"lesson": "Start small."})[1]["state"] == "closed"
    assert ask("post", "cycles", {"question": "x"})[0] == 409
    lessons = other("put", "lesson", {"text": "Giving teaches."})[1]["lessons"]
    assert lessons == "Ashfield School: Start small.\n\nBirchwood School: Giving teaches."
    assert other("post", "reopen")[1]["state"] == "working"
