"""What families are worth, out of sample: each number of METHODS.md section 3, defined here only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.curve import explained
from commonroom.families.intake import Intake, complete_prior, load_expectation, read_intake
from commonroom.families.neighbours import Families, find
from commonroom.families.placement import Floats, Ints
from commonroom.families.presets import Preset, load_preset
from commonroom.families.standing import apart, compare, mean_over, rows_of
from commonroom.tables.learned import JUDGED

#: Size of the families that are judged, whatever size a preset itself asks for.
SIZE = 50
#: Looked at to find fifty outside the school's own authority.
WIDE = 150
#: A variable known of a smaller share of the schools is not used to judge.
LEAST_KNOWN = 0.5
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Case:
    """One preset: its families as published, and the fifty outside the school's own authority."""

    preset: Preset
    family: Ints
    others: pl.DataFrame
    mutual: Floats
    used: Ints


def judge(
    schools: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    phase: str,
    presets: Sequence[str | Path | Preset | Families],
    expected: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Judge presets by families of fifty, on all, chosen and held-out authorities.

    `schools`: all schools to be compared, as for `find` and `learn`, with `authority_code`;
    `outcomes`: `school`, `value` and, where known, `cohort`, `measure`, `year`; `expected`
    (tables.learned.EXPECTED): each preset is then judged without and with adjustment, and its score
    is there for the learned one. Schools without an outcome are left out. Out of sample: no outcome
    of the school's own authority is used for r2, r2_corrected, correlation, structure and control
    (the fifty nearest elsewhere); gaps, reciprocity and hubness need no outcome and are those of the
    families as published.

    r2: 1 - sum delta^2 / sum (y - mean)^2. r2_corrected: both sums less those of the noise of the
    cohort, s2 / n_j, s2 the slope of delta^2 on 1 / n_j (weighted by n_j). gap: |z_j - family mean of
    z| over the context variables known of half the schools, standardised. reciprocity: share of
    neighbours naming the school too. most_used: in how many families. correlation: of the position
    among the fifty with each of those variables; structure: with the definition's yes-or-no facts.
    control: of delta with the same delta of prior attainment, which no school can have changed.
    Returns tables.learned.JUDGED. Source: METHODS.md section 3.
    """
    told = outcomes.filter(pl.col("value").is_not_null()).with_columns(pl.col("school").cast(pl.String))
    rows = complete_prior(schools.with_columns(pl.col("school").cast(pl.String)))
    if expected is not None:
        rows = rows.drop("score", strict=False).join(
            expected.select("school", "score"), on="school", how="left", maintain_order="left"
        )
    rows = rows.join(told.select("school"), on="school", how="semi")
    intake = read_intake(rows, definition=load_expectation(phase))
    rows = intake.schools
    groups = _groups(rows)
    records = []
    for named in presets:
        case = _case(rows, named)
        geometry = {group: _geometry(case, intake, rows=inside) for group, inside in groups.items()}
        for given in (None,) if expected is None else (None, expected):
            stood = compare(case.others, told, expected=given)
            stood = rows.select("school").join(stood, on="school", how="left", maintain_order="left")
            noise = _noise(stood, told)
            control = _control(case, intake)
            records += [
                _labels(told)
                | {"preset": case.preset.name, "adjusted": given is not None, "rows": group}
                | geometry[group]
                | _prediction(stood, noise, rows=inside)
                | _fairness(stood, intake, control=control, rows=inside)
                for group, inside in groups.items()
            ]
    return JUDGED.check(pl.DataFrame(records, infer_schema_length=None))


def _labels(told: pl.DataFrame) -> dict[str, object]:
    """Measure and year of the outcomes, where they say."""
    return {name: told[name][0] if name in told.columns else None for name in ("measure", "year")}


def _groups(rows: pl.DataFrame) -> dict[str, Flags]:
    """All schools, those of authorities a method may be chosen on, and those it may not (code % 5 == 2)."""
    code = pl.col("authority_code").cast(pl.String).cast(pl.Int64, strict=False)
    held = rows.select((code % 5 == 2).fill_null(False)).to_series().to_numpy()
    groups = {"all": np.ones(rows.height, dtype=np.bool_), "chosen": ~held, "held-out": held}
    return {name: inside for name, inside in groups.items() if inside.any()}


def _case(rows: pl.DataFrame, named: str | Path | Preset | Families) -> _Case:
    """The families of one preset: found here, or given with a `wide` of WIDE or more."""
    if isinstance(named, Families):
        preset, wide, own = named.preset, named.wide, named.neighbours
    else:
        preset = load_preset(named)
        wide = find(rows, preset=preset, k=WIDE).neighbours
        # A preset that prefers a region chooses other schools when it may choose more.
        own = wide if preset.prefer is None else find(rows, preset=preset, k=SIZE).neighbours
    others = apart(wide, rows).filter(pl.col("rank").rank("ordinal").over("school") <= SIZE)
    family = rows_of(own.filter(pl.col("rank") <= SIZE), rows["school"])
    used = np.bincount(family[family >= 0], minlength=rows.height)
    return _Case(preset, family, others, _mutual(family), used)


def _mutual(family: Ints) -> Floats:
    """Share of each school's neighbours that name it too, NaN where it has none."""
    size = len(family)
    row, rank = np.nonzero(family >= 0)
    there = row * size + family[row, rank]
    back = family[row, rank] * size + row
    named = np.bincount(row, weights=np.isin(back, there), minlength=size)
    counts = np.bincount(row, minlength=size)
    return np.where(counts > 0, named / np.maximum(counts, 1), np.nan)


def _judging(intake: Intake) -> list[int]:
    """The context variables that families are judged by."""
    known = (~np.isnan(intake.values)).mean(axis=0)
    return [at for at, role in enumerate(intake.roles) if role == "context" and known[at] >= LEAST_KNOWN]


def _geometry(case: _Case, intake: Intake, *, rows: Flags) -> dict[str, object]:
    """Balance, reciprocity and hubness of families as published."""
    gaps = np.column_stack(
        [
            np.abs(intake.values[:, at] - mean_over(case.family, intake.values[:, at]))[rows]
            for at in _judging(intake)
        ]
    )
    each = gaps[~np.isnan(gaps).all(axis=1)]
    return {
        "n": int(rows.sum()),
        "gap_mean": float(np.nanmean(each)) if each.size else None,
        "gap_worst5": float(np.quantile(np.nanmean(each, axis=1), 0.95)) if each.size else None,
        "reciprocity": float(np.nanmean(case.mutual[rows])) if (~np.isnan(case.mutual[rows])).any() else None,
        "most_used": int(case.used[rows].max()),
    }


def _noise(stood: pl.DataFrame, told: pl.DataFrame) -> Floats | None:
    """Variance of each outcome that comes from the size of its cohort, or None where that is not known."""
    if "cohort" not in told.columns:
        return None
    joined = stood.join(told.select("school", "cohort"), on="school", how="left", maintain_order="left")
    size = joined["cohort"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    small = np.where(size > 0, 1 / np.where(size > 0, size, 1.0), np.nan)
    squares = joined["delta"].fill_null(np.nan).to_numpy() ** 2
    both = ~np.isnan(small) & ~np.isnan(squares)
    if both.mean() < LEAST_KNOWN or np.ptp(small[both]) == 0:
        return None
    # Weighted by cohort: a handful of tiny schools would else settle the slope.
    slope, _ = np.polyfit(small[both], squares[both], 1, w=np.sqrt(size[both]))
    return np.where(both, max(float(slope), 0.0) * small, np.nan)


def _prediction(stood: pl.DataFrame, noise: Floats | None, *, rows: Flags) -> dict[str, object]:
    """How well a school's outcome is expected from its family."""
    value, family = (stood[name].fill_null(np.nan).to_numpy() for name in ("value", "family"))
    known = rows & ~np.isnan(family)
    result: dict[str, object] = {
        "r2": explained(value[known], family[known]) if known.any() else None,
        "r2_corrected": None,
    }
    if noise is not None:
        known &= ~np.isnan(noise)
        total = float(((value[known] - value[known].mean()) ** 2).sum() - noise[known].sum())
        left = float(((value[known] - family[known]) ** 2).sum() - noise[known].sum())
        result["r2_corrected"] = 1 - left / total if total > 0 else None
    return result


def _control(case: _Case, intake: Intake) -> Floats | None:
    """How much higher prior attainment is than in the fifty elsewhere, or None where it is not known."""
    if "prior" not in intake.names:
        return None
    prior = intake.values[:, intake.names.index("prior")]
    return prior - mean_over(rows_of(case.others, intake.schools["school"]), prior)


def _fairness(
    stood: pl.DataFrame, intake: Intake, *, control: Floats | None, rows: Flags
) -> dict[str, object]:
    """What the position among the fifty, and delta, still go with."""
    position, delta = (stood[name].fill_null(np.nan).to_numpy()[rows] for name in ("position", "delta"))
    judging = _judging(intake)
    found = {intake.names[at]: correlate(position, intake.values[rows, at]) for at in judging}
    flags = [at for at, role in enumerate(intake.roles) if role == "structure"]
    facts = [abs(correlate(position, intake.values[rows, at])) for at in flags]
    worst = max(found, key=lambda name: (abs(found[name]), name))
    return {
        "correlation": abs(found[worst]),
        "correlated_with": worst,
        "structure": max(facts) if facts else None,
        "control": None if control is None else correlate(delta, control[rows]),
    }


def correlate(first: Floats, second: Floats) -> float:
    """Correlation over what both know; 0 where either does not vary."""
    both = ~np.isnan(first) & ~np.isnan(second)
    if both.sum() < 2 or np.ptp(first[both]) == 0 or np.ptp(second[both]) == 0:
        return 0.0
    return float(np.corrcoef(first[both], second[both])[0, 1])
