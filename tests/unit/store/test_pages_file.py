"""The file of published pages: the same bytes for the same pages, and a sentence for any other file."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from commonroom.errors import SaidToPeople
from commonroom.store import pages
from commonroom.store.pages import documents, reading

VERSION = "0123456789ab"


def _contents(name: str = "Mill School") -> pages.Contents:
    schools = [(str(number), f'{{"number":"{number}","name":"{name} Ô"}}') for number in range(600)]
    briefs = [(number, "primary", text) for number, text in schools]
    register = [
        {"number": number, "name": f"{name} {number}", "authority": "Bolton", "in_system": True}
        for number, _ in schools
    ]
    return pages.Contents(
        single={"facts": {"version": VERSION}},
        many={"school": [schools[:400], schools[400:]], "brief": [briefs], "alike": [[]]},
        earlier=[("9000", "1")],
        register=register,
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = pages.write(tmp_path, _contents(), version=VERSION)
    found = pages.open(tmp_path)
    assert found.path == path
    assert found.single("facts") == {"version": VERSION}
    assert found.get("school", "599") == {"number": "599", "name": "Mill School Ô"}
    assert found.get("school", "600") is None
    assert found.get("alike", "1", "primary", "learned") is None
    assert found.school_of("9000") == "1"
    assert found.school_of("1") is None
    assert [school["number"] for school in found.register()][:3] == ["0", "1", "10"]
    assert found.search("mill 599", limit=3)[0] | {"in_system": True} == {
        "number": "599", "name": "Mill School 599", "authority": "Bolton", "in_system": True, "how": "exact",
    }  # fmt: skip


def test_briefs_of_any_number_of_schools_are_read_by_phase(tmp_path: Path) -> None:
    pages.write(tmp_path, _contents(), version=VERSION)
    found = pages.open(tmp_path)
    numbers = [str(number) for number in range(590, 1200)]
    assert set(found.briefs(numbers, phase="primary")) == set(numbers[:10])
    assert found.briefs(numbers, phase="secondary") == {}


def test_the_same_pages_are_the_same_bytes_and_stay_where_they_are(tmp_path: Path) -> None:
    first = pages.write(tmp_path / "a", _contents(), version=VERSION)
    other = pages.write(tmp_path / "b", _contents(), version=VERSION)
    assert first.read_bytes() == other.read_bytes()
    before = first.stat().st_ino
    assert pages.write(tmp_path / "a", _contents(), version=VERSION) == first
    assert first.stat().st_ino == before


def test_other_pages_of_the_same_version_take_their_place(tmp_path: Path) -> None:
    pages.write(tmp_path, _contents(), version=VERSION)
    before = pages.open(tmp_path)
    assert pages.open(tmp_path) is before
    pages.write(tmp_path, _contents("Quay School"), version=VERSION)
    after = pages.open(tmp_path)
    assert after is not before
    assert after.get("school", "1") == {"number": "1", "name": "Quay School Ô"}
    # Who still has the pages of before in hand reads them to the end.
    assert before.get("school", "1") == {"number": "1", "name": "Mill School Ô"}


def test_a_folder_without_pages_is_said(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="there are no published pages here"):
        pages.open(tmp_path)
    (tmp_path / "current").write_text("")
    with pytest.raises(SaidToPeople, match="there are no published pages here"):
        pages.open(tmp_path)


def test_a_file_of_another_format_is_said(tmp_path: Path) -> None:
    path = pages.write(tmp_path, _contents(), version=VERSION)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SaidToPeople, match="published in format 99; this program reads format 1"):
        pages.open(tmp_path)


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    path = pages.write(tmp_path, _contents(), version=VERSION)
    with pytest.raises(SaidToPeople, match="these published pages are damaged"):
        pages.open(tmp_path).single("nothing")
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(SaidToPeople, match="these published pages are damaged"):
        pages.open(tmp_path)


def test_what_cannot_be_written_is_said_and_what_was_in_force_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SaidToPeople, match="the pages cannot be written here"):
        pages.write(tmp_path / "file", _contents(), version=VERSION)
    folder = tmp_path / "pages"
    pages.write(folder, _contents(), version=VERSION)
    twice = [("1", "{}"), ("1", "{}")]
    with pytest.raises(SaidToPeople, match="the pages cannot be written here"):
        pages.write(folder, pages.Contents({"facts": {}}, {"school": [twice]}), version=VERSION)
    assert pages.open(folder).get("school", "1") == {"number": "1", "name": "Mill School Ô"}
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_every_thread_and_every_process_has_its_own_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.write(tmp_path, _contents(), version=VERSION)
    found = pages.open(tmp_path)
    seen: list[Any] = [found._connection]

    def read() -> None:
        assert found.get("school", "7") == {"number": "7", "name": "Mill School Ô"}
        seen.append(found._connection)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    child = os.getpid() + 1
    monkeypatch.setattr(reading.os, "getpid", lambda: child)
    seen.append(found._connection)
    assert len({id(connection) for connection in seen}) == 6


def test_documents_that_are_alike_are_small() -> None:
    texts = [documents.encode({"number": number, "name": "Ysgol Tŷ Coch" * 20}) for number in range(50)]
    dictionary = documents.sample(texts)
    packed = [documents.packing(dictionary)(text) for text in texts]
    assert [documents.encode(documents.unpack(one, dictionary)) for one in packed] == texts
    assert sum(map(len, packed)) < 0.2 * sum(map(len, texts))
    assert documents.sample([]) == b""
