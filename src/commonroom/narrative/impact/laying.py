"""Pages from templates: what the pages of impact share with the report, and what is their own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from commonroom.narrative import page
from commonroom.narrative.impact.voice import Voice

TEMPLATES = Path(__file__).parents[1] / "templates"
STYLES = ("style.css", "evaluation.css")


def lay(template: str, voice: Voice, **values: Any) -> str:
    """Return a page: a `template` filled with `values`, with its styles inside it and no program at all."""
    facts = voice.told.facts
    sheets = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)
    return _template(template).render(
        voice=voice,
        words=voice.words,
        facts=facts,
        date=voice.words.date(facts.date),
        style=page.trusted(sheets),
        **values,
    )


@lru_cache(maxsize=2)
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name)
