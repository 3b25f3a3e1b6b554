"""The commands of the site."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import call_command
from django.db import OperationalError
from pytest_django.fixtures import Settings

from commonroom.errors import SaidToPeople
from commonroom.web import manage
from commonroom.web.accounts.models import Person
from commonroom.web.jobs import turns, working
from commonroom.web.jobs.models import Job
from commonroom.web.management import answering, parents, preparing, regular
from commonroom.web.schools.models import School


@pytest.fixture
def prepared(settings: Settings, manchester: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of Greater Manchester, whose tables are there already."""
    settings.EVIDENCE, settings.PAGES = manchester, published
    monkeypatch.setattr(preparing, "migrate", lambda: None)
    return published


@pytest.mark.django_db
def test_a_site_is_made_ready(prepared: Path, settings: Settings, tmp_path: Path, capsys: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("prepare")
    assert "schools are in the register." in capsys.readouterr().out
    assert School.objects.exists()
    assert (tmp_path / "static/commonroom/site.css").is_file()


@pytest.mark.django_db
def test_the_site_of_the_demo_has_its_people(prepared: Path, settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT, settings.EXAMPLE = tmp_path / "static", True
    call_command("prepare")
    assert Person.objects.filter(made_up=True).count() == 15


@pytest.mark.django_db
def test_evidence_that_was_built_anew_is_published_once(
    prepared: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def publish(folder: Path, out: Path, *, report: Any) -> None:
        asked.append(out)
        for share in (0.0, 0.05, 1.0):
            report("Laying out", share)

    monkeypatch.setattr("commonroom.pipeline.publishing.publish", publish)
    preparing.publish_if_due()
    assert not Job.objects.exists()
    settings.PAGES = tmp_path
    said: list[str] = []
    assert preparing.is_due()
    monkeypatch.setattr(preparing.schools, "enter", lambda: 1)
    monkeypatch.setattr(preparing, "call_command", lambda *args, **words: None)
    preparing.prepare(said.append)
    assert said == [
        "Publishing the pages of the evidence: 0% (Laying out).",
        "Publishing the pages of the evidence: 100% (Laying out).",
        "1 schools are in the register.",
    ]
    preparing.publish_if_due()
    preparing.publish_if_due()
    assert Job.objects.get().title == "Publish the evidence"
    settings.PAGES = prepared
    working.run_waiting()
    assert Job.objects.get().state == "done"
    assert len(asked) == 2
    settings.EVIDENCE = tmp_path
    preparing.publish_if_due()
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_what_is_done_regularly(settings: Settings, tmp_path: Path, head: Person) -> None:
    settings.EVIDENCE = settings.MEDIA_ROOT = tmp_path
    turns.take(regular.REGULAR)
    assert {job.title for job in Job.objects.all()} == {"Write the letters of the week"}
    working.run_waiting()
    assert Job.objects.get().state == "done"


@pytest.mark.django_db
def test_the_first_administrator_is_invited_by_a_link(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(preparing, "migrate", lambda: None)
    call_command("invite", "first@example.org")
    assert capsys.readouterr().out.startswith("http://127.0.0.1:8000/join/")
    with pytest.raises(SaidToPeople, match="this is no e-mail address"):
        call_command("invite", "first")


def test_tables_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(preparing, "call_command", lambda *args, **words: asked.append((args, words)))
    preparing.migrate()
    assert asked == [(("migrate",), {"verbosity": 0})]


@pytest.mark.parametrize("words", [(), ("--only-waiting", "--with-parent", "--rest=0.5")])
def test_the_worker_is_told_its_pace(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(working, "work", lambda **told: asked.append(told))
    monkeypatch.setattr(parents, "end_with_parent", lambda: asked.append("parent"))
    call_command("work", *words)
    assert asked[-1]["pace"].rest == (0.5 if words else 1)
    assert bool(asked[-1]["regular"]) == (not words)
    assert ("parent" in asked) == bool(words)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (SaidToPeople("no.", where="here"), "commonroom: here: no.\n"),
        (FileNotFoundError(2, "No such file", "a.zip"), "commonroom: a.zip: No such file.\n"),
        (
            OperationalError("connection\nrefused"),
            "commonroom: the database cannot be used (connection",
        ),
    ],
)
def test_an_error_is_one_sentence(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def fail(words: list[str]) -> None:
        raise error

    monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
    with pytest.raises(SystemExit):
        manage.main(["backup"])
    assert capsys.readouterr().err.startswith(sentence)


def test_any_other_error_shows_where_it_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(words: list[str]) -> None:
        raise OSError("of nothing")

    monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
    with pytest.raises(OSError, match="of nothing"):
        manage.main([])


def test_a_process_ends_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[tuple[int, int]] = []
    known = iter([7, 7, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(known))
    monkeypatch.setattr(os, "kill", lambda *told: ended.append(told))
    parents.end_with_parent(every=0.001)
    while not ended:
        time.sleep(0.01)
    assert ended == [(os.getpid(), signal.SIGTERM)]


def test_gunicorn_begins_to_count_anew(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.COUNTS = tmp_path
    (tmp_path / "1-ab.counts").touch()
    asked: list[str] = []
    monkeypatch.setattr(parents, "end_with_parent", lambda: asked.append("parent"))
    monkeypatch.delenv("COMMONROOM_WITH_PARENT", raising=False)
    answering.on_starting(None)
    assert not list(tmp_path.iterdir())
    assert not asked
    monkeypatch.setenv("COMMONROOM_WITH_PARENT", "1")
    answering.on_starting(None)
    assert asked == ["parent"]


def test_it_is_run_as_a_program(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["manage", "version"])
    runpy.run_path(str(manage.__file__), run_name="__main__")
    assert capsys.readouterr().out == f"{django.get_version()}\n"
