"""What labels and sources a published version has: read once, used on every page."""

from __future__ import annotations

from typing import Literal, TypedDict

from commonroom.narrative.pages.forms.values import Label, Phase


class MeasureFacts(TypedDict):
    """What a measure is."""

    label: str
    label_cy: str
    meaning: str
    meaning_cy: str
    unit: str  # %, points, grade points
    unit_label: Label  # of a difference: percentage points, points, grade points
    direction: Literal["higher", "lower"]  # which is better
    phase: Literal["primary", "secondary", "both"]
    group: Literal["all", "disadvantaged", "other"]
    kind: Literal["share", "score", "progress", "gap"]
    digits: int  # decimals to print
    theme: str | None
    headline: bool
    breaks: list[int]  # years from which it is counted in another way
    source: str
    date: str  # ISO; when the definition was checked


class ThemeFacts(TypedDict):
    """What schools can help each other with."""

    label: Label
    measures: dict[Phase, list[str]]  # measures that it rests on in a phase, first the one that decides
    notes: dict[Phase, Label]  # why a phase has no measure of it, or what the measure means


class PresetFacts(TypedDict):
    """A published definition of alike."""

    label: Label
    phases: list[Phase]
    k: int  # schools it chooses
    source: str
    date: str


class VariableFacts(TypedDict):
    """A context variable."""

    label: Label
    unit: str


class Release(TypedDict):
    """A publication that figures are from. Releases are referred to by their place in `Facts.releases`."""

    name: str
    first: int  # first year of its figures
    last: int
    figures: int
    schools: int


class Facts(TypedDict):
    """Facts of a published version: read once, used on every page."""

    form: int  # format of the published file
    version: str  # of the evidence: twelve hexadecimal digits
    date: str  # ISO; when the evidence was built
    program: str  # version of Commonroom that published it
    system: Label
    system_name: str  # key: greater-manchester
    system_source: str
    system_date: str
    nation: Label
    phases: list[Phase]  # in the order of the report
    headline: dict[Phase, str]  # measure that stands for a phase
    default_preset: dict[Phase, str]  # the definition of alike that a page begins with
    measures: dict[str, MeasureFacts]
    themes: dict[str, ThemeFacts]
    presets: dict[str, PresetFacts]
    variables: dict[str, VariableFacts]
    releases: list[Release]
    limit: int  # fewest pupils that a figure may be about
    schools: int  # in the system, with a page
    known: int  # in the register
