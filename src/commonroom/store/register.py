"""Which school is meant by a number, a name or a part of a name, spelled more or less right."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

from commonroom.errors import SaidToPeople

#: Share of the wanted name's letter triples that a name must have: to be offered, to be taken.
OFFERED, TAKEN = 0.5, 0.8

#: Names this much less like the wanted one than the best are not offered beside it.
NEAR_THE_BEST = 0.1

#: Most schools to list when several may be meant.
LISTED = 12

#: So many names are kept as words: a file of names asks for all schools again and again.
SPELT = 100_000

Rows = list[tuple[str, str, str]]


def look_up(schools: pl.DataFrame, wanted: str) -> str:
    """Return the number of the one school that is meant.

    Arguments: `schools` (school, name, authority, in_system) and `wanted`, a number or a name or a
    part of one; case, accents, punctuation and small slips do not matter. Where schools of the
    system and others are called so, the system's are meant.
    Raises SaidToPeople when none is called so, or several are, listing them with their numbers.
    """
    wanted = wanted.strip()
    number = wanted.removesuffix(".0")
    if number in schools["school"]:
        return number
    if number.isdigit() or not _words(wanted):
        raise SaidToPeople(
            "no school of this evidence has that number.",
            where=wanted,
            remedy="Give a part of its name instead.",
        )
    for inside in (True, False):
        rows = _rows(schools.filter(pl.col("in_system").fill_null(False) == inside))
        for matches in (_same, _parts):
            if found := matches(rows, wanted):
                return _one(found, wanted)
    likeness, found = _alike(_rows(schools), wanted)
    if found and likeness >= TAKEN:
        return _one(found, wanted)
    raise SaidToPeople(
        "no school of this evidence is called that.", where=wanted,
        remedy=f"Did you mean {_list(found)}?" if found else "Give a part of its name, or its number.",
    )  # fmt: skip


def _rows(schools: pl.DataFrame) -> Rows:
    named = schools.filter(pl.col("name").is_not_null())
    return named.select("school", "name", pl.col("authority").fill_null("")).sort("name", "school").rows()


@lru_cache(maxsize=SPELT)
def _words(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents and punctuation: St. Mary's & All is st marys and all."""
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("&", " and ")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"['’`]", "", plain)).split()
    return tuple("st" if word == "saint" else word for word in words)


def _same(rows: Rows, wanted: str) -> Rows:
    words = _words(wanted)
    return [row for row in rows if _words(row[1]) == words]


def _parts(rows: Rows, wanted: str) -> Rows:
    """Names in which every wanted word begins some word."""
    words = _words(wanted)
    return [row for row in rows if all(_begins(word, _words(row[1])) for word in words)]


def _begins(part: str, words: tuple[str, ...]) -> bool:
    return any(word.startswith(part) for word in words)


def _alike(rows: Rows, wanted: str) -> tuple[float, Rows]:
    """The names that share most letter triples with the wanted one, and what share they have."""
    triples = _triples(wanted)
    scored = [(len(triples & _triples(row[1])) / len(triples), row) for row in rows]
    best = max((score for score, _ in scored), default=0.0)
    least = max(OFFERED, best - NEAR_THE_BEST)
    return best, [row for score, row in sorted(scored, key=lambda each: -each[0]) if score >= least]


@lru_cache(maxsize=SPELT)
def _triples(name: str) -> frozenset[str]:
    text = f"  {' '.join(_words(name))} "
    return frozenset(text[start : start + 3] for start in range(len(text) - 2))


def _one(found: Rows, wanted: str) -> str:
    if len(found) == 1:
        return found[0][0]
    raise SaidToPeople(
        f"{len(found)} schools may be meant.", where=wanted, remedy=f"Give the number of one: {_list(found)}."
    )


def _list(found: Rows) -> str:
    several = [f"{school} {name} ({authority})" for school, name, authority in found[:LISTED]]
    more = [f"and {len(found) - LISTED} more"] if len(found) > LISTED else []
    return "; ".join([*several, *more])
