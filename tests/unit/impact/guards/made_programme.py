"""Made-up studies whose truth is known: lasting levels, noise that fades, and a programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from commonroom.impact import definition as definitions
from commonroom.impact import matched
from commonroom.impact.definition import Definition
from commonroom.impact.guards.question import Question
from commonroom.impact.study import NEVER, Flags, Floats, Study

YEARS = np.array([2014, 2015, 2016, 2017, 2018, 2019])
START = 2018


@dataclass(frozen=True)
class Truth:
    """What is put into a made-up study.

    `chosen`: how schools come to take part: at random, `low` in the base year, or `falling` to there;
    `effect` in sd from the start on; `drift`: sd a year by which those that take part move in any case;
    `size` of a cluster; `joiners`, `schools`: how many.
    """

    chosen: str = "random"
    effect: float = 0.0
    drift: float = 0.0
    size: int = 2
    joiners: int = 40
    schools: int = 600
    seed: int = 1


def study(truth: Truth) -> Study:
    """Make a study: lasting level .8, fading shock .3, noise .5, in a country of 20 areas."""
    rng = np.random.default_rng(truth.seed)
    n, years = truth.schools, YEARS.size
    lasting = rng.normal(0, 0.8, n)
    context = 0.7 * lasting[:, None] + rng.normal(0, 0.7, (n, 2))
    figures = lasting[:, None] + rng.normal(0, 0.5, (n, years))
    base = int(np.searchsorted(YEARS, START)) - 1
    rows = _chosen(figures, base, truth, rng)
    start = np.full(n, NEVER)
    start[rows] = START
    figures[rows] += truth.drift * (YEARS - YEARS[base])
    figures[np.ix_(rows, np.arange(years) > base)] += truth.effect
    cluster = 10_000 + np.arange(n) // 10
    cluster[rows] = np.arange(rows.size) // truth.size
    return Study(
        schools=np.array([f"school {row:05d}" for row in range(n)]),
        years=YEARS.copy(),
        figures=figures,
        start=start,
        cluster=cluster,
        area=np.arange(n) % 20,
        pupils=np.full(n, 150.0),
        context=context,
        variables=("disadvantaged", "prior"),
        family=np.full(n, -1),
        easting=rng.uniform(0, 400_000, n),
        northing=rng.uniform(0, 400_000, n),
    )


def _chosen(figures: Floats, base: int, truth: Truth, rng: np.random.Generator) -> np.ndarray:
    """Rows of the schools that take part."""
    n = figures.shape[0]
    score = {
        "random": rng.random(n),
        "low": figures[:, base] + rng.normal(0, 0.2, n),
        "falling": figures[:, base] - figures[:, base - 1] + rng.normal(0, 0.2, n),
    }[truth.chosen]
    among = np.argsort(score)[: truth.joiners * 2]
    return np.sort(rng.permutation(among)[: truth.joiners])


def definition(**changed: object) -> Definition:
    """The program's definition with other numbers of guards."""
    made = definitions.load()
    return made.model_copy(update={"guards": made.guards.model_copy(update=changed)})


def question(made: Study, *, pool: Flags | None = None, given: Definition | None = None) -> Question:
    """Ask the default design about a study."""
    pool = np.ones(made.start.size, dtype=bool) if pool is None else pool
    given = given or definition()
    answer = matched.estimate(made, pool=pool, definition=given)
    return Question(made, pool, given, answer, 7)


@cache
def ask(truth: Truth) -> Question:
    """Ask the default design about a made-up study; the same is asked only once."""
    return question(study(truth))


def with_years(made: Study, years: list[int]) -> Study:
    """The study of some years alone."""
    kept = np.isin(made.years, years)
    return replace(made, years=made.years[kept], figures=made.figures[:, kept])


def later(made: Study, start: int) -> Study:
    """The study with every second cluster that took part starting in another year."""
    moved = np.where(made.joined & (made.cluster % 2 == 1), start, made.start)
    return replace(made, start=moved)


def said(question: Question, **parts: float) -> Question:
    """The question with other numbers in its headline."""
    simple = (replace(question.headline, **parts),)
    estimates = dict(question.answer.estimates) | {"simple": simple}
    return replace(question, answer=replace(question.answer, estimates=estimates))
