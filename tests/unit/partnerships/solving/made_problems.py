"""Made-up problems of plans: tiny ones to enumerate, and a nation of schools to measure with."""

from __future__ import annotations

import numpy as np

from commonroom.partnerships.solving.problem import Ints, Level, Problem


def number(*columns: Ints) -> Ints:
    """Number the distinct rows of some columns from 0, in their sorted order."""
    return np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def nation(schools: int, *, seed: int, near: int = 30, tight: float = 1.0) -> Problem:
    """Make the problem of a whole country: clustered schools, needs with `near` candidates each, all caps."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    towns = rng.random((max(3, schools // 120), 2)) * 500
    places = towns[rng.integers(0, len(towns), schools)] + rng.normal(0, 8, (schools, 2))
    authority = number(*(places // 45).astype(np.int64).T)
    trust = np.where(rng.random(schools) < 0.45, authority * 40 + rng.integers(0, 40, schools) // 4, -1)
    trust = np.where(trust < 0, schools * 40 + np.arange(schools), trust)
    gives = np.flatnonzero(rng.random(schools) < 0.35)
    strong = rng.random((gives.size, 6)) < 0.3
    strength = rng.uniform(0.6, 1.0, (gives.size, 6))
    slots = rng.integers(1, 5, gives.size)
    receivers = np.flatnonzero(rng.random(schools) < 0.35)
    needs = [(r, t) for r in receivers for t in np.flatnonzero(rng.random(6) < 0.28)]
    wants = np.array(needs, dtype=np.int64).reshape(-1, 2)
    rows = [np.zeros((0, 2), dtype=np.int64)]
    far = [np.zeros(0)]
    for theme in range(6):
        able = np.flatnonzero(strong[:, theme])
        mine = np.flatnonzero(wants[:, 1] == theme)
        if not able.size or not mine.size:
            continue
        k = min(near + 1, able.size)
        away, which = cKDTree(places[gives[able]]).query(places[wants[mine, 0]], k=k)
        away, which = away.reshape(mine.size, k), which.reshape(mine.size, k)
        rows.append(np.stack([np.repeat(mine, k), able[which].ravel()], axis=1))
        far.append(away.ravel())
    pairs, away = np.concatenate(rows), np.concatenate(far)
    good = (wants[pairs[:, 0], 0] != gives[pairs[:, 1]]) & (away < 60)
    pairs, away = pairs[good], away[good]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, away = pairs[order], away[order]
    need, giver = pairs[:, 0], pairs[:, 1]
    theme, receiver = wants[need, 1], wants[need, 0]
    gap = rng.gamma(2.0, 0.25, len(wants)) + 0.05
    weight = 1 + 0.5 * rng.random(schools)[wants[:, 0]]
    like = np.exp(-rng.gamma(1.0, 0.3, need.size))
    ideal = weight * 0.15 * gap * 1e6
    gain = ideal[need] * strength[giver, theme] * like * np.exp(-away / 45)
    cost = np.round(ideal[need] - gain).astype(np.int64)
    alone = np.round(ideal * 1.5).astype(np.int64)
    keys = rng.random(schools) < 0.06
    by_receiver = number(receiver)
    provider = number(gives[giver])
    slot_of = np.zeros(provider.max(initial=-1) + 1, dtype=np.int64)
    slot_of[provider] = slots[giver]
    by_theme = number(provider, theme)
    theirs = number(trust[gives[giver]])
    into = authority[receiver]
    needs_in = np.bincount(authority[wants[:, 0]], minlength=authority.max() + 1)
    crossed = number(theirs, into)
    cap_crossed = np.zeros(crossed.max(initial=-1) + 1, dtype=np.int64)
    cap_crossed[crossed] = np.maximum(round(3 * tight), np.floor(0.25 * tight * needs_in[into])).astype(
        np.int64
    )
    over = authority[gives[giver]] != into
    leaned = np.full(need.size, -1, dtype=np.int64)
    leaned[over] = number(authority[gives[giver]][over], into[over])
    cap_leaned = np.zeros(leaned.max(initial=-1) + 1, dtype=np.int64)
    cap_leaned[leaned[over]] = np.maximum(
        round(5 * tight), np.floor(0.4 * tight * needs_in[into[over]])
    ).astype(np.int64)
    return Problem(
        need=need,
        cost=cost,
        alone=alone,
        neediest=np.where(keys[wants[:, 0]], wants[:, 0], -1),
        receiving=(
            Level("receiver", by_receiver, np.full(by_receiver.max(initial=-1) + 1, 2, dtype=np.int64)),
        ),
        giving=(
            Level("theme", by_theme, np.full(by_theme.max(initial=-1) + 1, 3, dtype=np.int64)),
            Level("provider", provider, slot_of),
            Level(
                "trust", theirs, np.maximum(1, (np.bincount(theirs, weights=None) * 0 + 12)).astype(np.int64)
            ),
        ),
        crossing=(
            Level("in-one-authority", crossed, cap_crossed),
            Level("from-one-authority", leaned, cap_leaned),
        ),
        **swap_pairs(receiver, gives[giver], cost, alone[need]),
    )


def swap_pairs(receiver: Ints, giver: Ints, cost: Ints, alone: Ints) -> dict[str, Ints]:
    """Find candidates that help each other; the bonus is a quarter of the smaller gain."""
    there = {}
    for number_, (a, b) in enumerate(zip(receiver.tolist(), giver.tolist(), strict=True)):
        there.setdefault((a, b), []).append(number_)
    pairs = [(i, j) for (a, b), mine in there.items() if a < b for i in mine for j in there.get((b, a), ())]
    swaps = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    gain = np.maximum(alone / 1.5 - cost, 0)
    return {"swaps": swaps, "bonus": np.round(0.25 * gain[swaps].min(axis=1)).astype(np.int64)}
