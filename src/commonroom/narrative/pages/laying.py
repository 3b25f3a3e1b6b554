"""All documents of a published version, from the tables of the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from commonroom.narrative.pages import facts, families, schools, system
from commonroom.narrative.pages.ground import Frames, Ground
from commonroom.narrative.story import Facts

#: Tables of the evidence that pages are made of; one that is not there leaves its part empty.
TABLES = (
    "schools", "outcomes", "context", "joins", "problems", "left_out", "definitions", "comparable",
    "match_quality", "match_gaps", "positions", "sensitivity", "neighbours", "churn", "families",
    "family_report", "better", "standing", "performance_map", "performance_gaps", "performance_gap",
    "performance_floor",
)  # fmt: skip
Rows = list[tuple[str, ...]]
Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Laid:
    """All documents: `single` by name, `many` by kind (names, then the text), in parts; and the register."""

    single: dict[str, Any]
    many: dict[str, Iterator[Rows]]
    earlier: list[tuple[str, str]]
    register: list[dict[str, Any]]


def lay_out(tables: Frames, *, facts_of: Facts, form: int, report: Report) -> Laid:
    """Return the documents that pages of the evidence show.

    Arguments: `tables` of the evidence by name (TABLES), the facts of its build, the `form` of the file that
    they are for, and `report`, told what is done and how far it is (0 to 1). Documents of schools and of
    lists are made when they are asked for, some thousand at a time, and every figure passes disclosure.
    """
    ground = Ground(tables, facts_of)
    report("Laying out the pages of schools", 0.0)
    register = schools.register(ground)
    return Laid(
        single={
            "facts": facts.tell(ground, form=form),
            "system": system.tell(ground),
            "dots": system.dots(ground),
        },
        many={
            "school": _rows(schools.tell(ground)),
            "brief": _brief(ground),
            "alike": _alike(ground, report),
            "family": _family(ground),
            "authority": _authority(register),
        },
        earlier=_earlier(tables["joins"]),
        register=register.drop("authority_code").to_dicts(),
    )


def _rows(frames: Iterator[pl.DataFrame]) -> Iterator[Rows]:
    """The rows of some frames, frame by frame."""
    for frame in frames:
        yield frame.rows()


def _brief(ground: Ground) -> Iterator[Rows]:
    yield families.briefs(ground).rows()


def _alike(ground: Ground, report: Report) -> Iterator[Rows]:
    report("Laying out who is alike", 0.4)
    yield from _rows(families.alike(ground))
    report("Writing the index of the search", 0.9)


def _family(ground: Ground) -> Iterator[Rows]:
    yield [(phase, code, _text(document)) for phase, code, document in families.stable(ground)]


def _authority(register: pl.DataFrame) -> Iterator[Rows]:
    yield [(code, _text(document)) for code, document in system.authorities(register)]


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _earlier(joins: pl.DataFrame) -> list[tuple[str, str]]:
    """Numbers that lead to another school: those that were joined into it."""
    joined = joins.filter(pl.col("rule") != "apart").sort("number")
    return joined.select("number", "school").rows()
