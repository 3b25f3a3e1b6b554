"""The pages on methods: copies of the documents of the repository, made by `make docs`, shown as pages."""

from __future__ import annotations

import itertools
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from commonroom.web.narrative.methods.summaries import SUMMARIES

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Method:
    """A page on methods: its name in addresses, its title, and its text as HTML, both in English."""

    name: str
    title: str
    html: str

    @property
    def summary(self) -> str:
        """What it says in short, in the language of the reader."""
        return str(SUMMARIES[self.name])


def listed() -> list[Method]:
    """Return every page on methods, by title."""
    return sorted((_read(name) for name in _names()), key=lambda one: one.title.casefold())


def read(name: str) -> Method | None:
    """Return a page on methods by its name, or None."""
    return _read(name) if name in _names() else None


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(file.stem for file in FOLDER.glob("*.md"))


@lru_cache(maxsize=64)
def _read(name: str) -> Method:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title, tokens = _inline(tokens[1]), tokens[3:]
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slugify(_inline(tokens[at + 1])))
        elif token.type == "inline":
            token.children = _linked(token.children or [])
    html = str(parser.renderer.render(tokens, parser.options, {}))
    counted = itertools.count(1)
    html = re.sub("<table>", lambda _match: _scroll(f"{title}, {next(counted)}"), html)
    for old, new in (
        ("</table>", "</table></div>"),
        ("<th>", '<th scope="col">'),
        ("<pre>", '<pre tabindex="0">'),
    ):
        html = html.replace(old, new)
    return Method(name, title, html)


def _scroll(label: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table>'


def _inline(token: Token) -> str:
    """The text of a line without its marks; a sentence alone where there are several."""
    text = "".join(part.content if part.type != "softbreak" else " " for part in token.children or [])
    return re.split(r"(?<=[.:])\s", text.strip(), maxsplit=1)[0].rstrip(":")


def _linked(children: list[Token]) -> list[Token]:
    """Links to other pages on methods, or elsewhere on the web; other links, and pictures, as text."""
    kept: list[Token] = []
    for token in children:
        if token.type == "image":
            token.type, token.content, token.children = "text", f"[{token.content}]", None
        if token.type == "link_open":
            token.attrSet("href", _address(str(token.attrGet("href"))))
        kept.append(token)
    return _unlinked(kept)


def _unlinked(children: list[Token]) -> list[Token]:
    """The same without links that lead nowhere."""
    kept: list[Token] = []
    inside = True
    for token in children:
        if token.type == "link_open":
            inside = bool(token.attrGet("href"))
        if token.type in ("link_open", "link_close") and not inside:
            continue
        kept.append(token)
    return kept


def _address(link: str) -> str:
    """Where a link of a document leads on the site; empty where the site does not have it."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https"):
        return link
    if not parts.path:
        return f"#{parts.fragment}"
    name = posixpath.splitext(posixpath.basename(parts.path))[0].lower()
    if name not in _names() or posixpath.dirname(parts.path).split("/")[-1] not in ("", "..", "explanation"):
        return ""
    return f"/methods/{name}/" + (f"#{parts.fragment}" if parts.fragment else "")
