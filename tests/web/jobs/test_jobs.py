"""A job is started, run, watched, and said to have failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.jobs import actions, claims, queries, running, working
from commonroom.web.jobs.models import Done, Job, Turn, Worker
from commonroom.web.schools.models import School
from web.jobs import made_jobs

pytestmark = pytest.mark.django_db


def start(task: Any = made_jobs.count, **more: Any) -> Job:
    return actions.start(who=more.pop("who", None), task=task, **more)


def told(job: Job) -> dict[str, Any]:
    return queries.tell(Job.objects.get(pk=job.pk))


def test_a_job_is_run_and_says_where_its_outcome_is(head: Person, ashfield: School) -> None:
    job = start(who=head, about=ashfield, arguments={"words": "one"})
    assert told(job)["state"] == "waiting"
    assert list(queries.about(ashfield)) == [job]
    assert Entry.objects.get(action="job.start").who == head
    assert working.run_waiting() == 1
    assert told(job) == {
        "state": "done", "said_state": "Done", "finished": True, "share": 1.0, "step": "", "said": "",
        "path": "/counted/",
    }  # fmt: skip
    assert Entry.objects.filter(action="counted", key="one").count() == 1
    assert str(job) == "Publish the evidence"
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert str(Done.objects.get()) == f"{job.pk} "
    assert working.run_waiting() == 0


def test_started_again_with_its_key_it_is_the_same_job(head: Person, other_head: Person) -> None:
    first, second = (start(who=head, key="k") for _ in range(2))
    assert first == second
    assert start(who=other_head, key="k") != first
    assert working.run_waiting() == 2


def test_what_is_wrong_with_a_start_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    class Strange:
        module_path = None

    with pytest.raises(Exception, match="kind"):
        start(Strange())


def test_what_is_said_to_people_is_kept(head: Person) -> None:
    job = start(made_jobs.refuse, who=head)
    working.run_waiting()
    assert told(job)["said"] == "line 3: January Mend it."
    assert told(job)["state"] == "failed"
    assert DBTaskResult.objects.get().status == "FAILED"


def test_anything_else_is_noted_under_a_number(caplog: pytest.LogCaptureFixture) -> None:
    job = start(made_jobs.fall)
    working.run_waiting()
    said = told(job)["said"]
    number = Job.objects.get().noted
    assert said == f"Something went wrong. It was noted as number {number}."
    assert f"noted as {number}" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_it_speaks_the_language_of_who_started_it(make_person: Any) -> None:
    person = make_person()
    person.language = "cy"
    person.save()
    job = start(made_jobs.refuse, who=person)
    working.run_waiting()
    assert told(job)["said"] == "line 3: Ionawr Mend it."


def test_what_was_done_is_not_done_again() -> None:
    job = start(made_jobs.again)
    working.run_waiting()
    assert told(job)["state"] == "done"
    assert Entry.objects.filter(action="counted").count() == 1
    # Killed after it had saved, before it was marked.
    Job.objects.update(state="running")
    DBTaskResult.objects.update(status="READY")
    working.run_waiting()
    assert Entry.objects.filter(action="counted").count() == 1
    assert told(job)["state"] == "done"


def test_a_step_that_was_done_is_passed_over() -> None:
    job = start()
    with actions.once(job=job, key="person-1"):
        pass
    assert actions.is_done(job=job, key="person-1")
    with pytest.raises(actions.AlreadyDone), actions.once(job=job, key="person-1"):
        pass


def test_a_job_that_was_taken_up_by_another_is_theirs() -> None:
    mine = start()
    actions.take_up(job=mine)
    theirs = Job.objects.get()
    actions.take_up(job=theirs)
    actions.fail(job=mine, said="too late")
    actions.progress(job=mine, share=0.7)
    assert told(mine)["state"] == "running"
    assert told(mine)["share"] == 0


def test_how_far_it_is_is_written_seldom() -> None:
    job = start()
    for share in (0.1, 0.2, 0.3):
        actions.progress(job=job, share=share, step="x" * 400)
    assert told(job)["share"] == 0.1
    assert len(told(job)["step"]) == 300
    assert Job.objects.get().percent == 10
    actions.progress(job=job, share=1)
    assert told(job)["share"] == 1


def test_turned_away_for_the_moment_it_runs_again() -> None:
    job = start(made_jobs.busy)
    assert working.run_waiting() == 2
    assert told(job)["state"] == "done"
    assert Job.objects.get().tries == 2


def test_a_job_that_is_stopped_waits_for_another_worker() -> None:
    job = start(made_jobs.stop)
    with pytest.raises(working.Stopped):
        working.run_waiting()
    assert told(job)["state"] == "waiting"
    assert DBTaskResult.objects.get().status == "READY"


def test_a_plain_task_is_run_too(caplog: pytest.LogCaptureFixture) -> None:
    made_jobs.plain.enqueue("well")
    made_jobs.plain.enqueue("break")
    working.run_waiting()
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "SUCCESSFUL"]
    assert "ValueError" in caplog.text


def lose(times: int) -> None:
    """Claim what waits, for a worker that nobody hears of, as often as said."""
    for _ in range(times):
        assert claims.claim("dead")
        assert claims.put_back_lost(timedelta(seconds=1)) == 1


def test_what_a_lost_worker_held_is_put_back_until_it_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    job = start()
    assert claims.put_back_lost(timedelta(seconds=1)) == 0
    lose(2)
    assert told(job)["state"] == "waiting"
    lose(1)
    assert told(job)["said"] == "It was interrupted several times, and was given up."
    assert DBTaskResult.objects.get().status == "FAILED"


def test_what_was_saved_by_a_worker_that_is_lost_is_done() -> None:
    job = start()
    with actions.once(job=job):
        pass
    lose(3)
    assert told(job)["state"] == "done"


def test_a_worker_that_is_alive_keeps_what_it_holds() -> None:
    start()
    Worker.objects.create(name="alive", host="here", process=1)
    claims.claim("alive")
    assert claims.put_back_lost(timedelta(minutes=1)) == 0
    assert claims.claim("other") is None
    Worker.objects.update(beat=Now() - timedelta(minutes=2))
    assert claims.put_back_lost(timedelta(minutes=1)) == 1


def test_a_line_that_was_taken_away_is_not_closed() -> None:
    start()
    line = claims.claim("first")
    assert line
    claims.put_back(line)
    claims.claim("second")
    claims.close(line)
    claims.put_back(line)
    assert DBTaskResult.objects.get().status == "RUNNING"


def test_a_job_whose_function_is_gone_still_has_a_name() -> None:
    assert str(Job(kind="commonroom.web.gone.tasks.solve")) == "commonroom.web.gone.tasks.solve"
    assert str(Worker(name="w")) == "w"
    assert str(Turn(name="t")) == "t"
    assert running.Failed


def test_pages(browse: Any, head: Person, stranger: Person, make_person: Any) -> None:
    job = start(who=head)
    at = job.get_absolute_url()
    shown = browse(head).get(at)
    assert b"Publish the evidence" in shown.content
    assert b"Look again" in shown.content
    assert browse(head).get(f"{at}progress").json()["state"] == "waiting"
    for path in (at, f"{at}progress"):
        assert browse(stranger).get(path).status_code == 404
        assert browse(make_person("administrator")).get(path).status_code == 200
        assert browse().get(path).status_code == 302
        assert browse(head).post(path).status_code == 405
    assert not queries.seen_by(browse().get("/").wsgi_request.user).exists()
    working.run_waiting()
    assert b'href="/counted/"' in browse(head).get(at).content
