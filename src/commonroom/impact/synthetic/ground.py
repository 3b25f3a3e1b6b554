"""The ground of a synthetic design: the unit, donors and placebos with a figure in every year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.study import Flags, Floats, Ints, Study
from commonroom.impact.synthetic import nearness, rows
from commonroom.impact.synthetic.groups import Groups, Others, drawn, neighbours
from commonroom.impact.synthetic.options import Options
from commonroom.impact.synthetic.rows import KNOWN, Rows

#: Donors and placebos that a design needs, and donors that must be left to a placebo.
NEEDED, LEFT = 3, 2
WHERE = "synthetic design"
MATCHED = "Compare with matched schools instead (the design `matched`), which is possible here"


@dataclass(frozen=True)
class Ground:
    """A unit (one row), `donors` (J) and `placebos` (M) over `years` (T), of which those >= start are after.

    `apart` (M, J): donors that share a school with a placebo; `schools` (s, T): figures of the unit's own
    schools; `lost`: its schools without a figure in some year; `alone`: whether donors are single schools.
    """

    start: int
    years: Ints
    unit: Rows
    donors: Rows
    placebos: Rows
    apart: Flags
    schools: Floats
    lost: int
    alone: bool

    @property
    def before(self) -> int:
        """How many years there are before the start."""
        return int((self.years < self.start).sum())

    def earlier(self, start: int) -> Ground:
        """Return what was known just before the start, with an earlier date as the start."""
        kept = self.before
        return replace(
            self,
            start=start,
            years=self.years[:kept],
            unit=self.unit.until(kept),
            donors=self.donors.until(kept),
            placebos=self.placebos.until(kept),
            schools=self.schools[:, :kept],
        )


def gather(
    study: Study, *, unit: Flags, donors: Flags | Groups | Others, start: int, options: Options
) -> Ground:
    """Return the ground that a synthetic design stands on.

    Arguments: a study of n schools; `unit` (n): the schools that are looked at as one; `donors`: flags (n)
    of single schools, groups, or both kinds (see `Others`); the first year that counts; options. A unit of
    several schools is the mean of those known in every year in which half of them are known. Raises
    SaidToPeople where the design is not possible, with the one that is.
    """
    if not unit.any():
        raise _said("no school is given as the unit.", "Name a school, an alliance or an area.")
    years = np.isfinite(study.figures[unit]).mean(axis=0) >= KNOWN
    _check_years(study.years[years], start=start, least=options.least)
    alive = np.isfinite(study.figures[:, years]).all(axis=1)
    own = unit & alive
    if not own.any():
        raise _said(
            f"no school of the unit has a figure in each of {_list(study.years[years])}.", f"{MATCHED}."
        )
    how = {"years": years, "columns": _columns(study, own, options.context), "weighted": options.weighted}
    one = rows.gather(study, Groups(("unit",), own[None, :]), **how)
    first, second = _sides(study, unit=unit, own=own, donors=donors, options=options)
    pool = rows.gather(study, _outside(first, unit), **how)
    beside = pool if second is None else rows.gather(study, _outside(second, unit), **how)
    _check_others(pool, beside)
    before = int((study.years[years] < start).sum())
    beside = _closest(one, pool, beside, before=before, options=options)
    apart = np.asarray((beside.members @ pool.members.T).toarray() > 0)
    free = np.flatnonzero((~apart).sum(axis=1) >= LEFT)
    _check_others(pool, beside.take(free))
    return Ground(
        start=start,
        years=study.years[years],
        unit=one,
        donors=pool,
        placebos=beside.take(free),
        apart=apart[free],
        schools=study.figures[own][:, years],
        lost=int((unit & ~alive).sum()),
        alone=not isinstance(first, Groups),
    )


def _sides(
    study: Study, *, unit: Flags, own: Flags, donors: Flags | Groups | Others, options: Options
) -> tuple[Flags | Groups, Groups | None]:
    """Return donors, and placebos where they are others than the donors themselves.

    Several schools beside single ones have placebos of as many neighbours, else (no places) drawn schools.
    """
    if isinstance(donors, Others):
        return donors.donors, donors.placebos
    if isinstance(donors, Groups) or own.sum() == 1:
        return donors, None
    among = donors & ~unit & np.isfinite(study.figures).any(axis=1)
    groups = neighbours(study, among=among, size=int(own.sum()), most=2 * options.placebos)
    if not groups.names:
        groups = drawn(study, among=among, size=int(own.sum()), number=options.placebos, seed=options.seed)
    return donors, groups


def _outside(side: Flags | Groups, unit: Flags) -> Flags | Groups:
    """Return the single schools or groups that hold no school of the unit."""
    if not isinstance(side, Groups):
        return side & ~unit
    kept = np.flatnonzero(~side.members[:, unit].any(axis=1))
    return Groups(tuple(side.names[row] for row in kept), side.members[kept])


def _closest(one: Rows, pool: Rows, beside: Rows, *, before: int, options: Options) -> Rows:
    """Return the placebos nearest to the unit in path and context."""
    by = nearness.scale(pool, before=before, weight=options.context_weight or 0.0)
    unit = nearness.predictors(one, before=before, by=by)[0]
    distance = nearness.squared(nearness.predictors(beside, before=before, by=by), unit)
    return beside.take(nearness.nearest(distance, most=options.placebos))


def _columns(study: Study, own: Flags, context: tuple[str, ...]) -> list[int]:
    """Return the columns of context asked for that are known of the unit's schools; raises SaidToPeople."""
    unknown = [name for name in context if name not in study.variables]
    if unknown:
        raise _said(
            f"there is no variable of context named {unknown[0]}.",
            f"Take some of: {', '.join(study.variables) or 'none'}.",
        )
    places = [study.variables.index(name) for name in context]
    return [place for place in places if np.isfinite(study.context[own, place]).all()]


def _check_years(years: Ints, *, start: int, least: int) -> None:
    """Refuse a design without the years it needs."""
    before, after = int((years < start).sum()), int((years >= start).sum())
    if not after:
        raise _said(
            f"the unit has no figures from {start} on.",
            f"Wait for the results of {start}; until then a plan and its power are possible.",
        )
    if not before:
        raise _said(
            f"the unit has no figures before {start}, so that no comparison over time is possible.",
            "Give a later start, or evidence with earlier years.",
        )
    if before < max(least, 2):
        raise _said(
            f"the unit has figures of {before} year{'s' if before > 1 else ''} before {start} "
            f"({_list(years[years < start])}), and this design needs {max(least, 2)}.",
            f"{MATCHED} with one year; or bring evidence with earlier years.",
        )


def _check_others(pool: Rows, beside: Rows) -> None:
    """Refuse a design with nobody to be compared with, or no placebo to learn errors from."""
    for number, what in ((len(pool.names), "donors"), (len(beside.names), "placebos")):
        if number < NEEDED:
            raise _said(
                f"{number} {what} have figures in all years of the unit and share no school with it; "
                f"this design needs {NEEDED}.",
                "Widen the pool or leave out context; where single schools are left, the matched design is "
                "possible.",
            )


def _said(what: str, remedy: str) -> SaidToPeople:
    return SaidToPeople(what, where=WHERE, remedy=remedy)


def _list(years: Ints) -> str:
    return ", ".join(str(year) for year in years)
