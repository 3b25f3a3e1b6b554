"""What every check is asked about, how the design is tried again, and how an answer becomes a row."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from scipy import stats

from commonroom.errors import SaidToPeople
from commonroom.impact import chance, matched
from commonroom.impact.chance import Surroundings
from commonroom.impact.definition import Definition
from commonroom.impact.matched import Answer
from commonroom.impact.study import NEVER, Estimate, Flags, Floats, Ints, Study
from commonroom.tables import impact as tables

Verdict: TypeAlias = Literal["holds", "fails", "unclear", "cannot", "shown"]

SCHEMA = {name: kind for name, kind in tables.GUARDS.schema.items() if name != "role"}


@dataclass(frozen=True)
class Question:
    """What was asked, and the answer whose sceptic this is; `pool` (n): who may be compared at all."""

    study: Study
    pool: Flags
    definition: Definition
    answer: Answer
    seed: int

    @property
    def headline(self) -> Estimate:
        """The effect in all, with its interval."""
        return self.answer.estimates["simple"][0]

    @property
    def sign(self) -> int:
        """1 or -1 when the interval of the headline misses zero on that side, otherwise 0."""
        return side(self.headline.low, self.headline.high)

    @property
    def cohorts(self) -> Ints:
        """Years of joining that have figures before and from the start on, earliest first."""
        found = self.study.cohorts
        return np.asarray(found[(found > self.study.years[0]) & (found <= self.study.years[-1])])

    @property
    def counted(self) -> Flags:
        """Schools that took part and are of one of these cohorts (n)."""
        return np.isin(self.study.start, self.cohorts)

    @property
    def never(self) -> Flags:
        """Schools of the pool that never joined (n)."""
        return np.asarray(self.pool & (self.study.start == NEVER))

    @cached_property
    def around(self) -> Surroundings | None:
        """Surroundings of the study's schools, looked at once; None where the interval needs none."""
        return chance.look(self.study) if self.headline.inference == "comparison" else None

    @property
    def half(self) -> float:
        """Half of an interval at the level asked, in standard errors of a normal estimate."""
        return float(stats.norm.ppf((1 + self.definition.inference.level) / 2))


@dataclass(frozen=True)
class Row:
    """One row of tables.impact.GUARDS without `role` and `guard`; what is not known is None."""

    at: str = ""
    effect: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    value: float | None = None
    p: float | None = None
    schools: int | None = None
    verdict: Verdict = "shown"
    why: str = ""


def side(low: float, high: float) -> int:
    """Return on which side of zero an interval lies: 1, -1, or 0 where it holds zero or is not known."""
    return int(low > 0) - int(high < 0)


def told(estimate: Estimate, **more: object) -> Row:
    """Return the row of an estimate; `more` fills the other columns."""
    mine = Row(effect=estimate.effect, se=estimate.se, low=estimate.low, high=estimate.high, p=estimate.p)
    return replace(mine, **more)  # type: ignore[arg-type]


def cannot(at: str, why: str) -> list[Row]:
    """Return the only row of a check that cannot be made."""
    return [Row(at=at, verdict="cannot", why=why)]


def frame(rows: dict[str, list[Row]]) -> pl.DataFrame:
    """Return the rows of all checks as one frame (tables.impact.GUARDS without role)."""
    made = [
        {"guard": guard} | {part.name: getattr(row, part.name) for part in fields(row)}
        for guard, found in rows.items()
        for row in found
    ]
    made_frame = pl.DataFrame(made, schema=SCHEMA)
    return made_frame.with_columns(pl.selectors.float().fill_nan(None))


def take(study: Study, rows: Flags | Ints) -> Study:
    """Return the study of some schools alone."""
    kept = {
        part.name: getattr(study, part.name)[rows]
        for part in fields(study)
        if part.name not in ("years", "variables")
    }
    return replace(study, **kept)


def again(
    question: Question, *, study: Study, pool: Flags, kind: Literal["simple", "dynamic"] = "simple"
) -> Answer | None:
    """Try the design of the question on another study; None where it finds nobody to compare with."""
    if not study.joined.any() or not (pool & ~study.joined).any():
        return None
    # The same schools have the same surroundings.
    around = question.around if study.schools is question.study.schools else None
    try:
        return matched.estimate(
            study, pool=pool, definition=question.definition, kinds=(kind,), around=around
        )
    except SaidToPeople:
        return None


def once(question: Question, *, study: Study, pool: Flags) -> Estimate | None:
    """Try the design on another study and return its effect in all; None where there is none."""
    answer = again(question, study=study, pool=pool)
    found = None if answer is None else answer.estimates["simple"][0]
    return found if found is not None and np.isfinite([found.low, found.high]).all() else None


def changes(study: Study, start: int) -> Floats:
    """Return each school's mean figure from a start on less that of the last year before (n), NaN unknown."""
    base = study.base(start)
    return means(study.figures[:, base + 1 :]) - study.figures[:, base]


def means(figures: Floats) -> Floats:
    """Mean of the known figures of each row, NaN where there are none."""
    known = ~np.isnan(figures)
    total = np.where(known, figures, 0.0).sum(axis=1)
    count = known.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
