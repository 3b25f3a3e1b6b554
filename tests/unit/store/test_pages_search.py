"""Search: schools by name, place or number, as they stand, as they are begun, and with one slip."""

from __future__ import annotations

import json
import random
import sqlite3
import string
from collections.abc import Iterator

import polars as pl
import pytest

from commonroom import settings
from commonroom.store.pages import documents
from commonroom.store.pages.search import SCHEMA, build, finding, spelling

SCHOOLS = (
    ("101", "St Mary's Catholic Primary School", "Bolton", True),
    ("102", "St Mary’s C.E. Primary School", "Leeds", False),
    ("103", "Saint Mary and Saint John R.C. School", "Wigan", True),
    ("104", "Ysgol Tŷ Coch", None, False),
    ("105", "Parrs Wood High School", "Manchester", True),
    ("106", "The Woodheys School", "Trafford", True),
    ("107", "Wood Heys Academy", "Leeds", False),
    ("108", "O'Brien's School", "Leeds", False),
    ("109", "Parrs Wood High School", "Leeds", False),
    ("1050", "The", "Leeds", False),
)


def _open(register: list[dict[str, object]], earlier: tuple[tuple[str, str], ...] = ()) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    connection.execute("CREATE TABLE earlier (number TEXT PRIMARY KEY, school TEXT)")
    connection.executemany("INSERT INTO earlier VALUES (?, ?)", earlier)
    build(connection, register, encode=documents.encode)
    return connection


def _rows(schools: tuple[tuple[str, str, str | None, bool], ...]) -> list[dict[str, object]]:
    names = ("number", "name", "authority", "in_system")
    return [dict(zip(names, school, strict=True)) for school in schools]


@pytest.fixture(scope="module")
def few() -> Iterator[sqlite3.Connection]:
    connection = _open(_rows(SCHOOLS), (("55", "105"),))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def real() -> list[dict[str, object]]:
    schools = pl.read_parquet(settings.DEFINITIONS.parent / "data" / "england" / "schools.parquet")
    known = schools.drop_nulls("name").unique("school", keep="first", maintain_order=True).sort("school")
    inside = pl.col("authority").is_in(["Bolton", "Bury", "Manchester"]).fill_null(False)
    return known.select("name", "authority", number="school", in_system=inside).to_dicts()


@pytest.fixture(scope="module")
def england(real: list[dict[str, object]]) -> Iterator[sqlite3.Connection]:
    connection = _open(real)
    yield connection
    connection.close()


def _found(connection: sqlite3.Connection, text: str, limit: int = 20) -> list[tuple[str, str]]:
    hits = finding.find(connection, text, limit=limit)
    return [(json.loads(hit.document)["number"], hit.how) for hit in hits]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("parrs wood high school", [("105", "exact"), ("109", "exact")]),
        ("PARRS   wood", [("105", "exact"), ("109", "exact")]),
        ("wood parrs manchester", [("105", "exact")]),
        ("par wo", [("105", "prefix"), ("109", "prefix")]),
        ("Parrs Wod", [("105", "fuzzy"), ("109", "fuzzy")]),
        ("parsr wood", [("105", "fuzzy"), ("109", "fuzzy")]),
        ("st marys wigan", [("103", "fuzzy")]),
        ("saint mary", [("101", "exact"), ("103", "exact"), ("102", "exact")]),
        ("church of england st mary", [("102", "exact")]),
        ("St. Mary's C of E", [("102", "exact")]),
        ("st mary roman catholic", [("103", "exact")]),
        ("ty coch", [("104", "exact")]),
        ("Tŷ Cohc", [("104", "fuzzy")]),
        ("obriens", [("108", "exact")]),
        ("O’Brien", [("108", "exact")]),
        ("the", [("1050", "exact")]),
        ("105", [("105", "number"), ("1050", "number")]),
        ("55", [("105", "number")]),
        ("10", [(f"10{at}", "number") for at in (1, 2, 3, 4, 5)]),
        ("zz", []),
        ("qwertyuiop", []),
        ("", []),
        ("'’ -", []),
    ],
)  # fmt: skip
def test_a_school_is_found(few: sqlite3.Connection, text: str, wanted: list[tuple[str, str]]) -> None:
    assert _found(few, text)[: max(1, len(wanted))] == wanted


def test_words_may_be_written_together_or_apart(few: sqlite3.Connection) -> None:
    assert _found(few, "parrswood high") == [("105", "fuzzy"), ("109", "fuzzy")]
    assert _found(few, "wood heys trafford") == [("106", "fuzzy")]


def test_one_word_too_many_does_not_hide_a_school(few: sqlite3.Connection) -> None:
    assert _found(few, "parrs wood didsbury manchester") == [("105", "fuzzy")]
    assert _found(few, "parrs didsbury") == []


def test_the_surest_come_first_and_those_of_the_system_before_others(england: sqlite3.Connection) -> None:
    found = finding.find(england, "school", limit=30)
    assert [hit.how for hit in found] == ["exact"] * 30
    assert all('"in_system":true' in hit.document for hit in found)
    order = {"number": 0, "exact": 1, "prefix": 2, "fuzzy": 3}
    for text in ("abbey", "st mary", "manchester acad", "grammer"):
        hows = [order[hit.how] for hit in finding.find(england, text, limit=20)]
        assert hows == sorted(hows)
        assert len(hows) == 20


def test_the_same_text_finds_the_same_schools_and_no_more_than_asked_for(england: sqlite3.Connection) -> None:
    for text in ("s", "primary school", "1", "st marys bolton", "x" * 500, "a b c d e f g h i j k l m n o p"):
        found = finding.find(england, text, limit=7)
        assert found == finding.find(england, text, limit=7)
        assert len(found) <= 7


def _slip(word: str, chance: random.Random) -> str:
    """The word with one letter more, less, other, or two exchanged."""
    at, letter = chance.randrange(len(word) - 1), chance.choice(string.ascii_lowercase)
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return chance.choice(ways)


def test_one_slip_in_a_long_word_still_finds_the_school(
    england: sqlite3.Connection, real: list[dict[str, object]]
) -> None:
    chance = random.Random(6)
    asked = found = 0
    for school in chance.sample(real, 600):
        words = spelling.words(str(school["name"]))
        long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
        if not long:
            continue
        at = chance.choice(long)
        words[at] = _slip(words[at], chance)
        text = f"{' '.join(words)} {school['authority'] or ''}"
        asked += 1
        found += any(number == school["number"] for number, _ in _found(england, text, 10))
    assert asked > 500
    assert found / asked >= 0.95


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("wood", "wood", 0), ("wod", "wood", 1), ("wood", "wod", 1), ("wood", "word", 1),
        ("wood", "owod", 1), ("wood", "woodd", 1), ("wood", "owdo", 2), ("wood", "wd", 2), ("ab", "ba", 1),
        ("wood", "good", 1), ("abcd", "bacx", 2), ("", "a", 1),
    ],
)  # fmt: skip
def test_words_are_a_slip_apart(one: str, other: str, distance: int) -> None:
    assert min(spelling.apart(one, other), 2) == distance
    assert spelling.apart(other, one) == spelling.apart(one, other)


def test_words_one_slip_apart_share_a_shortened_word() -> None:
    chance = random.Random(1)
    for _ in range(500):
        word = "".join(chance.choices("abcde", k=chance.randint(3, 9)))
        assert set(spelling.shortened(word)) & set(spelling.shortened(_slip(word, chance)))
