"""Pages from templates: what all pages share with the report, and what is their own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import jinja2

from commonroom.narrative import page
from commonroom.narrative.story import Facts
from commonroom.narrative.words import Words

TEMPLATES = Path(__file__).parent / "templates"


class Told(Protocol):
    """What a page is told with: facts of the evidence at least."""

    @property
    def facts(self) -> Facts:
        """Facts of the build that the page is of."""


class Voice(Protocol):
    """How a page speaks: words of one language, and what it is told with."""

    @property
    def words(self) -> Words:
        """Words of the language."""

    @property
    def told(self) -> Told:
        """What the page is told with."""


def lay(template: str, voice: Voice, *, styles: tuple[str, ...], **values: Any) -> str:
    """Return a page: a `template` filled with `values`, with its `styles` inside it and no program at all."""
    facts = voice.told.facts
    sheets = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    return _template(template).render(
        voice=voice,
        words=voice.words,
        facts=facts,
        date=voice.words.date(facts.date),
        style=page.trusted(sheets),
        **values,
    )


@lru_cache(maxsize=8)
def _template(name: str) -> jinja2.Template:
    """Return a template, read once: a plan has a page for each of thousands of schools."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name)
