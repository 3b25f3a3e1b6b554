"""The page of one school."""

from __future__ import annotations

from typing import Literal, TypedDict

from commonroom.narrative.pages.forms.values import Grade, Missing, Phase, Quadrant, Range, Reason, Withheld


class Earlier(TypedDict):
    """An earlier number of the school."""

    number: str
    rule: str  # one-to-one, merged, split, apart (linked, but not followed)
    date: str | None


class Near(TypedDict):
    """Another school by name."""

    number: str
    name: str
    authority: str | None


class MapPlace(TypedDict):
    """Where a school is on the performance map of one measure."""

    measure: str
    since: int  # improvement is from here
    year: int  # attainment is of this year
    pupils: int | None
    attainment: Range  # beside schools of the nation with pupils like these; 80 %
    improvement: Range
    nation_attainment: float  # where the axes cross
    nation_improvement: float
    attainment_sd: float | None  # of the region that the school is in, with the next two
    improvement_sd: float | None
    correlation: float | None
    quadrant: Quadrant | None
    probability: float | None  # of that quadrant
    said: bool  # False: it cannot be told in which quadrant it is
    releases: list[int]


class Point(TypedDict):
    """One year of a measure."""

    year: int
    value: float | None
    pupils: int | None
    nation: float | None  # mean of mainstream schools of the nation, weighted by pupils
    missing: Missing | None  # why value is None
    release: int | None


class GapPoint(TypedDict):
    """One year of the gap between disadvantaged and other pupils of the school."""

    year: int
    disadvantaged: float | None
    other: float | None
    gap: Range  # 95 %; disadvantaged less other
    pupils_disadvantaged: int | None
    pupils_other: int | None
    withheld: Reason | None


class Trend(TypedDict):
    """A measure by year: every year from the first to the last, gaps as points without a value."""

    measure: str
    breaks: list[int]
    points: list[Point]
    gaps: list[GapPoint]  # empty where the data have none


class Match(TypedDict):
    """How good a match the schools chosen by one definition are."""

    preset: str
    grade: Grade
    wanted: int  # schools the definition asks for
    found: int
    inside: int  # of those, within reach
    pool: int  # schools it chose from
    known: int  # criteria known of the school
    criteria: int
    weight: float  # share of the weight of the criteria that is known of it
    mutual: float | None  # share of them that name it back
    used: int  # schools that name it
    differs: list[Differs]  # what it differs most in, largest first
    kept: int | None  # of them, neighbours the year before as well
    left: int | None  # neighbours the year before that are not any more


class Differs(TypedDict):
    """A criterion in which a school is unlike those most alike."""

    variable: str
    side: Literal["higher", "lower"]


class Position(TypedDict):
    """Where the headline figure stands among the schools alike: percentile, 0 to 100."""

    preset: str
    compared: int
    position: float | None
    low: float | None  # 90 % range under chance
    high: float | None


class Sensitivity(TypedDict):
    """How far a position depends on the definition of alike."""

    presets: int
    lowest: float | None
    median: float | None
    highest: float | None
    claim: Literal["top quarter", "bottom quarter"] | None  # what survives definitions and chance


class Context(TypedDict):
    """One context figure beside the mean of the schools most alike (default definition) and the nation."""

    variable: str
    value: float | None
    alike: float | None
    nation: float | None
    gap: float | None  # value less alike, in standard deviations
    weight: float | None  # share of the weight of the definition; None: it is not used
    year: int | None  # year of the figure, where it is another than that of the results


class Claim(TypedDict):
    """How a school does at a measure beside schools with similar measured context."""

    measure: str
    value: float | None  # in the measure's unit and own direction (more absence is positive)
    low: float | None  # 95 %
    high: float | None
    better: bool | None
    probability: float | None  # that it is on that side
    agreement: float | None  # share of the definitions that agree
    definitions: int | None  # how many
    pupils: int | None
    years: int
    claim: bool  # False: we cannot say
    releases: list[int]


class ThemeStanding(TypedDict):
    """A theme of the phase: strong in it, need of it, or neither can be said."""

    theme: str
    # unsaid: the figures cannot tell; no_measure: no results in it are published; no_figure: none of this
    # school.
    standing: Literal["strength", "need", "unsaid", "no_measure", "no_figure"]
    measure: str | None  # the one that decides
    claims: list[Claim]  # that one first


class InFamily(TypedDict):
    """The stable family that a school is convened with."""

    code: str
    honorary: bool
    schools: int  # members, honorary ones among them


class SchoolPhase(TypedDict):
    """A school in one phase."""

    phase: Phase
    headline: str
    compared: bool  # False: only its trend is known (outside the system, or not mainstream)
    maps: list[MapPlace]  # the headline first
    trends: list[Trend]  # the headline first
    matches: list[Match]  # the default definition first
    positions: list[Position]  # the same order
    sensitivity: Sensitivity | None
    context: list[Context]
    context_year: int | None
    context_releases: list[int]
    themes: list[ThemeStanding]
    family: InFamily | None
    nearest: list[Near]  # ten most alike by the default definition, nearest first


class School(TypedDict):
    """The page of a school."""

    number: str
    name: str
    authority: str | None
    authority_code: str | None
    region: str | None
    kind: str  # mainstream, special, independent, alternative, nursery, college
    type: str | None  # as registered, in English: academy converter
    admissions: str | None
    gender: str | None
    opened: str | None
    closed: str | None
    easting: float | None
    northing: float | None
    in_system: bool
    earlier: list[Earlier]
    register: str  # the publication of the register facts
    phases: list[SchoolPhase]  # empty: no results known
    withheld: list[Withheld]
