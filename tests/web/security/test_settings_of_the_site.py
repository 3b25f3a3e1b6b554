"""Settings of the site from those of the program: database, mail, secret, and what a server runs."""

from __future__ import annotations

import importlib
import os
import stat
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command

from commonroom.errors import SaidToPeople
from commonroom.web import databases, mail, settings
from commonroom.web.audit.models import Entry


def test_without_an_address_people_write_into_a_file(tmp_path: Path) -> None:
    found = databases.choose("", tmp_path)
    assert found["NAME"] == str(tmp_path / "commonroom.sqlite3")
    assert "journal_mode=WAL" in found["OPTIONS"]["init_command"]
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_of_postgresql_is_read(tmp_path: Path) -> None:
    found = databases.choose("postgresql://a%40b:c%2Fd@db.example:5433/work?sslmode=require", tmp_path)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("a@b", "c/d")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "work")
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://host", "work.sqlite3"])
def test_another_database_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="DATABASE_URL: this is no address of a database"):
        databases.choose(address, tmp_path)


def test_mail_goes_into_a_folder_or_to_a_server(tmp_path: Path) -> None:
    assert mail.choose("", tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path)
    server = mail.choose("smtp://me%40here:secret@mail.example", tmp_path)
    assert (server["EMAIL_HOST"], server["EMAIL_PORT"]) == ("mail.example", 587)
    assert (server["EMAIL_HOST_USER"], server["EMAIL_USE_TLS"]) == ("me@here", True)
    assert mail.choose("smtps://mail.example", tmp_path)["EMAIL_PORT"] == 465
    assert not mail.choose("smtp://localhost:25", tmp_path)["EMAIL_USE_TLS"]


@pytest.mark.parametrize("address", ["mail.example", "https://mail.example", "smtp://"])
def test_what_is_no_mail_server_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="COMMONROOM_MAIL: this is no address of a mail server"):
        mail.choose(address, tmp_path)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WORK", tmp_path / "work")
    made = settings._secret()
    assert settings._secret() == made
    assert len(made) > 60
    assert stat.S_IMODE((tmp_path / "work" / "secret").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "work").iterdir()] == ["secret"]
    monkeypatch.setenv("COMMONROOM_SECRET", "one that is set")
    assert settings._secret() == "one that is set"


def test_of_two_that_make_the_secret_at_once_the_first_one_s_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "WORK", tmp_path)
    put = os.link

    def late(beside: Path, file: Path) -> None:
        file.write_text("the first one's")
        put(beside, file)

    monkeypatch.setattr(os, "link", late)
    assert settings._secret() == "the first one's"
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_what_a_server_runs_is_there() -> None:
    assert isinstance(importlib.import_module("commonroom.web.wsgi").application, WSGIHandler)


@pytest.mark.django_db
def test_tables_are_as_the_history_of_changes_leaves_them() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_an_entry_says_what_was_done() -> None:
    assert str(Entry(action="offer.write", kind="offer", key="7")) == "offer.write offer 7"
