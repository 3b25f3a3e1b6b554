"""What each school adds, from sums of its pupils: a linear mixed model, exact, without any pupil."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.tables import pupils as tables
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks, components, effects, optimum, uncertainty
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from commonroom.value_added.pupils.optimum import Fit

__all__ = ["Fit", "Model", "NotEnoughPupils", "NotThisModel", "PupilEstimate", "estimate"]


@dataclass(frozen=True)
class PupilEstimate:
    """Frames of one fit (tables.pupils): schools by term, coefficients, components, fit, sentences."""

    schools: pl.DataFrame
    coefficients: pl.DataFrame
    components: pl.DataFrame
    fit: pl.DataFrame
    sentences: pl.DataFrame


def estimate(
    sums: Sums,
    *,
    model: Model | None = None,
    covariates: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> PupilEstimate:
    """What each school adds to its pupils' outcome beyond their intake, with errors, from sums alone.

    Arguments: `sums` (tables.sums); the `model` (default: a random intercept by REML); `covariates`, a
    frame with a column `school` and numbers of the school; `draws` and `seed` of the rank intervals.
    Raises NotThisModel and NotEnoughPupils, sentences for people. METHODS.md section 5.
    """
    model = model or Model()
    fitted = optimum.fit(blocks.arrange(sums, model, covariates), reml=model.reml)
    return describe(fitted, draws=draws, seed=seed)


def describe(fitted: Fit, *, draws: int = 1000, seed: int = 0) -> PupilEstimate:
    """All frames of a fit."""
    known = uncertainty.spread(fitted)
    found = effects.schools(known, draws=draws, seed=seed)
    parts = components.components(known)
    return PupilEstimate(
        found, uncertainty.coefficients(known), parts, tables.FIT.empty(), tables.SENTENCES.empty()
    )
