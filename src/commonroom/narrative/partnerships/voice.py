"""How a plan is spoken of: names of schools and themes, days, minutes and amounts, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from commonroom.narrative import page
from commonroom.narrative.story import Facts
from commonroom.narrative.words import Language, Words
from commonroom.narrative.words import load as load_words
from commonroom.panel import Measure
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.limits import TOGETHER

Row = dict[str, Any]
#: Places after the point of a figure in standard deviations.
DIGITS = 2


@dataclass(frozen=True)
class Told:
    """What a plan is told with, beside its own frames.

    `facts` of the evidence; `schools` (school, name, authority, easting, northing); the `definition` that
    the plan goes by; `themes`: labels by name, in the language of the page; `notes`: what a theme's
    measure does not say, by theme and phase, in that language.
    """

    facts: Facts
    schools: pl.DataFrame
    definition: Definition
    themes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Voice:
    """The words of a language with the names that a plan needs; `places` is name and authority by school."""

    words: Words
    told: Told
    places: dict[str, tuple[str, str]]

    def say(self, key: str, **values: Any) -> str:
        """Return a sentence about partnerships with its gaps filled."""
        return self.words.say(f"partners.{key}", **values)

    def __getitem__(self, key: str) -> str:
        """The words about partnerships of this key."""
        return self.words[f"partners.{key}"]

    @property
    def system(self) -> str:
        """The name of the system in the language of the page."""
        system = self.told.facts.system
        return system.label_cy if self.words.language == "cy" else system.label

    def school(self, school: str) -> str:
        """Return the name of a school, or its number where no name is known."""
        return self.places.get(school, (school, ""))[0]

    def authority(self, school: str) -> str:
        """Return the authority of a school, or that it is not known."""
        return self.places.get(school, ("", ""))[1] or self["list.nowhere"]

    def full(self, school: str) -> str:
        """Return the name of a school with its authority, where one is known."""
        name, authority = self.places.get(school, (school, ""))
        return self.say("named", school=name, authority=authority) if authority else name

    def theme(self, name: str) -> str:
        """Return the label of a theme in the language of the page."""
        return self.told.themes.get(name) or page.theme(self.words, name)

    def thing(self, theme: str, phase: str) -> str:
        """Return a theme with its phase."""
        return self.say("named", school=self.theme(theme), authority=self.words[f"phase.{phase}"])

    def measure(self, name: str) -> str:
        """Return the label of a measure in the language of the page."""
        known = self.told.facts.measures[name]
        return known.label_cy if self.words.language == "cy" else known.label

    def known(self, name: str | None) -> Measure | None:
        """Return a measure, or nothing where the plan names none that is known."""
        return self.told.facts.measures.get(name or "")

    def days(self, days: float) -> str:
        """Return a number of days in words."""
        return self.say("days", n=int(days)) if days == int(days) else self.say("days", n=self.plain(days))

    def plain(self, value: float) -> str:
        """Return a number without needless places."""
        return self.words.number(value, 0 if value == round(value) else 1)

    def sd(self, value: float | None) -> str:
        """Return a figure in standard deviations, without its unit."""
        return self.words.number(value, DIGITS)

    def limit(self, name: str) -> str:
        """Return what a cap is for: the definition's own sentence, or what every plan has."""
        own = {cap.name: cap for cap in self.told.definition.caps}.get(name)
        if own is not None:
            return (own.why_cy if self.words.language == "cy" else own.why).rstrip(".")
        return self.words.sentences.get(f"partners.limit.{name}", name)

    def whose(self, name: str | None) -> str:
        """Return whose a cap is: schools, phases and themes among the names by their own."""
        return ", ".join(self._named(part) for part in (name or "").split(TOGETHER) if part)

    def also(self, text: str) -> str:
        """Return what else would have to change at once, each with whose it is."""
        parts = (part.partition(": ") for part in text.split("; "))
        return ", ".join(
            f"{self.limit(name)} ({self.whose(whose)})" if whose else self.limit(name)
            for name, _, whose in parts
        )

    def _named(self, part: str) -> str:
        """Return a school, a measure, a phase or a theme by its own name in the language of the page."""
        if part in self.places:
            return self.school(part)
        if self.known(part):
            return self.measure(part)
        return self.words.sentences.get(f"phase.{part}") or self.theme(part)

    def ranges(self, row: Row, figure: str, *, spread: float | None) -> dict[str, str] | None:
        """Return a figure and its range in the measure's unit, or nothing where one is missing."""
        values = [row[name] for name in (figure, f"{figure}_low", f"{figure}_high")]
        measure = self.known(row["measure"])
        if spread is None or measure is None or None in values:
            return None
        places = page.digits(measure.unit)
        names = ("value", "low", "high")
        said = {
            name: self.words.number(value * spread, places) for name, value in zip(names, values, strict=True)
        }
        return said | {"unit": self.words[f"unit.{measure.unit}"]}


def speak(told: Told, language: Language) -> Voice:
    """Return the voice of a plan in English or Welsh; raises WordsError for another language."""
    system = told.facts.system
    words = load_words(language).beside(system.nation if language == "en" else system.nation_cy)
    return with_words(told, words)


def with_words(told: Told, words: Words) -> Voice:
    """Return the voice of a plan with words that were read already."""
    rows = told.schools.select("school", "name", "authority").unique("school", maintain_order=True).rows()
    return Voice(words, told, {school: (name or school, authority or "") for school, name, authority in rows})
