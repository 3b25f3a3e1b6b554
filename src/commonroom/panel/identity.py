"""Which published numbers are one school: predecessors and successors followed by a stated rule.

The rule, in order. (1) A statement by either side makes a link from the older to the newer number;
numbers without any figure are passed through. (2) A number with several successors was split: its
history goes to the successor with at least two thirds of the successors' pupils, otherwise to none.
(3) Two numbers that both have results of one phase in two or more years were two schools at once:
the link is not followed. (4) Numbers that lead to the same newer number are one school; where
several older ones had a figure in the same year they were merged, and their figures are averaged
by cohort. The newest number is the identity.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from commonroom.tables import panel as tables

SPLIT_SHARE = 2 / 3
YEARS_AT_ONCE = 2
EXPLANATION = {
    "one-to-one": "The same school under a new number; one history.",
    "merged": "One of several schools that became one; earlier figures are averaged by cohort.",
    "split": "Split; its history goes to the successor with two thirds of the pupils or more.",
}


@dataclass(frozen=True)
class Edge:
    """A step from an older number to the newer one, and its published date."""

    old: str
    new: str
    date: datetime.date | None
    split: bool = False


def joins(links: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Every number that was joined or deliberately kept apart, as the table `joins`.

    Arguments: `links` and `figures` as in tables.sources. Deterministic: numbers are visited in order.
    """
    evidence = _Evidence(figures)
    steps, rows = _one_successor(_edges(links), evidence)
    followed: dict[str, Edge] = {}
    for old in sorted(steps):
        edge = _through(old, steps, evidence.present)
        if edge is None:
            continue
        if evidence.years_at_once(old, edge.new) >= YEARS_AT_ONCE:
            rows.append(_row(edge, "apart", "Both numbers have results in the same years: two schools."))
        else:
            followed[old] = edge
    shared = defaultdict(list)
    for edge in followed.values():
        shared[edge.new].append(edge.old)
    for old, edge in sorted(followed.items()):
        identity, steps_to = _last(old, followed)
        rule = "split" if edge.split else "merged" if len(shared[edge.new]) > 1 else "one-to-one"
        rows.append((old, identity, rule, steps_to, edge.date, EXPLANATION[rule]))
    frame = pl.DataFrame(rows, schema=tables.JOINS.schema, orient="row")
    return tables.JOINS.check(frame.sort("number"))


class _Evidence:
    """What the figures say of a number: whether it has any, its pupils, its years by phase."""

    def __init__(self, figures: pl.DataFrame) -> None:
        self.present = set(figures["school"].unique())
        results = figures.filter((pl.col("phase") != "all") & pl.col("value").is_not_null())
        years = results.select("school", "phase", "year").unique().group_by("school").agg(
            pl.concat_str("phase", "year")
        )  # fmt: skip
        self._years = {school: set(found) for school, found in years.iter_rows()}
        pupils = figures.filter(pl.col("variable") == "pupils").sort("year").group_by("school").agg(
            pl.col("value").first()
        )  # fmt: skip
        self._pupils: dict[str, float] = dict(pupils.iter_rows())

    def years_at_once(self, one: str, other: str) -> int:
        """Phase-years in which both numbers have results."""
        return len(self._years.get(one, set()) & self._years.get(other, set()))

    def largest(self, numbers: list[str]) -> str | None:
        """The number with at least two thirds of the pupils of all `numbers`, if there is one."""
        pupils = {number: self._pupils.get(number) or 0.0 for number in numbers}
        best = max(sorted(pupils), key=lambda number: pupils[number])
        total = sum(pupils.values())
        return best if total and pupils[best] >= SPLIT_SHARE * total else None


def _edges(links: pl.DataFrame) -> dict[str, dict[str, datetime.date | None]]:
    """Newer numbers of each older number; both directions of statement are taken, itself never."""
    forward = pl.col("link") == "successor"
    pairs = links.select(
        pl.when(forward).then("school").otherwise("linked").alias("old"),
        pl.when(forward).then("linked").otherwise("school").alias("new"),
        "date",
    ).filter(pl.col("old") != pl.col("new"))
    found: dict[str, dict[str, datetime.date | None]] = defaultdict(dict)
    for old, new, date in pairs.sort("old", "new", "date", nulls_last=True).iter_rows():
        if old not in found.get(new, {}):  # two numbers that each succeed the other say nothing
            found[old].setdefault(new, date)
    return found


_Row = tuple[str, str, str, int, datetime.date | None, str]


def _one_successor(
    edges: dict[str, dict[str, datetime.date | None]], evidence: _Evidence
) -> tuple[dict[str, Edge], list[_Row]]:
    """One successor for each number, by rule (2); what was split and led nowhere is listed."""
    steps: dict[str, Edge] = {}
    rows: list[_Row] = []
    for old in sorted(edges):
        # A successor that another successor leads to is a later generation, not a split.
        direct = [
            new for new in edges[old] if not any(new in edges.get(o, {}) for o in edges[old] if o != new)
        ]
        new = direct[0] if len(direct) == 1 else evidence.largest(direct or sorted(edges[old]))
        if new is None:
            if old in evidence.present:
                text = f"Split between {', '.join(sorted(edges[old]))}; none has two thirds of the pupils."
                rows.append((old, old, "apart", 0, None, text))
            continue
        steps[old] = Edge(old, new, edges[old][new], len(direct) > 1)
    return steps, rows


def _through(old: str, steps: dict[str, Edge], present: set[str]) -> Edge | None:
    """The next newer number that has figures, passing through those that have none."""
    if old not in present:
        return None
    seen, edge = {old}, steps[old]
    while edge.new not in present:
        if edge.new not in steps or edge.new in seen:
            return None
        seen.add(edge.new)
        edge = steps[edge.new]
    return None if edge.new in seen else Edge(old, edge.new, steps[old].date, steps[old].split)


def _last(old: str, followed: dict[str, Edge]) -> tuple[str, int]:
    """The newest number that `old` leads to, and in how many steps."""
    seen = {old}
    while old in followed and followed[old].new not in seen:
        old = followed[old].new
        seen.add(old)
    return old, len(seen) - 1


def _row(edge: Edge, rule: str, explanation: str) -> _Row:
    """One row of the table for a link that was not followed."""
    return (edge.old, edge.old, rule, 0, edge.date, f"{explanation} Linked to {edge.new}.")
