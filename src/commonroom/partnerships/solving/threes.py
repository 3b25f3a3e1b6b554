"""Groups of three: two receivers near each other learn together from one provider, in one slot."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import optimize, sparse

from commonroom.errors import CommonroomError
from commonroom.partnerships.solving.problem import Flags, Ints, Level, Problem, lose

#: Candidates whose pairs are looked at together.
PART = 30_000


class NotSolvedError(CommonroomError):
    """The solver of whole numbers gave up on the groups of three."""


@dataclass(frozen=True)
class Sharing:
    """Who could share a provider's time, and what that would cost.

    `slot` (candidates) numbers provider, phase and theme together: candidates with one number can
    share, and are in the same groups of every giving cap. `receiver` (candidates) numbers the school
    that is helped; `together` (pairs x 2, these numbers) are the schools near enough to learn together,
    each pair once in either order. `shared` (candidates) is what the plan loses where the candidate is
    chosen in a group of three, not less than its cost alone.
    """

    slot: Ints
    receiver: Ints
    together: Ints
    shared: Ints


@dataclass(frozen=True)
class Threes:
    """A plan with groups of three.

    `chosen` are its candidates (sorted numbers), `pairs` (groups x 2) those that share: the one that
    joins, and the one it joins. `loss` is that of the plan, with what groups of three cost.
    """

    chosen: Ints
    pairs: Ints
    loss: int


def join(problem: Problem, chosen: Ints, *, sharing: Sharing) -> Threes:
    """Return the best plan that comes of `chosen` by letting schools join partnerships in it.

    A need left alone may join a partnership of the plan, and so may one that is met already, where that
    alone is worth it; what it leaves is not given to anybody else, and no partnership of a swap moves.
    Two share a slot, never three; each need is met once, caps of receivers and crossing caps count
    everybody, those of givers the slot. As many as possible of the neediest schools that nobody helps
    yet join before anything else. A join earns no bonus of a swap.

    The plan before, and the joining that follows from it, are each the best of their kind; together
    they need not be: another plan might leave more to joining. `relax` bounds how far from that.
    Solved as a linear program in whole numbers (HiGHS). Raises NotSolvedError where that gives up.
    """
    moves = _moves(problem, chosen, sharing)
    taken = moves.filter(pl.Series(_best(problem, chosen, moves)))
    left = taken["leaves"].to_numpy()
    pairs = taken.select("joins", "host").to_numpy().astype(np.int64).reshape(-1, 2)
    kept = np.setdiff1d(chosen, left)
    more = (
        sharing.shared[pairs].sum()
        - problem.cost[pairs[:, 1]].sum()
        - problem.alone[problem.need[pairs[:, 0]]].sum()
    )
    return Threes(np.sort(np.append(kept, pairs[:, 0])), pairs, lose(problem, kept) + int(more))


def relax(problem: Problem, *, sharing: Sharing) -> Problem:
    """Return a problem that no plan with groups of three can beat: its bound is one for them all.

    Each candidate that could share has a second place of its own: what it loses there is what sharing
    takes from itself and, at least, from the one that it joins; and every giver's cap holds twice, once
    for first places and once for second ones. That the one it joins is in the plan is not asked, nor
    that the neediest come first: so the best of this problem loses no more than any plan with groups of
    three, whatever its first stage.
    """
    least = pl.concat(_least(problem, part, sharing) for part in _parts(sharing.slot)).sort("joins")
    second = least["joins"].to_numpy()
    cost = sharing.shared[second] + least["loses"].to_numpy()
    worth = cost < problem.alone[problem.need[second]]
    second, cost = second[worth], cost[worth]

    def same(level: Level) -> Level:
        return replace(level, group=np.append(level.group, level.group[second]))

    def twice(level: Level) -> Level:
        group = level.group[second]
        apart = np.where(group >= 0, group + level.caps.size, -1)
        caps = np.concatenate([level.caps, level.caps])
        return Level(level.name, np.append(level.group, apart), caps, level.names * 2)

    return replace(
        problem,
        need=np.append(problem.need, problem.need[second]),
        cost=np.append(problem.cost, cost),
        neediest=np.full_like(problem.neediest, -1),
        receiving=tuple(map(same, problem.receiving)),
        giving=tuple(map(twice, problem.giving)),
        crossing=tuple(map(same, problem.crossing)),
    )


def _parts(slot: Ints) -> list[Ints]:
    """Split the candidates, slots whole, so that all pairs of one part fit in little memory."""
    parts = 1 + slot.size // PART
    return [np.flatnonzero(slot % parts == part) for part in range(parts)]


def _least(problem: Problem, numbers: Ints, sharing: Sharing) -> pl.DataFrame:
    """For each of some candidates that could join another: the least that this takes from the other."""
    found = _sharers(numbers, numbers, sharing)
    loses = pl.Series("loses", sharing.shared - problem.cost).gather(found["host"])
    return found.with_columns(loses).group_by("joins").agg(pl.col("loses").min())


def _sharers(joining: Ints, hosts: Ints, sharing: Sharing) -> pl.DataFrame:
    """Pairs of candidates (joins, host) that could share: of one slot, of schools near enough."""

    def side(numbers: Ints, name: str) -> pl.DataFrame:
        return pl.DataFrame(
            {"slot": sharing.slot[numbers], name: numbers, f"{name}_school": sharing.receiver[numbers]}
        )

    ways = np.concatenate([sharing.together, sharing.together[:, ::-1]])
    near = pl.DataFrame({"joins_school": ways[:, 0], "host_school": ways[:, 1]})
    found = side(joining, "joins").join(side(hosts, "host"), on="slot")
    found = found.filter(pl.col("joins_school") != pl.col("host_school"))
    found = found.join(near, on=["joins_school", "host_school"], how="semi")
    return found.select("joins", "host")


def _moves(problem: Problem, chosen: Ints, sharing: Sharing) -> pl.DataFrame:
    """Every join weighed: joins, host, leaves (the partnership it gives up, or -1), worth, school.

    `school` is one of the neediest that nobody helps yet, or -1.
    """
    taken = np.zeros(problem.need.size, dtype=bool)
    taken[chosen] = True
    held = np.full(problem.alone.size, -1, dtype=np.int64)
    held[problem.need[chosen]] = chosen
    stays = np.zeros(problem.need.size + 1, dtype=bool)
    stays[problem.swaps[taken[problem.swaps].all(axis=1)].ravel()] = True
    before = held[problem.need]
    free = np.flatnonzero(~taken & ~stays[before])
    found = _sharers(free, chosen, sharing).sort("joins", "host")
    joins, host = found["joins"].to_numpy(), found["host"].to_numpy()
    leaves = before[joins]
    now = np.where(leaves >= 0, problem.cost[leaves], problem.alone[problem.need[joins]])
    worth = now - sharing.shared[joins] - (sharing.shared[host] - problem.cost[host])
    helped = np.append(problem.neediest[problem.need[chosen]], -1)
    school = problem.neediest[problem.need[joins]]
    found = found.with_columns(
        leaves=pl.Series(leaves), worth=pl.Series(worth), school=np.where(np.isin(school, helped), -1, school)
    )
    return found.filter((pl.col("worth") > 0) | (pl.col("school") >= 0))


def _best(problem: Problem, chosen: Ints, moves: pl.DataFrame) -> Flags:
    """Mark the joins that together are worth most, after as many of the neediest schools as possible."""
    if moves.is_empty():
        return np.zeros(0, dtype=bool)
    rows, room = _limits(problem, chosen, moves)
    worth = moves["worth"].to_numpy().astype(np.float64)
    mine = np.flatnonzero(moves["school"].to_numpy() >= 0)
    if mine.size:
        # One more unknown for each school: whether it is helped, which takes a join of its own.
        schools, number = np.unique(moves["school"].to_numpy()[mine], return_inverse=True)
        own = sparse.csr_array((-np.ones(mine.size), (number, mine)), shape=(schools.size, worth.size))
        helped = sparse.eye_array(schools.size)
        rows = sparse.block_array([[rows, None], [own, helped]], format="csr")
        room = np.append(room, np.zeros(schools.size, dtype=np.int64))
        first = np.append(np.zeros(worth.size), np.ones(schools.size))
        most = round(float(first @ _solve(first, rows, room)))
        rows = sparse.vstack([rows, sparse.csr_array(-first[None, :])], format="csr")
        room = np.append(room, -most)
        worth = np.append(worth, np.zeros(schools.size))
    return np.asarray(_solve(worth, rows, room)[: moves.height] > 0.5)


def _limits(problem: Problem, chosen: Ints, moves: pl.DataFrame) -> tuple[sparse.csr_array, Ints]:
    """Return what each join uses of every limit (limits x joins), and the room in each."""
    joins, host = moves["joins"].to_numpy(), moves["host"].to_numpy()
    leaves = moves["leaves"].to_numpy()
    every = np.arange(joins.size)
    moved = every[leaves >= 0]
    # A partnership is joined by one at most, or left; a need left alone joins one at most.
    alone = problem.need.size + problem.need[joins]
    uses = [(host, every, 1.0), (np.where(leaves >= 0, leaves, alone), every, 1.0)]
    rooms = [np.ones(problem.need.size + problem.alone.size, dtype=np.int64)]
    start = rooms[0].size
    for level in (*problem.receiving, *problem.crossing):
        for numbers, which, sign in ((joins, every, 1.0), (leaves[moved], moved, -1.0)):
            group = level.group[numbers]
            uses.append((start + group[group >= 0], which[group >= 0], sign))
        held = level.group[chosen]
        rooms.append(level.caps - np.bincount(held[held >= 0], minlength=level.caps.size))
        start += level.caps.size
    at = tuple(np.concatenate([use[axis] for use in uses]) for axis in (0, 1))
    signs = np.concatenate([np.full(use[0].size, use[2]) for use in uses])
    room = np.concatenate(rooms)
    whole = sparse.csr_array((signs, at), shape=(room.size, joins.size))
    used = np.asarray(abs(whole).sum(axis=1)).ravel() > 0
    return whole[used], room[used]


def _solve(worth: np.ndarray, rows: sparse.csr_array, room: Ints) -> np.ndarray:
    found = optimize.milp(
        -worth,
        integrality=np.ones(worth.size),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(rows, ub=room),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise NotSolvedError(f"The groups of three were not solved: {found.message}")
    return np.asarray(found.x)
