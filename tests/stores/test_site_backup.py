"""What was backed up is restored, row by row and file by file, on either database and across."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import postgres
from conftest import missing
from stores.sites import MANAGE, Site, Sites, wait

NEW = "from commonroom.web.accounts.models import Person; Person.objects.create_user('new@example.org')"
WRITE = "from stores import site_writers; site_writers.write()"
FILL = "from stores import site_rows; site_rows.fill()"


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sites]]:
    """Sites of both kinds."""
    programs = postgres.find()
    if programs is None:
        missing("PostgreSQL is not installed (a backup is restored from one database into the other).")
    folder = tmp_path_factory.mktemp("both")
    with postgres.serve(programs) as address:
        yield {"sqlite": Sites(folder / "sqlite"), "postgresql": Sites(folder / "postgresql", address)}


def manifest(file: Path) -> Any:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("manifest.json"))


def files(site: Site) -> dict[str, bytes]:
    root = site.folder / "files"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def backed_up(site: Site, name: str = "backup.zip") -> Path:
    file = site.folder / name
    site.run("backup", str(file))
    return file


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_all_is_as_it_was(kinds: dict[str, Sites], source: str, target: str) -> None:
    first, second = kinds[source].new(), kinds[target].new()
    first.python(FILL)
    file = backed_up(first)
    said = second.run("restore", str(file))
    assert "Restored" in said
    assert "3 files" in said
    before, after = manifest(file), manifest(backed_up(second))
    assert before["tables"] == after["tables"]
    assert before["files"] == after["files"]
    assert len(before["files"]) == 3
    assert files(first) == files(second)
    held = {table for table, part in before["tables"].items() if part["count"]}
    assert held >= {"commonroom_person", "commonroom_school_systems", "mfa_authenticator", "commonroom_entry"}
    # The next row takes the next number.
    second.python(NEW)
    assert second.ask("SELECT max(id) FROM commonroom_person") == [(31,)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_is_of_one_moment_while_many_write(site: Site) -> None:
    site.python(FILL)
    with ExitStack() as writers:
        for _ in range(4):
            writers.enter_context(site.running("shell", "-v0", "-c", WRITE))
        wait(lambda: site.count("commonroom_moment") > 50)
        taken = [backed_up(site, f"{n}.zip") for n in range(3)]
    for file in taken:
        with zipfile.ZipFile(file) as archive:
            together = [json.loads(line)[0] for line in archive.open("rows/commonroom_partnership.jsonl")]
            moments = [json.loads(line)[1] for line in archive.open("rows/commonroom_moment.jsonl")]
        assert sorted(together) == sorted(moments)
    counts = [manifest(file)["tables"]["commonroom_moment"]["count"] for file in taken]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1], "nobody wrote meanwhile"


def test_a_site_with_people_is_left_alone_unless_it_may_go(site: Site) -> None:
    site.python(FILL)
    file = backed_up(site)
    name = next(iter(files(site)))
    site.python(NEW)
    (site.folder / "files" / name).unlink()
    said = site.run("restore", str(file), code=1)
    assert "people are here already, and nothing was restored." in said
    assert said.count("\n") == 1
    assert site.count("commonroom_person") == 31
    assert len(files(site)) == 2
    site.run("restore", str(file), "--replace")
    assert site.count("commonroom_person") == 30
    assert site.count("django_session") == 0
    assert len(files(site)) == 3


def test_a_file_that_is_missing_is_told(site: Site) -> None:
    site.python(FILL)
    name = next(iter(files(site)))
    (site.folder / "files" / name).unlink()
    file = site.folder / "backup.zip"
    assert f"Missing: files that rows name are not there: {name}." in site.run("backup", str(file))
    assert f"Missing when it was written: {name}." in site.run("restore", str(file), "--replace")


def altered(file: Path, name: str, change: Any) -> Path:
    """A copy of a backup with one of its entries changed."""
    other = file.with_name("altered.zip")
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(other, "w") as copy:
        for entry in whole.namelist():
            content = whole.read(entry)
            copy.writestr(entry, change(content) if entry == name else content)
    return other


def no_longer(file: Path) -> Path:
    """A copy of a backup that ends early."""
    other = file.with_name("cut.zip")
    other.write_bytes(file.read_bytes()[:-2000])
    return other


def flipped(file: Path) -> Path:
    """A copy of a backup with one byte changed, in the middle of its largest part."""
    other = file.with_name("flipped.zip")
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        part = max(archive.infolist(), key=lambda one: one.compress_size)
    names = sum(struct.unpack("<HH", content[part.header_offset + 26 : part.header_offset + 30]))
    content[part.header_offset + 30 + names + part.compress_size // 2] ^= 0x55
    other.write_bytes(content)
    return other


def table(name: str, **changes: Any) -> Any:
    def change(text: bytes) -> str:
        told = json.loads(text)
        told["tables"][name] |= changes
        return json.dumps(told)

    return change


def told(**changes: Any) -> Any:
    return lambda text: json.dumps(json.loads(text) | changes)


def outside(text: bytes) -> str:
    held = json.loads(text)
    held["files"]["../../outside"] = held["files"].popitem()[1]
    return json.dumps(held)


RESTORE_ALL = """
from pathlib import Path
from commonroom.errors import SaidToPeople
from commonroom.web import backup
for file in {files}:
    try:
        backup.restore(Path(file))
    except SaidToPeople as error:
        print(error)
"""


def of_manifest(change: Any) -> Any:
    return lambda file: altered(file, "manifest.json", change)


def doubled(file: Path) -> Path:
    """A copy of a backup with every person twice."""
    return altered(file, "rows/commonroom_person.jsonl", lambda rows: rows + rows)


BAD = [
    (no_longer, "this is no backup of Commonroom, or it is damaged; nothing was restored."),
    (flipped, "damaged; nothing was restored."),
    (lambda file: file.with_name("nothing.zip"), "there is no such file."),
    (doubled, "this backup is damaged"),
    (of_manifest(lambda text: b"[]"), "this backup is damaged"),
    (of_manifest(told(format=2)), "this backup is of format 2, and this program reads"),
    (of_manifest(table("commonroom_job", columns=["id"])), "whose tables are not"),
    (of_manifest(outside), "this backup is damaged"),
    (lambda file: file.with_name("foreign.zip"), "this is no backup of Commonroom; nothing was restored."),
]


def test_what_is_damaged_or_foreign_changes_nothing(sites: Sites) -> None:
    first, second = sites.new(), sites.new()
    first.python(FILL)
    file = backed_up(first)
    with zipfile.ZipFile(file.with_name("foreign.zip"), "w") as archive:
        archive.writestr("hello.txt", "hello")
    bad = [
        spoil(file).rename(file.with_name(f"bad-{n}.zip")) if n != 2 else spoil(file)
        for n, (spoil, _) in enumerate(BAD)
    ]
    said = second.python(RESTORE_ALL.format(files=[str(each) for each in bad])).splitlines()
    assert len(said) == len(BAD)
    for line, (_, sentence) in zip(said, BAD, strict=True):
        assert sentence in line
    assert second.count("commonroom_person") == 0
    assert not files(second)


def test_a_backup_that_cannot_be_written_leaves_nothing(site: Site) -> None:
    (site.folder / "file").touch()
    said = site.run("backup", str(site.folder / "file" / "backup.zip"), code=1)
    assert "the backup cannot be written here" in said
    assert not list(site.folder.glob(".backup*"))


def test_where_there_is_no_room_nothing_is_half_restored(sites: Sites) -> None:
    first, second = sites.new(), sites.new()
    first.python(FILL)
    file = backed_up(first)
    # No file may grow beyond fifty kilobytes, as if the disk were full.
    limited = f"ulimit -f 50; exec {' '.join(MANAGE)} restore {file}"
    said = second._end(["bash", "-c", limited], 1, {})
    assert "it cannot be put in place (" in said
    assert "nothing was restored. Free some space" in said
    assert said.count("\n") == 1
    assert second.count("commonroom_person") == 0
    assert not files(second)
    assert not list(second.folder.glob(".restoring-*"))
    second.run("restore", str(file))
    assert second.count("commonroom_person") == 30


def test_rows_that_do_not_fit_together_are_taken_back(sites: Sites) -> None:
    first, second = sites.new(), sites.new()
    first.python(FILL)
    file = backed_up(first)
    empty = {"count": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    other = altered(file, "manifest.json", table("commonroom_school", **empty))
    shutil.copy(other, other.with_name("one.zip"))
    other = altered(other.with_name("one.zip"), "rows/commonroom_school.jsonl", lambda rows: b"")
    said = second.run("restore", str(other), code=1)
    assert "its rows do not fit together (IntegrityError); nothing was restored." in said
    assert second.count("commonroom_person") == 0
    assert not files(second)
