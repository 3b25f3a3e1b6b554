"""What each school adds, from sums of its pupils: a linear mixed model, exact, without any pupil."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from commonroom.tables import pupils as tables
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import blocks, components, effects, optimum, uncertainty, wording
from commonroom.value_added.pupils.blocks import Floats
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel, check
from commonroom.value_added.pupils.optimum import Fit
from commonroom.value_added.pupils.uncertainty import Spread

__all__ = ["Fit", "Model", "NotEnoughPupils", "NotThisModel", "PupilEstimate", "estimate"]

#: Fewest draws that an interval of ranks may rest on.
FEWEST_DRAWS = 100


@dataclass(frozen=True)
class PupilEstimate:
    """Frames of one fit (tables.pupils): schools by term, coefficients, components, fit, sentences.

    `rescaled` has the effects under the other scaling of survey weights; empty without.
    """

    schools: pl.DataFrame
    coefficients: pl.DataFrame
    components: pl.DataFrame
    fit: pl.DataFrame
    sentences: pl.DataFrame
    rescaled: pl.DataFrame = field(default_factory=lambda: tables.RESCALED.empty())


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
    check(model, sums.plan)
    if draws < FEWEST_DRAWS:
        raise NotThisModel(
            f"{draws} draws say nothing of an interval of ranks.", remedy=f"Ask for {FEWEST_DRAWS} or more."
        )
    # What a model asks for beyond slopes is loaded only then, so that the plain fit starts at once.
    if model.crossed:
        from commonroom.value_added.pupils import crossed

        return crossed.estimate(sums, model=model, covariates=covariates, draws=draws, seed=seed)
    if model.weights == "survey":
        return _surveyed(sums, model, covariates, (draws, seed))
    if model.years:
        from commonroom.value_added.pupils import years

        found = years.fit(sums, model, covariates)
        schools = years.schools(found, draws=draws, seed=seed)
        robust = _robust(found.fit, model, covariates)
        coefficients = uncertainty.coefficients(found.spread, robust=robust)
        return _told(sums, found.spread, schools, coefficients, found.fit.components)
    fitted = _fit(sums, model, covariates)
    known = uncertainty.spread(fitted)
    schools = effects.schools(known, draws=draws, seed=seed)
    robust = _robust(fitted, model, covariates)
    return _told(sums, known, schools, uncertainty.coefficients(known, robust=robust))


def _fit(sums: Sums, model: Model, covariates: pl.DataFrame | None) -> Fit:
    if model.groups:
        from commonroom.value_added.pupils import groups

        return groups.fit(sums, model, covariates)
    return optimum.fit(blocks.arrange(sums, model, covariates), reml=model.reml)


def _surveyed(
    sums: Sums, model: Model, covariates: pl.DataFrame | None, draws: tuple[int, int]
) -> PupilEstimate:
    """The fit by pseudo-likelihood, with its own errors of everything."""
    from commonroom.value_added.pupils import survey

    found = survey.fit(sums, model, covariates, school_weight=model.school_weight)
    schools = effects.schools(found.spread, draws=draws[0], seed=draws[1])
    told = _told(sums, found.spread, schools, survey.coefficients(found))
    return replace(told, rescaled=tables.RESCALED.check(found.other))


def _robust(fitted: Fit, model: Model, covariates: pl.DataFrame | None) -> Floats | None:
    """The covariance of fixed effects that is robust to what pupils of a school or cluster share.

    Bell and McCaffrey's, which is unbiased with few schools; None, for the plain sandwich, with many.
    """
    if not model.cluster and len(fitted.blocks.schools) > components.PROFILED:
        return None
    from commonroom.value_added.pupils import clusters

    own = clusters.cluster(fitted.blocks.schools, covariates, model.cluster) if model.cluster else None
    return clusters.robust(fitted, clusters=own).covariance


def _told(
    sums: Sums,
    known: Spread,
    schools: pl.DataFrame,
    coefficients: pl.DataFrame,
    parts: pl.DataFrame | None = None,
) -> PupilEstimate:
    """All frames of a fit; `parts` are its components where they are not those of a plain one."""
    parts = components.components(known) if parts is None else parts
    said = wording.sentences(sums, known.fit, schools, parts)
    return PupilEstimate(
        schools=schools,
        coefficients=coefficients,
        components=parts,
        fit=_row(known.fit),
        sentences=tables.SENTENCES.check(pl.DataFrame({"sentence": said})),
    )


def _row(fitted: Fit) -> pl.DataFrame:
    """One row (tables.pupils.FIT)."""
    found, at = fitted.blocks, fitted.at
    row = {
        "method": fitted.method,
        "state": fitted.state or "inner",
        "pupils": int(found.pupils.sum()),
        "schools": len(found.schools),
        "columns": len(found.columns),
        "terms": len(found.terms),
        "log_likelihood": -at.criterion / 2,
        "criterion": at.criterion,
        "steps": fitted.steps,
        "dropped": ", ".join(found.aliased),
    }
    return tables.FIT.check(pl.DataFrame([row]))
