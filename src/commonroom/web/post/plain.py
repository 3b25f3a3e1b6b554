"""What people typed, made safe to stand in a letter."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Mapping
from typing import Any

#: Everything that ends a line or cannot be seen: control characters, and those that turn the reading order.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")

_PLAIN = (bool, int, float, decimal.Decimal, datetime.date, datetime.time)


class Passage(str):
    """Text of several lines that a person wrote: it stands in a letter as a quotation."""

    __slots__ = ()


def line(text: object) -> str:
    """Return text as one line, without characters that cannot be seen."""
    return " ".join(_UNSEEN.sub(" ", str(text)).split())


def clean(value: Any) -> Any:
    """Return a value as a letter may hold it: one line each, passages quoted, in lists and mappings too."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Passage):
        lines = _LINE_ENDS.sub("\n", value).strip().split("\n")
        return "\n".join(f"> {line(one)}".rstrip() for one in lines)
    if isinstance(value, Mapping):
        return {str(key): clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(one) for one in value]
    return line(value)
