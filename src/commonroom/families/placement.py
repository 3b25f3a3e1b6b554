"""Where schools stand: a frame of context placed on the criteria of a preset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.families.presets import Preset, Variable

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Placement:
    """Schools in order of identity, placed on the criteria that are known of at least one of them.

    `values` (schools x criteria) is in each criterion's unit, NaN where unknown; `factors` is
    sqrt(weight) / scale, `spreads` the standard deviation and `weights` the weight of each
    criterion; `total` the weight of all criteria of the preset; `block` numbers the exact matching;
    `preferred` is the column that the preset prefers; `notes` says what was not used as asked.
    """

    preset: Preset
    schools: pl.Series
    variables: tuple[Variable, ...]
    values: Floats
    factors: Floats
    spreads: Floats
    weights: Floats
    total: float
    block: Ints
    preferred: pl.Series | None
    notes: tuple[str, ...]


def place(schools: pl.DataFrame, *, preset: Preset) -> Placement:
    """Place schools on the criteria of a preset (METHODS.md section 1).

    `schools`: one row per school (`school`, the preset's block columns where there are any, and its
    variables, any of them null). Scales are taken over all rows of the preset's phase. A block
    column that the frame has not got is not used. Raises SaidToPeople when no school is of the
    phase, a school is there twice, a figure is infinite, or no criterion is known.
    """
    rows = _rows(schools, preset=preset)
    columns: list[tuple[Variable, Floats]] = []
    notes: list[str] = []
    absent = 0.0
    for variable in preset.variables:
        values, note = _values(rows, variable=variable, preset=preset, placed=[v.name for v, _ in columns])
        if note:
            notes.append(note)
        if values is None:
            replaced = any(other.name in variable.replaces for other, _ in columns)
            instead = any(variable.name in other.replaces for other in preset.variables)
            absent += 0.0 if replaced or instead else variable.weight or 0.0
        else:
            columns.append((variable, values))
    if not columns:
        raise SaidToPeople(
            f"none of the criteria of {preset.name} is known of any school.",
            remedy=f"Give at least one of: {', '.join(v.name for v in preset.variables)}.",
        )
    values = np.column_stack([column for _, column in columns])
    spreads = np.array([_spread(column) for _, column in columns])
    scales = np.array([_scale(variable, column) for variable, column in columns])
    roots = np.sqrt([variable.weight or variable.coefficient or 0.0 for variable, _ in columns])
    # A coefficient is a weight per squared unit: its weight among the others is coefficient x SD^2.
    weights = np.array(
        [
            v.weight or (v.coefficient or 0.0) * _positive(s) ** 2
            for (v, _), s in zip(columns, spreads, strict=True)
        ]
    )
    return Placement(
        preset=preset,
        schools=rows["school"],
        variables=tuple(variable for variable, _ in columns),
        values=values,
        factors=roots / scales,
        spreads=spreads,
        weights=weights,
        total=float(weights.sum()) + absent,
        block=_blocks(rows, preset=preset),
        preferred=rows[preset.prefer] if preset.prefer in rows.columns else None,
        notes=tuple(notes),
    )


def asked_rows(placed: Placement, *, only: Iterable[str] | None) -> Ints:
    """Rows of the schools to answer for, by identity; SaidToPeople when one is not there."""
    if only is None:
        return np.arange(placed.schools.len())
    rows = {school: row for row, school in enumerate(placed.schools.to_list())}
    names = sorted({str(school) for school in only})
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise SaidToPeople(
            f"there is no school {unknown[0]} among the {len(rows)} given"
            + (f" (nor {len(unknown) - 1} more that were asked for)." if unknown[1:] else "."),
            where=placed.preset.name,
            remedy="Check the number, the year and the phase.",
        )
    return np.array([rows[name] for name in names], dtype=np.int64)


def _rows(schools: pl.DataFrame, *, preset: Preset) -> pl.DataFrame:
    """Rows of the preset's phase, by school; refused when there are none or one is there twice."""
    rows = schools.with_columns(pl.col("school").cast(pl.String)).sort("school")
    if preset.phase != "any" and "phase" in rows.columns:
        rows = rows.filter(pl.col("phase") == preset.phase)
    if rows.is_empty():
        phase = "" if preset.phase == "any" else f"{preset.phase} "
        raise SaidToPeople(
            f"there is no {phase}school to place.",
            where=preset.name,
            remedy="Choose a preset of their phase.",
        )
    twice = rows["school"].filter(rows["school"].is_duplicated())
    if twice.len():
        raise SaidToPeople(
            f"school {twice[0]} is there {rows['school'].eq(twice[0]).sum()} times.",
            remedy="Give one row for each school: one year and one phase.",
        )
    return rows


def _values(
    rows: pl.DataFrame, *, variable: Variable, preset: Preset, placed: list[str]
) -> tuple[Floats | None, str]:
    """The figures of one criterion, NaN where unknown, or None; and a note when not as asked."""
    if any(name in placed for name in variable.replaces):
        return None, ""
    found = [_column(rows, name=name, preset=preset) for name in variable.combine or (variable.name,)]
    parts = [(name, values) for name, values in found if values is not None]
    if not parts:
        instead = any(variable.name in other.replaces for other in preset.variables)
        return (
            None,
            "" if instead or variable.replaces else f"{variable.words}: known of no school, so not used.",
        )
    asked = variable.combine or (variable.name,)
    names = [name for name, _ in parts]
    note = "" if tuple(names) == asked else f"{variable.words}: taken from {' and '.join(names)}."
    if variable.combine:
        return _mean_score([values for _, values in parts]), note
    values = parts[0][1]
    if variable.spread and not variable.spread[0] <= _spread(values) <= variable.spread[1]:
        return None, f"{variable.words}: in another unit than the preset's, so not used."
    return values, note


def _column(rows: pl.DataFrame, *, name: str, preset: Preset) -> tuple[str, Floats | None]:
    """The first of a column and its stand-ins that is known of any school."""
    for column in (name, *preset.stand_ins.get(name, ())):
        if column not in rows.columns:
            continue
        values = rows[column].cast(pl.Float64).to_numpy().copy()
        if np.isinf(values).any():
            school = rows["school"][int(np.isinf(values).argmax())]
            raise SaidToPeople(f"the {column} of school {school} is infinite.", remedy="Mend or empty it.")
        if not np.isnan(values).all():
            return column, values
    return name, None


def _mean_score(parts: list[Floats]) -> Floats:
    """Mean of the standard scores that are known of each school, NaN where none is."""
    scores = np.column_stack([(part - np.nanmean(part)) / _positive(_spread(part)) for part in parts])
    known = ~np.isnan(scores)
    sums, counts = np.where(known, scores, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _spread(values: Floats) -> float:
    """Sample standard deviation (n - 1) of what is known; 0 with fewer than two."""
    known = values[~np.isnan(values)]
    return float(known.std(ddof=1)) if known.size > 1 else 0.0


def _positive(scale: float) -> float:
    """A scale to divide by: where all schools are alike there is no difference to scale."""
    return scale if scale > 0 else 1.0


def _scale(variable: Variable, values: Floats) -> float:
    """What differences of one criterion are divided by."""
    if variable.coefficient is not None:
        return 1.0
    if variable.scale == "sd":
        return _positive(_spread(values))
    if variable.scale == "range":
        return _positive(float(np.nanmax(values) - np.nanmin(values)))
    return float(variable.scale)


def _blocks(rows: pl.DataFrame, *, preset: Preset) -> Ints:
    """A number for each combination of the block columns that the frame has."""
    columns = [column for column in preset.blocks if column in rows.columns]
    if not columns:
        return np.zeros(rows.height, dtype=np.int64)
    return (
        rows.select(pl.struct(columns).rank("dense").cast(pl.Int64) - 1)
        .to_series()
        .to_numpy()
        .astype(np.int64)
    )
