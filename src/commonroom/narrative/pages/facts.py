"""The facts of a published version: what keys in documents stand for, in both languages, and where from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from commonroom import disclosure, families
from commonroom.narrative import page, words
from commonroom.narrative.pages.ground import Ground
from commonroom.panel import COMPARED, Measure
from commonroom.partnerships import themes
from commonroom.tables.panel import CONTEXT_VARIABLES

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, Label

#: Variables of definitions of alike that are no column of the context table.
COMBINED = {"prior_reading": "points", "prior_maths": "points", "sen": "%", "environment": "", "score": ""}


def tell(ground: Ground, *, form: int) -> Facts:
    """Return the facts (forms.Facts); `form` is the format of the file that they are written to."""
    facts = ground.facts
    schools = ground.tables["schools"]
    mine = schools.filter(pl.col("in_system"), pl.col("kind") == COMPARED)
    return {
        "form": form,
        "version": facts.evidence,
        "date": facts.date.isoformat(),
        "program": facts.version,
        "system": {"en": facts.system.label, "cy": facts.system.label_cy},
        "system_name": facts.system.name,
        "system_source": facts.system.source,
        "system_date": facts.system.date.isoformat(),
        "nation": {"en": facts.system.nation, "cy": facts.system.nation_cy},
        "phases": list(facts.headline),  # type: ignore[arg-type]
        "headline": dict(facts.headline),  # type: ignore[typeddict-item]
        "default_preset": {phase: names[0] for phase, names in ground.presets.items()},  # type: ignore[misc]
        "measures": {name: _measure(facts.measures[name]) for name in ground.order},
        "themes": _themes(ground),
        "presets": _presets(ground),
        "variables": _variables(ground),
        "releases": ground.releases.select("first", "last", "figures", "schools", name="release").to_dicts(),  # type: ignore[typeddict-item]
        "limit": disclosure.PUPILS,
        "schools": mine.height,
        "known": schools.height,
    }


def label(key: str, *, otherwise: str) -> Label:
    """Return the words of a key in both languages; where they have none, what the source calls it."""
    return {
        "en": words.load("en").sentences.get(key, otherwise),
        "cy": words.load("cy").sentences.get(key, otherwise),
    }


def _measure(one: Measure) -> Any:
    meaning = words.load("cy").sentences.get(f"meaning.{one.name}", one.meaning)
    return {
        **one.model_dump(
            mode="json",
            include={
                "label", "label_cy", "meaning", "unit", "direction", "phase", "group", "kind", "theme",
                "headline", "breaks", "source", "date",
            },
        ),
        "meaning_cy": meaning,
        "unit_label": label(f"unit.{one.unit}", otherwise=one.unit),
        "digits": page.digits(one.unit),
    }  # fmt: skip


def _themes(ground: Ground) -> Any:
    """The themes, and what a measure that somebody brought along stands for itself."""
    found: dict[str, Any] = {
        name: {
            "label": {"en": theme.label, "cy": theme.label_cy},
            "measures": {},
            "notes": {},
        }
        for name, theme in themes.load().themes.items()
    }
    for phase, name, basis in themes.load().bases:
        found[name]["measures"][phase] = list(basis.measures)
        if basis.note:
            found[name]["notes"][phase] = {"en": basis.note, "cy": basis.note_cy}
    for name, one in ground.facts.measures.items():
        key = one.theme or name
        own = {"label": label(f"theme.{key}", otherwise=one.label), "measures": {}, "notes": {}}
        if key == name:
            own["label"] = {"en": one.label, "cy": one.label_cy}
        found.setdefault(key, own)
    return found


def _presets(ground: Ground) -> Any:
    """Definitions of alike by name, with the phases that use them."""
    phases: dict[str, list[str]] = {}
    for phase, names in ground.presets.items():
        for name in names:
            phases.setdefault(name, []).append(phase)
    known = {name: _preset(ground, name, used[0]) for name, used in phases.items()}
    return {
        name: {
            "label": label(f"preset.{name}", otherwise=one.label),
            "phases": phases[name],
            "k": one.k,
            "source": one.source,
            "date": one.date.isoformat(),
        }
        for name, one in known.items()
    }


def _preset(ground: Ground, name: str, phase: str) -> families.Preset:
    """A definition of alike: learned ones are kept in the evidence, the others come with the program."""
    kept = ground.tables["definitions"].filter(pl.col("kind") == "preset", pl.col("name") == phase)
    for content in kept["content"]:
        own = families.Preset.model_validate_json(content)
        if own.name == name:
            return own
    return families.load_preset(name)


def _variables(ground: Ground) -> Any:
    """Labels and units of the context variables, and of the criteria that are made of them."""
    units = {name: unit for name, (_, unit) in CONTEXT_VARIABLES.items()} | COMBINED
    names = {name: words for name, (words, _) in CONTEXT_VARIABLES.items()}
    gaps = ground.tables.get("match_gaps")
    seen = [] if gaps is None else gaps["variable"].unique().sort().to_list()
    return {
        name: {
            "label": label(f"variable.{name}", otherwise=names.get(name, name)),
            "unit": units.get(name, ""),
        }
        for name in dict.fromkeys([*CONTEXT_VARIABLES, *seen])
    }
