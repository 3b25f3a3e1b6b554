"""Gains drawn from what is known: how far the truth may lie from what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import log_ndtr, ndtri, ndtri_exp

from commonroom.families.placement import Floats, Ints
from commonroom.partnerships import chance, gains
from commonroom.partnerships.definition import Gain

Singles: TypeAlias = npt.NDArray[np.float32]
Flags: TypeAlias = npt.NDArray[np.bool_]

#: Gains held at once (float32: 16 MB).
AT_ONCE = 4_000_000
#: The ends of a 95 % range.
ENDS = (0.025, 0.975)


@dataclass(frozen=True)
class Draws:
    """Gains of candidates as they may be, made when they are asked for.

    `closes` (draws): the share of its gap that a school closes, one number for all candidates;
    `gaps` (draws x needs) and `real` (draws x strengths), with the `need` and the `strength` of each
    candidate; `fade` (candidates): likeness x nearness, which are taken as known.
    """

    closes: Singles
    gaps: Singles
    real: Flags
    need: Ints
    strength: Ints
    fade: Singles

    def gains(self, edges: Ints | slice = slice(None), draws: Ints | slice = slice(None)) -> Singles:
        """Return the gains (draws x candidates) of some candidates in some draws, sd of schools."""
        found = self.gaps[draws][:, self.need[edges]]
        found *= self.real[draws][:, self.strength[edges]]
        found *= self.fade[edges]
        found *= self.closes[draws][:, None]
        return found

    def parts(self, edges: Ints) -> Iterator[tuple[slice, Singles]]:
        """Yield the gains of so many candidates at once as stay small, and which of `edges` they are."""
        size = max(1, AT_ONCE // max(1, self.closes.size))
        for start in range(0, edges.size, size):
            part = slice(start, start + size)
            yield part, self.gains(edges[part])

    def ranges(self, edges: Ints) -> pl.DataFrame:
        """Return gain_low and gain_high, the 95 % range of each of `edges`, in their order."""
        ends = np.zeros((2, edges.size))
        for part, found in self.parts(edges):
            ends[:, part] = np.quantile(found, ENDS, axis=0)
        return pl.DataFrame({"gain_low": ends[0], "gain_high": ends[1]})

    def totals(self, edges: Ints) -> Floats:
        """Return the sum of the gains of `edges` in each draw."""
        found = np.zeros(self.closes.size)
        for _, part in self.parts(edges):
            found += part.sum(axis=1, dtype=np.float64)
        return found


def draw(edges: pl.DataFrame, standing: pl.DataFrame, *, gain: Gain, draws: int, seed: int) -> Draws:
    """Draw what candidates may bring: closes once per draw, gaps per need, strengths per provider.

    Arguments: `edges` (receiver, phase, theme, provider, likeness, nearness), the `standing` that they
    are from, the model and how often. The mean over draws tends to gains.expected. What a school is
    drawn to be depends on its name, phase, theme and the seed alone, so that plans can be compared.
    `closes` is drawn once in each of `draws` equally probable parts of its prior, in mixed order.
    """
    filled = gains.fill(standing, gain=gain)
    needs, need = _numbered(edges, filled, school="receiver", gain=gain)
    strong, strength = _numbered(edges, filled, school="provider", gain=gain)
    luck = chance.uniforms(_names(needs, "gap"), draws=draws, seed=seed)
    below = -(needs["effect"].to_numpy() + needs["sd"].to_numpy() * ndtri(luck))
    luck = chance.uniforms(_names(strong, "strength"), draws=draws, seed=seed)
    fade = edges["likeness"].to_numpy() * edges["nearness"].to_numpy()
    return Draws(
        closes=_closes(gain, draws=draws, seed=seed).astype(np.float32),
        gaps=np.maximum(below, 0.0).astype(np.float32),
        # A strength is real where its effect is above 0: with its posterior probability.
        real=luck < strong["probability"].to_numpy(),
        need=need,
        strength=strength,
        fade=fade.astype(np.float32),
    )


def with_ranges(edges: pl.DataFrame, standing: pl.DataFrame, *, gain: Gain, drawn: Draws) -> pl.DataFrame:
    """Return `edges`, those `drawn`, with the 95 % ranges of gain (by draws) and of gap (exactly)."""
    filled = gains.fill(standing, gain=gain)
    needs, need = _numbered(edges, filled, school="receiver", gain=gain)
    low, high = gains.gap_range(needs["effect"].to_numpy(), needs["sd"].to_numpy())
    found = drawn.ranges(np.arange(edges.height))
    return edges.with_columns(found, gap_low=low[need], gap_high=high[need])


def _numbered(
    edges: pl.DataFrame, filled: pl.DataFrame, *, school: str, gain: Gain
) -> tuple[pl.DataFrame, Ints]:
    """The standing of each need or strength of the candidates, once, and its row for each candidate."""
    keys = [school, "phase", "theme"]
    once = edges.select(keys).unique().sort(keys)
    found = once.join(
        filled.select("phase", "theme", "effect", "sd", "probability", pl.col("school").alias(school)),
        on=keys,
        how="left",
        maintain_order="left",
    )
    number = once.with_row_index("row")
    row = edges.select(keys).join(number, on=keys, how="left", maintain_order="left")["row"]
    named = gains.fill(found, gain=gain).rename({school: "school"})
    return named, row.cast(pl.Int64).to_numpy()


def _names(rows: pl.DataFrame, what: str) -> pl.Series:
    """What the chance of each row is named by."""
    return rows.select(pl.concat_str(pl.lit(what), "phase", "theme", "school", separator="/")).to_series()


def _closes(gain: Gain, *, draws: int, seed: int) -> Floats:
    """One number from each of equally probable parts of the prior, cut off at 0, in mixed order."""
    random = np.random.default_rng([seed % 2**63, draws])
    share = (random.permutation(draws) + random.random(draws)) / draws
    # In logarithms, so that a prior that lies nearly all below 0 can be drawn from too.
    below = log_ndtr(gain.closes / gain.closes_sd) + np.log1p(-share)
    return np.asarray(np.maximum(gain.closes - gain.closes_sd * ndtri_exp(below), 0.0))
