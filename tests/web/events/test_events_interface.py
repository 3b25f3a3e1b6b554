"""Events from a file, for programs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions as accounts
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.inquiry.models import Visit

pytestmark = pytest.mark.django_db
TEXT = b"partner,date,what for,colour\n900002,2026-10-05,A visit,red\n900002,never,Bad,\n"


@pytest.fixture
def program():
    """A client that acts by a person's token."""

    def start(person):
        _token, text = accounts.make_token(who=person, name="test", now=timezone.now())
        return Client(headers={"Authorization": f"Bearer {text}"})

    return start


def send(client, content=TEXT, number="900001"):
    return client.post(f"/api/schools/{number}/events", {"file": SimpleUploadedFile("events.csv", content)})


def test_a_file_is_sent_read_saved_and_gone(program, head, partnership):
    client = program(head)
    answer = send(client)
    assert answer.status_code == 201
    said = answer.json()
    assert [(row["row"], row["purpose"], row["partnership"]) for row in said["new"]] == [
        (2, "A visit", partnership.pk)
    ]
    assert [slip["column"] for slip in said["refused"][0]["slips"]] == ["date"]
    assert said["unread"] == ["colour"]
    path = f"/api/event-files/{said['id']}"
    assert client.get(path).json() == said
    refused = client.post(f"{path}/save", {}, content_type="application/json")
    assert refused.status_code == 400
    assert "rows to be mended" in refused.json()["what"]
    saved = client.post(f"{path}/save", {"leave_out": True}, content_type="application/json").json()
    assert (saved["added"], saved["left_out"], saved["new"]) == (1, 1, [])
    assert Visit.objects.count() == 1
    assert client.delete(path).status_code == 204
    assert not EventFile.objects.exists()
    assert Visit.objects.count() == 1


def test_nobody_reaches_another_s_file_or_school(program, head, other_head, stranger, partnership):
    number = send(program(head)).json()["id"]
    for person in (other_head, stranger):
        client = program(person)
        assert send(client).status_code == 403
        assert client.get(f"/api/event-files/{number}").status_code == 404
        assert (
            client.post(f"/api/event-files/{number}/save", {}, content_type="application/json").status_code
            == 404
        )
        assert client.delete(f"/api/event-files/{number}").status_code == 404
    assert send(Client()).status_code == 401
    assert send(program(head), number="9%00").status_code == 404
    assert send(program(head), b"a,b\n1,2\n").status_code == 400
