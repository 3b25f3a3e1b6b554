"""The page of the system, its authorities, and the places of its schools."""

from __future__ import annotations

from typing import Any

import polars as pl

from commonroom import narrative
from commonroom.disclosure import Released
from commonroom.narrative import places
from commonroom.narrative.pages.ground import Ground
from commonroom.narrative.story import Story
from commonroom.panel import COMPARED

#: Tables that the story of the system is gathered from: plans and claims have pages of their own.
TOLD = (
    "schools", "outcomes", "context", "joins", "problems", "left_out", "performance_map", "match_quality",
    "positions", "sensitivity", "families", "family_report", "performance_gap", "performance_floor",
)  # fmt: skip


def tell(ground: Ground) -> dict[str, Any]:
    """Return the document of the system (forms.System)."""
    tables = {name: ground.tables[name] for name in TOLD if name in ground.tables}
    story = narrative.gather(tables, facts=ground.facts)
    system = ground.facts.system
    return {
        "name": system.name,
        "label": {"en": system.label, "cy": system.label_cy},
        "counts": _counts(story),
        "authorities": _authorities(ground, story),
        "glance": [_glance(row, ground) for row in story.glance.rows()],
        "gap": [_gap(row, ground) for row in _rows(story.gap)],
        "floor": [_floor(row) for row in _rows(story.floor)],
        "coverage": story.coverage.rows(),
        "placed": [_placed(story, phase, measure) for phase, measure in ground.facts.headline.items()],
        "families": _families(story),
        "left_out": [{"what": row["why"], "figures": row["figures"]} for row in story.left_out.rows()],
        "joins": [{"what": row["rule"], "figures": row["numbers"]} for row in story.joins.rows()],
        "missing": _missing(story),
        "problems": ground.tables["problems"].height,
        # What was done in another way is noted once for a phase: the same words are said once.
        "notes": list(dict.fromkeys(ground.facts.notes)),
    }


def authorities(register: pl.DataFrame) -> list[tuple[str, dict[str, Any]]]:
    """Return code and document (forms.InAuthority) of each authority, its schools by name."""
    known = register.filter(pl.col("authority").is_not_null()).sort("authority_code", "name", "number")
    parts = known.partition_by("authority_code", as_dict=True, maintain_order=True)
    return [
        (
            str(code),
            {
                "code": str(code),
                "name": schools["authority"][0],
                "in_system": bool(schools["in_system"].any()),
                "schools": schools.drop("authority_code").to_dicts(),
            },
        )
        for (code,), schools in parts.items()
    ]


def dots(ground: Ground) -> list[dict[str, Any]]:
    """Return the compared schools of the system where their place is known (forms.Dot), by name."""
    phases = ground.tables["comparable"].group_by("school").agg(phases=pl.col("phase").unique().sort())
    known = ground.tables["schools"].join(ground.inside, on="school", how="semi").join(phases, on="school")
    placed = known.drop_nulls(["easting", "northing"]).select(
        "authority",
        "phases",
        "easting",
        "northing",
        number="school",
        name=pl.coalesce("name", "school"),
    )
    return placed.sort("name", "number").to_dicts()


def _rows(released: Released | None) -> list[dict[str, Any]]:
    return [] if released is None else released.rows()


def _counts(story: Story) -> list[dict[str, Any]]:
    counted = story.schools.frame.group_by("phase", "kind").agg(
        schools=pl.col("school").n_unique().cast(pl.Int64)
    )
    return counted.sort("phase", "kind").to_dicts()


def _authorities(ground: Ground, story: Story) -> list[dict[str, Any]]:
    codes = ground.tables["schools"].select("school", code=pl.coalesce("authority_code", "authority"))
    compared = story.schools.frame.filter(pl.col("kind") == COMPARED).join(codes, on="school")
    counted = compared.group_by("code", "authority", "phase").agg(schools=pl.len().cast(pl.Int64))
    found: dict[str, dict[str, Any]] = {}
    for row in counted.drop_nulls("code").sort("authority", "code", "phase").iter_rows(named=True):
        one = found.setdefault(row["code"], {"code": row["code"], "name": row["authority"], "schools": {}})
        one["schools"][row["phase"]] = row["schools"]
    return list(found.values())


def _figure(row: dict[str, Any]) -> dict[str, float | None]:
    return {part: None if row[part] is None else round(row[part], 3) for part in ("value", "low", "high")}


def _people(number: float | None) -> int | None:
    return None if number is None else round(number)


def _releases(text: str, ground: Ground) -> list[int]:
    return sorted({ground.numbers[name] for name in text.split("; ") if name in ground.numbers})


def _glance(row: dict[str, Any], ground: Ground) -> dict[str, Any]:
    kept = {name: row[name] for name in ("phase", "measure", "year", "place", "schools")}
    releases = _releases(row["source"], ground)
    return {**kept, "pupils": _people(row["pupils"]), "figure": _figure(row), "releases": releases}


def _gap(row: dict[str, Any], ground: Ground) -> dict[str, Any]:
    kept = {name: row[name] for name in ("phase", "measure", "year", "place", "schools")}
    parts = {name: None if row[name] is None else round(row[name], 3) for name in ("disadvantaged", "other")}
    releases = _releases(row["source"], ground)
    return {**kept, **parts, "pupils": _people(row["pupils"]), "gap": _figure(row), "releases": releases}


def _floor(row: dict[str, Any]) -> dict[str, Any]:
    names = ("phase", "measure", "year", "place", "then", "below", "number", "schools", "source")
    expected = None if row["expected"] is None else round(row["expected"], 3)
    return {**{name: row[name] for name in names}, "share": _figure(row), "expected": expected}


def _families(story: Story) -> list[dict[str, Any]]:
    """The stable families by phase and code."""
    rows = sorted(_rows(story.groups), key=lambda row: (row["phase"], row["family"]))
    return [
        {
            "phase": row["phase"],
            "code": row["family"],
            "schools": row["schools"],
            "honorary": row["honorary"],
            **{name: None if row[name] is None else round(row[name], 4) for name in ("within", "optimum")},
        }
        for row in rows
    ]


def _placed(story: Story, phase: str, measure: str) -> dict[str, Any]:
    """How many schools of a phase can be placed on the map and among those alike, and how surely."""
    grades: dict[str, int] = {}
    moves, claims = None, pl.Series([], dtype=pl.String)
    if story.families is not None:
        frame = story.families.frame.filter(pl.col("phase") == phase)
        grades = dict(frame["grade"].drop_nulls().value_counts().sort("grade").iter_rows())
        moved = (frame["highest"] - frame["lowest"]).drop_nulls()
        moves = round(float(moved.median()), 1) if moved.len() else None  # type: ignore[arg-type]
        claims = frame["claim"]
    known = pl.Series([], dtype=pl.Float64)
    if story.map is not None:
        known = story.map.frame.filter(pl.col("phase") == phase)["probability"].drop_nulls()
    return {
        "phase": phase,
        "measure": measure,
        "on_map": known.len(),
        "said": int((known >= places.SAYABLE).sum()),
        "grades": grades,
        "moves": moves,
        "top": int((claims == "top quarter").sum()),
        "bottom": int((claims == "bottom quarter").sum()),
    }


def _missing(story: Story) -> list[dict[str, Any]]:
    """Why school-years of the system have no figure, over all phases and kinds of school."""
    counted = story.missing.frame.group_by("why").agg(pl.col("figures").sum()).sort("why")
    return [{"what": row["why"] or "", "figures": row["figures"]} for row in counted.to_dicts()]
