"""The slow twin of group: plain Python, every assignment tried."""

from __future__ import annotations

import math
import zlib
from itertools import product

Row = list[float | None]


def apart(a: Row, b: Row, weights: list[float]) -> float:
    """Distance on what both know, weights renormalised to their sum."""
    both = [v for v in range(len(weights)) if a[v] is not None and b[v] is not None]
    shared = sum(weights[v] for v in both)
    squares = sum(weights[v] * (a[v] - b[v]) ** 2 for v in both)
    return math.sqrt(sum(weights) * squares / shared) if both else 1000.0


def centre(members: list[Row], weights: list[float]) -> Row:
    """Twelve of Weiszfeld's steps, the first to the mean."""
    stretch = [
        sum(weights) / sum(w for w, cell in zip(weights, row, strict=True) if cell is not None)
        for row in members
    ]
    pulls, point = list(stretch), [None] * len(weights)
    for _ in range(12):
        for v in range(len(weights)):
            known = [(pull, row[v]) for pull, row in zip(pulls, members, strict=True) if row[v] is not None]
            point[v] = sum(p * x for p, x in known) / sum(p for p, _ in known) if known else None
        pulls = []
        for s, row in zip(stretch, members, strict=True):
            squares = sum(
                w * (x - c) ** 2
                for w, x, c in zip(weights, row, point, strict=True)
                if x is not None and c is not None
            )
            pulls.append(s / max(math.sqrt(s * squares), 1e-3))
    return point


def cost(distance: float, school: str, family: str) -> int:
    """Whole units, and a remainder by hash."""
    mixed = zlib.crc32(school.encode()) ^ (zlib.crc32(family.encode()) * 2654435761 % 2**64)
    return round(distance * 100_000) * 32 + (mixed * 0x9E3779B97F4A7C15 % 2**64 >> 40) % 32


def slow_group(
    rows: list[Row], start: list[int], *, weights: list[float], sizes: tuple[int, int], price: float
) -> list[int]:
    """Families by turns of centre and assignment from `start`; `price` of leaving it."""
    count, family = max(start) + 1, list(start)
    for _ in range(15):
        centres = [
            centre([r for r, f in zip(rows, family, strict=True) if f == c], weights) for c in range(count)
        ]
        far = [[apart(row, point, weights) for point in centres] for row in rows]
        costs = [
            [cost(far[n][c] + price * (c != start[n]), f"s{n:02d}", f"F{c + 1:03d}") for c in range(count)]
            for n in range(len(rows))
        ]
        trials = (
            trial
            for trial in product(range(count), repeat=len(rows))
            if all(sizes[0] <= trial.count(c) <= sizes[1] for c in range(count))
        )
        best = list(min(trials, key=lambda trial: sum(costs[n][c] for n, c in enumerate(trial))))
        if best == family:
            break
        family = best
    return family
