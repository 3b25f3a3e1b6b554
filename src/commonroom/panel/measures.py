"""What a measure is: a reviewed YAML file for each, validated when it is loaded."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from commonroom import settings


class Floor(BaseModel):
    """A floor target that existed in one year: schools below it were said to be below the floor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    below: float
    source: str


class Measure(BaseModel):
    """One measure: label, unit, direction, phase, group, range, kind, breaks, floor, source, date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    label_cy: str = Field(description="The label in Welsh")
    meaning: str
    unit: Literal["%", "points", "grade points"]
    direction: Literal["higher", "lower"]
    phase: Literal["primary", "secondary", "both"]
    group: Literal["all", "disadvantaged", "other"] = "all"
    of: str | None = Field(default=None, description="The measure of all pupils that this one is a group of")
    low: float
    high: float
    kind: Literal["share", "score", "progress", "gap"]
    breaks: tuple[int, ...] = ()
    floor: Floor | None = None
    headline: bool = Field(default=False, description="Whether it stands for its phase at a glance")
    theme: str | None = None
    source: str
    date: datetime.date

    @model_validator(mode="after")
    def _ranges(self) -> Measure:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        if self.group != "all" and self.of is None:
            raise ValueError("a measure of a group must say which measure it is `of`")
        return self


def load(names: Iterable[str] | None = None) -> dict[str, Measure]:
    """Measures by name, all that are defined or the `names` given (or paths of files)."""
    wanted = settings.names("measures") if names is None else names
    found = (settings.load(Measure, f"measures/{name}") for name in wanted)
    return {measure.name: measure for measure in found}


def headline(measures: Mapping[str, Measure], *, phase: str) -> str | None:
    """Name of the measure that stands for a phase: the one that says so, else the first of all pupils."""
    own = [
        m for m in measures.values() if m.phase in (phase, "both") and m.group == "all" and m.kind != "gap"
    ]
    said = [m for m in own if m.headline] or own
    return said[0].name if said else None
