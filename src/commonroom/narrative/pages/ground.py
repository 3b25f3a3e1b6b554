"""What all pages are made from: the tables of the evidence, its released results, and where each is from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, TypeVar

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released
from commonroom.narrative.story import Facts
from commonroom.panel import COMPARED

Part = TypeVar("Part")
Frames = Mapping[str, pl.DataFrame]

#: A school in a phase: most of what a page shows is of one.
KEY = ("school", "phase")
#: Results may be of one measure in two phases, so that a withheld one is listed with its phase.
OUTCOMES = replace(disclosure.OUTCOMES, keys=("school", "phase", "year", "measure"))
#: Reasons in words, and their codes in a document.
REASONS = {disclosure.SUBTRACTION: "subtraction", disclosure.UNKNOWN: "unknown"}
#: Definition of alike that a page begins with, where the evidence has it.
LEARNED = "learned"


@dataclass(frozen=True)
class Ground:
    """Tables of the evidence by name, facts of the build, and what follows from both for all pages."""

    tables: Frames
    facts: Facts
    #: What was worked out for one page and is asked for by another (see `once`).
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def outcomes(self) -> Released:
        """The results that pages show, released: all of the system's schools, the headline of others."""
        inside = self.tables["schools"].select("school", "in_system")
        rows = self.tables["outcomes"].join(inside, on="school", maintain_order="left")
        wanted = pl.col("in_system") | pl.col("measure").is_in(list(self.facts.headline.values()))
        return disclosure.release(rows.filter(wanted).drop("in_system"), rule=OUTCOMES)

    @cached_property
    def inside(self) -> pl.DataFrame:
        """Schools of the system that are compared."""
        return self.tables["schools"].filter(pl.col("in_system"), pl.col("kind") == COMPARED).select("school")

    @cached_property
    def compared(self) -> pl.DataFrame:
        """Results of all schools that are compared, wherever they are, where there is a figure."""
        schools = self.tables["schools"].filter(pl.col("kind") == COMPARED).select("school")
        known = self.tables["outcomes"].filter(pl.col("value").is_not_null())
        return known.join(schools, on="school", how="semi", maintain_order="left")

    @cached_property
    def releases(self) -> pl.DataFrame:
        """Publications in order, oldest first: release, number, first, last, figures and schools."""
        found = (
            self.tables["outcomes"]
            .group_by("release")
            .agg(
                first=pl.col("year").min(),
                last=pl.col("year").max(),
                figures=pl.len().cast(pl.Int64),
                schools=pl.col("school").n_unique().cast(pl.Int64),
            )
        )
        context = self.tables["context"].select("year", pl.col("release").str.split("; ")).explode("release")
        other = (
            context.drop_nulls()
            .join(found, on="release", how="anti")
            .group_by("release")
            .agg(
                first=pl.col("year").min(), last=pl.col("year").max(),
                figures=pl.lit(0, dtype=pl.Int64), schools=pl.lit(0, dtype=pl.Int64),
            )
        )  # fmt: skip
        # A school of which no context is known names no publication of it.
        named = pl.concat([found, other]).filter(pl.col("release") != "")
        listed = named.sort("last", "release")
        return listed.with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each publication by name."""
        return dict(self.releases.select("release", "number").iter_rows())

    @cached_property
    def sources(self) -> pl.DataFrame:
        """Publications of the figures of compared schools: phase, measure, year, release (its number)."""
        seen = self.compared.select("phase", "measure", "year", "release").unique()
        return (
            seen.with_columns(self.number("release")).drop_nulls().sort("phase", "measure", "year", "release")
        )

    @cached_property
    def order(self) -> dict[str, int]:
        """Measures in the order that pages have them: the headlines first, then as they are defined."""
        heads = list(self.facts.headline.values())
        names = [*dict.fromkeys([*heads, *self.facts.measures])]
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def presets(self) -> dict[str, list[str]]:
        """Definitions of alike of each phase, the one that a page begins with first."""
        if "match_quality" not in self.tables:
            return {}
        seen = self.tables["match_quality"].select("phase", "preset").unique().sort("phase", "preset")
        found: dict[str, list[str]] = {}
        for phase, preset in seen.iter_rows():
            found.setdefault(phase, []).append(preset)
        return {
            phase: sorted(names, key=lambda name: (name != LEARNED, name)) for phase, names in found.items()
        }

    @cached_property
    def defaults(self) -> pl.DataFrame:
        """The definition that a page begins with: phase, preset."""
        rows = [(phase, names[0]) for phase, names in self.presets.items()]
        return pl.DataFrame(rows, schema={"phase": pl.String, "preset": pl.String}, orient="row")

    def number(self, column: str) -> pl.Expr:
        """The number of each publication in a column of names, under the same name."""
        return pl.col(column).replace_strict(self.numbers, default=None, return_dtype=pl.Int64)

    def placed(self, column: str = "measure") -> pl.Expr:
        """Where a measure stands in the order of pages."""
        return pl.col(column).replace_strict(self.order, default=len(self.order), return_dtype=pl.Int64)

    def preset_order(self) -> pl.Expr:
        """Where a definition of alike stands on a page: the one that it begins with first."""
        return pl.when(pl.col("preset") == LEARNED).then(pl.lit("")).otherwise(pl.col("preset"))

    @cached_property
    def latest(self) -> pl.DataFrame:
        """Pupils of the latest headline figure of each school: school, phase, people (a number, or empty)."""
        headline = pl.DataFrame(
            list(self.facts.headline.items()), schema={"phase": pl.String, "measure": pl.String}, orient="row"
        )
        return (
            self.tables["outcomes"]
            .filter(pl.col("value").is_not_null())
            .join(headline, on=["phase", "measure"], how="semi", maintain_order="left")
            .sort("year", maintain_order=True)
            .group_by(KEY, maintain_order=True)
            .agg(people=pl.col("cohort").last())
        )


def once(tell: Callable[[Ground], Part]) -> Callable[[Ground], Part]:
    """Work something out for a ground once, however many pages ask for it."""
    name = f"{tell.__module__}.{tell.__qualname__}"

    @wraps(tell)
    def told(ground: Ground) -> Part:
        if name not in ground.kept:
            ground.kept[name] = tell(ground)
        found: Part = ground.kept[name]
        return found

    return told


def coded(reason: str = "reason") -> pl.Expr:
    """The code of a reason for withholding."""
    return pl.col(reason).replace_strict(REASONS, default="few", return_dtype=pl.String)


def ranged(value: str, low: str, high: str, *, name: str) -> pl.Expr:
    """A figure with its range, rounded to three decimals: more than any page shows."""
    parts = (("value", value), ("low", low), ("high", high))
    return pl.struct(pl.col(column).fill_nan(None).round(3).alias(part) for part, column in parts).alias(name)


def whole(column: str) -> pl.Expr:
    """A number of people as a whole number."""
    return pl.col(column).fill_nan(None).round(0).cast(pl.Int64)


def gathered(frame: pl.DataFrame, columns: Iterable[str], *, name: str) -> pl.DataFrame:
    """One row per school and phase with its rows as a list, in the order they have."""
    return frame.group_by(KEY, maintain_order=True).agg(pl.struct(*columns).alias(name))


def none_of(name: str, type: pl.DataType) -> pl.DataFrame:
    """A frame with no school in it, for a part that the evidence does not have."""
    return pl.DataFrame(schema={"school": pl.String, "phase": pl.String, name: type})
