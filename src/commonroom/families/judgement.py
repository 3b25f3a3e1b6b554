"""What families are worth, out of sample: each number of METHODS.md section 3, defined here only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_array

from commonroom.families.curve import explained
from commonroom.families.intake import Intake, complete_prior, load_expectation, read_intake
from commonroom.families.neighbours import Families, Rows, find
from commonroom.families.placement import Floats, Ints
from commonroom.families.presets import Preset, load_preset
from commonroom.families.standing import Stood, elsewhere, mean_over, stand
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
    """One preset: its families as published, and the fifty outside the school's own authority (as rows)."""

    preset: Preset
    family: Ints
    others: Ints
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
    groups = _groups(intake.schools)
    told = intake.schools.select("school").join(told, on="school", how="left", maintain_order="left")
    records = []
    for named in presets:
        case = _case(intake, named)
        geometry = {group: _geometry(case, intake, rows=inside) for group, inside in groups.items()}
        for given in (None,) if expected is None else (None, expected):
            value = told["value"].cast(pl.Float64).to_numpy()
            stood = stand(case.others, value=value, basis=value - _expected(told, given))
            noise = _noise(stood, told)
            control = _control(case, intake)
            records += [
                _labels(told)
                | {"preset": case.preset.name, "adjusted": given is not None, "rows": group}
                | geometry[group]
                | _prediction(stood, value, noise, rows=inside)
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


def _expected(told: pl.DataFrame, given: pl.DataFrame | None) -> Floats:
    """What is expected of each school, NaN where that is not known; nothing where nothing is given."""
    if given is None:
        return np.zeros(told.height)
    found = told.select("school").join(
        given.select("school", "expected"), on="school", how="left", maintain_order="left"
    )
    return found["expected"].fill_null(np.nan).to_numpy()


def _case(intake: Intake, named: str | Path | Preset | Families) -> _Case:
    """The families of one preset: found here, or given with a reach of WIDE or more."""
    found = named
    if not isinstance(found, Families):
        found = find(intake.schools, preset=load_preset(found), k=SIZE, reach=WIDE, only=())
    near, schools = found.nearest, intake.schools["school"]
    place = _places(near.schools, schools)
    area = np.where(place >= 0, intake.area[place], -1)
    family = _moved(near.family[:, :SIZE], place, schools.len())
    others = _moved(elsewhere(near.wide, area, size=SIZE), place, schools.len())
    used = np.bincount(family[family >= 0], minlength=schools.len())
    return _Case(found.preset, family, others, _mutual(family), used)


def _places(found: pl.Series, schools: pl.Series) -> Ints:
    """The row in `schools` of each school found, -1 where it is not judged."""
    rows = pl.DataFrame({"school": schools}).with_row_index("row")
    placed = pl.DataFrame({"school": found}).join(rows, on="school", how="left", maintain_order="left")
    return placed["row"].cast(pl.Int64).fill_null(-1).to_numpy()


def _moved(family: Rows | Ints, place: Ints, size: int) -> Ints:
    """Families by the rows of the schools that are judged; the others are no neighbours."""
    moved = np.full((size, family.shape[1]), -1, dtype=np.int64)
    here = place >= 0
    moved[place[here]] = np.where(family[here] >= 0, place[family[here]], -1)
    return moved


def _mutual(family: Ints) -> Floats:
    """Share of each school's neighbours that name it too, NaN where it has none."""
    size = len(family)
    row, rank = np.nonzero(family >= 0)
    names = csr_array((np.ones(row.size), (row, family[row, rank])), shape=(size, size))
    named, counts = names.multiply(names.T).sum(axis=1), names.sum(axis=1)
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


def _noise(stood: Stood, told: pl.DataFrame) -> Floats | None:
    """Variance of each outcome that comes from the size of its cohort, or None where that is not known."""
    if "cohort" not in told.columns:
        return None
    size = told["cohort"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    small = np.where(size > 0, 1 / np.where(size > 0, size, 1.0), np.nan)
    squares = stood.delta**2
    both = ~np.isnan(small) & ~np.isnan(squares)
    if both.mean() < LEAST_KNOWN or np.ptp(small[both]) == 0:
        return None
    # Weighted by cohort: a handful of tiny schools would else settle the slope.
    slope, _ = np.polyfit(small[both], squares[both], 1, w=np.sqrt(size[both]))
    return np.where(both, max(float(slope), 0.0) * small, np.nan)


def _prediction(stood: Stood, value: Floats, noise: Floats | None, *, rows: Flags) -> dict[str, object]:
    """How well a school's outcome is expected from its family."""
    family = stood.family
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
    return prior - mean_over(case.others, prior)


def _fairness(stood: Stood, intake: Intake, *, control: Floats | None, rows: Flags) -> dict[str, object]:
    """What the position among the fifty, and delta, still go with."""
    position, delta = stood.position[rows], stood.delta[rows]
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
