"""Chance that belongs to a name: the same name and seed draw the same numbers in any company."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonroom.families.placement import Floats

Bits: TypeAlias = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)


def uniforms(names: Iterable[str], *, draws: int, seed: int) -> Floats:
    """Return numbers strictly between 0 and 1 (draws x names), each name's own.

    A name's numbers do not change when others come or go, nor does one of its draws when more are
    drawn. Source: SplitMix64 (Steele, Lea and Flood 2014), started from a BLAKE2b hash of the name.
    """
    salt = seed.to_bytes(8, "big", signed=True)
    starts = np.array(
        [
            int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8, key=salt).digest(), "big")
            for name in names
        ],
        dtype=np.uint64,
    )
    steps = np.arange(1, draws + 1, dtype=np.uint64) * _STEP
    bits = scramble(starts[None, :] + steps[:, None])
    return np.asarray(((bits >> np.uint64(12)) + 0.5) * 2.0**-52)


def scramble(bits: Bits) -> Bits:
    """Return other bits, of which each depends on all that were given (the finaliser of SplitMix64)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
