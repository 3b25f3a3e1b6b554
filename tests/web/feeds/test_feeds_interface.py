"""A person's week and calendar, and all a school owns, for programs."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from commonroom.web.accounts import actions as accounts
from commonroom.web.narrative.feeds import calendar
from commonroom.web.narrative.feeds.models import CalendarAddress

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    """A client that acts by a person's token."""

    def start(person):
        _token, text = accounts.make_token(who=person, name="test", now=timezone.now())
        return Client(headers={"Authorization": f"Bearer {text}"})

    return start


def test_a_week_is_told(program, head, visit, point, ask, monkeypatch):
    from commonroom.web.narrative.feeds import agenda, queries

    monkeypatch.setattr(
        queries, "coming", lambda person, today: agenda.between(person, visit.date, visit.date)
    )
    said = program(head).get("/api/me/week").json()
    assert {line["kind"] for line in said["waiting"]} >= {"point", "ask"}
    assert said["happened"][0]["title"].startswith("Action agreed")
    assert [(day["title"], day["begins"]) for day in said["coming"]] == [
        ("Visit: See tutor time", "09:30:00")
    ]


def test_a_calendar_s_address_is_told_once(program, head):
    client = program(head)
    assert client.get("/api/me/calendar").json() == {"made": None, "address": ""}
    made = client.post("/api/me/calendar")
    assert made.status_code == 201
    secret = made.json()["address"].rpartition("/")[2].removesuffix(".ics")
    assert calendar.whose(secret) == head
    assert client.get("/api/me/calendar").json()["address"] == ""
    assert client.delete("/api/me/calendar").status_code == 204
    assert not CalendarAddress.objects.exists()


def test_what_a_school_owns_comes_as_files_to_who_may(program, head, stranger, ashfield, partnership):
    client = program(head)
    workbook = b"".join(client.get("/api/schools/900001/export.xlsx").streaming_content)
    assert "visits" in openpyxl.load_workbook(io.BytesIO(workbook)).sheetnames
    archive = b"".join(client.get("/api/schools/900001/export.zip").streaming_content)
    assert "visits.csv" in zipfile.ZipFile(io.BytesIO(archive)).namelist()
    for form in ("xlsx", "zip"):
        assert program(stranger).get(f"/api/schools/900001/export.{form}").status_code == 403
        assert client.get(f"/api/schools/9%00/export.{form}").status_code == 404
        assert Client().get(f"/api/schools/900001/export.{form}").status_code == 401
