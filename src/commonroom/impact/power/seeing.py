"""How large an effect must be to be seen: the design tried on programmes that did nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.impact import chance, matched
from commonroom.impact.definition import Definition
from commonroom.impact.power import earlier, placebos
from commonroom.impact.study import NEVER, Estimate, Flags, Floats, Ints, Study

#: Effects of the curve: from 0, in steps, in sd of schools, at most up to LARGEST.
STEP, LARGEST = 0.02, 2.0
#: Times that programmes are drawn again for the Monte Carlo error.
REDRAWS = 400


@dataclass(frozen=True)
class Power:
    """What a design could see.

    `power` asked; `sd`: the smallest effect, in sd of schools, that is seen with it, None where none is
    (more programmes gave no answer than that allows); `error`: its Monte Carlo standard error; `curve`:
    effect (sd of schools), power (share of programmes whose interval lies on the effect's side of 0) and
    error (Monte Carlo standard error); `false_alarms`: share of programmes that did nothing whose interval
    misses 0; `bias`, `spread`: mean and standard deviation of what they seem to have done; `missed`: share
    that gave no answer, which see nothing; `programmes`: how many were tried; `years`: first and last year
    of the outcome that stood in.
    """

    power: float
    sd: float | None
    error: float | None
    curve: pl.DataFrame
    false_alarms: float
    bias: float
    spread: float
    missed: float
    programmes: int
    years: tuple[int, int]


def power(
    study: Study,
    *,
    pool: Flags,
    definition: Definition,
    seed: int,
    window: tuple[int, int] | None = None,
) -> Power:
    """Find the smallest effect that a design could see, by trying it on programmes that did nothing.

    Arguments: the `study` as planned (its starts may lie after its years); `pool` (n), who may stand beside
    somebody; the `definition` (its estimator as the design has it); the `seed`; the `window` of the outcome,
    from the first start to the study's last year unless given. `definition.power.programmes` placebo
    programmes shaped like the real one (as many schools, on like paths, near each other as they are, chosen
    together as they are) are evaluated on the latest years that can stand in. Planting an effect moves an
    estimate and its interval by just that much, so that one evaluation of each programme tells what it sees
    at every size; effects up and down count alike. Raises SaidToPeople where no year can stand in, or the
    pool is smaller than the programme. Source: METHODS.md section 9; Burlig and others 2020 (simulation on
    real panels).
    """
    lags = definition.comparison.path_years
    stand = earlier.find(study, window=window, path_years=lags)
    template = placebos.prepare(study, pool=pool, stand=stand, lags=lags)
    if template.candidates.size <= template.rows.size:
        raise SaidToPeople(
            f"{template.rows.size} schools take part and {template.candidates.size} others have figures: the "
            "design cannot be tried on others.",
            where="power",
            remedy="Build the evidence of a larger system: commonroom panel build --system england.",
        )
    answers = list(_tried(template, stand, definition=definition, seed=seed))
    found = [one for one in answers if one is not None]
    effect = np.array([one.effect for one in found])
    # An effect is seen when it is larger than this; a programme without an answer sees none.
    needed = np.full((len(answers), 2), np.inf)
    known = np.array([one is not None for one in answers])
    needed[known] = np.array([(-one.low, one.high) for one in found]).reshape(-1, 2)
    sd, error = _smallest(needed, definition.power.power, np.random.default_rng([seed, len(answers)]))
    missing = np.array([one.low > 0 or one.high < 0 for one in found])
    return Power(
        power=definition.power.power,
        sd=sd,
        error=error,
        curve=_curve(needed, sd),
        false_alarms=float(missing.mean()) if found else float("nan"),
        bias=float(effect.mean()) if found else float("nan"),
        spread=float(effect.std(ddof=1)) if len(found) > 1 else float("nan"),
        missed=1 - len(found) / len(answers),
        programmes=len(answers),
        years=stand.years,
    )


def _tried(
    template: placebos.Template, stand: earlier.StandIn, *, definition: Definition, seed: int
) -> Iterator[Estimate | None]:
    """The answer to each placebo programme; None for one that has none."""
    study = template.study
    # Schools that took part are no part of a placebo's world, nor are years after those that stand in.
    rows = template.candidates
    place = np.full(study.start.size, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    world = _take(replace(study, years=study.years[stand.kept], figures=study.figures[:, stand.kept]), rows)
    around = chance.look(world)
    for number in range(definition.power.programmes):
        drawn = placebos.draw(template, random=np.random.default_rng([seed, number]))
        start = np.full(rows.size, NEVER, dtype=np.int64)
        start[place[drawn]] = study.start[template.rows] - stand.back
        cluster = placebos.clusters(study, template.rows, drawn)[rows]
        programme = replace(world, start=start, cluster=cluster)
        try:
            answer = matched.estimate(programme, pool=start == NEVER, definition=definition, around=around)
        except SaidToPeople:
            yield None
            continue
        estimate = answer.estimates["simple"][0]
        yield estimate if np.isfinite([estimate.low, estimate.high]).all() else None


def _take(study: Study, rows: Ints) -> Study:
    """The study of some schools alone, none of whom took part."""
    names = ("schools", "figures", "cluster", "area", "pupils", "context", "family", "easting", "northing")
    some = {name: getattr(study, name)[rows] for name in names}
    return replace(study, start=np.full(rows.size, NEVER, dtype=np.int64), **some)


def _smallest(needed: Floats, power: float, random: np.random.Generator) -> tuple[float | None, float | None]:
    """The effect above which a share of programmes sees it, and its error by drawing programmes again."""
    sd = _quantile(needed, power)
    if not np.isfinite(sd):
        return None, None
    again = random.integers(0, len(needed), (REDRAWS, len(needed)))
    redrawn = np.array([_quantile(needed[rows], power) for rows in again])
    return max(sd, 0.0), float(redrawn[np.isfinite(redrawn)].std(ddof=1))


def _quantile(needed: Floats, power: float) -> float:
    return float(np.quantile(needed, power, method="inverted_cdf"))


def _curve(needed: Floats, sd: float | None) -> pl.DataFrame:
    """Power by effect, up to twice the smallest that is seen."""
    last = LARGEST if sd is None else min(max(2 * sd, 10 * STEP), LARGEST)
    effect = np.arange(int(np.ceil(last / STEP)) + 1) * STEP
    seen = (needed[:, :, None] < effect).mean(axis=1)
    error = seen.std(axis=0, ddof=1) / np.sqrt(len(needed))
    return pl.DataFrame({"effect": effect, "power": seen.mean(axis=0), "error": error})
