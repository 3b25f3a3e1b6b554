"""A letter from its templates: subject, plain text, and the same as simple HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import override

from commonroom.web.post import plain

#: Letters of a subject; a longer one is cut.
SUBJECT = 150
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Written:
    """What a letter says."""

    subject: str
    text: str
    html: str


def absolute(path: str) -> str:
    """Return the whole address of a path of the site, as a letter must give it."""
    return settings.ORIGIN.geturl().rstrip("/") + path


def write(kind: str, context: Mapping[str, Any], language: str) -> Written:
    """Return the letter of a kind.

    Arguments: the `kind`, word and name ("partnerships.asked"), whose templates are
    commonroom/<word>/letters/<name>.subject.txt and <name>.txt; the `context`, of plain values: text comes
    out as one line, and `plain.Passage` as a quotation; the `language`, en or cy.
    """
    word, _, name = kind.partition(".")
    stem = f"commonroom/{word}/letters/{name}"
    with override(language):
        said = {**plain.clean(context), "origin": absolute("")}
        return lay_out(_fill(f"{stem}.subject.txt", said), _fill(f"{stem}.txt", said), language)


def lay_out(subject: str, body: str, language: str) -> Written:
    """Return a letter whose subject and body are written already, with greeting of the site below."""
    body = _BLANKS.sub("\n\n", body.strip())
    with override(language):
        frame = {"body": body, "origin": absolute("")}
        text = _fill("commonroom/post/letter.txt", frame)
        html = get_template("commonroom/post/letter.html").render(
            {"body": mark_safe(_mark_up(body)), "origin": absolute(""), "language": language}  # noqa: S308 - escaped
        )
    return Written(plain.line(subject)[:SUBJECT], text.strip() + "\n", html)


def _fill(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template of plain text, in which nothing is escaped for HTML."""
    found = get_template(template)
    return str(found.template.render(Context(dict(context), autoescape=False)))  # type: ignore[attr-defined]


def _mark_up(body: str) -> str:
    """HTML of plain text: # begins a heading, - a line of a list, > a quotation; own addresses are links."""
    blocks = []
    for block in re.split(r"\n\s*\n", body):
        lines = [one.strip() for one in block.split("\n")]
        while lines:
            kind = _kind(lines[0])
            count = next((at for at, one in enumerate(lines) if _kind(one) != kind), len(lines))
            blocks.append(_block(kind, [one.removeprefix(kind).strip() for one in lines[:count]]))
            lines = lines[count:]
    return "\n".join(blocks)


def _kind(text: str) -> str:
    return text[:1] if text[:2] in ("# ", "- ", "> ") or text == ">" else ""


def _block(kind: str, lines: list[str]) -> str:
    said = [_linked(one) for one in lines]
    if kind == "#":
        return "\n".join(f"<h2>{one}</h2>" for one in said)
    if kind == "-":
        return "<ul>\n" + "\n".join(f"<li>{one}</li>" for one in said) + "\n</ul>"
    if kind == ">":
        # A link in what somebody else wrote would look like one of ours.
        return "<blockquote><p>" + "<br>\n".join(str(escape(one)) for one in lines) + "</p></blockquote>"
    return "<p>" + "<br>\n".join(said) + "</p>"


def _linked(text: str) -> str:
    ours = re.compile(rf"({re.escape(absolute('/'))}[^\s<>\"']*)")
    parts = ours.split(text)
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if at % 2 else str(escape(part))
        for at, part in enumerate(parts)
    )
