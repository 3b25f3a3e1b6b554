"""What `commonroom doctor` is told of the site."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django.fixtures import Settings

from commonroom.web.accounts.models import Person
from commonroom.web.health import examining
from commonroom.web.inquiry.models import Attachment
from commonroom.web.jobs import beats
from commonroom.web.partnerships.models import Partnership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WORK = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MIGRATION_MODULES = {"commonroom": None}
    settings.EVIDENCE = tmp_path / "evidence"
    monkeypatch.delenv("COMMONROOM_SECRET", raising=False)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "secret").chmod(0o600)


def wrong() -> list[str]:
    return [f"{found.what} {found.remedy}" for found in examining.examine() if found.state == "wrong"]


def said() -> str:
    return "\n".join(found.what for found in examining.examine())


def test_a_site_that_is_well(
    settings: Settings, shown_pages: Path, manchester: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EVIDENCE = manchester
    beats.beat("worker")
    assert wrong() == []
    call_command("examine")
    found = json.loads(capsys.readouterr().out)
    assert {line["state"] for line in found} == {"ok"}
    assert len(found) == len(said().splitlines())


def test_what_is_wrong_is_said_with_a_remedy(
    settings: Settings, tmp_path: Path, partnership: Partnership, head: Person
) -> None:
    settings.PAGES = tmp_path / "pages"
    (tmp_path / "secret").chmod(0o644)
    Attachment.objects.create(
        partnership=partnership,
        who=head,
        name="a.txt",
        media_type="text/plain",
        size=1,
        sha256="",
        stored="aa/bb",
    )
    found = wrong()
    assert any(line.startswith("Others may read the secret") and "chmod 600" in line for line in found)
    assert any("1 are missing: aa/bb" in line for line in found)
    assert any(line.startswith("No worker is alive") for line in found)
    assert any(line.startswith("The published pages are not there; in force is none.") for line in found)


def test_folder_secret_and_mail(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Mail is only written into" in said()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "mail.example.org", 587
    monkeypatch.setenv("COMMONROOM_SECRET", "changeme")
    assert any("can be guessed. Set a long random one" in line for line in wrong())
    monkeypatch.setenv("COMMONROOM_SECRET", "of these tests, and of nothing else in the whole wide world")
    assert "Mail goes to mail.example.org:587." in said()
    assert "The secret of the site is set." in said()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert any("cannot be written to" in line for line in wrong())


def test_the_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("its tables are up to date" in line for line in said().splitlines())
    settings.MIGRATION_MODULES = {}

    class Waits(MigrationExecutor):
        def __init__(self, *args: object) -> None:
            self.loader = type(
                "Loader", (), {"graph": type("Graph", (), {"leaf_nodes": lambda self: []})()}
            )()

        def migration_plan(self, *args: object) -> list[object]:
            return [(SimpleNamespace(name="0002_more"), False)]

    monkeypatch.setattr(examining, "MigrationExecutor", Waits)
    assert any("waits for 1 changes of its tables. commonroom serve makes them." in line for line in wrong())

    def fail() -> None:
        raise DatabaseError("no\nserver")

    monkeypatch.setattr(connection.introspection, "table_names", fail)
    assert any("The database cannot be used (no server)." in line for line in wrong())
