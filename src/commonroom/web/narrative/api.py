"""The system for programs: at a glance, its schools, its lists. Nobody signs in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from commonroom.web import evidence
from commonroom.web.narrative import queries
from commonroom.web.schools import api as schools_api

router = Router(tags=["system"])


class System(Schema):
    """The page of the system: codes are named by the facts."""

    name: str
    label: dict[str, str]
    counts: list[dict[str, Any]]
    authorities: list[dict[str, Any]]
    glance: list[dict[str, Any]]
    gap: list[dict[str, Any]]
    floor: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    placed: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    joins: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    problems: int
    notes: list[str] = Field(description="What the build did not do, in English.")


class Row(Schema):
    """A school of the system in a list."""

    number: str
    name: str
    authority: str
    phases: list[str]


class Page(Schema):
    """A part of a list, by name, and how many there are."""

    count: int
    schools: list[Row]


@router.get("/system", response=System, auth=None, url_name="system-document")
def system(request: HttpRequest) -> Any:
    """Return the system at a glance: averages, gap, floor, and what was left out."""
    return evidence.shown().system()


@router.get("/system/schools", response=Page, auth=None, url_name="system-schools-document")
def schools(
    request: HttpRequest,
    authority: Annotated[str, Query(max_length=10)] = "",
    phase: Literal["", "primary", "secondary"] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Any:
    """Return schools of the system by name, of an authority and a phase where they are named."""
    rows = queries.schools(authority, phase)
    named = [dict(zip(Row.model_fields, row, strict=True)) for row in rows[offset : offset + limit]]
    return {"count": len(rows), "schools": named}


@router.get("/system/lists/{part}", response=schools_api.Table, auth=None, url_name="system-list-document")
def part(request: HttpRequest, part: Literal["glance", "gap", "floor", "families"]) -> Any:
    """Return the figures of a part of the system's page as a table."""
    return schools_api.table(f"system-{part}")
