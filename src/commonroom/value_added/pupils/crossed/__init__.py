"""Schools crossed with the neighbourhoods of their pupils: both effects at once, from sums per cell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import PupilEstimate, kernel, wording
from commonroom.value_added.pupils.crossed import cells, effects, links, search
from commonroom.value_added.pupils.crossed.cells import AREA, SCHOOL
from commonroom.value_added.pupils.crossed.effects import Known
from commonroom.value_added.pupils.model import Model
from commonroom.value_added.pupils.optimum import Fit

__all__ = ["estimate"]


def estimate(
    sums: Sums,
    *,
    model: Model,
    covariates: pl.DataFrame | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> PupilEstimate:
    """What each school adds beside the neighbourhoods its pupils live in, from sums per cell alone.

    y = X b + u_school + v_neighbourhood + e, both effects random and crossed. Arguments: `sums` kept apart
    by the column `model.crossed`; `covariates`, a frame with a column `school` and numbers of the school;
    `draws` and `seed` of the rank intervals. Schools' effects only: those of neighbourhoods, most of
    which have few pupils, are not given. Raises NotThisModel, NotEnoughPupils, TooIntertwined.
    Exact: likelihood, gradient, errors given the variances; the error of the variances is from average
    information. METHODS.md section 5 (cross-classified); Bates et al. 2015.
    """
    crossing = cells.arrange(sums, model, covariates)
    found = links.trace(crossing, name=model.crossed)
    fitted = search.fit(crossing, reml=model.reml, told=found.told)
    known = effects.know(crossing, fitted.at, told=found.told)
    schools = effects.schools(known, draws=draws, seed=seed)
    parts = effects.components(known)
    own = (*found.sentences, *_sentences(known, model.crossed))
    said = wording.sentences(sums, _plain(known, model, own), schools, parts)
    return PupilEstimate(
        schools=schools,
        coefficients=effects.coefficients(known),
        components=parts,
        fit=_row(known, model, fitted.evaluations),
        sentences=tables.SENTENCES.check(pl.DataFrame({"sentence": said})),
    )


def _plain(known: Known, model: Model, sentences: tuple[str, ...]) -> Fit:
    """The schools' own part of the fit, for the sentences that the plain model says as well."""
    blocks, ratio = known.crossing.blocks, known.at.ratios[SCHOOL]
    at = kernel.evaluate(blocks, np.array([[ratio]]), reml=model.reml)
    return Fit(blocks, at.Om, at, model.method, "" if ratio else "none", sentences=sentences)


def _row(known: Known, model: Model, evaluations: int) -> pl.DataFrame:
    blocks, at = known.crossing.blocks, known.at
    state = "none" if not at.ratios[SCHOOL] else "singular" if not at.ratios[AREA] else "inner"
    row = {
        "method": model.method,
        "state": state,
        "pupils": blocks.N,
        "schools": len(blocks.schools),
        "columns": len(blocks.columns),
        "terms": 1,
        "log_likelihood": -at.criterion / 2,
        "criterion": at.criterion,
        "steps": evaluations,
        "dropped": ", ".join(blocks.aliased),
    }
    return tables.FIT.check(pl.DataFrame([row]))


def _sentences(known: Known, name: str) -> Iterator[str]:
    """What must be said of neighbourhoods beside the figures."""
    if AREA in known.told and not known.at.ratios[AREA]:
        yield f"There is no detectable variation between neighbourhoods ({name})."
    yield (
        f"A school's effect is that beside {len(known.crossing.areas):,} neighbourhoods ({name}), whose own "
        "effects are not given: most have too few pupils to be shown."
    )
