"""The effect of each school, and how far it may be from the truth, in three steps of honesty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils import ranks, uncertainty
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.kernel import evaluate
from commonroom.value_added.pupils.quantiles import students
from commonroom.value_added.pupils.uncertainty import Spread, pairs, term_basis, vech

#: With fewer schools than this the error of the estimated variances counts twice (Prasad & Rao 1990).
FEW = 50
#: Degrees of freedom of an interval are never fewer: with less its ends say nothing.
FEWEST = 3
#: The term that is the effect for a pupil of average intake, when slopes differ between schools.
AVERAGE = "average pupil"


def schools(spread: Spread, *, draws: int = 1000, seed: int = 0) -> pl.DataFrame:
    """Effects of every school and term (tables.pupils.EFFECTS), in the order of schools' names.

    `draws` and `seed` are those of the rank intervals. A school's `intercept` is its effect where all
    slope variables are 0 as given; the term "average pupil" is its effect at the mean of the slopes.
    The interval is Student's, with degrees of freedom for the estimated variances (Satterthwaite 1946).
    """
    blocks = spread.fit.blocks
    ahead = _inside(spread) if spread.fit.state else None
    parts = []
    for place, (term, row) in enumerate(functionals(blocks).items()):
        found = errors(spread, row, ahead)
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


def errors(spread: Spread, row: Floats, ahead: Spread | None = None) -> dict[str, Floats]:
    """Effect, the three errors, interval, reliability and diagnostic spread of one combination of terms.

    `row` (q,) combines the centred terms. `ahead`: the same at variances off the edge, when the estimate
    is on it: there the errors are those about the effect published, were these the variances.
    """
    at = spread.fit.at
    pulled = at.Om @ row
    effect = pulled @ at.e.T
    conditional, predicted = _known(spread, row)
    prior = float(at.s2 * row @ pulled)
    left = row[:, None] - np.tensordot(pulled, at.P.transpose(1, 2, 0), (0, 0))
    times = 2 if len(effect) < FEW else 1
    published = predicted + times * variance_of_variances(spread, row, left)
    degrees = _degrees(spread, left, conditional, published)
    if ahead is not None:
        other = (ahead.fit.at.Om @ row) @ ahead.fit.at.e.T
        published = np.maximum(published, _known(ahead, row)[1] + (other - effect) ** 2)
    sd = np.sqrt(published)
    reach = students(degrees) * sd
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


def _known(spread: Spread, row: Floats) -> tuple[Floats, Floats]:
    """Variances of prediction errors, the variances known: fixed effects known, and estimated (J,)."""
    at = spread.fit.at
    pulled = at.Om @ row
    # Om D is symmetric, so row' Om D row is (D row)' Om row.
    conditional = at.s2 * (pulled @ np.tensordot(row, at.D.transpose(1, 2, 0), (0, 1)))
    fixed = np.einsum("i,ikj,k->j", pulled, spread.explained, pulled, optimize=True)
    return np.maximum(conditional, 0), np.maximum(conditional, 0) + at.s2 * fixed


def _degrees(spread: Spread, left: Floats, conditional: Floats, published: Floats) -> Floats:
    """Degrees of freedom of an error variance from those of the variances in it (J,); at least FEWEST."""
    q = len(left)
    slope = np.empty((1 + len(pairs(q)), len(conditional)))
    for place, (a, b) in enumerate(pairs(q), start=1):
        slope[place] = left[a] * left[b] * (1 if a == b else 2)
    slope[0] = (conditional - vech(spread.fit.at.T) @ slope[1:]) / spread.fit.at.s2
    unsure = np.einsum("nj,nj->j", slope, spread.covariance @ slope)
    return np.asarray(np.maximum(2 * published**2 / np.maximum(unsure, np.finfo(float).tiny), FEWEST))


def _inside(spread: Spread) -> Spread:
    """The same blocks at variances two standard errors from the edge that the estimate is on.

    On the edge the errors would be nothing, which no one can know; simulated coverage decided for two.
    """
    fit = spread.fit
    own = [place for place, (a, b) in enumerate(pairs(len(fit.Om)), start=1) if a == b]
    more = np.diag(2 * np.sqrt(np.diag(spread.covariance)[own])) / fit.at.s2
    at = evaluate(fit.blocks, fit.Om + more, reml=fit.at.reml)
    return uncertainty.spread(replace(fit, Om=at.Om, at=at))


def variance_of_variances(spread: Spread, row: Floats, left: Floats) -> Floats:
    """What the estimated variances add to the error of a combination of effects (J,).

    The delta term of Kackar & Harville (1984) and Prasad & Rao (1990), d Vphi d', with the fixed effects
    held: by s2 it is -T D e / s2^2, by T_ab it is (I - T P) E_ab e (P and e of V^-1); `left` (q, J) is
    (I - P T) row.
    """
    at = spread.fit.at
    e = at.e.T
    found = np.empty((1 + len(pairs(len(row))), e.shape[1]))
    pulled = at.Om @ row
    found[0] = -np.einsum("i,ikj,kj->j", pulled, at.D.transpose(1, 2, 0), e, optimize=True) / at.s2
    for place, (a, b) in enumerate(pairs(len(row)), start=1):
        found[place] = left[a] * e[b] if a == b else left[a] * e[b] + left[b] * e[a]
        found[place] /= at.s2
    return np.asarray(np.maximum(np.einsum("nj,nj->j", found, spread.covariance @ found), 0))


def differ(spread: Spread, first: str, second: str) -> tuple[float, float]:
    """The difference of two schools' effects (for the average pupil) and its standard error.

    Their errors go together through the fixed effects (Henderson's C22 block), which the two single
    errors do not show.
    """
    blocks, at = spread.fit.blocks, spread.fit.at
    row = list(functionals(blocks).values())[-1]
    j, k = blocks.schools.index(first), blocks.schools.index(second)
    found = errors(spread, row)
    pulled = at.Om @ row
    together = at.s2 * (pulled @ at.F[j]) @ at.inverse @ (at.F[k].T @ pulled)
    variance = found["sd"][j] ** 2 + found["sd"][k] ** 2 - 2 * together
    return float(found["effect"][j] - found["effect"][k]), float(np.sqrt(variance))
