"""The list of jobs: everybody's own, all for who looks after the site, who may start a failed one again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.jobs import actions, queries, views, working
from commonroom.web.jobs.models import Job
from commonroom.web.schools.models import School, System
from web.jobs import made_jobs

pytestmark = pytest.mark.django_db
Browse = Callable[[Person], Client]


@pytest.fixture
def administrator(make_person: Any) -> Person:
    return make_person("administrator")  # type: ignore[no-any-return]


@pytest.fixture
def jobs(head: Person, officer: Person, ashfield: School, system: System) -> dict[str, Job]:
    """One of a head about the school, one of an officer about the system, and one of the site that failed."""
    made = {
        "head": actions.start(who=head, task=made_jobs.count, about=ashfield),
        "officer": actions.start(who=officer, task=made_jobs.refuse, about=system),
        "site": actions.start(who=None, task=made_jobs.stumble),
    }
    working.run_waiting()
    return made


def read(client: Client, path: str = "/jobs/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_sees_their_own(jobs: dict[str, Job], head: Person, browse: Browse) -> None:
    page = read(browse(head))
    assert "Publish the evidence" in page
    assert "Ashfield School" in page
    assert 'href="/counted/"' in page
    assert "Begun by" not in page
    assert "Refuse" not in page
    assert "Start again" not in page


def test_who_looks_after_the_site_sees_all_but_what_is_a_school_s(
    jobs: dict[str, Job], administrator: Person, officer: Person, browse: Browse
) -> None:
    page = read(browse(administrator))
    assert all(title in page for title in ("Publish the evidence", "Refuse", "Fail once"))
    assert str(officer) in page
    assert "<td>the site</td>" in page
    assert "Greater Manchester" in page
    assert "Ashfield School" not in page
    assert 'href="/counted/"' not in page
    assert "line 3: January Mend it." in page
    assert page.count("Start again") == 1
    assert f"/jobs/{jobs['site'].pk}/again/" in page


def test_it_is_seen_by_state_and_by_page(
    jobs: dict[str, Job], administrator: Person, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = read(browse(administrator), "/jobs/?state=done")
    assert "Publish the evidence" in done
    assert "Refuse" not in done
    assert "There is nothing here." in read(browse(administrator), "/jobs/?state=running")
    assert read(browse(administrator), "/jobs/?state=nonsense").count("<tr>") == 4
    monkeypatch.setattr(views, "SHOWN", 2)
    assert "Publish the evidence" in read(browse(administrator), "/jobs/?page=2")


def test_it_is_taken_away(jobs: dict[str, Job], administrator: Person, browse: Browse) -> None:
    text = browse(administrator).get("/jobs.csv?state=failed").content.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["job"] for row in rows] == ["Fail once", "Refuse"]
    assert rows[0]["began"] == ""
    assert rows[0]["said"] == "the disk is full."
    assert rows[1]["about"] == "Greater Manchester"


def test_a_failed_one_is_started_again(jobs: dict[str, Job], administrator: Person, browse: Browse) -> None:
    client, job = browse(administrator), jobs["site"]
    assert "Start again" in read(client, f"/jobs/{job.pk}/")
    assert "the disk is full." in read(client, f"/jobs/{job.pk}/again/")
    assert client.post(f"/jobs/{job.pk}/again/").status_code == 303
    job.refresh_from_db()
    assert (job.state, job.said, job.finished) == ("waiting", "", None)
    entry = Entry.objects.get(action="job.again")
    assert entry.who == administrator
    assert entry.before["state"] == "failed"
    working.run_waiting()
    assert queries.tell(Job.objects.get(pk=job.pk))["state"] == "done"
    # What it had done the first time is not done twice.
    assert Entry.objects.filter(action="counted", key="first").count() == 1
    assert "Start again" not in read(client, f"/jobs/{job.pk}/")


@pytest.mark.parametrize("which", ["head", "officer"])
def test_what_did_not_fail_or_must_not_run_later_is_not_started_again(
    jobs: dict[str, Job], administrator: Person, browse: Browse, which: str
) -> None:
    with pytest.raises(SaidToPeople, match="cannot be started again"):
        actions.start_again(who=administrator, job=jobs[which])
    assert browse(administrator).post(f"/jobs/{jobs[which].pk}/again/").status_code == 400
    assert not Entry.objects.filter(action="job.again").exists()


def test_only_who_looks_after_the_site_starts_again(
    jobs: dict[str, Job], head: Person, browse: Browse
) -> None:
    Job.objects.filter(pk=jobs["site"].pk).update(who=head)
    with pytest.raises(PermissionDenied):
        actions.start_again(who=head, job=jobs["site"])
    assert browse(head).post(f"/jobs/{jobs['site'].pk}/again/").status_code == 403
    assert "Start again" not in read(browse(head), f"/jobs/{jobs['site'].pk}/")


def test_a_thing_that_is_gone_has_no_name(administrator: Person) -> None:
    gone = [Job(pk=1, about_kind="run", about_key="7"), Job(pk=2, about_kind="no such thing", about_key="7")]
    assert queries.name_things(administrator, [*gone, Job(pk=3)]) == {}


def test_programs_ask_for_their_own_and_start_again(
    jobs: dict[str, Job], head: Person, administrator: Person, browse: Browse
) -> None:
    mine = browse(head).get("/api/jobs").json()
    assert [one["id"] for one in mine] == [jobs["head"].pk]
    assert mine[0] == browse(head).get(f"/api/jobs/{jobs['head'].pk}").json()
    assert mine[0] | {"asked": "", "started": "", "finished": "", "who": ""} == {
        "id": jobs["head"].pk, "title": "Publish the evidence", "about": "Ashfield School", "who": "",
        "state": "done", "share": 1.0, "step": "", "asked": "", "started": "", "finished": "", "said": "",
        "path": "/counted/", "can_start_again": False,
    }  # fmt: skip
    assert browse(head).get(f"/api/jobs/{jobs['site'].pk}").status_code == 404
    client = browse(administrator)
    every = [one["id"] for one in client.get("/api/jobs").json()]
    assert every == sorted((job.pk for job in jobs.values()), reverse=True)
    assert [one["id"] for one in client.get(f"/api/jobs?before={every[0]}&limit=1").json()] == [every[1]]
    assert [one["title"] for one in client.get("/api/jobs?state=done").json()] == ["Publish the evidence"]
    assert client.get("/api/jobs?state=nonsense").status_code == 422
    again = client.post(f"/api/jobs/{jobs['site'].pk}/again")
    assert again.json()["state"] == "waiting"
    assert client.post(f"/api/jobs/{jobs['site'].pk}/again").status_code == 400
