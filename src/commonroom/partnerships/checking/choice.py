"""A choice of candidates against the limits of its problem, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from commonroom.partnerships.checking.faults import over, refuse
from commonroom.partnerships.solving.problem import Ints, Level, Problem


def check(problem: Problem, chosen: Ints, *, joined: Iterable[int] = ()) -> None:
    """Check a choice of candidates against every limit of a problem.

    `joined` are those of the chosen that share the slot of another (groups of three): they count for
    needs, receivers and crossing caps, and not for givers. Raises BrokenError, which names the cap, whose
    it is, and by how much it is broken.
    """
    numbers, sharing = [int(number) for number in chosen], {int(number) for number in joined}
    refuse(
        [
            *(f"There is no candidate {number}" for number in numbers if not 0 <= number < len(problem.need)),
            *(over("choosing", f"candidate {n}", times, 1) for n, times in _repeated(numbers)),
            *(f"Candidate {number} shares, but is not chosen" for number in sorted(sharing - set(numbers))),
        ]
    )
    faults = [
        over("meeting once", f"need {need}", times, 1)
        for need, times in _repeated([int(problem.need[number]) for number in numbers])
    ]
    givers = [number for number in numbers if number not in sharing]
    for levels, counted in (
        (problem.receiving, numbers), (problem.giving, givers), (problem.crossing, numbers)
    ):  # fmt: skip
        for level in levels:
            faults += _overfull(level, counted)
    refuse(faults)


def _overfull(level: Level, counted: list[int]) -> list[str]:
    """Say which groups of a cap have more than it allows."""
    used = Counter(int(level.group[number]) for number in counted)
    return [
        over(
            level.name, level.names[group] if level.names else f"group {group}", times, int(level.caps[group])
        )
        for group, times in sorted(used.items())
        if group >= 0 and times > level.caps[group]
    ]


def _repeated(numbers: list[int]) -> list[tuple[int, int]]:
    return sorted((number, times) for number, times in Counter(numbers).items() if times > 1)
