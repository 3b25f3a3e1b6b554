"""Chance by other means: the work dealt to other schools, and clusters resampled."""

from __future__ import annotations

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact import chance
from commonroom.impact.chance import Bootstrap
from commonroom.impact.guards.question import Question, Row, Verdict, cannot, side, told

#: A p value beyond this many times the one asked contradicts an interval that misses zero; below, it wavers.
FAR = 2.0
#: With fewer clusters that took part the wild bootstrap can hardly reject anything (MacKinnon & Webb 2017).
CLUSTERS = 6


def permutation(question: Question) -> list[Row]:
    """Return the effect beside those of programmes that are dealt to other schools.

    Who joined when is dealt anew `inference.permutations` times among schools, within families (areas where
    none is known), on what is left of figures after the path and context. `low` and `high` are the central
    range of the effects dealt, and `schools` how many could be dealt. It holds where it
    says of zero what the headline says, fails where the headline misses zero and its p is more than FAR times
    the one asked, and is unclear otherwise. It takes schools for exchangeable one by one, and so is too sure
    where the work went to whole places. Source: chance.permute.
    """
    inference, study = question.definition.inference, question.study
    try:
        left = chance.left_over(study, pool=question.pool, comparison=question.definition.comparison)
        strata = np.where(study.joined | question.pool, chance.strata(study), -1)
        found = chance.permute(left, strata=strata, draws=inference.permutations, seed=question.seed)
    except SaidToPeople:
        return cannot("", "no_answer")
    placebo = found.placebo[~np.isnan(found.placebo)]
    tail = (1 - inference.level) / 2
    low, high = np.quantile(placebo, [tail, 1 - tail]).tolist()
    verdict, why = _judge(found.p < 1 - inference.level, found.p, question)
    spread = float(placebo.std(ddof=1))
    return [
        Row("", found.effect, spread, low, high, None, found.p, found.units, verdict, why),
    ]


def wild(question: Question) -> list[Row]:
    """Return the effect with its interval from the wild cluster bootstrap.

    Judged as `permutation`; with fewer than CLUSTERS that took part it is shown, and not judged.
    Source: chance.wild.
    """
    inference = question.definition.inference
    bootstrap = Bootstrap(level=inference.level, draws=inference.draws, seed=question.seed)
    try:
        found = chance.wild(question.answer.combined["simple"], study=question.study, bootstrap=bootstrap)[0]
    except SaidToPeople:
        return cannot("", "too_few_clusters")
    # Where no effect on one side is rejected the interval has no end there.
    low, high = (end if np.isfinite(end) else None for end in (found.low, found.high))
    verdict, why = _judge(side(found.low, found.high) != 0, found.p, question)
    if found.clusters < CLUSTERS:
        verdict, why = "shown", "too_few_clusters"
    return [told(found, low=low, high=high, verdict=verdict, why=why)]


def _judge(rejects: bool, p: float, question: Question) -> tuple[Verdict, str]:
    """Whether a test says of zero what the headline says."""
    if rejects == (question.sign != 0):
        return "holds", ""
    if rejects:
        return "unclear", "chance_agrees_not"
    far = p > FAR * (1 - question.definition.inference.level)
    return ("fails" if far else "unclear"), "chance_disagrees"
