"""Names and queries as the words that are compared, and words that are one slip of the pen apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Words that say nothing about which school is meant.
EMPTY = frozenset({"a", "and", "of", "the"})
#: What people write in more than one way, as one word. Tried on the text in small letters, in this order.
PHRASES = (
    (re.compile(r"\bc\.?\s*of\s*e\b\.?|\bc\.\s*e\b\.?|\bcofe\b"), " ce "),
    (re.compile(r"\br\.\s*c\b\.?"), " rc "),
)
#: A word of a name by which the school is found as well.
ALSO: dict[str, tuple[str, ...]] = {
    "st": ("saint",),
    "saint": ("st",),
    "sts": ("saints",),
    "saints": ("sts",),
    "ce": ("church", "england"),
    "rc": ("roman", "catholic"),
    "roman": ("rc",),
    "england": ("ce",),
}
#: Letters of a word from which one wrong letter is looked for, and from which two may be wrong.
LEAST, MANY = 3, 8
_LETTERS = re.compile(r"[a-z0-9]+")
_OWNER = re.compile(r"([\w'’‘`´ʼ]*\w)['’‘`´ʼ]s\b", re.IGNORECASE)
_MARKS = re.compile(r"['’‘`´ʼ]")


def plain(text: str) -> str:
    """Return a text in small letters without accents and apostrophes."""
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return _MARKS.sub("", text).casefold()


def words(text: str) -> list[str]:
    """Return the words of a name or a query in order, those that say nothing left out if others are there."""
    said = plain(text)
    for phrase, word in PHRASES:
        said = phrase.sub(word, said)
    found = _LETTERS.findall(said)
    return [word for word in found if word not in EMPTY] or found


def owners(text: str) -> list[str]:
    """Return the words that something belongs to: Mary of St Mary's."""
    return [plain(one) for one in _OWNER.findall(text)]


def with_others(found: list[str]) -> list[str]:
    """Return words, and those by which the same name is found as well, in order."""
    return sorted({*found, *(other for word in found for other in ALSO.get(word, ()))})


def shortened(word: str) -> Iterator[str]:
    """Yield the word, and the word without each of its letters: words one slip apart share one of these."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def apart(one: str, other: str) -> int:
    """Return 0 for the same word, 1 for one slip (a letter more, less, other, or two exchanged), else 2."""
    if one == other:
        return 0
    if len(one) > len(other):
        one, other = other, one
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) != len(other):
        return 1 if one[at:] == other[at + 1 :] else 2
    exchanged = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return 1 if one[at + 1 :] == other[at + 1 :] or exchanged else 2
