"""Finding schools by what somebody typed: as it stands, as the beginning of words, and with a slip."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from commonroom.store.pages.search import spelling

#: Letters and words of a query that are read: more than any name has.
LETTERS, WORDS = 200, 12
#: How a school was found, the surest first.
NUMBER, EXACT, PREFIX, FUZZY = "number", "exact", "prefix", "fuzzy"
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Hit:
    """A school that was found: what is kept of it, and how it was found."""

    document: str
    how: str


class _Word:
    """One word of a query, and the places of schools that have it, as it stands or nearly."""

    def __init__(self, word: str, connection: sqlite3.Connection) -> None:
        self.word, self._connection = word, connection

    @cached_property
    def exact(self) -> frozenset[int]:
        return self._places("SELECT places FROM word WHERE word = ?", (self.word,))

    @cached_property
    def prefix(self) -> frozenset[int]:
        """Schools with a word that begins so."""
        ends = (self.word, f"{self.word}\U0010ffff")
        return self._places("SELECT places FROM word WHERE word >= ? AND word < ?", ends)

    @cached_property
    def slips(self) -> dict[int, int]:
        """Schools with a word that is a slip apart, and how far it is; none where that is the word itself."""
        if len(self.word) < spelling.LEAST:
            return {}
        short = sorted(set(spelling.shortened(self.word)))
        marks = ", ".join("?" * len(short))
        query = f"SELECT DISTINCT word FROM slip WHERE shortened IN ({marks})"  # noqa: S608 - question marks
        most = 2 if len(self.word) >= spelling.MANY else 1
        found: dict[int, int] = {}
        for (other,) in self._connection.execute(query, short).fetchall():
            distance = spelling.apart(self.word, other)
            if 0 < distance <= most:
                for place in self._places("SELECT places FROM word WHERE word = ?", (other,)):
                    found[place] = min(distance, found.get(place, distance))
        return found

    @cached_property
    def fuzzy(self) -> frozenset[int]:
        return self.prefix | self.slips.keys()

    def far(self, place: int) -> int:
        """How far the word of a school is from this one."""
        return 0 if place in self.prefix else self.slips.get(place, 3)

    def _places(self, query: str, values: tuple[str, ...]) -> frozenset[int]:
        rows = self._connection.execute(query, values).fetchall()
        return frozenset().union(*(struct.unpack(f"<{len(row[0]) // 4}I", row[0]) for row in rows))


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
    for how, places in _steps(connection, typed, words):
        if len(found) >= limit:
            break
        fresh = (place for place in places() if place not in found)
        order = _order(words) if how == FUZZY else None
        found |= dict.fromkeys(nsmallest(limit - len(found), fresh, key=order), how)
    return [Hit(_document(connection, place), how) for place, how in found.items()]


def _steps(
    connection: sqlite3.Connection, typed: list[str], words: list[_Word]
) -> Iterable[tuple[str, Callable[[], Iterable[int]]]]:
    """The ways to be found, the surest first; each is only gone when those before did not fill the answer."""
    yield EXACT, lambda: _named(connection, " ".join(typed))
    yield EXACT, lambda: _all(word.exact for word in words)
    yield PREFIX, lambda: _all(word.prefix for word in words)
    fuzzy = _all(word.fuzzy for word in words)
    yield FUZZY, lambda: fuzzy
    if not fuzzy:
        yield FUZZY, lambda: _respaced(connection, typed)
        yield FUZZY, lambda: _but_one(words)


def _all(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    """The places that are in all sets, the smallest first: most words of schools are rare."""
    first, *rest = sorted(sets, key=len)
    return first.intersection(*rest) if first else _NOTHING


def _order(words: list[_Word]) -> Callable[[int], tuple[int, int]]:
    return lambda place: (sum(word.far(place) for word in words), place)


def _but_one(words: list[_Word]) -> frozenset[int]:
    """The schools that have all words but one, where there are three or more."""
    if len(words) < 3:
        return _NOTHING
    parts = (_all(word.fuzzy for word in words if word is not left) for left in words)
    return frozenset().union(*parts)


def _respaced(connection: sqlite3.Connection, typed: list[str]) -> frozenset[int]:
    """The schools that are found when two words are written as one, or one as two."""
    joined = [[*typed[:at], typed[at] + typed[at + 1], *typed[at + 2 :]] for at in range(len(typed) - 1)]
    split = [
        [*typed[:at], word[:letters], word[letters:], *typed[at + 1 :]]
        for at, word in enumerate(typed)
        for letters in range(2, len(word) - 1)
    ]
    ways = (_all(_Word(word, connection).exact for word in way) for way in [*joined, *split])
    return frozenset().union(*ways)


def _named(connection: sqlite3.Connection, name: str) -> list[int]:
    """The schools of exactly this name."""
    return [place for (place,) in connection.execute("SELECT place FROM name WHERE name = ?", (name,))]


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
