"""What each school adds, from sums of its pupils: a linear mixed model, exact, without any pupil."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.tables import pupils as tables
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks, components, effects, optimum, uncertainty, wording
from commonroom.value_added.pupils.blocks import Floats
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
    Everything is on the scale of the data: the centring of the sums is undone.
    Raises NotThisModel and NotEnoughPupils, sentences for people. METHODS.md section 5.
    """
    model = model or Model()
    fitted = _fit(sums, model, covariates)
    known = uncertainty.spread(fitted)
    schools = effects.schools(known, draws=draws, seed=seed)
    parts = components.components(known)
    robust = _robust(fitted, model, covariates)
    return PupilEstimate(
        schools=schools,
        coefficients=uncertainty.coefficients(known, robust=robust),
        components=parts,
        fit=_row(fitted),
        sentences=tables.SENTENCES.check(
            pl.DataFrame({"sentence": wording.sentences(sums, fitted, schools, parts)})
        ),
    )


def _fit(sums: Sums, model: Model, covariates: pl.DataFrame | None) -> Fit:
    """The fit by the module of what the model asks for, loaded only then."""
    if model.groups:
        from commonroom.value_added.pupils import groups

        return groups.fit(sums, model, covariates)
    return optimum.fit(blocks.arrange(sums, model, covariates), reml=model.reml)


def _robust(fitted: Fit, model: Model, covariates: pl.DataFrame | None) -> Floats | None:
    """The covariance of fixed effects that is robust to what schools of a cluster share; None by schools."""
    if not model.cluster:
        return None
    from commonroom.value_added.pupils import clusters

    own = clusters.cluster(fitted.blocks.schools, covariates, model.cluster)
    return clusters.robust(fitted, clusters=own).covariance


def _row(fitted: Fit) -> pl.DataFrame:
    """One row (tables.pupils.FIT)."""
    found, at = fitted.blocks, fitted.at
    row = {
        "method": fitted.method,
        "state": fitted.state or "inner",
        "pupils": found.N,
        "schools": len(found.schools),
        "columns": len(found.columns),
        "terms": len(found.terms),
        "log_likelihood": -at.criterion / 2,
        "criterion": at.criterion,
        "steps": fitted.steps,
        "dropped": ", ".join(found.aliased),
    }
    return tables.FIT.check(pl.DataFrame([row]))
