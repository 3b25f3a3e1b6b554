"""The learned metric: how much each criterion of likeness counts, taken from what outcomes depend on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.families.curve import trace
from commonroom.families.expectation import CrossFit, as_frame, cross_fit, fit_smooth, read_outcome
from commonroom.families.intake import BLOCKS, Expectation, Intake, load_expectation, read_intake
from commonroom.families.placement import Floats, Ints
from commonroom.families.presets import Preset, Variable
from commonroom.tables.learned import IMPORTANCE, WEIGHTS
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Column of tables.learned.EXPECTED that is the first criterion.
SCORE = "score"
#: Fewer schools than this teach no weights: the criteria then count the same.
LEARN_FROM = 40
#: A criterion known of a smaller share of the schools is left out: schools of which less is known
#: would be near too many (in 2025 one was in 769 families, with criteria known of two fifths).
LEAST_KNOWN = 0.75


@dataclass(frozen=True)
class Learned:
    """The learned metric and all that is published with it.

    `preset` for `families.find`; `expected` (tables.learned.EXPECTED), `weights` (WEIGHTS),
    `importance` (IMPORTANCE), `curve` (CURVE); `notes` says in sentences what could not be learned.
    """

    preset: Preset
    expected: pl.DataFrame
    weights: pl.DataFrame
    importance: pl.DataFrame
    curve: pl.DataFrame
    notes: tuple[str, ...]


def learn(
    schools: pl.DataFrame, outcomes: pl.DataFrame, *, phase: str, seed: int = 0, folds: int = 5
) -> Learned:
    """Learn what counts for likeness from one outcome, leaving out whole authorities in turn.

    `schools`: one row per school of all the country: `school`, `authority_code`, context variables
    (null where unknown) and, where known, `kind`, `gender`, `admissions`, `type`. `outcomes`:
    `school`, `value` and, where known, `year` of one measure. Weights are absolute ridge slopes per
    standard deviation, others equal, none below the definition's floor, averaged over the folds;
    beside them stands the score, the outcome that is expected of a school by the regression alone.
    To find families, join `score` to the schools: `schools.join(learned.expected.select("school",
    "score"), on="school", how="left")`; without it context alone is used, and a note says so.
    Raises SaidToPeople when no school of the phase, no intake or no outcome is known.
    Source: METHODS.md section 3; docs/decisions.
    """
    definition = load_expectation(phase)
    intake = read_intake(schools, definition=definition)
    outcome = read_outcome(intake, outcomes)
    fit = cross_fit(intake, outcome, seed=seed, folds=folds)
    main = _main_block(intake, outcome)
    weights, notes = _weigh(intake, outcome, fit=fit, definition=definition, main=main)
    year = outcomes["year"].max() if "year" in outcomes.columns else None
    taken = datetime.date(year, 8, 31) if isinstance(year, int) else definition.date
    context = weights.filter(pl.col("variable") != SCORE)
    criteria = criteria_of(intake, definition)[:, [definition.criteria.index(v) for v in context["variable"]]]
    curve = trace(
        np.column_stack([fit.score, criteria])[main],
        context["weight"].to_numpy(),
        outcome=np.column_stack([outcome, fit.expected])[main],
        area=intake.area[main],
        chosen=(definition.context if context.height < weights.height else np.inf, definition.k, seed),
    )
    return Learned(
        preset=_preset(definition, weights, date=taken),
        expected=as_frame(intake, fit),
        weights=weights,
        importance=_importance(intake, outcome, fit=fit, seed=seed, main=main),
        curve=curve,
        notes=(*fit.notes, *notes),
    )


def criteria_of(intake: Intake, definition: Expectation) -> Floats:
    """Standard scores of the criteria of the metric (schools x criteria), NaN where unknown.

    A criterion that is known of no school takes the first of its stand-ins that is known of any.
    """
    unknown = np.full(len(intake.values), np.nan)
    columns = [_column(intake, criterion, definition) for criterion in definition.criteria]
    return np.column_stack(
        [unknown if name is None else intake.values[:, intake.names.index(name)] for name in columns]
    )


def _column(intake: Intake, criterion: str, definition: Expectation) -> str | None:
    """The column a criterion is taken from: its own, or the first stand-in that is known of any school."""
    possible = (criterion, *definition.stand_ins.get(criterion, ()))
    return next((name for name in possible if name in intake.names), None)


def _spread(intake: Intake, criterion: str, definition: Expectation, main: Ints) -> float:
    """Standard deviation (n - 1) of a criterion in its own unit; 1 where schools do not differ."""
    column = _column(intake, criterion, definition)
    return _deviation(intake.schools[str(column)].cast(pl.Float64).gather(main))


def _deviation(values: pl.Series) -> float:
    """Standard deviation (n - 1) of what is known; 1 where that is 0."""
    spread = values.fill_nan(None).std()
    return spread if isinstance(spread, float) and spread > 0 else 1.0


def _main_block(intake: Intake, outcome: Floats) -> Ints:
    """Rows of the largest block with outcomes: special schools do not settle what counts for others."""
    with_outcome = np.bincount(intake.block[~np.isnan(outcome)], minlength=1)
    return np.flatnonzero((intake.block == int(np.argmax(with_outcome))) & ~np.isnan(outcome))


def _weigh(
    intake: Intake, outcome: Floats, *, fit: CrossFit, definition: Expectation, main: Ints
) -> tuple[pl.DataFrame, list[str]]:
    """Weights of the score and the criteria, with their range over folds."""
    criteria = criteria_of(intake, definition)
    known = (~np.isnan(criteria[main])).mean(axis=0)
    used = np.flatnonzero(known >= min(LEAST_KNOWN, float(known.max())))
    structure = intake.values[:, [at for at, role in enumerate(intake.roles) if role == "structure"]]
    values = np.hstack([criteria[:, used], structure])
    taught = [np.intersect1d(fold.taught, main) for fold in fit.folds]
    enough = [rows for rows in taught if rows.size >= LEARN_FROM]
    notes: list[str] = []
    if enough:
        slopes = np.array([_slopes(values[rows], outcome[rows])[: used.size] for rows in enough])
    else:
        notes.append(
            f"{main.size} schools are too few to learn weights from, so all criteria count the same."
        )
        slopes = np.full((1, used.size), np.nan)
    shares = _shares(slopes, definition=definition)
    names = [definition.criteria[at] for at in used]
    frame = pl.DataFrame(
        {
            "variable": [SCORE, *names],
            "label": ["What is expected of a school with these pupils", *(_label(name) for name in names)],
            "weight": shares.mean(axis=0),
            "lowest": shares.min(axis=0),
            "highest": shares.max(axis=0),
            "slope": pl.Series([np.nan, *slopes.mean(axis=0)]).fill_nan(None),
            "scale": [
                _deviation(pl.Series(fit.score[main])),
                *(_spread(intake, name, definition, main) for name in names),
            ],
            "known": [float((~np.isnan(fit.score[main])).mean()), *known[used]],
        }
    )
    return WEIGHTS.check(frame.filter(pl.col("weight") > 0)), notes


def _label(criterion: str) -> str:
    """What people call a criterion."""
    return CONTEXT_VARIABLES[criterion][0]


def _slopes(values: Floats, outcome: Floats) -> Floats:
    """Ridge slopes of the outcome on straight lines, per standard deviation over all schools."""
    fitted = fit_smooth(values, outcome, roles=("line",) * values.shape[1])
    size = values.shape[1]
    return np.asarray(fitted.slopes[:size] / fitted.scale[:size] / fitted.columns.spread, dtype=np.float64)


def _shares(slopes: Floats, *, definition: Expectation) -> Floats:
    """Weights that sum to 1 in each row: the score, then |slope| over the largest, at least the floor.

    Where no slopes could be learned the score weighs nothing and the criteria the same.
    """
    size = np.abs(np.nan_to_num(slopes, nan=1.0))
    size = size / np.maximum(size.max(axis=1, keepdims=True), 1e-12)
    size = definition.context**2 * np.maximum(size, definition.floor)
    score = np.where(np.isnan(slopes).any(axis=1, keepdims=True), 0.0, 1.0)
    parts = np.hstack([score, size])
    return np.asarray(parts / parts.sum(axis=1, keepdims=True), dtype=np.float64)


def _preset(definition: Expectation, weights: pl.DataFrame, *, date: datetime.date) -> Preset:
    """The metric as a preset like those others publish."""
    return Preset(
        name="learned",
        label=f"Learned from outcomes of other authorities ({definition.phase})",
        phase=definition.phase,
        k=definition.k,
        blocks=("phase", *BLOCKS),
        variables=tuple(
            Variable(name=row["variable"], label=row["label"], weight=row["weight"], scale=row["scale"])
            for row in weights.iter_rows(named=True)
        ),
        stand_ins=definition.stand_ins,
        share=definition.share,
        source=definition.source,
        date=date,
        notes="A family's mean is compared after allowing for what is expected of each of its schools.",
    )


def _importance(intake: Intake, outcome: Floats, *, fit: CrossFit, seed: int, main: Ints) -> pl.DataFrame:
    """How much less is explained, out of sample, when one variable is shuffled within its fold."""
    spread = float(((outcome[main] - outcome[main].mean()) ** 2).sum()) if main.size else 0.0
    worse = np.zeros(len(intake.names))
    for number, fold in enumerate(fit.folds):
        rows = np.intersect1d(fold.asked, main)
        if not rows.size:
            continue
        order = np.random.default_rng([seed, number]).permutation(rows.size)
        plain = ((outcome[rows] - fit.expected[rows]) ** 2).sum()
        for at in range(worse.size):
            shuffled = intake.values[rows]
            shuffled[:, at] = shuffled[order, at]
            worse[at] += float(((outcome[rows] - fold.learner.predict(shuffled)) ** 2).sum() - plain)
    frame = pl.DataFrame(
        {
            "variable": intake.names,
            "label": intake.labels,
            "role": intake.roles,
            "importance": worse / spread if spread > 0 else np.zeros(worse.size),
        }
    )
    return IMPORTANCE.check(frame.sort("importance", "variable", descending=[True, False]))
