"""Presets: what "alike" means, as a reviewed file (standardised variables with weights)."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - `date` is a field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from commonroom import settings
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Presets that come with the program, by phase; families.learn adds `learned`, which is made, not read.
PRESETS: dict[str, tuple[str, ...]] = {
    "primary": ("dfe-2026-primary", "families-2011", "fbit-2026"),
    "secondary": ("dfe-2026-secondary", "families-2011", "fbit-2026"),
}
#: Presets on one variable, for `group`.
CONTEXTUAL: tuple[str, ...] = ("eal", "mobility")


class Variable(BaseModel):
    """One criterion of likeness: a column, how much it weighs, and the unit its differences are in.

    A `weight` belongs to a standardised difference: `sd` divides by the sample standard deviation
    (n - 1) and `range` by largest minus smallest, each over all schools of the phase; a number is
    that fixed scale. A `coefficient` multiplies the squared raw difference (it is weight / SD^2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = ""
    weight: PositiveFloat | None = None
    coefficient: PositiveFloat | None = None
    scale: Literal["sd", "range"] | PositiveFloat = "sd"
    released: PositiveFloat | None = Field(default=None, description="The scale in the publication itself")
    spread: tuple[float, float] | None = Field(
        default=None, description="Standard deviations between which the column is in the expected unit"
    )
    combine: tuple[str, ...] = Field(default=(), description="Columns whose mean standard score this is")
    replaces: tuple[str, ...] = Field(default=(), description="Used only where none of these is known")

    @model_validator(mode="after")
    def _one_weight(self) -> Variable:
        if (self.weight is None) == (self.coefficient is None):
            raise ValueError(f"{self.name} needs a weight or a coefficient, and not both")
        return self

    @property
    def words(self) -> str:
        """What people call it."""
        return self.label or CONTEXT_VARIABLES.get(self.name, (self.name, ""))[0]


class Caliper(BaseModel):
    """How far is too far: a percentile of all distances to neighbours, or a fixed distance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percentile: float = Field(default=99.0, gt=0, le=100)
    distance: PositiveFloat | None = None
    fewest: int = Field(default=20, ge=1, description="Fewer neighbours inside: no fair family")


class Preset(BaseModel):
    """One definition of schools alike (METHODS.md section 1).

    d(a, b)^2 = W / W_ab * sum over the variables both know of w_k ((x_ak - x_bk) / s_k)^2, where
    W_ab is the weight of those variables and W of all. Two schools whose shared variables weigh
    less than `share` of what is known of anyone are not compared. Schools are compared only where
    every column of `blocks` is equal (an empty one equals only an empty one).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    phase: Literal["primary", "secondary", "any"]
    k: int = Field(default=50, ge=1)
    pool: int | None = Field(default=None, ge=1, description="How many nearest to choose the k from")
    prefer: str | None = Field(default=None, description="Column: those of the same value come first")
    blocks: tuple[str, ...] = ("phase", "kind", "sector", "language")
    variables: tuple[Variable, ...] = Field(min_length=1)
    stand_ins: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Columns to take, in order, where a column is known of no school"
    )
    share: float = Field(default=0.3, gt=0, le=1)
    caliper: Caliper = Caliper()
    price: float = Field(
        default=0.5,
        ge=0,
        description="How much nearer another family must be for a school to leave its own, "
        "in median distances of a school to as many nearest ones as a family has others",
    )
    source: str
    date: Date
    notes: str = ""

    @model_validator(mode="after")
    def _once_each(self) -> Preset:
        names = [variable.name for variable in self.variables]
        if len(set(names)) < len(names):
            raise ValueError("a variable is named twice")
        return self

    def as_released(self) -> Preset:
        """This preset with the scales of the publication itself, where it gives them."""
        variables = tuple(
            variable.model_copy(update={"scale": variable.released}) if variable.released else variable
            for variable in self.variables
        )
        return self.model_copy(update={"variables": variables})


def load_preset(preset: str | Path | Preset) -> Preset:
    """Return a preset by its name in definitions/families, or from the path of such a YAML file.

    Raises SaidToPeople, one sentence, when it is not there or cannot be understood.
    """
    if isinstance(preset, Preset):
        return preset
    inside = f"families/{preset}"
    known = str(preset) in settings.names("families") or not Path(preset).suffix
    return settings.load(Preset, inside if known else preset)
