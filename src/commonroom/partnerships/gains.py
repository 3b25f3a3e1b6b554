"""What a partnership is expected to bring: a small model, stated, with its prior in the definition.

gain = closes x gap x real x likeness x nearness: the share of its gap that a school closes in a year
(unknown, one number for all), how far the receiver is below schools alike, whether the provider's
strength is real, and what is left for unlikeness and travel. Source: METHODS.md sections 6 and 8.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import log_ndtr, ndtr

from commonroom.errors import SaidToPeople
from commonroom.families.placement import Floats
from commonroom.partnerships.definition import Gain

#: Family distance, in calipers, where it is not known.
NOT_KNOWN = 1.0
#: What a finding has to say.
FINDING = ("effect", "se", "predicted")
#: Half a 95 % range in standard deviations.
HALF = 1.959963984540054


def fill(standing: pl.DataFrame, *, gain: Gain) -> pl.DataFrame:
    """Return the standing with an effect, sd and probability for every row, also where no figure speaks.

    A school that no figure speaks of stands as any school does: effect 0, with the spread (root mean
    square of effect and sd together) of its theme and phase, else of its phase, else of all, else 1 sd
    of schools. Its strength is real with the probability `gain.said`. Nothing changes in other rows.
    """
    known = pl.col("effect").is_not_null() & pl.col("sd").is_not_null()
    square = pl.when(known).then(pl.col("effect") ** 2 + pl.col("sd") ** 2)
    spread = pl.coalesce(
        square.mean().over("phase", "theme"), square.mean().over("phase"), square.mean(), pl.lit(1.0)
    ).sqrt()
    return standing.with_columns(
        effect=pl.when(known).then("effect").otherwise(0.0),
        sd=pl.when(known).then("sd").otherwise(spread),
        probability=pl.coalesce(pl.when(known).then("probability"), pl.lit(gain.said)),
    )


def closes(gain: Gain) -> float:
    """Return the expected share of its gap that a school closes: the mean of the prior, cut off at 0."""
    at = gain.closes / gain.closes_sd
    hazard = np.exp(-0.5 * at * at - 0.5 * np.log(2 * np.pi) - log_ndtr(at))
    return float(gain.closes + gain.closes_sd * hazard)


def gap(effect: Floats, sd: Floats) -> Floats:
    """Return E[(-effect)+] under N(effect, sd): how far a school is expected to be below schools alike."""
    safe = np.where(sd > 0, sd, 1.0)
    at = -effect / safe
    spread = safe * (np.exp(-0.5 * at * at) / np.sqrt(2 * np.pi)) - effect * ndtr(at)
    return np.maximum(np.where(sd > 0, spread, -effect), 0.0)


def gap_range(effect: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % range of (-effect)+, low and high."""
    low, high = -effect - HALF * sd, -effect + HALF * sd
    return np.maximum(low, 0.0), np.maximum(high, 0.0)


def likeness(distance: Floats, *, gain: Gain) -> Floats:
    """Return what is left of a gain at a family distance in calipers; NaN counts as NOT_KNOWN."""
    far = np.where(np.isnan(distance), NOT_KNOWN, distance) / gain.unlike
    return np.asarray(np.exp(-0.5 * far * far))


def nearness(minutes: Floats, *, gain: Gain) -> Floats:
    """Return what is left of a gain after so many minutes of travel one way."""
    return np.asarray(np.exp(-minutes / gain.tiring))


def ideals(needs: pl.DataFrame, *, gain: Gain) -> Floats:
    """Return what the best provider next door would bring: closes x gap, in sd of schools.

    `needs`: rows of the standing, best filled together with all others (see `fill`), else by themselves.
    """
    filled = fill(needs, gain=gain)
    effect, sd = (filled[name].to_numpy() for name in ("effect", "sd"))
    return closes(gain) * gap(effect, sd)


def expected(edges: pl.DataFrame, *, gain: Gain) -> Floats:
    """Return the expected gain of candidates: closes x gap x probability x likeness x nearness."""
    parts = [edges[name].to_numpy() for name in ("gap", "probability", "likeness", "nearness")]
    return np.asarray(closes(gain) * np.prod(parts, axis=0))


def learn(gain: Gain, findings: pl.DataFrame) -> Gain:
    """Return the prior of `closes` as later evidence leaves it.

    `findings`: effect and se (an impact and its standard error, sd of schools), and predicted: what the
    gain would have been had the school closed all its gap. effect = closes x predicted + error, so a
    normal prior cut off at 0 stays one. Raises SaidToPeople for a figure that is missing or not finite,
    and an se that is not above 0. Source: conjugate normal regression through the origin.
    """
    columns = [findings[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in FINDING]
    effect, se, predicted = columns
    wrong = ~np.isfinite(np.column_stack(columns)).all(axis=1) | ~(se > 0)
    if wrong.any():
        raise SaidToPeople(
            f"row {int(wrong.argmax()) + 1} has no effect, no predicted gain, or no standard error above 0.",
            where="findings",
            remedy="Give all three as numbers.",
        )
    precision = 1 / gain.closes_sd**2 + float((predicted**2 / se**2).sum())
    mean = (gain.closes / gain.closes_sd**2 + float((predicted * effect / se**2).sum())) / precision
    source = f"{gain.source} Updated by {findings.height} findings of impact."
    return gain.model_copy(update={"closes": mean, "closes_sd": precision**-0.5, "source": source})
