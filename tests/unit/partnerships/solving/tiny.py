"""Tiny problems of every kind, by a seed; the caps of each side nest, and bind some candidates only."""

from __future__ import annotations

import numpy as np

from commonroom.partnerships.solving.problem import Ints, Level, Problem


def tiny(seed: int, *, candidates: int = 12, crossing: bool = True, swaps: bool = False) -> Problem:
    """Make a problem with at most so many candidates, every size and cap drawn from the seed."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, candidates + 1))
    needs = int(rng.integers(1, 6))
    need = np.sort(rng.integers(0, needs, size))
    receiver, theme = rng.integers(0, 3, needs), rng.integers(0, 2, needs)
    provider = rng.integers(0, 4, size)
    by_theme = number(provider, theme[need])
    top = np.where(rng.random(3) < 0.5, rng.integers(0, 2, 3), -1)
    trust = np.where(rng.random(4) < 0.6, rng.integers(0, 2, 4), -1)
    high = int(rng.choice([4, 30]))
    pairs = np.argwhere(np.triu(rng.random((size, size)) < 0.15, 1)) if swaps else np.zeros((0, 2))
    return Problem(
        need=need,
        cost=rng.integers(0, high, size),
        alone=rng.integers(1, high + 6, needs),
        neediest=np.where(rng.random(3) < 0.4, np.arange(3), -1)[receiver],
        receiving=(level(rng, "receiver", receiver[need]), level(rng, "leader", top[receiver[need]])),
        giving=(
            level(rng, "theme", by_theme),
            level(rng, "provider", provider),
            level(rng, "trust", trust[provider]),
        ),
        crossing=tuple(level(rng, f"crossing-{n}", rng.integers(-1, 3, size)) for n in range(2) if crossing),
        swaps=pairs.astype(np.int64),
        bonus=rng.integers(0, 8, len(pairs)),
    )


def level(rng: np.random.Generator, name: str, group: Ints) -> Level:
    """One kind of cap, each group with room for none to three."""
    caps = rng.choice([0, 1, 1, 1, 2, 2, 3], int(group.max(initial=-1)) + 1)
    return Level(name, group, caps, tuple(f"{name} {n}" for n in range(caps.size)))


def number(*columns: Ints) -> Ints:
    """Number the distinct rows of some columns from 0."""
    return np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1)


def allowed(problem: Problem, chosen: list[int]) -> bool:
    """Whether a choice keeps to every cap and meets each need at most once: counted one by one."""
    needs = [int(problem.need[c]) for c in chosen]
    if len(set(needs)) < len(needs):
        return False
    for cap in problem.levels:
        for group, most in enumerate(cap.caps):
            if sum(int(cap.group[c]) == group for c in chosen) > most:
                return False
    return True
