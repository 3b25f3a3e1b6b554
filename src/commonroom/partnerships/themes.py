"""What schools can help each other with, and what a strength or a need in it rests on: a reviewed file."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.tables.panel import CONTEXT_VARIABLES

PHASES = ("primary", "secondary")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Evidence(_Part):
    """How sure a strength or a need must be: the probability of its side, and how many universes agree."""

    probability: Annotated[FiniteFloat, Field(ge=0.5, lt=1)]
    agreement: Annotated[FiniteFloat, Field(gt=0, le=1)]


class Among(_Part):
    """Only schools where many pupils are such: at or above a percentile of the phase in the nation.

    `fewest`: the variable counts the pupils who are not such, so that the schools with the fewest count.
    """

    variable: str
    percentile: Annotated[FiniteFloat, Field(gt=0, lt=100)]
    fewest: bool = False

    @field_validator("variable")
    @classmethod
    def _is_known(cls, variable: str) -> str:
        if variable not in CONTEXT_VARIABLES:
            known = ", ".join(CONTEXT_VARIABLES)
            raise ValueError(f"there is no context variable {variable}; there are {known}")
        return variable


class Basis(_Part):
    """What a theme rests on in one phase.

    `measure`: whose difference from schools alike is the strength or the need; none: only what schools
    say counts, and `note` says why. `also`: measures that must not claim the opposite.
    """

    measure: str | None = None
    also: tuple[str, ...] = ()
    among: Among | None = None
    note: str = ""
    note_cy: str = ""

    @model_validator(mode="after")
    def _says_why(self) -> Basis:
        if self.measure is None and (self.also or self.among):
            raise ValueError("also and among need a measure")
        if (self.measure is None or self.among) and not self.note:
            raise ValueError("without a measure of these pupils' results, note must say why")
        if bool(self.note) != bool(self.note_cy):
            raise ValueError("note and note_cy are written together")
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """All the measures it names."""
        return (*(() if self.measure is None else (self.measure,)), *self.also)


class Theme(_Part):
    """Something schools can help each other with; a phase that is not named has no such theme."""

    name: str = Field(pattern=r"^[a-z][a-z-]*$")
    label: str
    label_cy: str
    primary: Basis | None = None
    secondary: Basis | None = None

    @model_validator(mode="after")
    def _has_a_phase(self) -> Theme:
        if not (self.primary or self.secondary):
            raise ValueError("a theme needs primary, secondary or both")
        return self

    def basis(self, phase: str) -> Basis | None:
        """What it rests on in a phase; nothing where the phase has no such theme."""
        return {"primary": self.primary, "secondary": self.secondary}[phase]


class Themes(_Part):
    """All themes by name, and how sure a strength or a need must be (definitions/themes.yaml)."""

    name: str
    label: str
    label_cy: str
    evidence: Evidence
    headline: str = Field(description="The theme of a Keys to Success school without another need")
    themes: Annotated[dict[str, Theme], Field(min_length=1)]
    source: str
    date: datetime.date

    @field_validator("themes", mode="before")
    @classmethod
    def _named(cls, themes: Any) -> Any:
        """Each theme knows the name it stands under."""
        if not isinstance(themes, dict):
            return themes
        return {
            name: {**theme, "name": name} if isinstance(theme, dict) else theme
            for name, theme in themes.items()
        }

    @model_validator(mode="after")
    def _headline_is_one(self) -> Themes:
        if self.headline not in self.themes:
            raise ValueError(f"headline: there is no theme {self.headline}")
        return self

    @property
    def bases(self) -> Iterator[tuple[str, str, Basis]]:
        """Every phase, theme and what it rests on, in the order of the file."""
        for phase in PHASES:
            for name, theme in self.themes.items():
                if (basis := theme.basis(phase)) is not None:
                    yield phase, name, basis

    @property
    def variables(self) -> tuple[str, ...]:
        """Context variables by which schools are chosen in some theme, sorted."""
        return tuple(sorted({basis.among.variable for _, _, basis in self.bases if basis.among}))


def load(name: str | Path = "themes", *, measures: Iterable[str] | None = None) -> Themes:
    """Read the themes: the program's own, or a YAML file.

    `measures` are the names that there are (default: definitions/measures). Raises SaidToPeople, naming
    the file and the place in it, for what does not fit and for a measure that there is not.
    """
    found = settings.load(Themes, name)
    known = set(settings.names("measures") if measures is None else measures)
    for phase, theme, basis in found.bases:
        for measure in basis.measures:
            if measure not in known:
                raise SaidToPeople(
                    f"themes.{theme}.{phase}: there is no measure {measure}.",
                    where=str(name),
                    remedy=f"Name one of: {', '.join(sorted(known))}.",
                )
    return found
