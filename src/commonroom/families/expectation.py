"""What is expected of a school from its intake, learned without its own authority."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingRegressor

from commonroom.errors import SaidToPeople
from commonroom.families.intake import Intake, load_expectation, read_intake
from commonroom.families.placement import Floats, Ints
from commonroom.tables.learned import EXPECTED

#: Fewer schools to learn from: their mean; straight lines; curves; curves and trees.
LINES_FROM, CURVES_FROM, TREES_FROM = 20, 200, 400
#: Penalties that generalised cross-validation chooses from.
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
#: Context farther from the mean than this is taken as this: a curve must not run away with a school.
FARTHEST = 5.0
#: Schools in one bin of unusualness, over which the variance of the expectation is averaged.
BIN = 150


class Learner(Protocol):
    """Anything that expects an outcome from values (schools x variables, NaN where unknown)."""

    def predict(self, values: Floats) -> Floats:
        """Return the expected outcome of each school."""


@dataclass(frozen=True)
class _Columns:
    """How values become columns: within the range and on the scale of the schools learned from."""

    middle: Floats
    spread: Floats
    lowest: Floats
    highest: Floats
    curved: tuple[int, ...]
    gaps: tuple[int, ...]

    def design(self, values: Floats) -> Floats:
        """Return the variables, which of them is unknown, and products of two curved ones."""
        scores = (np.clip(values, self.lowest, self.highest) - self.middle) / self.spread
        filled = np.nan_to_num(scores, nan=0.0)
        context = filled[:, list(self.curved)]
        first, second = np.triu_indices(context.shape[1])
        unknown = np.isnan(values[:, list(self.gaps)]).astype(np.float64)
        return np.hstack([filled, unknown, context[:, first] * context[:, second]])


@dataclass(frozen=True)
class Smooth:
    """Ridge regression on lines or quadratic curves; unknown values are their own, separate effect."""

    columns: _Columns
    centre: Floats
    scale: Floats
    slopes: Floats
    mean: float
    inverse: Floats

    def predict(self, values: Floats) -> Floats:
        """Return the expected outcome of each school."""
        return self.reached(values)[0]

    def reached(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the expected outcome of each school, and how far it is from those learned from.

        The second is its leverage, 0 in the middle.
        """
        design = (self.columns.design(values) - self.centre) / self.scale
        leverage = np.maximum(((design @ self.inverse) * design).sum(axis=1), 0.0)
        return np.asarray(self.mean + design @ self.slopes, dtype=np.float64), leverage


@dataclass(frozen=True)
class Blend:
    """The mean of what several learners expect."""

    learners: tuple[Learner, ...]

    def predict(self, values: Floats) -> Floats:
        """Return the expected outcome of each school."""
        return np.asarray(np.mean([learner.predict(values) for learner in self.learners], axis=0))


@dataclass(frozen=True)
class Fold:
    """One fold: the schools asked about, what they were learned from, and with what."""

    asked: Ints
    taught: Ints
    learner: Learner


@dataclass(frozen=True)
class CrossFit:
    """Expectations of all schools, each learned without its authority; NaN where none could be."""

    expected: Floats
    score: Floats
    c2: Floats
    fold: Ints
    reach: Floats
    folds: tuple[Fold, ...]
    notes: tuple[str, ...]


def expect(
    schools: pl.DataFrame, outcomes: pl.DataFrame, *, phase: str, seed: int = 0, folds: int = 5
) -> pl.DataFrame:
    """Expect each school's outcome from its intake, learned from schools of other authorities only.

    `schools`: see `intake.read_intake`; `outcomes`: `school` and `value` of one measure and year.
    Half a quadratic ridge regression (penalty by generalised cross-validation), half boosted trees;
    with fewer than 400 schools no trees, fewer than 200 straight lines, fewer than 20 their mean.
    Returns a frame of tables.learned.EXPECTED: `score` is what the regression alone expects; `c2` is
    half the mean squared difference of two regressions that saw disjoint halves of the authorities,
    over schools of like unusualness.
    Raises SaidToPeople when there is nothing to learn from. Source: METHODS.md sections 3 and 6.
    """
    intake = read_intake(schools, definition=load_expectation(phase))
    return as_frame(intake, cross_fit(intake, read_outcome(intake, outcomes), seed=seed, folds=folds))


def score(
    schools: pl.DataFrame, outcomes: pl.DataFrame, *, phase: str, seed: int = 0, folds: int = 5
) -> pl.DataFrame:
    """Expect each school's outcome by the regression alone: ten times as quick as `expect`, and near it.

    Arguments, errors and result as of `expect`; `expected` and `score` are then the same.
    """
    intake = read_intake(schools, definition=load_expectation(phase))
    outcome = read_outcome(intake, outcomes)
    return as_frame(intake, cross_fit(intake, outcome, seed=seed, folds=folds, trees=False))


def as_frame(intake: Intake, fit: CrossFit) -> pl.DataFrame:
    """Return expectations as a frame of tables.learned.EXPECTED."""
    frame = pl.DataFrame(
        {
            "school": intake.schools["school"],
            "expected": pl.Series(fit.expected).fill_nan(None),
            "score": pl.Series(fit.score).fill_nan(None),
            "c2": pl.Series(fit.c2).fill_nan(None),
            "fold": fit.fold,
            "known": (~np.isnan(intake.values)).sum(axis=1),
            "reach": pl.Series(fit.reach).fill_nan(None),
        }
    )
    return EXPECTED.check(frame)


def read_outcome(intake: Intake, outcomes: pl.DataFrame) -> Floats:
    """Return the outcome of each school of an intake, NaN where there is none.

    Raises SaidToPeople when a school has two (several measures, years or groups) or none has any.
    """
    known = outcomes.filter(pl.col("value").is_not_null()).select(pl.col("school").cast(pl.String), "value")
    if known["school"].is_duplicated().any():
        raise SaidToPeople(
            "a school has more than one outcome.", remedy="Give one measure, year and group at a time."
        )
    asked = intake.schools.select("school")
    values = asked.join(known, on="school", how="left", maintain_order="left")["value"]
    if not values.count():
        raise SaidToPeople(
            "none of these schools has an outcome.", remedy="Check the measure, the year and the phase."
        )
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()


def cross_fit(intake: Intake, outcome: Floats, *, seed: int, folds: int, trees: bool = True) -> CrossFit:
    """Learn each fold's expectation from the other folds, block by block; without `trees` more quickly."""
    size = outcome.size
    unit, notes = _units(intake, folds=folds)
    draw = np.random.default_rng(seed)
    fold = (draw.permutation(int(unit.max()) + 1) % min(folds, int(unit.max()) + 1))[unit]
    half = (draw.permutation(int(unit.max()) + 1) % 2)[unit]
    expected, smooth, apart, reach = (np.full(size, np.nan) for _ in range(4))
    learn = partial(_learn, roles=intake.roles, seed=seed if trees else None)
    # Trees on halves are two thirds of the work, and move c2 by less than it is known to.
    halves = partial(fit_smooth, roles=intake.roles)
    done: list[Fold] = []
    for block in range(int(intake.block.max()) + 1):
        inside = intake.block == block
        taught_in_all = int((inside & ~np.isnan(outcome)).sum())
        if taught_in_all < CURVES_FROM:
            notes.append(_few(taught_in_all))
        for part in range(int(fold.max()) + 1):
            asked = np.flatnonzero(inside & (fold == part))
            taught = np.flatnonzero(inside & (fold != part) & ~np.isnan(outcome))
            if not asked.size or not taught.size:
                continue
            values = intake.values[asked]
            learner = learn(intake.values[taught], outcome[taught])
            smooth[asked], reach[asked] = smooth_of(learner).reached(values)
            expected[asked] = smooth[asked] if isinstance(learner, Smooth) else learner.predict(values)
            done.append(Fold(asked, taught, learner))
            parts = [taught[half[taught] == side] for side in (0, 1)]
            if all(rows.size for rows in parts):
                first, second = (halves(intake.values[rows], outcome[rows]).predict(values) for rows in parts)
                apart[asked] = (first - second) ** 2 / 2
    c2 = _binned(apart, reach, intake.block)
    said = tuple(dict.fromkeys(notes))
    return CrossFit(expected, smooth, c2, fold.astype(np.int64), reach, tuple(done), said)


def _units(intake: Intake, *, folds: int) -> tuple[Ints, list[str]]:
    """What is left out together: authorities, or schools where there are too few authorities."""
    areas = int(intake.area.max()) + 1
    if areas >= 2 * folds:
        return intake.area, []
    note = f"There are only {areas} authorities, so schools and not authorities were left out in turn."
    return np.arange(intake.area.size, dtype=np.int64), [note]


def _few(schools: int) -> str:
    """What is done with few schools, in a sentence."""
    how = "their mean is expected of each" if schools < LINES_FROM else "only straight lines were fitted"
    return f"With {schools} schools to learn from in one kind of school, {how}."


def _learn(values: Floats, outcome: Floats, *, roles: tuple[str, ...], seed: int | None) -> Learner:
    """The learner for so many schools; without a seed no trees."""
    smooth = fit_smooth(values, outcome, roles=roles)
    if seed is None or outcome.size < TREES_FROM:
        return smooth
    trees = HistGradientBoostingRegressor(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=6,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    # scikit-learn's trees refuse a variable that is known of nobody.
    unknown = np.isnan(values).all(axis=0)
    return Blend((smooth, trees.fit(np.where(unknown, 0.0, values), outcome)))


def smooth_of(learner: Learner) -> Smooth:
    """The smooth part of a learner."""
    found = learner.learners[0] if isinstance(learner, Blend) else learner
    assert isinstance(found, Smooth)  # noqa: S101 - _learn makes nothing else
    return found


def fit_smooth(values: Floats, outcome: Floats, *, roles: tuple[str, ...]) -> Smooth:
    """Fit the ridge regression that the number of schools allows.

    `values` (schools x variables, NaN where unknown), `outcome` (schools), `roles` of the variables:
    only context is curved, since the square of a yes or no is itself.
    """
    few = outcome.size < LINES_FROM
    columns = _columns(values, roles=roles, few=few)
    raw = columns.design(values)
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    # A column that does not vary here may vary elsewhere, where its slope is not known.
    scale = np.where(scale > 1e-9, scale, np.inf)
    design, mean = (raw - centre) / scale, float(outcome.mean())
    gram = design.T @ design
    roots, vectors = np.linalg.eigh(gram)
    roots = np.maximum(roots, 0.0)
    turned = vectors.T @ (design.T @ (outcome - mean))
    penalty = np.inf if few else _penalty(roots, turned, outcome - mean)
    slopes = vectors @ (turned / (roots + penalty))
    inverse = (vectors / (roots + penalty)) @ vectors.T
    return Smooth(columns, centre, scale, slopes, mean, inverse)


def _columns(values: Floats, *, roles: tuple[str, ...], few: bool) -> _Columns:
    """Scales and ranges of the variables among the schools to learn from."""
    known = ~np.isnan(values)
    counts = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, values, 0.0).sum(axis=0) / counts
    spread = np.sqrt((np.where(known, values - middle, 0.0) ** 2).sum(axis=0) / counts)
    spread = np.where(spread > 0, spread, 1.0)
    reach = np.array([FARTHEST if role == "context" else np.inf for role in roles]) * spread
    missing = 1 - known.mean(axis=0)
    return _Columns(
        middle=middle,
        spread=spread,
        # What is known of nobody is taken as the mean when it is known elsewhere.
        lowest=np.maximum(np.where(known, values, middle).min(axis=0), middle - reach),
        highest=np.minimum(np.where(known, values, middle).max(axis=0), middle + reach),
        curved=tuple(at for at, role in enumerate(roles) if role == "context" and len(values) >= CURVES_FROM),
        gaps=() if few else tuple(int(at) for at in np.flatnonzero((missing > 0.01) & (missing < 0.99))),
    )


def _penalty(roots: Floats, turned: Floats, centred: Floats) -> float:
    """The penalty with the least generalised cross-validation error (Golub, Heath and Wahba 1979)."""
    parts = np.divide(turned**2, roots, out=np.zeros_like(roots), where=roots > 1e-9)
    scores = []
    for penalty in PENALTIES:
        kept = roots / (roots + penalty)
        left = float(centred @ centred) - float((parts * (2 * kept - kept**2)).sum())
        scores.append(left / max(1.0 - (float(kept.sum()) + 1.0) / centred.size, 1e-3) ** 2)
    return PENALTIES[int(np.argmin(scores))]


def _binned(apart: Floats, reach: Floats, block: Ints) -> Floats:
    """Mean of `apart` over schools of the same block and like reach."""
    result = np.full(apart.size, np.nan)
    for number in range(int(block.max()) + 1):
        rows = np.flatnonzero((block == number) & ~np.isnan(apart))
        if rows.size:
            order = rows[np.argsort(reach[rows], kind="stable")]
            for part in np.array_split(order, max(1, rows.size // BIN)):
                result[part] = apart[part].mean()
    return result
