"""Pages from templates: what a page of partnerships shares with the report, and what is its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from commonroom.narrative import page
from commonroom.narrative.partnerships.voice import Voice

TEMPLATES = Path(__file__).parents[1] / "templates"


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


@lru_cache(maxsize=4)
def _template(name: str) -> jinja2.Template:
    """Return a template, read once: a plan has a page for each of thousands of schools."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name)
