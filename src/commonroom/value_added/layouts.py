"""School-years as the likelihood reads them: year by year, with context by how it varies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Schools at a time: what is worked out for so many stays in the processor's cache.
ALOUD = 4096


@dataclass(frozen=True)
class Layout:
    """J schools in T years, years first; a year that was not seen has an infinite `gap`, all else 0.

    `noise` (T, J), `gap` (T, J); `lasting` (J, q): columns of the design that are the same in all years
    of a school; `moving` (T, m + 1, J): those that are not, and the figures behind them; `place` (p):
    where each column of the design stands among T years, the lasting and the moving ones.
    """

    noise: Floats
    gap: Floats
    lasting: Floats
    moving: Floats
    place: NDArray[np.intp]

    def parts(self) -> Iterator[Layout]:
        """Some schools at a time."""
        for first in range(0, self.noise.shape[1], ALOUD):
            rows = slice(first, first + ALOUD)
            yield replace(
                self, noise=self.noise[:, rows], gap=self.gap[:, rows], lasting=self.lasting[rows],
                moving=self.moving[:, :, rows],
            )  # fmt: skip


def lay_out(figures: Floats, seen: NDArray[np.bool_], noise: Floats, design: Floats) -> Layout:
    """The layout of school-years (J, T) and their `design` (J, T, p), 0 where not seen."""
    times = seen.shape[1]
    first = seen.argmax(axis=1)
    lasting: list[Floats] = []
    moving: list[Floats] = []
    kinds: list[tuple[int, int]] = []
    for column in np.moveaxis(design, 2, 0):
        used = np.flatnonzero(column.any(axis=0))
        own = np.take_along_axis(column, first[:, None], axis=1)
        if len(used) == 1 and np.array_equal(column[:, used[0]], seen[:, used[0]]):
            kinds.append((0, int(used[0])))
        elif np.array_equal(column, own * seen):
            kinds.append((times, len(lasting)))
            lasting.append(own[:, 0])
        else:
            kinds.append((-1, len(moving)))
            moving.append(column)
    starts = {0: 0, times: times, -1: times + len(lasting)}
    return Layout(
        np.ascontiguousarray(noise.T),
        np.where(seen.T, 0.0, np.inf),
        np.column_stack(lasting) if lasting else np.zeros((len(seen), 0)),
        np.ascontiguousarray(np.stack([*moving, figures], axis=2).transpose(1, 2, 0)),
        np.array([starts[kind] + index for kind, index in kinds], dtype=np.intp),
    )
