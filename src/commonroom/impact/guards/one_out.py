"""Leave one out: does the answer hang on a single cluster?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.impact.guards.question import Question, Row, Verdict, cannot, once, side, told
from commonroom.impact.study import NEVER, Estimate, Floats, Ints

#: Clusters that are left out in earnest at each end, where there are more than twice as many.
TRIED = 3


def look(question: Question) -> list[Row]:
    """Return the lowest and the highest effect without one cluster of those that took part.

    What each cluster moves is first told from the influence function; the TRIED at either end are then left
    out in earnest, matched anew. `at` is `lowest` or `highest` and the first school (by identity) of the
    cluster left out. It fails where an effect that misses zero changes its sign, and is unclear
    where its interval comes to hold zero, or where one that held zero comes to miss it.
    """
    study = question.study
    clusters = np.unique(study.cluster[question.counted])
    if clusters.size < 2:
        return cannot("", "one_cluster")
    found = [(one, cluster) for cluster in _tried(question, clusters) if (one := _without(question, cluster))]
    if not found:
        return cannot("", "no_comparison")
    found.sort(key=lambda pair: pair[0].effect)
    ends = {"lowest": found[0], "highest": found[-1]}
    verdict, why = _judge([one for one, _ in found], question)
    rows = []
    for end, (one, cluster) in ends.items():
        without = question.counted & (study.cluster != cluster)
        first = min(study.schools[study.joined & (study.cluster == cluster)].tolist())
        count = int(without.sum())
        rows.append(told(one, at=f"{end} {first}", schools=count, verdict=verdict, why=why))
    return rows


def _tried(question: Question, clusters: Ints) -> Ints:
    """Clusters at either end of what leaving them out would do."""
    if clusters.size <= 2 * TRIED:
        return clusters
    study = question.study
    moved: Floats = question.answer.combined["simple"].influence[:, 0] * study.joined
    sums = np.array([moved[study.cluster == one].sum() for one in clusters])
    share = np.array([(study.joined & (study.cluster == one)).sum() for one in clusters]) / study.joined.sum()
    order = np.argsort(sums / (1 - share), kind="stable")
    return np.sort(clusters[np.concatenate([order[:TRIED], order[-TRIED:]])])


def _without(question: Question, cluster: int) -> Estimate | None:
    """The effect without the schools of one cluster that took part: without figures they are nowhere."""
    study = question.study
    gone = study.joined & (study.cluster == cluster)
    start = np.where(gone, NEVER, study.start)
    figures = np.where(gone[:, None], np.nan, study.figures)
    return once(question, study=replace(study, start=start, figures=figures), pool=question.pool & ~gone)


def _judge(found: list[Estimate], question: Question) -> tuple[Verdict, str]:
    """What the effects without one cluster say about the answer."""
    sides = [side(one.low, one.high) for one in found]
    if question.sign == 0:
        return ("unclear", "one_hides") if any(sides) else ("holds", "")
    if any(np.sign(one.effect) != question.sign for one in found):
        return "fails", "one_carries_sign"
    return ("unclear", "one_carries_interval") if 0 in sides else ("holds", "")
