"""Schools for programs: found by a text, one by its number, and each measure as a table. Nobody signs in."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from commonroom.web import evidence
from commonroom.web.schools import queries

router = Router(tags=["schools"])


class Listed(Schema):
    """A school in the register and in lists."""

    number: str
    name: str
    authority: str | None
    phases: list[str] = Field(description="Phases that it has results in: primary, secondary.")
    kind: str
    in_system: bool


class Found(Listed):
    """A school that a search found."""

    how: str = Field(description="number, exact, prefix or fuzzy.")


class Facts(Schema):
    """What the keys in documents stand for, and which evidence is in force."""

    version: str
    date: str
    system: dict[str, str]
    nation: dict[str, str]
    phases: list[str]
    headline: dict[str, str]
    default_preset: dict[str, str]
    measures: dict[str, dict[str, Any]]
    themes: dict[str, dict[str, Any]]
    presets: dict[str, dict[str, Any]]
    variables: dict[str, dict[str, Any]]
    releases: list[dict[str, Any]]
    limit: int = Field(description="Fewest pupils that a figure may be about.")


class School(Schema):
    """The page of a school: codes are named by the facts."""

    number: str
    name: str
    authority: str | None
    authority_code: str | None
    kind: str
    in_system: bool
    opened: str | None
    closed: str | None
    earlier: list[dict[str, Any]] = Field(description="Numbers that the school had before, or continues.")
    register_source: str = Field(
        alias="register", description="The publication of the facts of the register."
    )
    phases: list[dict[str, Any]]
    withheld: list[dict[str, Any]] = Field(description="What was withheld, and why.")


class Table(Schema):
    """Rows with their source, date, and what was withheld."""

    source: str
    date: str
    note: str
    rows: list[dict[str, Any]]
    withheld: list[dict[str, Any]]


@router.get("/facts", response=Facts, auth=None, url_name="facts")
def facts(request: HttpRequest) -> Any:
    """Return the version of the evidence in force, and what the keys in its documents stand for."""
    return evidence.shown().facts


@router.get("/schools", response=list[Found], auth=None, url_name="schools-search")
def search(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=queries.LONGEST, description="Part of a name, a place, or a number.")],
    limit: Annotated[int, Query(ge=1, le=100)] = queries.LIMIT,
) -> Any:
    """Return the schools that a text finds, the surest first."""
    return queries.search(q, limit=limit)


@router.get("/schools/{number}", response=School, auth=None, url_name="school-document", by_alias=False)
def school(request: HttpRequest, number: str) -> Any:
    """Return a school by its number; by an earlier number, the school that it is now."""
    return queries.school(number)


@router.get("/schools/{number}/figures", response=Table, auth=None, url_name="school-figures")
def figures(request: HttpRequest, number: str) -> Any:
    """Return every figure of a school as a table."""
    return table("school", queries.school(number)["number"])


def table(kind: str, *key: str) -> Any:
    """Return a table of the evidence by its kind and key, as it was released."""
    released = evidence.shown().table(kind, key)
    return None if released is None else json.loads(released.to_json())
