"""Families: the schools most like one school, and the stable families."""

from __future__ import annotations

from typing import Literal, TypedDict

from commonroom.narrative.pages.forms.school import MapPlace, Match, Position
from commonroom.narrative.pages.forms.values import Grade, Phase


class Strength(TypedDict):
    """A theme that a school is strong in, by a claim that may be made."""

    theme: str
    measure: str
    value: float
    low: float
    high: float
    probability: float
    agreement: float
    pupils: int | None


class Brief(TypedDict):
    """A school in one phase, as lists and maps of families show it."""

    number: str
    name: str
    authority: str | None
    in_system: bool
    phase: Phase
    family: str | None
    map: MapPlace | None  # of the headline; None outside the system or without enough years
    strengths: list[Strength]


class Member(Brief):
    """A school of a family, seen from one school (from nobody, and from itself, roads are None)."""

    place: int | None  # 1 is the nearest; None in a stable family
    distance: float | None  # to the school; in a stable family to its centre
    likeness: Grade  # near, fair or stretched: against the reach of the definition; none: not known
    mutual: bool | None  # names the school back; None in a stable family
    honorary: bool  # of a stable family
    km: float | None  # straight line
    minutes: int | None  # by road, approximately
    travel: Literal["distance", "authority"] | None  # authority: place not known, usual minutes there


class Alike(TypedDict):
    """The schools most like one school, by one definition; nearest first."""

    number: str
    name: str
    authority: str | None
    phase: Phase
    preset: str
    presets: list[str]  # definitions to choose from, the default first
    own: Brief  # the school itself
    match: Match
    position: Position | None
    members: list[Member]


class Family(TypedDict):
    """A stable family: schools convened together, by name."""

    phase: Phase
    code: str
    schools: int  # honorary members apart
    honorary: int
    within: float | None  # mean distance between two members
    optimum: float | None  # the nearest that could be
    members: list[Member]
