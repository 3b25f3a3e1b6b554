"""The two designs: synthetic control and synthetic difference-in-differences."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from commonroom.impact.study import Flags, Floats, Study
from commonroom.impact.synthetic import ground as grounds
from commonroom.impact.synthetic import nearness, placebos
from commonroom.impact.synthetic.answer import Method, Synthetic
from commonroom.impact.synthetic.fits import Case, fit
from commonroom.impact.synthetic.ground import Ground
from commonroom.impact.synthetic.groups import Groups, Others
from commonroom.impact.synthetic.options import Options
from commonroom.impact.synthetic.placebos import Space, Verdict

#: Weights of context that are tried where it is learnt, beside a path that weighs 1.
TRIED = (0.0, 0.1, 0.3, 1.0, 3.0)
#: Years before the start below which an answer says that they are few.
FEW = 5
#: Misfit before the start, in sd of donors, above which an answer says so.
MISFIT = 0.25
#: Share of the weight below which a donor is not named.
SEEN = 1e-6


def control(
    study: Study,
    *,
    unit: Flags,
    donors: Flags | Groups | Others,
    start: int,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Synthetic:
    """Return a unit beside its synthetic control, with placebos in space and in time.

    Arguments: a study of n schools; `unit` (n): a school, or the schools of an alliance or area, which are
    then one by their mean; `donors`: flags (n) of single schools, or groups (areas, neighbours), or both
    (`Others`); `start`: first year that counts; options. Donors with a school of the unit are left out; who
    else may not be a donor (partners) is for the caller to leave out. Raises SaidToPeople where the design
    is not possible, naming the one that is. Source: Abadie, Diamond & Hainmueller 2010; Abadie & L'Hour
    2021; METHODS.md section 9.
    """
    return _answer(study, unit=unit, donors=donors, start=start, how=("synthetic", options))


def difference(
    study: Study,
    *,
    unit: Flags,
    donors: Flags | Groups | Others,
    start: int,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Synthetic:
    """Return a unit beside its mix by synthetic difference-in-differences, with placebos as in `control`.

    Arguments and errors as in `control`; `options` on context choose the nearest donors only, and penalty
    and ridge are the paper's. It asks that the unit and the mix would have moved alike, not that they were
    alike: a unit that was chosen for being low will seem to gain. Source: Arkhangelsky, Athey, Hirshberg,
    Imbens & Wager 2021.
    """
    return _answer(study, unit=unit, donors=donors, start=start, how=("sdid", options))


def _answer(
    study: Study,
    *,
    unit: Flags,
    donors: Flags | Groups | Others,
    start: int,
    how: tuple[Method, Options],
) -> Synthetic:
    method, options = how
    ground = grounds.gather(study, unit=unit, donors=donors, start=start, options=options)
    options = _learnt(ground, options)
    found = placebos.space(ground, method=method, options=options)
    verdict = placebos.judge(found, method=method, options=options)
    earlier = placebos.in_time(ground, method=method, options=options)
    low, high = np.quantile(found.gaps, [(1 - options.level) / 2, (1 + options.level) / 2], axis=0)
    several = method == "sdid" and ground.alone
    return Synthetic(
        method=method,
        start=start,
        years=ground.years,
        value=found.case.value,
        mix=found.case.value - found.fit.gap,
        gap=found.fit.gap,
        low=low,
        high=high,
        weights=_weights(ground, found),
        times=pl.DataFrame({"year": ground.years[: ground.before], "weight": found.fit.years}),
        effect=verdict.estimate,
        before=float(verdict.before[0]),
        after=float(verdict.after[0]),
        ratio=float(verdict.ratio[0]),
        rank=verdict.rank,
        p=verdict.rank / len(verdict.ratio),
        p_near=verdict.p_near,
        placebos=_placebos(ground, verdict),
        in_time=earlier,
        jackknife=placebos.jackknife(found, ground.schools) if several else float("nan"),
        pool=len(ground.donors.names),
        schools=len(ground.schools),
        lost=ground.lost,
        limits=_limits(ground, found, earlier, options),
    )


def _weights(ground: Ground, found: Space) -> pl.DataFrame:
    """Return the donors with weight, by name."""
    frame = pl.DataFrame({"donor": ground.donors.names[found.donors], "weight": found.fit.donors})
    return frame.filter(pl.col("weight") > SEEN).sort("donor")


def _placebos(ground: Ground, verdict: Verdict) -> pl.DataFrame:
    """Return the placebos, by name."""
    return pl.DataFrame(
        {
            "placebo": ground.placebos.names,
            "effect": verdict.effects[1:],
            "before": verdict.before[1:],
            "after": verdict.after[1:],
            "ratio": verdict.ratio[1:],
            "kept": verdict.kept,
        }
    ).sort("placebo")


def _limits(ground: Ground, found: Space, earlier: pl.DataFrame, options: Options) -> tuple[str, ...]:
    """Return short names of what the design cannot do here."""
    before = found.fit.gap[: ground.before]
    said = {
        "few_years": ground.before < FEW,
        "few_placebos": 1 / (len(found.gaps) + 1) > 1 - options.level + 1e-9,
        "misfit": float(np.sqrt((before**2).mean())) > MISFIT * found.scale,
        "no_in_time": earlier.is_empty(),
    }
    return tuple(name for name, holds in said.items() if holds)


def _learnt(ground: Ground, options: Options) -> Options:
    """Return options with the weight of context that foresees the last year before the start best.

    Learnt of the unit alone, from the years before that one; of equals the least context. With no year to
    spare context weighs as much as the path. Source: Abadie, Diamond & Hainmueller 2015 (out-of-sample).
    """
    if options.context_weight is not None:
        return options
    if ground.before <= max(options.least, 2) or not ground.donors.context.shape[1]:
        return dataclasses.replace(options, context_weight=1.0)
    early = ground.earlier(int(ground.years[ground.before - 1]))
    tried = [(_foreseen(early, weight, options), weight) for weight in TRIED]
    return dataclasses.replace(options, context_weight=min(tried)[1])


def _foreseen(early: Ground, weight: float, options: Options) -> float:
    """Return the squared gap of the unit after an earlier date, with context of one weight."""
    by = nearness.scale(early.donors, before=early.before, weight=weight)
    unit: Floats = nearness.predictors(early.unit, before=early.before, by=by)[0]
    donors = nearness.predictors(early.donors, before=early.before, by=by)
    near = nearness.nearest(nearness.squared(donors, unit), most=options.donors)
    case = Case(early.unit.figures[0], early.donors.figures[near], donors[near] - unit, early.before, 1)
    gap = fit(case, method="synthetic", options=options).gap[early.before :]
    return float((gap**2).mean())
