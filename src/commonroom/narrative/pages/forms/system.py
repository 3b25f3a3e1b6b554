"""The page of the system, its authorities, and lists of schools."""

from __future__ import annotations

from typing import Literal, TypedDict

from commonroom.narrative.pages.forms.values import Label, Phase, Range


class Count(TypedDict):
    """Schools by phase and kind."""

    phase: Phase
    kind: str
    schools: int


class Authority(TypedDict):
    """An authority of the system."""

    code: str
    name: str
    schools: dict[Phase, int]  # compared


class Glance(TypedDict):
    """An average of the system, of the nation, or their difference, in one year; 95 %."""

    phase: Phase
    measure: str
    year: int
    place: Literal["system", "nation", "difference"]
    figure: Range
    schools: int
    pupils: int | None
    releases: list[int]


class GapRow(TypedDict):
    """Disadvantaged and other pupils of the system or the nation in one year; 95 %."""

    phase: Phase
    measure: str
    year: int
    place: Literal["system", "nation"]
    disadvantaged: float | None
    other: float | None
    gap: Range
    schools: int
    pupils: int | None
    releases: list[int]


class FloorRow(TypedDict):
    """Schools below a floor that held in a year, or the years that had none (then is False)."""

    phase: Phase
    measure: str
    year: int
    place: Literal["system", "nation"]
    then: bool
    below: float | None
    number: int | None
    share: Range  # per cent of the schools; 95 %
    expected: float | None  # with chance allowed for
    schools: int | None
    source: str


class Covered(TypedDict):
    """Schools of the system with a figure."""

    phase: Phase
    measure: str
    year: int
    schools: int


class Counted(TypedDict):
    """How often something happened: a reason for a missing figure, a rule of joining."""

    what: str
    figures: int


class FamilyRow(TypedDict):
    """A stable family in the list of families."""

    phase: Phase
    code: str
    schools: int
    honorary: int
    within: float | None
    optimum: float | None


class Placed(TypedDict):
    """How many schools can be placed, by phase: on the map, among those alike, and by claims."""

    phase: Phase
    measure: str
    on_map: int
    said: int  # whose quadrant can be told
    grades: dict[str, int]  # schools by how good their match is
    moves: float | None  # median percentiles that a position moves between definitions
    top: int  # claims of the top quarter that survive
    bottom: int


class System(TypedDict):
    """The page of the system."""

    name: str
    label: Label
    counts: list[Count]
    authorities: list[Authority]  # by name
    glance: list[Glance]
    gap: list[GapRow]
    floor: list[FloorRow]
    coverage: list[Covered]
    placed: list[Placed]
    families: list[FamilyRow]
    left_out: list[Counted]
    joins: list[Counted]
    missing: list[Counted]
    problems: int  # found in the sources
    notes: list[str]  # what the build did not do, in English


class Dot(TypedDict):
    """A school on the map of places."""

    number: str
    name: str
    authority: str | None
    phases: list[Phase]
    easting: float
    northing: float


class InAuthority(TypedDict):
    """The schools of one authority, by name."""

    code: str
    name: str
    in_system: bool
    schools: list[Listed]


class Listed(TypedDict):
    """A school in the register and in lists."""

    number: str
    name: str
    authority: str | None
    phases: list[Phase]  # with results
    kind: str
    in_system: bool


class Found(Listed):
    """A school that a search found."""

    how: Literal["number", "exact", "prefix", "fuzzy"]
