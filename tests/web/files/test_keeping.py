"""Files lie under random names, whole or not at all, and are handed out to be saved."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest
from django.core.files.uploadhandler import StopUpload
from django.test import RequestFactory

from commonroom.web import files
from commonroom.web.files import keeping, receiving, sending


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def everything(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_file_is_kept_under_a_name_that_tells_nothing(root):
    kept = files.keep(io.BytesIO(b"hello"))
    assert everything(root) == [kept.stored]
    assert kept.size == 5
    assert kept.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert stat.S_IMODE((root / kept.stored).stat().st_mode) == 0o600
    assert files.keep(io.BytesIO(b"hello")).stored != kept.stored


def test_a_file_that_breaks_off_leaves_nothing(root):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 5:
                raise OSError("the disk is full")
            return super().read(5)

    with pytest.raises(OSError, match="full"):
        files.keep(Breaking(b"hello again"))
    assert everything(root) == []


def test_a_file_is_removed_once_and_its_empty_folder_with_it(root):
    kept = files.keep(io.BytesIO(b"hello"))
    files.remove(kept.stored)
    files.remove(kept.stored)
    assert list(root.iterdir()) == []


def test_what_nobody_knows_of_is_swept_a_day_later(root):
    known, orphan, young = (files.keep(io.BytesIO(b"x")) for _ in range(3))
    half = (root / orphan.stored).with_suffix(".part")
    half.write_bytes(b"half")
    for path in (root / known.stored, root / orphan.stored, half):
        os.utime(path, (0, 0))
    assert files.sweep({known.stored}) == 2
    assert everything(root) == sorted([known.stored, young.stored])


def test_a_file_is_handed_out_to_be_saved_and_never_as_a_page(root):
    kept = files.keep(io.BytesIO(b"hello"))
    response = files.send(kept.stored, name='tŷ "1".txt', media_type="text/plain; charset=utf-8")
    assert b"".join(response.streaming_content) == b"hello"
    response._resource_closers[-1]()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''t%C5%B7")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"


def test_a_file_that_is_gone_is_said(root):
    with pytest.raises(sending.Lost, match="not where it was kept"):
        files.send("ab/abc", name="a.txt", media_type="text/plain")


def test_a_file_that_is_too_large_is_dropped_while_it_comes(monkeypatch):
    monkeypatch.setattr(receiving, "LIMIT", 10)
    request = RequestFactory().post("/")
    handler = receiving.Bounded(request)
    handler.new_file("file", "large.txt", "text/plain", None)
    assert handler.receive_data_chunk(b"12345678", 0) == b"12345678"
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(b"12345678", 8)
    assert request.META[receiving.DROPPED] == "large.txt"
    handler.new_file("file", "small.txt", "text/plain", None)
    assert handler.receive_data_chunk(b"1", 0) == b"1"
    assert handler.file_complete(1) is None
    alone = receiving.Bounded()
    alone.new_file("file", "large.txt", "text/plain", None)
    with pytest.raises(StopUpload):
        alone.receive_data_chunk(b"x" * 11, 0)


def test_parts_are_under_the_folder_of_files(root):
    assert keeping.find("ab/cd") == root / "ab/cd"
