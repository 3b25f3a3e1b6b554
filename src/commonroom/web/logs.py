"""What a line of the log never says: addresses of people, tokens, passwords, what was asked for or sent."""

from __future__ import annotations

import logging
import re

from django.http import HttpRequest
from django.urls import ResolverMatch

#: What is left out, and what stands there instead.
LEFT_OUT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^\s/@]+:[^\s/@]*@"), "(left out)@"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "(an address)"),
    (re.compile(r"(?<=\?)[\w.%-]+=[^\s\"']*"), "(left out)"),
    # What PostgreSQL says of a row that it refused.
    (re.compile(r"(?<=DETAIL:).*"), " (left out)"),
    # A part of a path that is a token: long, with letters and digits.
    (re.compile(r"(?<=/)(?=[\w.:-]*\d)(?=[\w.:-]*[A-Za-z])[\w:-]{20,}(?![\w.]*\.py)"), "(left out)"),
)


class Line(logging.Formatter):
    """One line of the log, without what it must not say; with a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        text = super().format(record)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            text = text.replace(request.get_full_path(), path_of(request)).replace(
                request.path, path_of(request)
            )
        return scrub(text)


def scrub(text: str) -> str:
    """Return a text without what the log must not say."""
    for pattern, instead in LEFT_OUT:
        text = pattern.sub(instead, text)
    return text


def path_of(request: HttpRequest) -> str:
    """Return the path of a request with the numbers in it, and for everything else only what it is called."""
    match = request.resolver_match
    if match is None:
        first = request.path.split("/")[1]
        return f"/{first}/..." if first.isalpha() else "/..."
    return _fill(match)


def _fill(match: ResolverMatch) -> str:
    """The route, with what it captured where that is a number."""
    # A route that is a pattern names what it captures in its own way.
    path = "/" + re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", match.route).rstrip("$")
    for name, value in match.kwargs.items():
        said = str(value) if str(value).isdigit() else f"<{name}>"
        path = re.sub(rf"<(\w+:)?{name}>", said, path, count=1)
    return path
