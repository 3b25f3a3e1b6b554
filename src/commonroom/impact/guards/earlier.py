"""Years before the start: how both sides differed where the design did not make them alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from commonroom.errors import SaidToPeople
from commonroom.impact import staggered
from commonroom.impact.guards.question import Question, Row, Verdict, again, cannot, side, take, told
from commonroom.impact.study import NEVER, Estimate, Floats, Ints, Study

#: Years before the start that are matched on where an earlier one is held out: level and last change.
MATCHED = 2


@dataclass(frozen=True)
class Step:
    """The difference of both sides in a year held out, and what it is per year of the way from there.

    `years`: how long before the base year; `estimate`: the difference, in sd of schools, with `own` (n), its
    influence; `rate`: the difference at the next nearer year (none where it was matched on) less this one,
    per year, with its `influence` (n). Both influences are scaled so that clustering them gives the error
    of the design's own interval. `schools` that took part and have a figure there.
    """

    years: float
    estimate: Estimate
    own: Floats
    rate: float
    influence: Floats
    schools: int


def plain(question: Question) -> list[Row]:
    """Return how those that took part differed in earlier years from the pool, alike in context alone.

    By outcome regression on context (unknown values are the pool's mean), not on the path, each year since
    the last before the start (universal base), with errors clustered. The design matches on
    these very years, so this tells how schools came to be chosen, and tests nothing.
    """
    mine = question.counted | question.never
    study = take(question.study, mine)
    try:
        cells = staggered.estimate(
            study,
            method="reg",
            controls=staggered.Against("never", "universal"),
            covariates=_context(study, question.definition.comparison.context),
        )
        found = staggered.aggregate(cells, study, kind="dynamic")
    except SaidToPeople:
        return []
    rows = []
    for place in np.flatnonzero(found.at < 0).tolist():
        se = clustered(found.influence[:, [place]], study.cluster)[0, 0] ** 0.5
        effect = float(found.effect[place])
        if se == 0:
            continue
        low, high = effect - question.half * se, effect + question.half * se
        why = "plain_differed" if side(low, high) else "plain"
        p = float(2 * stats.norm.sf(abs(effect) / se))
        count = int(found.joiners[place])
        rows.append(Row(f"plain {found.at[place]}", effect, se, low, high, None, p, count, "shown", why))
    return rows


def _context(study: Study, wanted: tuple[str, ...]) -> Floats | None:
    """Context in standard deviations, unknown values at the mean; None where nothing is known."""
    columns = []
    for name, values in zip(study.variables, study.context.T, strict=True):
        known = values[~np.isnan(values)]
        if name in wanted and known.size and known.std() > 0:
            columns.append(np.nan_to_num((values - known.mean()) / known.std()))
    return np.column_stack(columns) if columns else None


def clustered(influence: Floats, cluster: Ints) -> Floats:
    """Covariance (m, m) of estimates from their influence (n, m), summed within clusters."""
    _, codes = np.unique(cluster, return_inverse=True)
    sums = np.zeros((int(codes.max()) + 1, influence.shape[1]))
    np.add.at(sums, codes, influence)
    return np.asarray(sums.T @ sums) / cluster.size**2


def steps(question: Question) -> list[Step]:
    """Return how both sides differed in years held out, the nearest first; none where years are too few.

    The design is tried again on the years turned about: matched on the last two years before the start (level
    and last change) and on context, with the earlier years in the place of the outcome. If joining depends on
    what is matched on and on chance alone, schools that joined and their comparison schools do not differ
    there either; if they had come another way, by a trend of their own, they do. With two years before the
    start it is matched on the last and looked at in the first. Source: Imbens & Rubin 2015, chapter 21
    (a pseudo-outcome that the treatment cannot have touched). Cohorts are averaged by their schools.
    """
    found: list[list[Step]] = []
    for start in question.cohorts.tolist():
        base = question.study.base(start)
        kept = MATCHED if base >= MATCHED else 1
        for place, one in enumerate(_of_cohort(question, start, kept) if base >= kept else []):
            found += [[]] if place == len(found) else []
            found[place].append(one)
    return [_average(one, question) for one in found]


def held_out(question: Question, found: list[Step]) -> list[Row]:
    """Return the rows of years held out: the pre-trend of the design itself, with its intervals.

    It fails where the difference would miss zero though the level asked were shared out among the years
    (Bonferroni), and is unclear where it merely misses zero.
    """
    if not found:
        return cannot("held out", "too_few_years")
    rows = []
    for one in found:
        differed = side(one.estimate.low, one.estimate.high) != 0
        verdict: Verdict = "unclear" if differed else "holds"
        if one.estimate.p * len(found) < 1 - question.definition.inference.level:
            verdict = "fails"
        why = "held_out_differed" if differed else "held_out"
        at = f"held out {-one.years:g}"
        rows.append(told(one.estimate, at=at, schools=one.schools, verdict=verdict, why=why))
    return rows


def _of_cohort(question: Question, start: int, kept: int) -> list[Step]:
    """Steps of one cohort, nearest first, as far as there is an answer; `kept` years are matched on."""
    study = question.study
    base = study.base(start)
    rows = np.flatnonzero((study.start == start) | question.never)
    order = [*range(base - kept + 1, base + 1), *range(base - kept, -1, -1)]
    turned = _turned(take(study, rows), start, (kept, order))
    answer = again(question, study=turned, pool=turned.start == NEVER, kind="dynamic")
    if answer is None:
        return []
    combined, found = answer.combined["dynamic"], []
    nearer, nearer_own, last = 0.0, np.zeros(study.start.size), order[0]
    for place, column in enumerate(order[kept:]):
        where = np.flatnonzero(combined.at == place)
        estimate = answer.estimates["dynamic"][where[0]] if where.size else None
        if estimate is None or not np.isfinite([estimate.low, estimate.high]).all():
            break
        own = np.zeros(study.start.size)
        own[rows] = combined.influence[:, where[0]] * study.start.size / rows.size
        own = rescaled(own, estimate, study.cluster, half=question.half)
        span = float(study.years[last] - study.years[column])
        rate, influence = (nearer - estimate.effect) / span, (nearer_own - own) / span
        years = float(study.years[base] - study.years[column])
        found.append(Step(years, estimate, own, rate, influence, int(combined.joiners[where[0]])))
        nearer, nearer_own, last = estimate.effect, own, column
    return found


def _turned(study: Study, start: int, order: tuple[int, list[int]]) -> Study:
    """The study with years in another order, so numbered that all but the first few come after the start."""
    kept, columns = order
    years = np.arange(start - kept, start - kept + len(columns))
    return replace(study, years=years, figures=study.figures[:, columns])


def rescaled(influence: Floats, estimate: Estimate, cluster: Ints, *, half: float) -> Floats:
    """Scale an influence function (n) so that `half` clustered errors are half of an estimate's interval.

    With few clusters the interval does not come from clusters, and is the one to be believed.
    """
    se = clustered(influence[:, None], cluster)[0, 0] ** 0.5
    return influence * ((estimate.high - estimate.low) / 2 / half / se) if se > 0 else influence


def _average(found: list[Step], question: Question) -> Step:
    """Steps of several cohorts as one, each counting by its schools."""
    if len(found) == 1:
        return found[0]
    schools = np.array([one.schools for one in found])
    share = schools / schools.sum()
    own = share @ np.stack([one.own for one in found])
    effect = float(share @ [one.estimate.effect for one in found])
    se = float(clustered(own[:, None], question.study.cluster)[0, 0] ** 0.5)
    reach = question.half * se
    p = float(2 * stats.norm.sf(abs(effect) / se)) if se else float("nan")
    clusters = sum(one.estimate.clusters for one in found)
    return Step(
        float(share @ [one.years for one in found]),
        Estimate(effect, se, effect - reach, effect + reach, p, found[0].estimate.inference, clusters),
        own,
        float(share @ [one.rate for one in found]),
        share @ np.stack([one.influence for one in found]),
        int(schools.sum()),
    )
