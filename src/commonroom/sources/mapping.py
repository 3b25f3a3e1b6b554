"""A mapping: the small YAML file that says which column of a table is what."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from commonroom import settings
from commonroom.panel.measures import Measure
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Texts that stand for "no number" in many places; a mapping may add its own under `missing`.
CODES = {
    "*": "suppressed",
    "**": "suppressed",
    "***": "suppressed",
    "SUPP": "suppressed",
    "SUPPRESSED": "suppressed",
    "C": "suppressed",
    "N<10": "suppressed",
    "<5": "suppressed",
    "<10": "suppressed",
    "-": "not available",
    "--": "not available",
    ".": "not available",
    "..": "not available",
    "X": "not available",
    "NA": "not applicable",
    "N/A": "not applicable",
    "Z": "not applicable",
    "NULL": "not available",
    "NAN": "not available",
}

#: The name of a measure: small letters, digits and underscores.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]

#: A column, or one column for each year (where each year has its own).
Columns = str | dict[int, str]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(_Part):
    """One outcome: its column and all that a measure needs; the mapping brings source and date."""

    column: Columns
    unit: Literal["%", "points", "grade points"]
    cohort: str | None = None
    direction: Literal["higher", "lower"] = "higher"
    kind: Literal["share", "score", "progress", "gap"]
    group: Literal["all", "disadvantaged", "other"] = "all"
    of: str | None = None
    label: str | None = None
    label_cy: str | None = None
    meaning: str | None = None
    low: float | None = None
    high: float | None = None
    breaks: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _limits(self) -> Outcome:
        if self.kind != "share" and (self.low is None or self.high is None):
            raise ValueError(f"a {self.kind} must say its `low` and `high`")
        if self.limits[0] >= self.limits[1]:
            raise ValueError("`low` must be below `high`")
        if self.group != "all" and self.of is None:
            raise ValueError("an outcome of a group must say which outcome it is `of`")
        return self

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest figure that is possible, both inclusive."""
        return (
            0.0 if self.low is None else self.low,
            100.0 if self.high is None else self.high,
        )


class Location(_Part):
    """Where the school is: metres (easting, northing) or degrees (latitude, longitude)."""

    easting: str | None = None
    northing: str | None = None
    latitude: str | None = None
    longitude: str | None = None

    @model_validator(mode="after")
    def _one_pair(self) -> Location:
        pairs = [(self.easting, self.northing), (self.latitude, self.longitude)]
        if [all(pair) for pair in pairs].count(True) != 1 or any(
            any(pair) and not all(pair) for pair in pairs
        ):
            raise ValueError("give either easting and northing, or latitude and longitude")
        return self


class Long(_Part):
    """Long form: one row per figure. `variable` holds what an outcome's `column` then names."""

    variable: str
    value: str
    cohort: str | None = None


class PhaseColumn(_Part):
    """The phase of each row, from a column: which text means primary and which secondary."""

    column: str
    values: dict[str, Literal["primary", "secondary", "all"]]


class Mapping(_Part):
    """The whole mapping; every name is a column of the table, unless it is said otherwise."""

    title: str
    source: str
    date: datetime.date
    school: str
    name: str | None = None
    year: int | str | None = Field(default=None, description="a year, or the column that holds it")
    phase: Literal["primary", "secondary"] | PhaseColumn
    authority: str | None = None
    authority_code: str | None = None
    region: str | None = None
    type: str | None = None
    location: Location | None = None
    predecessor: str | None = Field(default=None, description="the number that this one continues")
    outcomes: dict[Name, Outcome]
    context: dict[str, Columns] = {}
    missing: dict[str, str] = {}
    long: Long | None = None

    @field_validator("context")
    @classmethod
    def _known_context(cls, context: dict[str, Columns]) -> dict[str, Columns]:
        if unknown := sorted(set(context) - set(CONTEXT_VARIABLES)):
            known = ", ".join(CONTEXT_VARIABLES)
            raise ValueError(f"{', '.join(unknown)}: context is one of {known}")
        return context

    @model_validator(mode="after")
    def _has_years(self) -> Mapping:
        columns = [*(o.column for o in self.outcomes.values()), *self.context.values()]
        if self.year is None and any(isinstance(column, str) for column in columns):
            raise ValueError("say the `year`: a number, or the column that holds it")
        if not self.outcomes:
            raise ValueError("name at least one outcome")
        return self

    @property
    def codes(self) -> dict[str, str]:
        """Texts that stand for "no number", in capitals, and what each means."""
        return CODES | {text.upper(): meaning for text, meaning in self.missing.items()}

    def measures(self) -> tuple[Measure, ...]:
        """Return the definitions of the measures that the outcomes are."""
        phase = self.phase if isinstance(self.phase, str) else "both"
        return tuple(
            Measure(
                name=name,
                label=(label := outcome.label or name.replace("_", " ").capitalize()),
                label_cy=outcome.label_cy or label,
                meaning=outcome.meaning or label,
                unit=outcome.unit,
                direction=outcome.direction,
                phase=phase,
                group=outcome.group,
                of=outcome.of,
                low=outcome.limits[0],
                high=outcome.limits[1],
                kind=outcome.kind,
                breaks=outcome.breaks,
                source=self.source,
                date=self.date,
            )
            for name, outcome in self.outcomes.items()
        )


def load(mapping: str | Path | Mapping) -> Mapping:
    """Read a mapping file, or return the mapping given; raise SaidToPeople if it does not fit."""
    return mapping if isinstance(mapping, Mapping) else settings.load(Mapping, mapping)
