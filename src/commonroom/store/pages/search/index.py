"""The index of a search: which schools have a word, and which words are a slip apart."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from commonroom.store.pages.search import spelling

#: `listing` is in the order of answers (of the system first, then the shorter name): its numbers are places.
SCHEMA = """
CREATE TABLE listing (
    place INTEGER PRIMARY KEY, number TEXT NOT NULL, words TEXT NOT NULL, document TEXT NOT NULL
);
CREATE UNIQUE INDEX listing_number ON listing (number);
CREATE TABLE name (name TEXT, place INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID;
CREATE TABLE word (word TEXT PRIMARY KEY, places BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE slip (shortened TEXT, word TEXT, PRIMARY KEY (shortened, word)) WITHOUT ROWID;
"""


def build(connection: sqlite3.Connection, register: Iterable[Mapping[str, Any]], *, encode: Any) -> None:
    """Fill the tables of SCHEMA.

    Arguments: an open `connection`; the `register`, mappings with number, name, authority and in_system at
    least; `encode` writes each as the text that is handed back when it is found.
    """
    known = [(spelling.words(school["name"]), school) for school in register]
    known.sort(key=lambda one: (not one[1]["in_system"], len(one[0]), one[0], one[1]["number"]))
    authorities = {one: spelling.words(one) for one in {school["authority"] or "" for _, school in known}}
    places: dict[str, list[int]] = {}
    names, listed = [], []
    for place, (words, school) in enumerate(known):
        owned = spelling.owners(school["name"])
        mine = spelling.with_others([*words, *owned, *authorities[school["authority"] or ""]])
        listed.append((place, school["number"], f" {' '.join(mine)} ", encode(school)))
        names.append((" ".join(words), place))
        for word in mine:
            places.setdefault(word, []).append(place)
    vocabulary = sorted(places)
    slips = {
        (short, word)
        for word in vocabulary
        if len(word) >= spelling.LEAST
        for short in spelling.shortened(word)
    }
    connection.executemany("INSERT INTO listing VALUES (?, ?, ?, ?)", listed)
    connection.executemany("INSERT INTO name VALUES (?, ?)", sorted(names))
    packed = ((word, struct.pack(f"<{len(places[word])}I", *places[word])) for word in vocabulary)
    connection.executemany("INSERT INTO word VALUES (?, ?)", packed)
    connection.executemany("INSERT INTO slip VALUES (?, ?)", sorted(slips))
