"""The report: one page about one school system that a head would read to the end."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from commonroom import charts
from commonroom.narrative import cards, comparisons, glance, limits, page, places, pupils, quality, words
from commonroom.narrative.impact.section import section as impact
from commonroom.narrative.page import Section
from commonroom.narrative.partnerships import section as partners
from commonroom.narrative.story import Story
from commonroom.narrative.words import Language, Words

TEMPLATES = Path(__file__).parent / "templates"
METHODS = (
    "intervals", "value_added", "map", "families", "better", "partners", "impact", "pupils", "gap", "floor",
    "forecast", "disclosure",
)  # fmt: skip
#: Methods of parts that a page may be without.
OWN = ("partners", "impact")
#: Parts of the page in order. The finder and the methods are laid out by the template itself.
PARTS = (
    glance.tell, places.map, places.families, comparisons.better, partners.tell, impact,
    pupils.tell, comparisons.gap, comparisons.floor, limits.tell, quality.tell,
)  # fmt: skip


def tell(story: Story, *, language: Language) -> str:
    """Return the report as one HTML text that needs nothing else: no network, no other file.

    Arguments: the `story` (only released frames) and the `language`, English or Welsh. The same story
    gives the same text. Raises WordsError for a language that has no words.
    """
    system = story.facts.system
    said = words.load(language).beside(system.nation if language == "en" else system.nation_cy)
    parts = (part(story, said) for part in PARTS)
    sections = [section for section in parts if section is not None]
    return _page(story, said, sections)


def _page(story: Story, said: Words, sections: list[Section]) -> str:
    """Lay the sections out, with the scripts that the policy of the page allows by their hash."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    scripts = {"bundle": charts.html_bundle(), "script": _file("script.js")}
    carried = cards.tell(story, said)
    names = [section.name for section in sections]
    return environment.get_template("report.html").render(
        words=said,
        system=glance.label(story, said),
        facts=story.facts,
        date=said.date(story.facts.date),
        first=[section for section in sections if section.name == "glance"],
        rest=[section for section in sections if section.name != "glance"],
        contents=[*names[:1], "find", *names[1:], "methods"],
        methods=[name for name in METHODS if name not in OWN or name in names],
        releases=quality.releases(story, said),
        measures=quality.measures(story, said, story.coverage.frame["measure"].unique().sort()),
        found=bool(carried["schools"]),
        cards=data(carried),
        phrases=data(said.group("card") | said.group("find")),
        style=page.trusted(_file("style.css")),
        policy=" ".join(f"'sha256-{_hash(script)}'" for script in scripts.values()),
        **{name: page.trusted(script) for name, script in scripts.items()},
    )


def data(value: Any) -> Markup:
    """Return a value as JSON that can stand inside a script element."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return page.trusted(said.replace("<", "\\u003c"))


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
