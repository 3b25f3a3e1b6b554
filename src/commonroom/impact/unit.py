"""One school, one alliance or a city as one unit beside a mix of others: the synthetic designs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.impact import synthetic
from commonroom.impact.definition import Definition
from commonroom.impact.plan import Design
from commonroom.impact.study import Flags, Study
from commonroom.impact.synthetic import Groups, Options, Others, Synthetic
from commonroom.tables.impact import GUARDS, LEFT_OUT

#: Share of the schools of its areas that a unit has when it stands for them as a whole.
WHOLE = 0.8
#: Groups of neighbours that are looked at, at most: more hardly change a place among them.
MOST = 400

_GUARDS = {name: kind for name, kind in GUARDS.schema.items() if name != "role"}
_LEFT_OUT = {name: kind for name, kind in LEFT_OUT.schema.items() if name != "role"}


@dataclass(frozen=True)
class Single:
    """What a synthetic design answered, and its checks (tables.impact.GUARDS without role)."""

    answer: Synthetic
    guards: pl.DataFrame


def single(study: Study, *, pool: Flags, design: Design, definition: Definition, seed: int) -> Single:
    """Answer for all schools that took part as one unit.

    Arguments: the `study`, in which they all joined in one year; `pool` (n): who may stand beside them; the
    `design` (synthetic, or sdid); the `definition`; the `seed`. One school stands beside single schools;
    most schools of whole areas beside a mix of areas, with as many neighbouring areas as placebos; any other
    group beside groups of as many neighbours. Raises SaidToPeople where the design is not possible.
    """
    options = Options(
        context=tuple(name for name in definition.comparison.context if name in study.variables),
        level=definition.inference.level,
        in_time=definition.guards.placebo_years,
        seed=seed,
    )
    verb = synthetic.control if design == "synthetic" else synthetic.difference
    start = int(study.cohorts[0])
    answer = verb(study, unit=study.joined, donors=beside(study, pool, seed), start=start, options=options)
    return Single(answer, _guards(answer, level=options.level))


def unseen(study: Study, answer: Synthetic) -> pl.DataFrame:
    """Return schools of the unit that lack a year (tables.impact.LEFT_OUT without role)."""
    used = np.isin(study.years, answer.years)
    missing = np.isnan(study.figures) & used
    rows = []
    for place in np.flatnonzero(study.joined & missing.any(axis=1)).tolist():
        year = int(study.years[missing[place]][0])
        why = "no_path" if year < answer.start else "no_outcome"
        rows.append(("joined", str(study.schools[place]), why, year))
    return pl.DataFrame(rows, schema=_LEFT_OUT, orient="row")


def beside(study: Study, pool: Flags, seed: int) -> Flags | Groups | Others:
    """Return whom a unit stands beside: single schools, areas, or groups of as many neighbours."""
    size = int(study.joined.sum())
    among = np.asarray(pool & ~study.joined)
    if size == 1:
        return among
    mine = np.unique(study.area[study.joined])
    there = np.isin(study.area, mine)
    if size >= WHOLE * (there & (among | study.joined)).sum():
        outside = among & ~there
        areas = synthetic.areas(study, among=outside)
        if mine.size == 1:
            return areas
        return Others(areas, synthetic.areas(study, among=outside, joined=mine.size))
    found = synthetic.neighbours(study, among=among, size=size, most=MOST)
    if found.names:
        return found
    return synthetic.drawn(study, among=among, size=size, number=MOST // 2, seed=seed)


def _guards(answer: Synthetic, *, level: float) -> pl.DataFrame:
    """Earlier dates, placebos that fit, and the fit, as checks."""
    effect = answer.effect
    rows = [
        {
            "guard": "placebo_date",
            "at": str(row["start"]),
            **{name: row[name] for name in ("effect", "se", "low", "high", "p")},
            "verdict": "fails" if row["low"] > 0 or row["high"] < 0 else "holds",
            "why": "already_moving" if row["low"] > 0 or row["high"] < 0 else "",
        }
        for row in answer.in_time.iter_rows(named=True)
    ] or [{"guard": "placebo_date", "at": "", "verdict": "cannot", "why": "too_few_years"}]
    agree = (answer.p_near < 1 - level) == (effect.low > 0 or effect.high < 0)
    rows.append(
        {
            "guard": "permutation",
            "at": "placebos that fit",
            "p": answer.p_near,
            "schools": int(answer.placebos["kept"].sum()),
            "verdict": "holds" if agree else "unclear",
            "why": "" if agree else "chance_disagrees",
        }
    )
    far = "misfit" in answer.limits
    rows.append(
        {
            "guard": "balance",
            "at": "path",
            "value": answer.before,
            "verdict": "fails" if far else "holds",
            "why": "far_apart" if far else "",
        }
    )
    return pl.DataFrame(rows, schema=_GUARDS)
