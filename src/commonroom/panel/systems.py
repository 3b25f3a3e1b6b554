"""What a school system is: the authorities or schools that share responsibility."""

from __future__ import annotations

import datetime

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from commonroom import settings
from commonroom.errors import SaidToPeople


class System(BaseModel):
    """One system: a name, and the authorities (by name), the schools (by number), or everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    label_cy: str
    authorities: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    everything: bool = False
    nation: str = Field(default="England", description="What the system is compared with")
    nation_cy: str = "Lloegr"
    source: str
    date: datetime.date

    @model_validator(mode="after")
    def _says_who(self) -> System:
        if not (self.authorities or self.schools or self.everything):
            raise ValueError("a system names authorities, schools, or says everything: true")
        return self


def load(name: str) -> System:
    """One system by name (definitions/systems) or by the path of a YAML file."""
    known = name in settings.names("systems")
    return settings.load(System, f"systems/{name}" if known else name)


def belongs(schools: pl.DataFrame, *, system: System) -> pl.Series:
    """Whether each row of `schools` (school, authority) belongs to `system`, as booleans.

    Raises SaidToPeople when no school belongs, naming authorities that are spelled nearly so.
    """
    inside = schools.select(
        (
            pl.lit(system.everything)
            | pl.col("authority").is_in(system.authorities)
            | pl.col("school").is_in(system.schools)
        )
        .fill_null(False)
        .alias("in_system")
    )["in_system"]
    if not inside.any():
        known = sorted(schools["authority"].drop_nulls().unique())
        raise SaidToPeople(
            f"no school of the data belongs to the system {system.label}.",
            where=system.name,
            remedy=f"Check its authorities against those in the data: {', '.join(known[:12])} ...",
        )
    return inside
