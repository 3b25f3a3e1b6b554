"""Families for programs: the schools most like one, and the standing families. Nobody signs in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from commonroom.web.families import queries

router = Router(tags=["families"])
Phase = Literal["primary", "secondary"]


class Member(Schema):
    """A school of a family."""

    number: str
    name: str
    authority: str | None
    in_system: bool
    family: str | None
    likeness: str = Field(description="near, fair or stretched; none: not known.")
    distance: float | None
    mutual: bool | None
    honorary: bool
    km: float | None = Field(description="In a straight line.")
    minutes: int | None = Field(description="By road, approximately.")
    travel: str | None
    map: dict[str, Any] | None = Field(description="Attainment and improvement with their 80 % ranges.")
    strengths: list[dict[str, Any]]


class Alike(Schema):
    """The schools most like one school, by one definition; nearest first."""

    number: str
    name: str
    phase: str
    preset: str
    presets: list[str]
    match: dict[str, Any]
    position: dict[str, Any] | None
    members: list[Member]


class Family(Schema):
    """A standing family: schools convened together, by name."""

    phase: str
    code: str
    schools: int
    honorary: int
    within: float | None
    optimum: float | None
    members: list[Member]


@router.get("/schools/{number}/alike", response=Alike, auth=None, url_name="alike-document")
def alike(
    request: HttpRequest,
    number: str,
    phase: Phase | None = None,
    preset: Annotated[str, Query(max_length=60)] = "",
) -> Any:
    """Return the schools most like a school; by its first phase and definition if none is named."""
    return queries.alike(number, phase, preset)


@router.get("/families/{phase}/{code}", response=Family, auth=None, url_name="family-document")
def family(
    request: HttpRequest, phase: Phase, code: str, school: Annotated[str, Query(max_length=20)] = ""
) -> Any:
    """Return a standing family; with the distances from one of its schools where one is named."""
    return queries.family(phase, code, school)
