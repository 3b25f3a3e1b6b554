"""Where a partition starts: a balanced split, or last year's families made to fit this year's number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonroom.families.centres import Points, distances, medians
from commonroom.families.placement import Floats, Ints

Flags: TypeAlias = npt.NDArray[np.bool_]

#: Families that are settled together at most; a larger block is cut along its main axis.
TOGETHER = 160


class Names:
    """Names of families: last year's stay, new ones count on from the highest number."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Count on from the names taken."""
        digits = [int(name[1:]) for name in taken if name[:1] == "F" and name[1:].isdigit()]
        self.number = max(digits, default=0)

    def new(self) -> str:
        """The next name."""
        self.number += 1
        return f"F{self.number:03d}"


@dataclass(frozen=True)
class Part:
    """Schools that are settled together: rows of the placement, names of their families, and bounds.

    `family` is the number of each school's family now and `before` that of last year's, if it is
    one of these; -1 for none.
    """

    rows: Ints
    points: Points
    names: tuple[str, ...]
    low: int
    high: int
    before: Ints
    family: Ints


def bounds(size: int, *, low: int, high: int) -> tuple[int, int, int, int]:
    """Fewest and most families, and the bounds of their sizes, loosened where none would fit."""
    fewest, most = -(-size // high), size // low
    if fewest <= most:
        return fewest, most, low, high
    count = max(1, most)
    return count, count, size // count, -(-size // count)


def split(schools: Points, *, count: int) -> Ints:
    """Part schools into `count` families of equal size (to within one) by halving along the main axis."""
    family = np.zeros(len(schools.places), dtype=np.int64)
    _halve(schools, np.arange(family.size), family, first=0, count=count)
    return family


def _halve(schools: Points, rows: Ints, family: Ints, *, first: int, count: int) -> None:
    """Number the families of `rows` from `first`, in place."""
    if count == 1:
        family[rows] = first
        return
    left = count // 2
    order = rows[np.argsort(_along(schools.places[rows]), kind="stable")]
    size = round(rows.size * left / count)
    _halve(schools, order[:size], family, first=first, count=left)
    _halve(schools, order[size:], family, first=first + left, count=count - left)


def _along(places: Floats) -> Floats:
    """Where each stands on the main axis, pointing so that its largest part is positive."""
    centred = places - places.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    axis = axis * np.sign(axis[np.argmax(np.abs(axis))])
    # Rounded, so that the last bits of a library do not decide who is with whom.
    return np.asarray(np.round(centred @ axis, 9))


def start(part: Part, *, last: list[str | None], aside: Flags, names: Names) -> list[Part]:
    """The families that a block starts from, cut into parts that are settled together.

    `part` has bounds and no families yet; `last` is last year's family of each school where that
    family is at home in this block; `aside` says who was an honorary member of it.
    """
    fewest, most, low, high = bounds(part.rows.size, low=part.low, high=part.high)
    counted = [None if out else family for family, out in zip(last, aside, strict=True)]
    known = sorted({family for family in counted if family is not None})
    if known:
        numbers = {name: number for number, name in enumerate(known)}
        family = np.array([numbers.get(name or "", -1) for name in counted])
        made, kept = _fit(part.points, family, known, fewest=fewest, most=most)
        labels = tuple(name or names.new() for name in kept)
    else:
        count = min(max(round(2 * part.rows.size / (low + high)), fewest), most)
        made, labels = split(part.points, count=count), tuple(names.new() for _ in range(count))
    numbers = {name: number for number, name in enumerate(labels)}
    before = np.array([numbers.get(name or "", -1) for name in last])
    made = np.where(aside & (before >= 0), before, made)
    whole = replace(part, names=labels, low=low, high=high, before=before, family=made)
    cuts = list(_cut(whole, aside))
    fits = all(len(cut.names) * low <= cut.rows.size <= len(cut.names) * high for cut in cuts)
    return cuts if fits else [replace(whole, family=_without(whole.family, aside, count=len(labels)))]


def _fit(
    schools: Points, family: Ints, names: list[str], *, fewest: int, most: int
) -> tuple[Ints, list[str | None]]:
    """Last year's families, the smallest dissolved and the largest halved until their number fits."""
    kept: list[str | None] = list(names)
    family = family.copy()
    while len(kept) > most:
        gone = int(np.argmin(np.bincount(family[family >= 0], minlength=len(kept))))
        family[family == gone] = -1
        family[family > gone] -= 1
        kept.pop(gone)
    homeless = np.flatnonzero(family < 0)
    near = distances(schools.take(homeless), medians(schools, family, count=len(kept)))
    family[homeless] = near.argmin(axis=1)
    while len(kept) < fewest:
        members = np.flatnonzero(family == np.bincount(family).argmax())
        family[members[split(schools.take(members), count=2) == 1]] = len(kept)
        kept.append(None)
    return family, kept


def _without(family: Ints, aside: Flags, *, count: int) -> Ints:
    """Families without their honorary members, who do not pull at centres; with them if any had no other."""
    left = np.where(aside, -1, family)
    return left if np.bincount(left[left >= 0], minlength=count).all() else family


def _cut(whole: Part, aside: Flags) -> Iterator[Part]:
    """The part itself, or several of whole families that are near each other."""
    count = len(whole.names)
    centres = medians(whole.points, whole.family, count=count)
    group = split(centres, count=-(-count // TOGETHER))
    for number in range(-(-count // TOGETHER)):
        families = np.flatnonzero(group == number)
        renumbered = np.full(count + 1, -1)
        renumbered[families] = np.arange(families.size)
        rows = np.flatnonzero(group[whole.family] == number)
        yield replace(
            whole,
            rows=whole.rows[rows],
            points=whole.points.take(rows),
            names=tuple(whole.names[family] for family in families),
            before=renumbered[whole.before[rows]],
            family=_without(renumbered[whole.family[rows]], aside[rows], count=families.size),
        )
