"""The effect of each school, and how far it may be from the truth, in three steps of honesty."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils import ranks
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.quantiles import student
from commonroom.value_added.pupils.uncertainty import Spread, pairs, term_basis

#: With fewer schools than this the error of the estimated variances counts twice (Prasad & Rao 1990).
FEW = 50
#: The term that is the effect for a pupil of average intake, when slopes differ between schools.
AVERAGE = "average pupil"


def schools(spread: Spread, *, draws: int = 1000, seed: int = 0) -> pl.DataFrame:
    """Effects of every school and term (tables.pupils.EFFECTS), in the order of schools' names.

    `draws` and `seed` are those of the rank intervals. A school's `intercept` is its effect where all
    slope variables are 0 as given; the term "average pupil" is its effect at the mean of the slopes.
    """
    blocks = spread.fit.blocks
    parts = []
    for place, (term, row) in enumerate(functionals(blocks).items()):
        found = _term(spread, row)
        low, high = ranks.intervals(found["effect"], found["sd"], draws=draws, seed=seed + place)
        parts.append(
            pl.DataFrame({"school": blocks.schools, "pupils": blocks.pupils, **found}).with_columns(
                term=pl.lit(term), rank_low95=low, rank_high95=high
            )
        )
    return tables.EFFECTS.check(pl.concat(parts))


def functionals(blocks: Blocks) -> dict[str, Floats]:
    """The combinations (q,) of centred school effects that are published, by the name of the term."""
    turn = term_basis(blocks)
    found = {term: turn[place] for place, term in enumerate(blocks.terms)}
    if len(blocks.terms) > 1:
        totals = blocks.A[:, 0].sum(axis=0)
        found[AVERAGE] = totals / totals[0]
    return found


def _term(spread: Spread, row: Floats) -> dict[str, Floats]:
    """Effect, the three errors, interval, reliability and diagnostic spread of one combination of terms."""
    at = spread.fit.at
    pulled = at.Om @ row
    d, e = at.D.transpose(1, 2, 0), at.e.T
    effect = pulled @ e
    prior = float(at.s2 * row @ pulled)
    # Om D is symmetric, so row' Om D row is (D row)' Om row.
    conditional = at.s2 * (pulled @ np.tensordot(row, d, (0, 1)))
    predicted = conditional + at.s2 * np.einsum("i,ikj,k->j", pulled, spread.explained, pulled)
    published = predicted + (2 if len(effect) < FEW else 1) * variance_of_variances(spread, row)
    sd = np.sqrt(published)
    reach = student(0.975, np.inf) * sd
    share = 1 - published / prior if prior > 0 else np.zeros_like(sd)
    return {
        "effect": effect,
        "conditional_sd": np.sqrt(conditional),
        "prediction_sd": np.sqrt(predicted),
        "sd": sd,
        "low95": effect - reach,
        "high95": effect + reach,
        "reliability": np.clip(share, 0, 1),
        "diagnostic_sd": np.sqrt(np.maximum(prior - predicted, 0)),
    }


def variance_of_variances(spread: Spread, row: Floats) -> Floats:
    """What the estimated variances add to the error of a combination of effects (J,).

    The delta term of Kackar & Harville (1984) and Prasad & Rao (1990), d Vphi d', with the fixed effects
    held: by s2 it is -T D e / s2^2, by T_ab it is (I - T P) E_ab e (P and e of V^-1).
    """
    at = spread.fit.at
    d, p, e = at.D.transpose(1, 2, 0), at.P.transpose(1, 2, 0), at.e.T
    pulled = at.Om @ row
    left = row[:, None] - np.tensordot(pulled, p, (0, 0))
    found = np.empty((1 + len(pairs(len(row))), e.shape[1]))
    found[0] = -np.einsum("i,ikj,kj->j", pulled, d, e, optimize=True) / at.s2
    for place, (a, b) in enumerate(pairs(len(row)), start=1):
        found[place] = left[a] * e[b] if a == b else left[a] * e[b] + left[b] * e[a]
        found[place] /= at.s2
    values, vectors = np.linalg.eigh(spread.covariance)
    turned = (np.sqrt(np.maximum(values, 0))[:, None] * vectors.T) @ found
    return np.asarray(np.einsum("nj,nj->j", turned, turned))


def differ(spread: Spread, first: str, second: str) -> tuple[float, float]:
    """The difference of two schools' effects (for the average pupil) and its standard error.

    Their errors go together through the fixed effects (Henderson's C22 block), which the two single
    errors do not show.
    """
    blocks, at = spread.fit.blocks, spread.fit.at
    row = list(functionals(blocks).values())[-1]
    j, k = blocks.schools.index(first), blocks.schools.index(second)
    found = _term(spread, row)
    pulled = at.Om @ row
    together = at.s2 * (pulled @ at.F[j]) @ at.inverse @ (at.F[k].T @ pulled)
    variance = found["sd"][j] ** 2 + found["sd"][k] ** 2 - 2 * together
    return float(found["effect"][j] - found["effect"][k]), float(np.sqrt(variance))
