"""What definitions/sources/england.yaml may say: kinds of file, their columns, and the codes."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from commonroom import settings
from commonroom.panel.measures import Measure
from commonroom.sources.numbers import Cells


class Alias(BaseModel):
    """One column name, and the years in which it means what the variable means."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    first: int = Field(default=0, alias="from")
    last: int = Field(default=9999, alias="to")


class Figure(BaseModel):
    """One variable in one kind of file: its columns by vintage, and what they hold.

    `expected`: first and last year in which the column must be there; `usual`: the share
    that nine schools in ten have or exceed, in per cent; `when`: the rows it stands in, in a long file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: str
    columns: tuple[Alias, ...]
    expected: tuple[int, int] | None = None
    share: bool = False
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    cohort: tuple[str, ...] = ()
    when: dict[str, tuple[str, ...]] = {}

    @field_validator("columns", mode="before")
    @classmethod
    def _plain_names(cls, columns: list[object]) -> list[object]:
        return [{"name": c} if isinstance(c, str) else c for c in columns]

    def column(self, present: set[str], year: int | None) -> str | None:
        """The first of the columns that is present and valid in `year`, or None."""
        for alias in self.columns:
            if alias.name in present and (year is None or alias.first <= year <= alias.last):
                return alias.name
        return None


class Kind(BaseModel):
    """One kind of file: `needs` lists groups of columns, of each of which one must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    needs: tuple[tuple[str, ...], ...]
    phase: Literal["primary", "secondary", "all"] = "all"
    dated: bool = True
    footer: bool = False
    unused: bool = False
    quiet: bool = False
    school: tuple[str, ...] = ()
    period: str | None = None
    rows: dict[str, tuple[str, ...]] = {}
    facts: dict[str, tuple[str, ...]] = {}
    figures: tuple[Figure, ...] = ()

    @property
    def has_one_year(self) -> bool:
        """Whether the file is about one school year that is not written in its rows."""
        return self.dated and self.period is None

    @property
    def columns(self) -> set[str]:
        """Every column name that the definition knows of this kind."""
        names = {name for group in self.needs for name in group}
        names |= {name for group in self.facts.values() for name in group}
        return names | {alias.name for figure in self.figures for alias in figure.columns}


class Definition(BaseModel):
    """The whole of england.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    source: str
    date: datetime.date
    codes: dict[str, str]
    school_kinds: dict[str, tuple[str, ...]]
    admissions: dict[str, str]
    genders: dict[str, str]
    kinds: tuple[Kind, ...]


@functools.cache
def load() -> Definition:
    """Read and validate definitions/sources/england.yaml; raise SaidToPeople if it is unreadable."""
    return settings.load(Definition, "sources/england")


def limits(figure: Figure, *, measures: Mapping[str, Measure], file: str, column: str) -> Cells:
    """Where a figure stands and how far it may reach: the measure's own range, or 0 to 100 %."""
    low, high = figure.low, figure.high
    if figure.share:
        low, high = 0.0, 100.0
    elif figure.variable in measures:
        low, high = measures[figure.variable].low, measures[figure.variable].high
    return Cells(file, column, figure.share, figure.usual, low, high)
