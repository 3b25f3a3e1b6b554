"""Finding schools by what somebody typed: as it stands, as the beginning of words, and with a slip."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice

from commonroom.store.pages.search import spelling

#: Letters and words of a query that are read: more than any name has.
LETTERS, WORDS = 120, 10
#: How a school was found, the surest first.
NUMBER, EXACT, PREFIX, FUZZY = "number", "exact", "prefix", "fuzzy"
#: Slips are looked for where fewer schools than this were found without.
ENOUGH = 5
#: Words that one beginning may stand for, from which it is quicker to ask every school in order.
SHORT = 50
#: Schools that are weighed for a slip, and that are read at once while an answer is filled.
WEIGHED, FIRST, MORE = 1000, 64, 512
#: Schools that are read for one way of finding: beginnings of one letter stand for all of them.
READ = 5000
#: Words of a query up to which it is tried otherwise: two as one, one as two, or without one of them.
TRIED = 6


@dataclass(frozen=True)
class Hit:
    """A school that was found: what is kept of it, and how it was found."""

    document: str
    how: str


class _Word:
    """One word of a query, and the words of schools that it may stand for."""

    def __init__(self, word: str, connection: sqlite3.Connection) -> None:
        self.word, self._connection = word, connection

    @cached_property
    def _exact(self) -> dict[str, int]:
        return self._sizes("word = ?", [self.word])

    @cached_property
    def _prefix(self) -> dict[str, int]:
        return self._sizes("word >= ? AND word < ?", [self.word, f"{self.word}\U0010ffff"])

    @cached_property
    def _slips(self) -> dict[str, int]:
        """Words that are a slip apart, and how far each is."""
        if len(self.word) < spelling.LEAST:
            return {}
        short = sorted(set(spelling.shortened(self.word)))
        marks = ", ".join("?" * len(short))
        query = f"SELECT DISTINCT word FROM slip WHERE shortened IN ({marks})"  # noqa: S608 - question marks
        most = 2 if len(self.word) >= spelling.MANY else 1
        found = {
            other: spelling.apart(self.word, other) for (other,) in self._connection.execute(query, short)
        }
        return {other: distance for other, distance in found.items() if 0 < distance <= most}

    @cached_property
    def _fuzzy(self) -> dict[str, int]:
        marks = ", ".join("?" * len(self._slips))
        return self._prefix | self._sizes(f"word IN ({marks})", [*self._slips])

    def _sizes(self, rule: str, values: Sequence[str]) -> dict[str, int]:
        """The words of the index that keep a rule, and the bytes of their lists."""
        query = f"SELECT word, length(places) FROM word WHERE {rule}"  # noqa: S608 - a rule of this class
        return dict(self._connection.execute(query, values).fetchall())

    def among(self, how: str) -> dict[str, int]:
        """The words that it may stand for, and the bytes of their lists."""
        return {EXACT: self._exact, PREFIX: self._prefix, FUZZY: self._fuzzy}[how]

    def places(self, how: str) -> Iterator[int]:
        """The places of schools that have one of those words, in order, each once."""
        before = -1
        for place in merge(*(self._list(word) for word in self.among(how))):
            if place != before:
                yield place
            before = place

    def _list(self, word: str) -> array[int]:
        found = array("I")
        # Four bytes each, the least first: as every machine that this runs on has them.
        row = self._connection.execute("SELECT places FROM word WHERE word = ?", (word,)).fetchone()
        found.frombytes(row[0])
        return found

    def far(self, words: str, how: str) -> int | None:
        """How far the nearest word of a school is, or None where none is near enough to be meant."""
        if how == EXACT:
            return 0 if f" {self.word} " in words else None
        if f" {self.word}" in words:
            return 0
        near = [far for word, far in self._slips.items() if f" {word} " in words] if how == FUZZY else []
        return min(near, default=None)


def find(connection: sqlite3.Connection, text: str, *, limit: int) -> list[Hit]:
    """Return the schools that are meant by a text, at most `limit`, the surest first.

    A number finds the school that has or had it. Otherwise every word must be a word of the school's name
    or of its authority: exactly, as its beginning, or with one slip, in this order; where no school has all
    words, one that has all but one. The same text always gives the same answer.
    """
    typed = spelling.words(text[:LETTERS])[:WORDS]
    if not typed:
        return []
    found: dict[int, str] = {}
    if len(typed) == 1 and typed[0].isdigit():
        found = dict.fromkeys(_by_number(connection, typed[0], limit), NUMBER)
    words = [_Word(word, connection) for word in dict.fromkeys(typed)]
    for how, places in (
        (EXACT, _named(connection, " ".join(typed))),
        (EXACT, _in_order(connection, words, EXACT)),
        (PREFIX, _in_order(connection, words, PREFIX)),
    ):
        fresh = (place for place in places if place not in found)
        found |= dict.fromkeys(list(islice(fresh, limit - len(found))), how)
    if len(found) < min(ENOUGH, limit):
        nearly = (place for place in _nearly(connection, typed, words) if place not in found)
        found |= dict.fromkeys(list(islice(nearly, limit - len(found))), FUZZY)
    return [Hit(_document(connection, place), how) for place, how in found.items()]


def _matches(connection: sqlite3.Connection, words: Sequence[_Word], how: str) -> Iterator[tuple[int, int]]:
    """The schools that have all words, in order, and how far all their words are together.

    Those that have the rarest of the words are read, at most READ of them, and asked for the others.
    """
    sizes = [sum(word.among(how).values()) for word in words]
    if how == PREFIX and all(len(word.among(how)) > SHORT for word in words):
        every = connection.execute("SELECT place, words FROM listing ORDER BY place LIMIT ?", (READ,))
        yield from _of(words, every, how)
        return
    places, size = islice(words[sizes.index(min(sizes))].places(how), READ), FIRST
    while some := list(islice(places, size)):
        marks = ", ".join("?" * len(some))
        query = f"SELECT place, words FROM listing WHERE place IN ({marks}) ORDER BY place"  # noqa: S608
        yield from _of(words, connection.execute(query, some), how)
        size = MORE


def _of(words: Sequence[_Word], rows: Iterable[tuple[int, str]], how: str) -> Iterator[tuple[int, int]]:
    """Those of the schools (place and words) that have all words, and how far they are together."""
    for place, text in rows:
        distances = [word.far(text, how) for word in words]
        if None not in distances:
            yield place, sum(distance or 0 for distance in distances)


def _in_order(connection: sqlite3.Connection, words: Sequence[_Word], how: str) -> Iterator[int]:
    return (place for place, _ in _matches(connection, words, how))


def _nearest(connection: sqlite3.Connection, words: Sequence[_Word]) -> list[int]:
    """The schools that have all words but for slips, those with the fewest slips first."""
    found = list(islice(_matches(connection, words, FUZZY), WEIGHED))
    return [place for place, _ in sorted(found, key=lambda one: (one[1], one[0]))]


def _nearly(connection: sqlite3.Connection, typed: list[str], words: list[_Word]) -> list[int]:
    """The schools found with slips, with words written apart or together, or with a word too many."""
    found = _nearest(connection, words)
    if found or len(words) > TRIED:
        return found
    found = _respaced(connection, typed)
    if found or len(words) < 3:
        return found
    ways = ([word for word in words if word is not left] for left in words)
    return sorted({place for way in ways for place in islice(_in_order(connection, way, PREFIX), FIRST)})


def _respaced(connection: sqlite3.Connection, typed: list[str]) -> list[int]:
    """The schools that are found when two words are written as one, or one as two."""
    joined = [[*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]] for at in range(len(typed) - 1)]
    split = [
        [*typed[:at], word[:letters], word[letters:], *typed[at + 1 :]]
        for at, word in enumerate(typed)
        for letters in range(2, len(word) - 1)
    ]
    known = {word: _Word(word, connection) for way in (*joined, *split) for word in way}
    ways = (_in_order(connection, [known[word] for word in way], EXACT) for way in (*joined, *split))
    return sorted({place for way in ways for place in way})


def _named(connection: sqlite3.Connection, name: str) -> list[int]:
    """The schools of exactly this name."""
    query = "SELECT place FROM name WHERE name = ? ORDER BY place"
    return [place for (place,) in connection.execute(query, (name,))]


def _by_number(connection: sqlite3.Connection, number: str, limit: int) -> list[int]:
    """The school that has or had a number, then those whose number begins so."""
    own = "SELECT place FROM listing WHERE number = ?"
    had = "SELECT place FROM listing WHERE number = (SELECT school FROM earlier WHERE number = ?)"
    start = "SELECT place FROM listing WHERE number >= ? AND number < ? ORDER BY number LIMIT ?"
    found = [*connection.execute(own, (number,)), *connection.execute(had, (number,))]
    found += connection.execute(start, (number, f"{number}:", limit)).fetchall()
    return [*dict.fromkeys(place for (place,) in found)][:limit]


def _document(connection: sqlite3.Connection, place: int) -> str:
    row = connection.execute("SELECT document FROM listing WHERE place = ?", (place,)).fetchone()
    return str(row[0])
