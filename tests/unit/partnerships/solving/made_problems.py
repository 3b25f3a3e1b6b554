"""A made-up country of schools, and the problem of its plan, to measure and compare with."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from commonroom.partnerships.solving.problem import Ints, Level, Problem
from unit.partnerships.solving.tiny import number

THEMES = 6
Floats = npt.NDArray[np.float64]


def nation(schools: int, *, seed: int, near: int = 30, tight: float = 1.0) -> Problem:
    """Make the problem of a country: schools in towns, needs with up to `near` candidates, every kind of cap.

    Caps that cross are `tight` times a quarter of an authority's needs for one trust, and four tenths for
    another authority; bonuses are a quarter of the smaller gain of two schools that could help each other.
    """
    rng = np.random.default_rng(seed)
    towns = rng.random((max(3, schools // 120), 2)) * 500
    places = towns[rng.integers(0, len(towns), schools)] + rng.normal(0, 8, (schools, 2))
    wants = np.argwhere((rng.random((schools, THEMES)) < 0.28) & (rng.random(schools) < 0.35)[:, None])
    strong = (rng.random((schools, THEMES)) < 0.3) & (rng.random(schools) < 0.35)[:, None]
    need, giver, away = neighbours(places, wants, strong, near)
    receiver, theme = wants[need].T
    ideal = 1e6 * 0.15 * rng.gamma(2.0, 0.25, len(wants)) * (1 + 0.5 * rng.random(len(wants)))
    likeness = np.exp(-rng.gamma(1.0, 0.3, need.size))
    gain = (
        ideal[need] * rng.uniform(0.6, 1.0, (schools, THEMES))[giver, theme] * likeness * np.exp(-away / 45)
    )
    keys = rng.random(schools) < 0.06
    provider = number(giver)
    slots = np.zeros(provider.max(initial=-1) + 1, dtype=np.int64)
    slots[provider] = rng.integers(1, 5, schools)[giver]
    authority = number(*(places // 45).astype(np.int64).T)
    trust = np.where(
        rng.random(schools) < 0.45, 10 * authority + rng.integers(0, 10, schools), 10**9 + np.arange(schools)
    )
    swaps = pairs(receiver, giver)
    return Problem(
        need=need,
        cost=np.round(ideal[need] - gain).astype(np.int64),
        alone=np.round(ideal * 1.5).astype(np.int64),
        neediest=np.where(keys[wants[:, 0]], wants[:, 0], -1),
        receiving=(same("receiver", number(receiver), 2),),
        giving=(
            same("theme", number(provider, theme), 3),
            Level("provider", provider, slots),
            same("trust", number(trust[giver]), 12),
        ),
        crossing=crossing(wants[:, 0], (need, giver), authority, trust, tight),
        swaps=swaps,
        bonus=np.round(0.25 * gain[swaps].min(axis=1)).astype(np.int64),
    )


def neighbours(
    places: Floats, wants: Ints, strong: npt.NDArray[np.bool_], near: int
) -> tuple[Ints, Ints, Floats]:
    """The nearest strong schools of each need, within 60 km: needs, schools and how far away they are."""
    found = []
    for theme in range(THEMES):
        able, mine = np.flatnonzero(strong[:, theme]), np.flatnonzero(wants[:, 1] == theme)
        most = min(near + 1, able.size)
        if most and mine.size:
            away, which = cKDTree(places[able]).query(places[wants[mine, 0]], k=range(1, most + 1))
            found.append((np.repeat(mine, most), able[which.ravel()], away.ravel()))
    need, giver, away = (np.concatenate(column) for column in zip(*found, strict=True))
    good = np.flatnonzero((wants[need, 0] != giver) & (away < 60))
    good = good[np.lexsort((giver[good], need[good]))]
    return need[good], giver[good], away[good]


def same(name: str, group: Ints, cap: int) -> Level:
    """A level with one cap for all of its groups."""
    return Level(name, group, np.full(int(group.max(initial=-1)) + 1, cap))


def crossing(
    receivers: Ints, ends: tuple[Ints, Ints], authority: Ints, trust: Ints, tight: float
) -> tuple[Level, Level]:
    """Caps of a trust in an authority, and of an authority on another."""
    need, giver = ends
    into = authority[receivers[need]]
    needs_in = np.bincount(authority[receivers], minlength=authority.max() + 1)
    by_trust = number(trust[giver], into)
    by_authority = np.full(need.size, -1)
    away = authority[giver] != into
    by_authority[away] = number(authority[giver][away], into[away])
    levels = []
    for name, group, least, share in (
        ("in-one-authority", by_trust, 3, 0.25),
        ("from-one-authority", by_authority, 5, 0.4),
    ):
        caps = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
        inside = group >= 0
        caps[group[inside]] = np.maximum(round(least * tight), share * tight * needs_in[into[inside]])
        levels.append(Level(name, group, caps))
    return levels[0], levels[1]


def pairs(receiver: Ints, giver: Ints) -> Ints:
    """Candidates that help each other, two by two."""
    there = defaultdict(list)
    for candidate, ends in enumerate(zip(receiver.tolist(), giver.tolist(), strict=True)):
        there[ends].append(candidate)
    both = [
        (one, other)
        for (receives, gives), mine in there.items()
        if receives < gives
        for one in mine
        for other in there.get((gives, receives), ())
    ]
    return np.array(both, dtype=np.int64).reshape(-1, 2)
