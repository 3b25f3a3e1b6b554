"""What an answer comes to, as frames: effects, both sides' paths, and the headline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from polars import selectors

from commonroom.impact import staggered
from commonroom.impact.definition import Inference
from commonroom.impact.matched import Answer
from commonroom.impact.outcomes import Outcome
from commonroom.impact.study import NEVER, Floats
from commonroom.impact.studying import Studied
from commonroom.tables import Table
from commonroom.tables import impact as tables

#: Frames of an answer, by name.
TABLES: Mapping[str, Table] = {
    "effects": tables.EFFECTS,
    "paths": tables.PATHS,
    "comparisons": tables.COMPARISONS,
    "left_out": tables.LEFT_OUT,
    "balance": tables.BALANCE,
    "guards": tables.GUARDS,
    "headline": tables.HEADLINE,
}

#: Half a 95 % range in standard deviations.
HALF = 1.959963984540054


def effects(
    answer: Answer, studied: Studied, *, outcome: Outcome, inference: Inference, seed: int
) -> pl.DataFrame:
    """Return every effect of an answer with its interval and band (tables.impact.EFFECTS without role).

    Years before the start are not among them: every design here compares schools on the same path before, so
    that these effects are nought by construction; the guards look at them in another way.
    Arguments: the `answer` in sd of schools, its study, the `outcome` that it is of (for its unit), the level
    and draws of `inference`, and the `seed` of the bands. An effect in the measure's unit is the effect times
    the standard deviation of schools in its years, weighted as the years count in it.
    """
    parts = []
    for kind, estimates in answer.estimates.items():
        combined = answer.combined[kind]
        low, high = staggered.bands(
            combined,
            cluster=studied.study.cluster,
            draws=inference.draws,
            level=inference.level,
            seed=seed,
        )
        named = {
            name: np.array([getattr(one, name) for one in estimates])
            for name in ("effect", "se", "low", "high", "p", "clusters")
        }
        scale = scales(answer, kind, studied) * outcome.sign
        ends = np.sort(np.stack([named["low"] * scale, named["high"] * scale]), axis=0)
        # An interval from few clusters is wider than the bootstrap knows: the band never is the narrower one.
        parts.append(
            pl.DataFrame(
                {
                    "aggregation": [kind] * len(estimates),
                    "at": combined.at,
                    **{name: named[name] for name in ("effect", "se", "low", "high")},
                    "band_low": np.fmin(low, named["low"]),
                    "band_high": np.fmax(high, named["high"]),
                    "p": named["p"],
                    "points": named["effect"] * scale,
                    "points_low": ends[0],
                    "points_high": ends[1],
                    "noise": named["effect"] / studied.ordinary,
                    "schools": combined.joiners,
                    "clusters": named["clusters"],
                    "comparison": combined.others,
                    "inference": [one.inference for one in estimates],
                }
            )
        )
    told = pl.concat(parts).filter((pl.col("aggregation") != "dynamic") | (pl.col("at") >= 0))
    return told.with_columns(selectors.float().fill_nan(None))


def scales(answer: Answer, kind: str, studied: Studied) -> Floats:
    """Return how much of the measure's unit one sd of schools is in each effect of a kind (m)."""
    weights = np.abs(answer.combined[kind].weights)
    of_year = dict(zip(studied.study.years.tolist(), studied.sd.tolist(), strict=True))
    units = np.array([of_year[year] for year in answer.cells.year.tolist()])
    return np.asarray((weights * units[:, None]).sum(axis=0) / weights.sum(axis=0))


def paths(answer: Answer, studied: Studied, *, outcome: Outcome) -> pl.DataFrame:
    """Return the mean outcome of both sides and of all schools by year (tables.impact.PATHS without role).

    Schools that took part count alike, comparison schools by the weight they have in the answer, summed over
    years of joining; a school without a figure in a year does not count in it.
    """
    study = studied.study
    joined, beside = np.zeros(study.schools.size), np.zeros(study.schools.size)
    for cohort, adjusted in answer.matched.adjusted.items():
        mine = study.start == cohort
        joined += np.where(mine, adjusted.weights, 0.0)
        beside += np.where(mine, 0.0, adjusted.weights)
    nation = (study.start == NEVER).astype(np.float64)
    rows = []
    for side, weights in (("joined", joined), ("comparison", beside), ("nation", nation)):
        for place, year in enumerate(study.years.tolist()):
            rows.append(_mean(study.figures[:, place], weights) | {"side": side, "year": year})
    years = outcome.years.select("year", "mean", "sd")
    frame = pl.DataFrame(rows, schema_overrides={"year": pl.Int32}).join(
        years, on="year", maintain_order="left"
    )
    points = outcome.sign * pl.col("value") * pl.col("sd") + pl.col("mean")
    return frame.with_columns(points=points).drop("mean", "sd")


def _mean(figures: Floats, weights: Floats) -> dict[str, Any]:
    """A weighted mean with its 95 % range; empty where no school has a figure."""
    used = (weights > 0) & ~np.isnan(figures)
    if not used.any():
        return {"value": None, "low": None, "high": None, "schools": 0}
    share = weights[used] / weights[used].sum()
    mean = float(share @ figures[used])
    off = share * (figures[used] - mean)
    # One school says nothing of how schools differ, so that its mean has no range.
    half = HALF * float(np.sqrt((off**2).sum())) if used.sum() > 1 else None
    low, high = (None, None) if half is None else (mean - half, mean + half)
    return {"value": mean, "low": low, "high": high, "schools": int(used.sum())}


def mark(frames: Mapping[str, pl.DataFrame], *, role: str) -> dict[str, pl.DataFrame]:
    """Return frames of tables.impact with the role in front of every row, each checked against its table."""
    return {name: TABLES[name].check(frame.with_columns(role=pl.lit(role))) for name, frame in frames.items()}
