"""The default design: comparison schools alike before the start, both adjusted, an honest interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from commonroom.impact import chance, comparison, staggered
from commonroom.impact.chance.surroundings import Surroundings
from commonroom.impact.comparison import Matched
from commonroom.impact.definition import Definition
from commonroom.impact.staggered import Combined, Kind
from commonroom.impact.study import Cells, Estimate, Flags, Study


@dataclass(frozen=True)
class Answer:
    """What the design says: who stands beside whom, effects by cohort and year, and what they add up to.

    `combined` and `estimates` by kind of aggregation (simple, dynamic, cohort, calendar), the latter one for
    each `at`. The headline is `estimates["simple"][0]`.
    """

    matched: Matched
    cells: Cells
    combined: Mapping[str, Combined]
    estimates: Mapping[str, tuple[Estimate, ...]]


def estimate(
    study: Study,
    *,
    pool: Flags,
    definition: Definition,
    kinds: Sequence[Kind] = ("simple",),
    around: Surroundings | None = None,
) -> Answer:
    """Estimate the effect on the schools that took part.

    Arguments: the `study`; `pool` (n), who may stand beside somebody; the `definition`; the `kinds` of
    aggregation wanted; the surroundings of the study's schools, which are looked at unless given. Comparison
    schools are matched on the whole path before the start and on context (or the whole pool stands beside
    them; where only those that never joined may, they alone), and the estimator adjusts for both again.
    Where an interval comes from: see `few`.
    Raises SaidToPeople where nobody can be compared. Source: METHODS.md section 9.
    """
    find = comparison.match if definition.estimator.matched else comparison.whole
    never = definition.estimator.controls == "never"
    matched = find(study, pool=pool & ~study.joined if never else pool, comparison=definition.comparison)
    cells = staggered.estimate(
        study,
        method=definition.estimator.method,
        controls=definition.estimator.controls,
        adjusted=matched.adjusted,
    )
    combined: dict[str, Combined] = {kind: staggered.aggregate(cells, study, kind=kind) for kind in kinds}
    level = definition.inference.level
    estimates: dict[str, tuple[Estimate, ...]]
    if few(study, cells, fewest=definition.inference.few):
        noise = chance.learn(study, cells=cells, matched=matched, around=around)
        estimates = {kind: chance.compare(one, noise=noise, level=level) for kind, one in combined.items()}
    else:
        estimates = {kind: chance.cluster(one, study=study, level=level) for kind, one in combined.items()}
    return Answer(matched, cells, combined, estimates)


def few(study: Study, cells: Cells, *, fewest: int) -> bool:
    """Whether clusters are too few to learn chance from them alone.

    So it is where fewer than `fewest` clusters took part and count, and where these lie in fewer than
    `fewest` areas: schools of one city share more than their partnership, however many of these there are.
    """
    counted = study.joined & ~np.isnan(cells.residuals[:, cells.year >= cells.cohort]).all(axis=1)
    return min(np.unique(number[counted]).size for number in (study.cluster, study.area)) < fewest
