"""Every list of a public page as a table to take away: released once more, with its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.pipeline.shown import MOST

if TYPE_CHECKING:
    from commonroom.pipeline.shown import Shown

Row = Mapping[str, Any]
#: Sources of lists that are from no publication of results.
FAMILIES, REGISTER = "Families of Schools: METHODS section 2", "The register that the evidence is from"
#: A school in front of a row.
_WHO = {"school": pl.String, "name": pl.String, "authority": pl.String}
_RANGES = ("attainment", "improvement")
_PARTS = ("value", "low", "high")


def read(shown: Shown, kind: str, key: tuple[str, ...]) -> Released | None:
    """Return a list by its kind and key (KINDS); None where there is no such list."""
    if kind not in KINDS:
        return None
    made = KINDS[kind](shown, *key)
    return None if made is None else replace(made, date=shown.facts["date"])


def _school(shown: Shown, number: str) -> Released | None:
    """Every figure of a school: phase, measure, year, figure, pupils, mean of the nation, why not, source."""
    found = shown.school(number)
    if found is None:
        return None
    rows = [
        {
            "phase": phase["phase"],
            "measure": trend["measure"],
            **{name: point[name] for name in ("year", "value", "pupils", "nation", "missing")},
            "source": _source(shown, [point["release"]]),
        }
        for phase in found["phases"]
        for trend in phase["trends"]
        for point in trend["points"]
    ]
    schema = {
        "phase": pl.String, "measure": pl.String, "year": pl.Int32, "value": pl.Float64, "pupils": pl.Int64,
        "nation": pl.Float64, "missing": pl.String, "source": pl.String,
    }  # fmt: skip
    rule = Rule(keys=("phase", "measure", "year"), figures={"value": "pupils"}, official=True)
    used = {
        point["release"]
        for phase in found["phases"]
        for trend in phase["trends"]
        for point in trend["points"]
    }
    return _release(rows, schema, rule=rule, source=_source(shown, used))


def _alike(shown: Shown, number: str, phase: str, preset: str = "") -> Released | None:
    """The schools most like one, nearest first."""
    found = shown.alike(number, phase, preset or None)
    if found is None:
        return None
    rows = [{"place": one["place"], **_member(one)} for one in found["members"]]
    schema = {"place": pl.Int64, **_MEMBER}
    terms = shown.facts["presets"][found["preset"]]
    return _release(rows, schema, rule=_MEMBERS, source=f"{terms['label']['en']}. {terms['source']}")


def _family(shown: Shown, phase: str, code: str, school: str = "") -> Released | None:
    """The members of a stable family, by name."""
    found = shown.family(phase, code, school or None)
    if found is None:
        return None
    rows = [{"family": code, **_member(one), "honorary": one["honorary"]} for one in found["members"]]
    schema = {"family": pl.String, **_MEMBER, "honorary": pl.Boolean}
    return _release(rows, schema, rule=_MEMBERS, source=FAMILIES)


_MEMBER: dict[str, Any] = {
    **_WHO, "in_system": pl.Boolean, "distance": pl.Float64, "likeness": pl.String, "mutual": pl.Boolean,
    "km": pl.Float64, "minutes": pl.Int64, "measure": pl.String, "since": pl.Int32, "year": pl.Int32,
    "pupils": pl.Int64,
    **{name if part == "value" else f"{name}_{part}": pl.Float64 for name in _RANGES for part in _PARTS},
    "quadrant": pl.String, "probability": pl.Float64, "strengths": pl.String,
}  # fmt: skip
_MEMBERS = Rule(
    keys=("school",),
    figures={
        name: "pupils" for name in _MEMBER if name.startswith(_RANGES) or name in ("quadrant", "probability")
    },
    official=True,
)


def _member(one: Any) -> dict[str, Any]:
    """A school of a list, its place on the map in columns, and its strengths as names of themes."""
    row = {name: one[name] for name in ("name", "authority", "in_system", "distance", "likeness", "mutual")}
    row |= {"school": one["number"], "km": one["km"], "minutes": one["minutes"]}
    row["strengths"] = "; ".join(strength["theme"] for strength in one["strengths"])
    place = one["map"]
    if place is None:
        return row
    row |= {name: place[name] for name in ("measure", "since", "year", "pupils", "quadrant", "probability")}
    row |= {
        name if part == "value" else f"{name}_{part}": place[name][part]
        for name in _RANGES
        for part in _PARTS
    }
    return row


def _glance(shown: Shown) -> Released:
    rows = [_flat(shown, row, "figure") for row in shown.system()["glance"]]
    schema = {**_YEAR, **_FIGURES, **_BEHIND}
    rule = Rule(keys=tuple(_YEAR), figures=dict.fromkeys(_PARTS, "pupils"))
    return _release(rows, schema, rule=rule, source=_sources(rows))


def _gap(shown: Shown) -> Released:
    rows = [_flat(shown, row, "gap") for row in shown.system()["gap"]]
    schema = {**_YEAR, "disadvantaged": pl.Float64, "other": pl.Float64, **_FIGURES, **_BEHIND}
    rule = Rule(keys=tuple(_YEAR), figures=dict.fromkeys(("disadvantaged", "other", *_PARTS), "pupils"))
    return _release(rows, schema, rule=rule, source=_sources(rows))


def _floor(shown: Shown) -> Released:
    rows = [{**row, **row["share"]} for row in shown.system()["floor"]]
    schema = {
        **_YEAR, "then": pl.Boolean, "below": pl.Float64, "number": pl.Int64, **_FIGURES,
        "expected": pl.Float64, "schools": pl.Int64, "source": pl.String,
    }  # fmt: skip
    return _release(rows, schema, rule=Rule(keys=tuple(_YEAR)), source=_sources(rows))


_YEAR: dict[str, Any] = {"phase": pl.String, "measure": pl.String, "year": pl.Int32, "place": pl.String}
_FIGURES: dict[str, Any] = dict.fromkeys(_PARTS, pl.Float64)
_BEHIND: dict[str, Any] = {"schools": pl.Int64, "pupils": pl.Int64, "source": pl.String}


def _flat(shown: Shown, row: Any, figure: str) -> dict[str, Any]:
    """A row with its range in columns, and its publications by name."""
    return {**row, **row[figure], "source": _source(shown, row["releases"])}


def _families(shown: Shown) -> Released:
    schema = {
        "phase": pl.String, "code": pl.String, "schools": pl.Int64, "honorary": pl.Int64,
        "within": pl.Float64, "optimum": pl.Float64,
    }  # fmt: skip
    rows = shown.system()["families"]
    return _release(rows, schema, rule=Rule(keys=("phase", "code")), source=FAMILIES)


def _schools(shown: Shown, authority: str = "", phase: str = "") -> Released | None:
    """The schools of the system by name: of an authority and a phase where they are named."""
    every: Iterable[Any] = shown.register()
    if authority:
        found = shown.authority(authority)
        if found is None:
            return None
        every = found["schools"]
    listed = [one for one in every if one["in_system"] and (not phase or phase in one["phases"])]
    # A school whose name is not known is called by its number: it stands at the end.
    listed.sort(key=lambda one: (one["name"] == one["number"], one["name"].casefold(), one["number"]))
    return _listed(listed)


def _search(shown: Shown, text: str) -> Released:
    return _listed(shown.search(text, limit=MOST))


def _listed(schools: Iterable[Any]) -> Released:
    """Schools of the register in the order given."""
    rows = [{**one, "school": one["number"], "phases": "; ".join(one["phases"])} for one in schools]
    schema = {**_WHO, "phases": pl.String, "kind": pl.String, "in_system": pl.Boolean}
    return _release(rows, schema, rule=Rule(keys=("school",)), source=REGISTER)


def _release(rows: Iterable[Row], schema: dict[str, Any], *, rule: Rule, source: str) -> Released:
    kept = [{name: row.get(name) for name in schema} for row in rows]
    return disclosure.release(pl.DataFrame(kept, schema=schema), rule=rule, source=source)


def _source(shown: Shown, numbers: Iterable[int | None]) -> str:
    """Publications by their numbers, in order."""
    known = shown.facts["releases"]
    return "; ".join(known[number]["name"] for number in sorted({one for one in numbers if one is not None}))


def _sources(rows: Iterable[Row]) -> str:
    return "; ".join(sorted({one for row in rows for one in row["source"].split("; ")}))


#: Lists by kind, with what names one: school (number); alike (number, phase, preset); family (phase, code,
#: and the school that distances are from); search (what was typed); system-schools (code of an authority, and
#: phase, each perhaps empty); of the rest of the system: nothing.
KINDS: dict[str, Callable[..., Released | None]] = {
    "school": _school,
    "alike": _alike,
    "family": _family,
    "search": _search,
    "system-glance": _glance,
    "system-gap": _gap,
    "system-floor": _floor,
    "system-families": _families,
    "system-schools": _schools,
}
