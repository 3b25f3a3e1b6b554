"""How figures, ranges and dates are written on pages and in lists."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: What stands where there is no figure.
NONE = "–"


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with a real minus sign, or the dash that stands for none."""
    if value is None:
        return NONE
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def whole(value: float | None) -> str:
    """Return a whole number with its thousands apart, or the dash that stands for none."""
    return number(value, 0)


def signed(value: float | None, digits: int = 1) -> str:
    """Return a difference: a number that shows its plus sign too."""
    said = number(value, digits)
    return f"+{said}" if value is not None and round(value, digits) > 0 else said


def between(low: float | None, high: float | None, digits: int = 1) -> str:
    """Return a range from `low` to `high`, or the dash that stands for none."""
    if low is None or high is None:
        return NONE
    return _("{low} to {high}").format(low=number(low, digits), high=number(high, digits))


def percent(share: float | None) -> str:
    """Return a share of 1 in per cent; never 0 % or 100 % when it is not."""
    if share is None:
        return NONE
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 < share < 1:
        return ">99%"
    return f"{number(share * 100, 0)}%"


def day(iso: str | None) -> str:
    """Return a date in the words of the page's language."""
    return _day(iso, get_language() or "en") if iso else NONE


@lru_cache(maxsize=512)
def _day(iso: str, language: str) -> str:
    return date_format(date.fromisoformat(iso[:10]), "j F Y")


def listed(parts: list[str]) -> str:
    """Return names as a list in a sentence."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{first} and {last}").format(first=", ".join(parts[:-1]), last=parts[-1])
