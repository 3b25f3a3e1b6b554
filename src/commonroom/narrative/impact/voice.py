"""How an evaluation is spoken of: schools, amounts with their ranges, and checks, in one language."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from commonroom.disclosure import Released
from commonroom.impact.definition import Definition
from commonroom.impact.plan import Plan
from commonroom.narrative import page
from commonroom.narrative.story import Facts
from commonroom.narrative.words import Language, Words
from commonroom.narrative.words import load as load_words
from commonroom.panel import Measure

Row = dict[str, Any]
#: Style sheets of the pages about impact.
STYLES = ("style.css", "evaluation.css")
#: Places after the point of a figure in standard deviations.
DIGITS = 2


@dataclass(frozen=True)
class Told:
    """What an evaluation is told with, beside its own frames.

    `facts` of the evidence; `schools` (school, name, authority); the `definition` that it goes by; the `name`
    of the work; the `measure` and `phase` asked about; the `plan`, if there was one; `spread`: one sd of
    schools in the unit of the measure; `pupils` (school, year, cohort): how many pupils each figure is about,
    not known where it is nothing; `sources`: the publications of the figures; `randomised`: whether a lottery
    chose who took part.
    """

    facts: Facts
    schools: pl.DataFrame
    definition: Definition
    name: str
    measure: Measure
    phase: str
    plan: Plan | None = None
    spread: float | None = None
    pupils: pl.DataFrame | None = None
    sources: tuple[str, ...] = ()
    randomised: bool = False


@dataclass(frozen=True)
class Voice:
    """The words of a language with names and amounts; `places` is name and authority by school."""

    words: Words
    told: Told
    places: dict[str, tuple[str, str]]

    def say(self, key: str, **values: Any) -> str:
        """Return a sentence about impact with its gaps filled."""
        return self.words.say(f"impact.{key}", **values)

    def __getitem__(self, key: str) -> str:
        """The words about impact of this key."""
        return self.words[f"impact.{key}"]

    def maybe(self, key: str, default: str) -> str:
        """Return the words about impact of a key, or `default` made readable where there are none."""
        return self.words.sentences.get(f"impact.{key}", default.replace("_", " "))

    @property
    def welsh(self) -> bool:
        """Whether the page is in Welsh."""
        return self.words.language == "cy"

    @property
    def measure(self) -> str:
        """Its label in the language of the page."""
        return self.told.measure.label_cy if self.welsh else self.told.measure.label

    @property
    def unit(self) -> str:
        """The unit of a difference in it, as it follows a number."""
        return self[f"unit.{self.told.measure.unit}"]

    @property
    def units(self) -> str:
        """The unit of a difference in it, as it stands by itself."""
        return self.words[f"unit.{self.told.measure.unit}"]

    @property
    def turn(self) -> float:
        """Minus one where less of the measure is better."""
        return -1.0 if self.told.measure.direction == "lower" else 1.0

    @property
    def name(self) -> str:
        """The name of the work."""
        return self.told.name or (self.told.plan.name if self.told.plan else "")

    @property
    def system(self) -> str:
        """The name of the system in the language of the page."""
        system = self.told.facts.system
        return system.label_cy if self.welsh else system.label

    @property
    def level(self) -> str:
        """The level of the ranges, as a percentage."""
        return self.words.percent(self.told.definition.inference.level)

    def school(self, school: str) -> str:
        """Return the name of a school, or its number where no name is known."""
        return self.places.get(school, (school, ""))[0]

    def full(self, school: str) -> str:
        """Return the name of a school with its authority, where one is known."""
        name, authority = self.places.get(school, (school, ""))
        return self.say("named", school=name, authority=authority) if authority else name

    def order(self, school: str) -> tuple[str, str, str]:
        """Return what schools are put in order by: authority, name and number, never a figure."""
        name, authority = self.places.get(school, (school, ""))
        return authority, name, school

    def plain(self, value: float | None) -> str:
        """Return a figure in the unit of the measure, without the unit."""
        return self.words.number(value, page.digits(self.told.measure.unit))

    def sd(self, value: float | None) -> str:
        """Return a figure in standard deviations of schools, without its unit."""
        return self.words.signed(value, DIGITS)

    def amount(self, points: float) -> str:
        """Return a difference as a reader says it: so many points higher or lower."""
        way = "higher" if points >= 0 else "lower"
        return self.say(f"amount.{way}", value=self.plain(abs(points)), unit=self.unit)

    def span(self, low: float, high: float) -> str:
        """Return a range of differences without signs: from so many points lower to so many higher."""
        low, high = min(low, high), max(low, high)
        ends = {"low": self.plain(abs(low)), "high": self.plain(abs(high))}
        if low < 0 < high:
            return self.say("amount.across", unit=self.unit, **ends)
        if high <= 0:
            return self.say("amount.both_lower", unit=self.unit, low=ends["high"], high=ends["low"])
        return self.say("amount.both_higher", unit=self.unit, **ends)

    def figure(self, row: Row) -> str:
        """Return the effect of a row with its range, in points where they are known, else in sd.

        Nothing without a range is ever said.
        """
        return self._figure(row, "ranged")

    def short(self, row: Row) -> str:
        """Return the same where the level of the range is said beside it."""
        return self._figure(row, "short")

    def _figure(self, row: Row, form: str) -> str:
        three = [row[name] for name in ("effect", "low", "high")]
        if any(value is None or math.isnan(value) for value in three):
            return self["amount.none"]
        if self.told.spread is None:
            value, low, high = (self.sd(each) for each in three)
            return self.say(f"amount.{form}_sd", value=value, low=low, high=high, level=self.level)
        points = self._points(row, three)
        return self.say(
            f"amount.{form}", value=self.amount(points[0]), span=self.span(*points[1:]), level=self.level
        )

    def _points(self, row: Row, three: list[Any]) -> list[float]:
        """Return an effect and both ends in the unit of the measure: as the row has them, else by one sd."""
        own = [row.get(name) for name in ("points", "points_low", "points_high")]
        if None not in own:
            return [float(each) for each in own if each is not None]
        return [each * (self.told.spread or 1.0) * self.turn for each in three]

    def reach(self, low: float, high: float) -> str:
        """Return a range of effects in sd of schools, in points where they are known."""
        if self.told.spread is None:
            return self.say("amount.reach_sd", low=self.sd(low), high=self.sd(high))
        scale = self.told.spread * self.turn
        return self.say("amount.reach", span=self.span(low * scale, high * scale), unit=self.units)

    def size(self, effect: float) -> str:
        """Return the size of an effect in the unit of the measure, where that is known, else in sd."""
        if self.told.spread is None:
            return self.say("amount.size_sd", value=self.words.number(abs(effect), DIGITS))
        return self.say("amount.size", value=self.plain(abs(effect) * self.told.spread), unit=self.unit)

    def end(self, effect: float) -> str:
        """Return one end of a range as a number on a picture, with its sign."""
        if self.told.spread is None:
            return self.sd(effect)
        return self.words.signed(effect * self.told.spread * self.turn, page.digits(self.told.measure.unit))

    def sources(self, released: Released) -> tuple[str, ...]:
        """Return where figures are from, and what was withheld from them and why."""
        said = [self.say("made.sources", sources=released.source)] if released.source else []
        said += [page.withheld_note(released, self.words)] if released.withheld.height else []
        return tuple(said)

    def chance(self, p: float | None) -> str:
        """Return how often chance alone would do as much, or the dash that stands for nothing."""
        return self.words.percent(p, 1 if p is not None and p < 0.1 else 0)

    def named(self, text: str | None) -> str:
        """Return a text with the numbers of schools in it turned into their names."""
        return re.sub(r"\w+", lambda found: self.school(found[0]), text or "")


def speak(told: Told, language: Language) -> Voice:
    """Return the voice of an evaluation in English or Welsh; raises WordsError for another language."""
    system = told.facts.system
    words = load_words(language).beside(system.nation if language == "en" else system.nation_cy)
    return with_words(told, words)


def with_words(told: Told, words: Words) -> Voice:
    """Return the voice of an evaluation with words that were read already."""
    rows = told.schools.select("school", "name", "authority").unique("school", maintain_order=True).rows()
    return Voice(words, told, {school: (name or school, authority or "") for school, name, authority in rows})
