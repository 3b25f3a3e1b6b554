"""Sums by school and neighbourhood arranged as the cross-products of two factors, without any pupil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from commonroom.tables.sums import Plan, Sums
from commonroom.value_added.pupils import blocks as arranging
from commonroom.value_added.pupils import columns
from commonroom.value_added.pupils.blocks import Blocks
from commonroom.value_added.pupils.columns import Columns
from commonroom.value_added.pupils.crossed import pairs
from commonroom.value_added.pupils.crossed.pairs import Pairs, Products
from commonroom.value_added.pupils.model import Model, NotThisModel

Floats = npt.NDArray[np.float64]
SCHOOL, AREA = 0, 1


@dataclass(frozen=True)
class Crossing:
    """Cross-products of schools and neighbourhoods, each a tuple of (schools', neighbourhoods').

    `blocks` are the schools' own (all pupils, for totals and names); `areas` names neighbourhoods;
    `weights` (schools x neighbourhoods, sparse) sums of weights per cell; `A` their margins; `C` (size, p)
    Z'WX; `c` (size,) Z'Wy; `pupils` (size,). `kept` is the factor that is left when the other one, whose
    own products are diagonal, is eliminated, with `pairs`.
    """

    blocks: Blocks
    areas: list[str]
    weights: Any
    A: tuple[Floats, Floats]
    C: tuple[Floats, Floats]
    c: tuple[Floats, Floats]
    pupils: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    kept: int
    pairs: Pairs | Products

    @property
    def across(self) -> Any:
        """Sums of weights per cell, (eliminated x kept)."""
        return self.weights if self.kept == AREA else self.weights.T


def arrange(sums: Sums, model: Model, covariates: pl.DataFrame | None = None) -> Crossing:
    """The cross-products of `model` from sums by school and `model.crossed` (and more, added together).

    Cells without a neighbourhood are left out and counted in `blocks.notes`; school covariates and
    school means as in the plain model. Raises NotThisModel and NotEnoughPupils.
    """
    _refuse(model)
    sums, notes = columns.complete(sums, model, covariates)
    sums, more = _placed(sums, model.crossed)
    blocks = arranging.arrange(sums, model, covariates)
    pooled = arranging.collect(sums)
    design = columns.design(pooled, sums.plan, model, covariates)
    frame, school, area, areas = _cells(sums, model.crossed, blocks.schools)
    weights = sparse.csr_array(
        (_numbers(frame, sums.plan, 0), (school, area)), shape=(len(blocks.schools), len(areas))
    )
    size = len(areas)
    parts = [
        np.bincount(area, values, size).astype(float) for values in _design(frame, sums.plan, design, school)
    ]
    kept = _kept(weights)
    return Crossing(
        blocks=replace(blocks, notes=(*notes, *more, *blocks.notes)),
        areas=areas,
        weights=weights,
        A=(blocks.A[:, 0, 0], np.asarray(weights.sum(axis=0))),
        C=(np.ascontiguousarray(blocks.C[:, 0]), np.column_stack(parts[:-1])),
        c=(np.ascontiguousarray(blocks.c[:, 0]), parts[-1]),
        pupils=(blocks.pupils, np.bincount(area, frame["pupils"].to_numpy(), size).astype(np.int64)),
        kept=kept,
        pairs=pairs.couple(weights if kept == AREA else weights.T),
    )


def _refuse(model: Model) -> None:
    if not model.crossed:
        raise NotThisModel("no column is named for the neighbourhoods.", remedy="Name one with crossed.")
    if model.slope:
        raise NotThisModel(
            "slopes that differ between schools cannot be crossed with neighbourhoods.",
            remedy="Leave out either the slope or the neighbourhoods.",
        )
    if model.cluster:
        raise NotThisModel(
            "errors robust to clusters of schools cannot be crossed with neighbourhoods.",
            remedy="Leave out either the cluster or the neighbourhoods.",
        )
    if model.weights == "survey":
        raise NotThisModel(
            "survey weights cannot be crossed with neighbourhoods.",
            remedy="Use precision weights, or leave out the neighbourhoods.",
        )


def _placed(sums: Sums, crossed: str) -> tuple[Sums, tuple[str, ...]]:
    """The sums of pupils whose neighbourhood is known, and a sentence about the others."""
    if crossed not in sums.frame.columns:  # the model's own check says it better
        return sums, ()
    lost = sums.frame.filter(pl.col(crossed).is_null() & (pl.col("pupils") > 0))
    if not lost.height:
        return sums, ()
    note = f"{int(lost['pupils'].sum())} pupils without {crossed} are left out."
    return replace(sums, frame=sums.frame.filter(pl.col(crossed).is_not_null())), (note,)


def _cells(sums: Sums, crossed: str, schools: list[str]) -> tuple[pl.DataFrame, Any, Any, list[str]]:
    """One row per cell with pupils, where its school and neighbourhood are, and the neighbourhoods' names."""
    names = [sums.plan.columns[place] for place in range(len(sums.plan.variables) + 1)]
    frame = sums.frame.filter(pl.col("pupils") > 0).select(
        pl.col("school").cast(pl.String), pl.col(crossed).cast(pl.String).alias("area"), "pupils", *names
    )
    if frame.select("school", "area").is_duplicated().any():
        frame = frame.group_by("school", "area", maintain_order=True).agg(pl.col("pupils", *names).sum())
    areas = frame["area"].unique().sort()
    school = frame["school"].cast(pl.Enum(schools)).to_physical().to_numpy().astype(np.int64)
    area = frame["area"].cast(pl.Enum(areas)).to_physical().to_numpy().astype(np.int64)
    return frame, school, area, areas.to_list()


def _numbers(frame: pl.DataFrame, plan: Plan, variable: int) -> Floats:
    """The sums of one variable (0 the constant) as numbers."""
    values = frame[plan.columns[variable]]
    decimals = plan.scales[values.name] if plan.decimals is not None else 0
    return values.cast(pl.Float64).to_numpy() / 10.0**decimals


def _design(frame: pl.DataFrame, plan: Plan, design: Columns, school: Any) -> Iterator[Floats]:
    """Sums per cell of each column of the design, then of the outcome."""
    for place, index in enumerate(design.index):
        values = _numbers(frame, plan, index)
        yield values if design.factor is None else values * design.factor[place][school]
    yield _numbers(frame, plan, len(plan.variables))


def _kept(weights: Any) -> int:
    """The factor to keep: the smaller one, which bounds the work; when alike, the one with fewer pairs."""
    schools, areas = weights.shape
    if max(schools, areas) > 2 * min(schools, areas):
        return SCHOOL if schools < areas else AREA
    return SCHOOL if pairs.count(weights.T) <= pairs.count(weights) else AREA
