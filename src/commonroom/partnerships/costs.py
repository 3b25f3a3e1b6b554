"""What each candidate would cost the plan: gain forgone, in whole units, every tie broken."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.partnerships import chance
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.definition import Weights
from commonroom.partnerships.solving.problem import Ints

Floats: TypeAlias = npt.NDArray[np.float64]

#: Below this many units (a hundred-thousandth of an sd) costs differ by a hash alone.
TIES = 1000


def cost(needs: pl.DataFrame, edges: pl.DataFrame, gain: Floats, ideal: Floats, *, weights: Weights) -> Ints:
    """Return what the plan loses where each candidate is chosen, in units of arranged.UNIT.

    Arguments: `needs` with weight; `edges` with need, known, changes (whether the need had another
    partner in the last plan) and ties (a hash); `gain` (edges) and `ideal` (needs) in sd of schools.
    weight x (ideal - gain x (1 + known)) + change x weight x ideal, never below 0.
    """
    need = edges["need"].to_numpy()
    weight = needs["weight"].to_numpy()[need]
    best = ideal[need]
    value = gain * (1.0 + weights.known * edges["known"].to_numpy())
    moved = weights.change * best * edges["changes"].to_numpy()
    lost = weight * np.maximum(best - value + moved, 0.0)
    return np.asarray(_units(lost) + edges["ties"].to_numpy(), dtype=np.int64)


def alone(needs: pl.DataFrame, ideal: Floats, *, weights: Weights) -> Ints:
    """Return what the plan loses where each need is left alone, in units of arranged.UNIT."""
    return _units(needs["weight"].to_numpy() * ideal * (1.0 + weights.alone))


def bonus(needs: pl.DataFrame, edges: pl.DataFrame, gain: Floats, swaps: Ints, *, weights: Weights) -> Ints:
    """Return the reward of each pair of candidates that is a swap: a share of the smaller gain."""
    value = needs["weight"].to_numpy()[edges["need"].to_numpy()] * gain
    return _units(weights.swap * np.minimum(value[swaps[:, 0]], value[swaps[:, 1]]))


def swaps(edges: pl.DataFrame) -> Ints:
    """Return the pairs of candidates (rows of `edges`, k x 2) in which two schools would help each other."""
    numbered = edges.select("receiver", "provider").with_row_index("row")
    back = numbered.rename({"receiver": "provider", "provider": "receiver", "row": "other"})
    pairs = numbered.join(back, on=["receiver", "provider"]).filter(pl.col("row") < pl.col("other"))
    found = pairs.sort("row", "other").select(pl.col("row", "other").cast(pl.Int64)).to_numpy()
    return np.ascontiguousarray(found, dtype=np.int64).reshape(-1, 2)


def break_ties(edges: pl.DataFrame) -> pl.Series:
    """Return a number from 0 to TIES for each candidate, from a hash of who, whom and what.

    The same pair has the same number in every plan, so that equal plans are told apart in one way
    only, which anybody can work out again.
    """
    mixed = np.zeros(edges.height, dtype=np.uint64)
    for column in ("receiver", "phase", "theme", "provider"):
        # Looked up by small numbers: there are hundreds of thousands of candidates, and a few schools.
        names = edges[column].unique().sort()
        codes = np.array([_code(name) for name in names], dtype=np.uint64)
        numbers = codes[edges[column].cast(pl.Enum(names)).to_physical().to_numpy()]
        # Scrambled each time: receiver and provider must not cancel where they are one school.
        mixed = chance.scramble(mixed ^ numbers)
    return pl.Series("ties", (mixed % np.uint64(TIES)).astype(np.int64))


def _code(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _units(amount: Floats) -> Ints:
    return np.asarray(np.rint(amount / UNIT), dtype=np.int64)
