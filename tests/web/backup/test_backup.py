"""A backup is written and restored; the two databases and real processes are in tests/stores."""

from __future__ import annotations

import datetime
import errno
import io
import json
import uuid
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from pytest_django.fixtures import Settings

from commonroom.errors import SaidToPeople
from commonroom.web import backup
from commonroom.web.accounts import ciphers
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.backup import folders, form, reading, writing
from commonroom.web.files import keep
from commonroom.web.files.keeping import find
from commonroom.web.health import examining
from commonroom.web.inquiry.models import Attachment
from commonroom.web.jobs.models import Worker
from commonroom.web.management import preparing
from commonroom.web.partnerships.models import Partnership

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(
    settings: Settings,
    tmp_path: Path,
    head: Person,
    partnership: Partnership,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A site with a person, a partnership and a file; where the file lies."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.WORK = tmp_path / "work"
    monkeypatch.setattr(preparing, "migrate", lambda: None)
    kept = keep(io.BytesIO(b"hello"))
    Attachment.objects.create(
        partnership=partnership, who=head, name="a.txt", media_type="text/plain", size=5, stored=kept.stored
    )
    Worker.objects.create(name="alive", host="", process=1)
    SessionStore().save()
    return kept.stored


def test_it_is_restored_as_it_was(stored: str, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    file = tmp_path / "a.zip"
    monkeypatch.setattr(reading, "BATCH", 2)
    call_command("backup", str(file))
    assert "1 files into" in capsys.readouterr().out
    before = list(Person.objects.values()), list(Partnership.objects.values()), list(Entry.objects.values())
    with pytest.raises(SaidToPeople, match="people are here already, and nothing was restored"):
        call_command("restore", str(file))
    for number in range(5):
        Person.objects.create_user(f"more{number}@example.org")
    newer = keep(io.BytesIO(b"newer")).stored
    Attachment.objects.create(
        partnership=Partnership.objects.get(), name="b", media_type="", size=5, stored=newer, sha256="b"
    )
    find(stored).unlink()
    call_command("restore", str(file), "--replace")
    after = list(Person.objects.values()), list(Partnership.objects.values()), list(Entry.objects.values())
    assert before == after
    assert find(stored).read_bytes() == b"hello"
    assert not find(newer).exists()
    assert not Session.objects.exists()
    assert not Worker.objects.exists()
    assert "Restored" in capsys.readouterr().out


def test_a_file_that_is_missing_is_told(stored: str, tmp_path: Path, capsys: Any) -> None:
    find(stored).unlink()
    call_command("backup", str(tmp_path / "a.zip"))
    assert f"Missing: files that rows name are not there: {stored}." in capsys.readouterr().out
    call_command("restore", str(tmp_path / "a.zip"), "--replace")
    assert f"Missing when it was written: {stored}." in capsys.readouterr().out


def test_a_restore_that_fails_takes_back_its_files(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.zip"
    backup.write(file)
    find(stored).unlink()

    def fail(archive: object, manifest: object) -> None:
        assert find(stored).exists()
        raise IntegrityError

    monkeypatch.setattr(reading, "_fill", fail)
    with pytest.raises(SaidToPeople, match="its rows do not fit together"):
        backup.restore(file, replace=True)
    assert not find(stored).exists()
    assert Person.objects.exists()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OperationalError("database or disk\nis full"), "database or disk is full"),
    ],
)
def test_a_full_disk_is_said_and_nothing_is_half_restored(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    file = tmp_path / "a.zip"
    backup.write(file)
    find(stored).unlink()
    before, count = list(Person.objects.values()), reading._fill_table

    def fail(cursor: object, archive: object, model: Any) -> None:
        if model is Attachment:
            raise error
        count(cursor, archive, model)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "_fill_table", fail)
    with pytest.raises(SaidToPeople) as said:
        backup.restore(file, replace=True)
    assert f"it cannot be put in place ({reason}); nothing was restored." in str(said.value)
    assert "\n" not in str(said.value)
    assert list(Person.objects.values()) == before
    assert not find(stored).exists()
    assert not list(tmp_path.rglob("*.restoring-*"))


def test_a_file_that_does_not_fit_is_not_left_half_written(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.zip"
    backup.write(file)
    find(stored).unlink()

    def fail(source: Any, out: Any) -> form.Part:
        out.write(b"hel")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(reading, "copy", fail)
    with pytest.raises(SaidToPeople, match="No space left on device"):
        backup.restore(file, replace=True)
    assert not find(stored).exists()
    assert Person.objects.exists()
    monkeypatch.undo()


def test_a_backup_that_does_not_fit_is_not_left_half_written(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    old = tmp_path / "kept" / "a.zip"
    old.write_bytes(b"last week's")

    def fail(archive: zipfile.ZipFile) -> form.Manifest:
        archive.writestr("rows/a.jsonl", b"begun")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_fill", fail)
    with pytest.raises(SaidToPeople, match=r"the backup cannot be written here \(No space left on device\)"):
        backup.write(old)
    assert old.read_bytes() == b"last week's"
    assert list(old.parent.iterdir()) == [old]


def test_second_steps_of_another_secret_are_told(
    stored: str, tmp_path: Path, capsys: Any, settings: Settings, head: Person
) -> None:
    Authenticator.objects.filter(user=head).update(data={"secret": ciphers.encipher("key")})
    call_command("backup", str(tmp_path / "a.zip"))
    call_command("restore", str(tmp_path / "a.zip"), "--replace")
    assert "second step" not in capsys.readouterr().out
    settings.SECRET_KEY = "the secret of another machine, that knows nothing of the first one"
    call_command("restore", str(tmp_path / "a.zip"), "--replace")
    assert "1 people cannot use the second step that they had" in capsys.readouterr().out
    assert ["another secret, and cannot sign in: 1." in one.what for one in examining._examine_steps()] == [
        True
    ]


def test_plans_are_restored_as_they_were(stored: str, tmp_path: Path, settings: Settings) -> None:
    plan = settings.WORK / "plans" / "greater-manchester" / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text("decided")
    manifest = backup.write(tmp_path / "a.zip")
    assert list(manifest.folders) == ["plans/greater-manchester/plan.json"]
    plan.write_text("decided since")
    later = settings.WORK / "impact" / "1-1" / "plan.yaml"
    later.parent.mkdir(parents=True)
    later.write_text("planned since")
    backup.restore(tmp_path / "a.zip", replace=True)
    assert plan.read_text() == "decided"
    assert not later.exists()
    assert [path.name for path in settings.WORK.iterdir()] == ["plans"]


def test_a_restore_that_fails_leaves_plans(
    stored: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = settings.WORK / "plans" / "a" / "plan.json"
    plan.parent.mkdir(parents=True)
    plan.write_text("then")
    backup.write(tmp_path / "a.zip")
    plan.write_text("now")
    monkeypatch.setattr(reading, "_fill", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        backup.restore(tmp_path / "a.zip", replace=True)
    assert plan.read_text() == "now"
    assert [path.name for path in settings.WORK.iterdir()] == ["plans"]


def test_nothing_is_put_outside_the_folders(tmp_path: Path, settings: Settings) -> None:
    settings.WORK = tmp_path / "work"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folders/plans/../../secret", "x")
        names = {"plans/../../secret": form.Part(1, "")}
        with pytest.raises(ValueError, match="secret"), folders.placing(archive, names):
            raise AssertionError
    assert list(settings.WORK.iterdir()) == []


def altered(file: Path, change: Any) -> Path:
    """A copy of a backup with another manifest."""
    other = file.with_name("altered.zip")
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(other, "w") as copy:
        for entry in whole.namelist():
            content = whole.read(entry)
            copy.writestr(
                entry, json.dumps(change(json.loads(content))) if entry == "manifest.json" else content
            )
    return other


def miscounted(told: Any) -> Any:
    told["tables"]["commonroom_person"]["count"] += 1
    return told


def outside(told: Any) -> Any:
    told["files"]["../outside"] = told["files"].popitem()[1]
    return told


def narrower(told: Any) -> Any:
    told["tables"].popitem()
    return told


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (miscounted, "this backup is damaged"),
        (outside, "this backup is damaged"),
        (narrower, "whose tables are not those of here"),
        (lambda told: told | {"format": form.FORMAT + 1}, "this program reads format 1"),
        (lambda told: [], "this backup is damaged"),
    ],
)
def test_what_is_damaged_is_said(stored: str, tmp_path: Path, change: Any, sentence: str) -> None:
    backup.write(tmp_path / "a.zip")
    with pytest.raises(SaidToPeople, match=sentence):
        backup.restore(altered(tmp_path / "a.zip", change), replace=True)
    assert Person.objects.exists()


def test_what_is_no_backup_is_said(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="there is no such file"):
        backup.restore(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(SaidToPeople, match="this is no backup of Commonroom, or it is damaged"):
        backup.restore(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(SaidToPeople, match="this is no backup of Commonroom;"):
        backup.restore(tmp_path / "foreign.zip")


def test_values_mean_the_same_everywhere() -> None:
    at = datetime.datetime(2026, 9, 7, 12, 30, 15, 123456, tzinfo=datetime.UTC)
    number = uuid.UUID(int=7)
    line = form.encode(
        (at, at.date(), at.time(), datetime.timedelta(1, 2, 3), Decimal("1.50"), number, b"\0", None)
    )
    assert json.loads(line) == [
        "2026-09-07T12:30:15.123456+00:00", "2026-09-07", "12:30:15.123456", "P1DT00H00M02.000003S", "1.50",
        str(number), "AA==", None,
    ]  # fmt: skip
