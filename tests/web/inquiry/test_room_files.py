"""Files of a room: sent, looked at, kept outside the web root, handed out to those who may, removed."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from commonroom.errors import SaidToPeople
from commonroom.web.audit.models import Entry
from commonroom.web.files import receiving
from commonroom.web.inquiry import actions, words
from commonroom.web.inquiry.actions import files
from commonroom.web.inquiry.models import Attachment
from commonroom.web.partnerships.models import Moment
from room_words import TODAY, begin_cycle, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def kept(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def upload(name: str = "script.txt", content: bytes = b"Good afternoon") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def add(who, partnership, sent=None, **others):
    belongs = words.Filed(**others)
    return actions.files.add(who=who, partnership=partnership, sent=(sent or upload(), belongs), today=TODAY)


def test_a_file_is_sent_once_handed_out_and_removed(
    partnership, head, other_head, browse, root, django_capture_on_commit_callbacks
):
    cycle = begin_cycle(head, partnership)
    path = f"/partnerships/{partnership.pk}/files/"
    typed = {"visibility": "both", "cycle": cycle.pk, "stage": "do", "key": str(uuid.uuid4())}
    client = browse(head)
    for _ in range(2):
        sent = {**typed, "file": upload("../\u202eScript <b>.txt")}
        assert client.post(f"{path}new/", sent).status_code == 303
    found = Attachment.objects.get()
    assert found.name == "Script -b-.txt"
    assert len(kept(root)) == 1
    assert "Script" not in str(kept(root)[0])
    response = browse(other_head).get(f"{path}{found.pk}/")
    assert b"".join(response.streaming_content) == b"Good afternoon"
    assert response["Content-Disposition"] == 'attachment; filename="Script -b-.txt"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Script -b-.txt" in client.get(path).content.decode()
    assert "Script -b-.txt" in read(client, partnership, f"cycles/{cycle.pk}/")
    assert client.get(f"{path}{found.pk}/remove/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{path}{found.pk}/remove/").status_code == 303
    assert kept(root) == []
    removed, added = Moment.objects.filter(kind__startswith="file.")
    assert (removed.kind, removed.title, added.path) == ("file.removed", "Script -b-.txt", "")
    assert Entry.objects.filter(kind="attachment").count() == 2
    assert str(found) == "Script -b-.txt"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("page.html", b"<html>"), "Files of this kind are not taken."),
        (("page.pdf", b"<html>"), "not what its name says"),
        (("empty.txt", b""), "empty"),
    ],
)
def test_what_may_not_be_sent_is_said_in_one_sentence_and_leaves_nothing(
    sent, said, partnership, head, browse, root
):
    typed = {"visibility": "both", "file": upload(*sent)}
    response = browse(head).post(f"/partnerships/{partnership.pk}/files/new/", typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Attachment.objects.exists()
    assert not root.exists()


def test_a_file_that_is_too_large_is_said(partnership, head, browse, monkeypatch, root):
    monkeypatch.setattr(receiving, "LIMIT", 1000)
    typed = {"visibility": "both", "file": upload(content=b"x" * 200_000)}
    response = browse(head).post(f"/partnerships/{partnership.pk}/files/new/", typed)
    assert response.status_code == 422
    assert "larger than 10 MB" in response.content.decode()
    assert response.context["form"].errors.keys() == {"file"}
    assert not root.exists()


def test_a_file_on_disk_is_taken_as_one_in_memory(partnership, head, root):
    large = TemporaryUploadedFile("large.txt", "text/plain", 3, None)
    large.write(b"abc")
    large.seek(0)
    assert add(head, partnership, large).size == 3
    large.close()


def test_a_file_of_no_cycle_stands_among_the_files(partnership, head, browse):
    path = f"/partnerships/{partnership.pk}/files/"
    typed = {"visibility": "both", "file": upload()}
    sent = browse(head).post(f"{path}new/", typed)
    assert sent.url == f"{path}#file-{Attachment.objects.get().pk}"


def test_the_files_of_a_room_are_limited_and_nothing_stays_of_one_too_many(
    partnership, head, monkeypatch, root
):
    monkeypatch.setattr(files, "ROOM", 20)
    add(head, partnership)
    with pytest.raises(SaidToPeople, match="would come to more than"):
        add(head, partnership)
    assert len(kept(root)) == Attachment.objects.count() == 1


def test_a_file_is_removed_by_the_school_that_sent_it_alone(partnership, head, other_head, browse):
    found = add(head, partnership)
    path = f"/partnerships/{partnership.pk}/files/{found.pk}/remove/"
    assert path in read(browse(head), partnership, "files/")
    assert path not in read(browse(other_head), partnership, "files/")
    assert browse(other_head).get(path).status_code == browse(other_head).post(path).status_code == 403


def test_a_school_s_own_file_is_the_school_s(partnership, head, other_head, officer, stranger, browse):
    cycle = begin_cycle(head, partnership)
    found = add(head, partnership, upload("leaving.txt"), visibility="school", cycle=cycle, stage="do")
    path = f"/partnerships/{partnership.pk}/files/{found.pk}/"
    handed = browse(head).get(path)
    assert b"".join(handed.streaming_content) == b"Good afternoon"
    for person in (other_head, officer, stranger):
        client = browse(person)
        for part in ("", "remove/"):
            assert client.get(path + part).status_code in (403, 404)
        for page in ("files/", "files.csv", "timeline/", f"cycles/{cycle.pk}/", ""):
            shown = read(client, partnership, f"{page}")
            assert "leaving.txt" not in shown
        with pytest.raises(PermissionDenied):
            actions.files.remove(who=person, attachment=found, today=TODAY)
    actions.files.remove(who=head, attachment=found, today=TODAY)
    entries = Entry.objects.filter(kind="attachment")
    assert "leaving" not in json.dumps([[entry.before, entry.after] for entry in entries])
    assert not Moment.objects.filter(kind__startswith="file.").exists()


def test_strangers_send_nothing(partnership, stranger, officer, root):
    for person in (stranger, officer):
        with pytest.raises(PermissionDenied):
            add(person, partnership)
    assert not root.exists()


def test_what_nobody_knows_of_is_swept(partnership, head, root):
    import os

    add(head, partnership)
    orphan = root / "ab" / "abc"
    orphan.parent.mkdir()
    orphan.write_bytes(b"x")
    for path in kept(root):
        os.utime(path, (0, 0))
    assert actions.files.sweep() == 1
    assert len(kept(root)) == 1
