"""Effects of schools beside their pupils' neighbourhoods, fixed effects, variances, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
import polars as pl

from commonroom.tables import pupils as tables
from commonroom.value_added.pupils import ranks
from commonroom.value_added.pupils.crossed.cells import SCHOOL, Crossing
from commonroom.value_added.pupils.crossed.likelihood import Evaluation, Floats
from commonroom.value_added.pupils.effects import FEW
from commonroom.value_added.pupils.quantiles import chi_squared, student
from commonroom.value_added.pupils.uncertainty import basis

REACH = 1.959963984540054
NOTES = ("", "no detectable variation between schools", "no detectable variation between neighbourhoods")
NAMES = ("residual variance", "variance of intercept", "variance between neighbourhoods")
SHARES = ("", "share between schools", "share between neighbourhoods")
UNTOLD = "cannot be told apart here"


@dataclass(frozen=True)
class Known:
    """A fit and its uncertainty: `covariance` (3, 3) of the variances (residual, schools, neighbourhoods).

    A variance that cannot be told (not among `told`) is known to be zero by assumption.
    """

    crossing: Crossing
    at: Evaluation
    told: tuple[int, ...]
    covariance: Floats

    @property
    def along(self) -> Floats:
        """Derivatives of the fixed effects' covariance by the variances (3, p, p)."""
        at = self.at
        by = np.stack([at.inverse @ (f.T @ f) @ at.inverse for f in at.F])
        first = (at.variance - np.tensordot(at.variances[1:], by, 1)) / at.s2
        return np.concatenate([first[None], by])


def know(crossing: Crossing, at: Evaluation, *, told: tuple[int, ...]) -> Known:
    """The covariance of the estimated variances: the inverse of the average information."""
    free = [0, *(1 + factor for factor in told)]
    inner = at.information[np.ix_(free, free)]
    scale = 1 / np.sqrt(np.maximum(np.diag(inner), np.finfo(float).tiny))
    level = np.linalg.pinv(inner * scale[:, None] * scale, rcond=1e-12, hermitian=True)
    covariance = np.zeros((3, 3))
    covariance[np.ix_(free, free)] = level * scale[:, None] * scale
    return Known(crossing, at, told, covariance)


def schools(known: Known, *, draws: int, seed: int) -> pl.DataFrame:
    """Effects of schools (tables.pupils.EFFECTS), the neighbourhoods of their pupils taken into account."""
    crossing, at = known.crossing, known.at
    effect, prior = at.effects[SCHOOL], float(at.variances[1 + SCHOOL])
    conditional, predicted, published = errors(known, SCHOOL)
    sd = np.sqrt(published)
    share = 1 - published / prior if prior > 0 else np.zeros_like(sd)
    low, high = ranks.intervals(effect, sd, draws=draws, seed=seed)
    frame = pl.DataFrame(
        {
            "school": crossing.blocks.schools,
            "term": ["intercept"] * len(effect),
            "pupils": crossing.blocks.pupils,
            "effect": effect,
            "conditional_sd": np.sqrt(conditional),
            "prediction_sd": np.sqrt(predicted),
            "sd": sd,
            "low95": effect - REACH * sd,
            "high95": effect + REACH * sd,
            "reliability": np.clip(share, 0, 1),
            "diagnostic_sd": np.sqrt(np.maximum(prior - predicted, 0)),
            "rank_low95": low,
            "rank_high95": high,
        }
    )
    return tables.EFFECTS.check(frame)


def errors(known: Known, factor: int) -> tuple[Floats, Floats, Floats]:
    """Conditional variance, with fixed effects estimated, and with variances estimated too (size,) each.

    Henderson 1975 for the second; the third adds the delta term of Kackar and Harville 1984 with average
    information, twice where there are fewer than fifty schools (Prasad and Rao 1990).
    """
    at = known.at
    ratio, e = at.ratios[factor], at.e[factor]
    conditional = at.s2 * ratio * at.left[factor]
    fixed = np.einsum("ia,ab,ib->i", at.F[factor], at.inverse, at.F[factor], optimize=True)
    predicted = conditional + at.s2 * ratio**2 * fixed
    turned = np.stack([at.turned[k][factor] for k in (0, 1)])
    slopes = np.vstack([-ratio * (e - at.ratios @ turned), -ratio * turned]) / at.s2
    slopes[1 + factor] += e / at.s2
    unsure = np.einsum("ni,nm,mi->i", slopes, known.covariance, slopes, optimize=True)
    few = len(known.crossing.blocks.schools) < FEW
    return conditional, predicted, predicted + (2 if few else 1) * np.maximum(unsure, 0)


def coefficients(known: Known) -> pl.DataFrame:
    """Fixed effects on the scale of the data (tables.pupils.COEFFICIENTS), Satterthwaite's df.

    There is no robust error: pupils of different schools share neighbourhoods, so that schools are no
    clusters.
    """
    at, blocks = known.at, known.crossing.blocks
    turn = basis(blocks)
    found = turn @ at.b
    found[0] += blocks.outcome_centre
    variance = np.einsum("ia,ab,ib->i", turn, at.variance, turn)
    slope = np.einsum("ia,nab,ib->in", turn, known.along, turn)
    unsure = np.einsum("in,nm,im->i", slope, known.covariance, slope)
    degrees = np.clip(2 * variance**2 / np.maximum(unsure, np.finfo(float).tiny), 1, max(at.degrees, 1))
    reach = np.sqrt(variance) * [student(0.975, float(df)) for df in degrees]
    frame = pl.DataFrame(
        {
            "variable": list(blocks.columns),
            "effect": found,
            "se": np.sqrt(variance),
            "robust_se": pl.Series([None] * len(found), dtype=pl.Float64),
            "df": degrees,
            "low95": found - reach,
            "high95": found + reach,
        }
    )
    return tables.COEFFICIENTS.check(frame)


def components(known: Known) -> pl.DataFrame:
    """Variances between schools, between neighbourhoods and of pupils, and their shares, with intervals."""
    rows = [*(_variance(known, place) for place in (1, 2, 0)), *(_share(known, place) for place in (1, 2))]
    names = [column.name for column in tables.COMPONENTS.columns]
    frame = pl.DataFrame(
        [(name, *row) for name, row in zip((*NAMES[1:], NAMES[0], *SHARES[1:]), rows, strict=True)],
        schema={name: tables.COMPONENTS.schema[name] for name in names},
        orient="row",
    )
    return tables.COMPONENTS.check(frame)


def _variance(known: Known, place: int) -> tuple[float, float | None, float | None, str]:
    value, spread = float(known.at.variances[place]), float(np.sqrt(known.covariance[place, place]))
    if place and place - 1 not in known.told:
        return value, None, None, UNTOLD
    if value <= spread:
        return value, 0.0, value + REACH * spread, "" if value > 0 else NOTES[place]
    degrees = 2 * (value / spread) ** 2
    return (
        value,
        value * degrees / chi_squared(0.975, degrees),
        value * degrees / chi_squared(0.025, degrees),
        "",
    )


def _share(known: Known, place: int) -> tuple[float, float | None, float | None, str]:
    """A share of the whole variance; its interval on the logit scale, by the delta method."""
    variances = known.at.variances
    whole = float(variances.sum())
    share = float(variances[place]) / whole
    if place - 1 not in known.told:
        return share, None, None, UNTOLD
    slope = (np.eye(3)[place] - share) / whole
    spread = float(np.sqrt(slope @ known.covariance @ slope))
    if share <= spread:
        return share, 0.0, min(share + REACH * spread, 1.0), "" if share > 0 else NOTES[place]
    odds, reach = share / (1 - share), REACH * spread / (share * (1 - share))
    low, high = (odds * exp(way * reach) for way in (-1, 1))
    return share, low / (1 + low), high / (1 + high), ""
